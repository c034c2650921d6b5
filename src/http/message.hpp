// What one HTTP exchange carries, as plain values: head, request, response.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/unique_fd.hpp"

namespace freshet::http {

class EventStream;

using Headers = std::vector<std::pair<std::string, std::string>>;  ///< In order; names lower case.

/// Returns the first value of `name` (lower case); nullopt when there is none.
[[nodiscard]] std::optional<std::string_view> find_header(const Headers& headers,
                                                          std::string_view name);

/// What is known of a request before its body.
struct Head {
  std::string method;  ///< As sent; "GET", but also what nobody ever heard of.
  std::string target;  ///< As sent, still encoded; see parse_target.
  Headers headers;
  std::string remote;  ///< The peer's address, without port.

  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const {
    return find_header(headers, name);
  }
};

struct Request : Head {
  std::string body;
};

/// A part of a file to send.  It must not shrink meanwhile, else the connection is cut.
struct FileRange {
  UniqueFd fd;
  std::uint64_t offset{};
  std::uint64_t length{};
};

/// `body`, or else `file`, or else `stream`.  Framing headers (content-length, transfer-encoding,
/// connection) are the session's: those set here are left out.
struct Response {
  int status{200};  ///< 200 to 599.
  Headers headers{};
  std::string body{};
  std::optional<FileRange> file{};
  std::shared_ptr<EventStream> stream{};
};

}  // namespace freshet::http
