// What stands before a response's body: status line, headers, framing.  Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace freshet::http {

/// How the request wants its response framed.
struct Framing {
  bool is_head{false};    ///< The method was HEAD: describe the body, do not send it.
  bool is_http10{false};  ///< No chunks; keep-alive has to be said.
  bool keep_alive{true};
};

[[nodiscard]] std::string_view reason_phrase(int status);

/// False for 204 and 304, which never have a body, whatever the response says.
[[nodiscard]] bool may_have_body(int status);

/// Returns the head up to and including the empty line; nullopt when a header's name or value would
/// break out of its line.
[[nodiscard]] std::optional<std::string> render_head(const Response& response,
                                                     const Framing& framing);

}  // namespace freshet::http
