// How the command line asks a daemon: one HTTP/1.1 request, blocking, without TLS.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "http/message.hpp"

namespace freshet::http {

struct Call {
  std::string base;  ///< "http://127.0.0.1:4000"; may have a path, which goes before the target.
  std::string method{"GET"};
  std::string target{"/"};  ///< Encoded: "/api/v1/assets/shop/orders?limit=10".
  Headers headers{};        ///< Without host, content-length and connection, which are added.
  std::string body{};
  /// The longest silence: to connect, to send a piece, to receive one.  An answer may take longer
  /// in all.
  Millis timeout{30'000};
};

struct Reply {
  int status{};
  Headers headers;
  std::string body;

  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const {
    return find_header(headers, name);
  }
};

/// Returns what the server answers, whatever its status.  Errors: invalid (base), unsupported
/// (https), busy (timeout), io (no connection, cut short, not HTTP).  Blocks; any thread.
Result<Reply> fetch(const Call& call);

/// As fetch, but hands each line of a 2xx body (without its end) to `on_line` when it comes, until
/// the server ends or `on_line` returns false.  The reply's body is then empty.
Result<Reply> follow(const Call& call, const std::function<bool(std::string_view line)>& on_line);

}  // namespace freshet::http
