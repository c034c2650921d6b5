#include "project/addresses.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <system_error>

#include "base/text.hpp"
#include "project/values.hpp"

namespace freshet::project {
namespace {

constexpr std::size_t topic_bytes_max = 249;  ///< Of Kafka.

bool is_port(std::string_view text) {
  std::uint16_t port{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port != 0;
}

/// What stands behind "://".
std::string_view without_scheme(std::string_view url) {
  const std::size_t scheme = url.find("://");
  return scheme == std::string_view::npos ? url : url.substr(scheme + 3);
}

}  // namespace

std::string wrong_with_address(std::string_view address) {
  const std::string shown = '"' + std::string{address} + '"';
  const std::size_t bracket = address.rfind(']');
  const bool is_ipv6 = bracket != std::string_view::npos;
  const std::size_t colon = address.find(':', is_ipv6 ? bracket : 0);
  const std::string_view host = address.substr(0, colon);
  if (host.empty()) return shown + " names no host: want HOST:PORT";
  const bool is_whole = !is_ipv6 || (host.starts_with('[') && host.ends_with(']'));
  const bool is_odd = std::ranges::any_of(host, [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7f' || c == '/' || c == '@';
  });
  if (!is_whole || is_odd) return shown + " is no host: want HOST:PORT";
  if (colon == std::string_view::npos) return "";
  const std::string_view port = address.substr(colon + 1);
  if (port.find(':') != std::string_view::npos)
    return shown + ": an IPv6 address stands in brackets, as in [::1]:9092";
  if (!is_port(port)) return shown + ": a port is a number from 1 to 65535";
  return "";
}

std::string wrong_with_url(std::string_view url) {
  std::string_view authority = without_scheme(url);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  return wrong_with_address(authority);
}

void read_brokers(Reader& reader, const Node& node, std::string& out) {
  std::string text;
  read_text(reader, node, text);
  if (!node.is_scalar()) return;
  for (const std::string_view each : split(text, ',')) {
    const std::string_view address = trim(without_scheme(each));
    if (const std::string wrong = wrong_with_address(address); !wrong.empty()) {
      reader.error(node, "brokers: " + wrong);
      return;
    }
  }
  out = std::move(text);
}

void read_topic(Reader& reader, const Node& node, std::string& out) {
  std::string name;
  read_text(reader, node, name);
  if (!node.is_scalar()) return;
  if (!is_word(name, "._-") || name.size() > topic_bytes_max || name == "." || name == "..") {
    reader.expected(node, "a name of a-z, A-Z, 0-9, ., _ and -, of at most 249 characters");
    return;
  }
  out = std::move(name);
}

}  // namespace freshet::project
