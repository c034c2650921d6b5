// What stands outside: hosts with ports, topics; and what is wrong with how they are written.
#pragma once
#include <string>
#include <string_view>

#include "project/reader.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {

/// Of HOST, HOST:PORT or [IPV6]:PORT; "": nothing is wrong.  Pure.
[[nodiscard]] std::string wrong_with_address(std::string_view address);
/// The same of what stands behind :// in a URL; its user and password are not quoted.
[[nodiscard]] std::string wrong_with_url(std::string_view url);

/// HOST:PORT, several separated by commas, as librdkafka takes them.
void read_brokers(Reader& reader, const Node& node, std::string& out);
/// A name that a topic may have.
void read_topic(Reader& reader, const Node& node, std::string& out);

}  // namespace freshet::project
