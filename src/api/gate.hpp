// Who may ask at all?  The one gate before every route: Host, where the request comes from, and
// whether a token, a session or a ticket is shown.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/api.hpp"
#include "api/problem.hpp"
#include "api/sessions.hpp"
#include "http/message.hpp"

namespace freshet::api {

enum class Identity : std::uint8_t {
  nobody,   ///< Only of the exempt routes.
  token,    ///< Showed the daemon's token.
  session,  ///< A browser's cookie.
  ticket,   ///< `/?ticket=…`, still to be redeemed; good for nothing else.
};
/// Who is on record as having asked: "token" or "session".
[[nodiscard]] std::string actor(Identity who);

/// Paths for which nobody has to say who they are.  There are no others.
inline constexpr std::string_view exempt_paths[] = {"/healthz", "/readyz"};

/// io thread.
class Gate {
 public:
  Gate(const Clock& clock, const ApiOptions& options);

  struct Verdict {
    std::optional<http::Response> refusal{};
    Identity who{Identity::nobody};
  };
  /// Whether others than ours may ask there, whom the route itself has to know: webhooks.  Only
  /// routes that say so (Route::is_open) may be reached that way.
  [[nodiscard]] static bool is_open(std::string_view path);
  /// `path` is the target's, as sent, without prefix and query; `ticket` the one of its query, if
  /// any.
  [[nodiscard]] Verdict judge(const http::Head& head, std::string_view path,
                              std::string_view ticket);

  [[nodiscard]] Sessions& sessions() { return sessions_; }
  [[nodiscard]] http::Response unauthorized(std::string_view path) const;
  /// Value of a Set-Cookie header.
  [[nodiscard]] std::string cookie(std::string_view secret) const;

 private:
  [[nodiscard]] std::optional<Problem> check_host(const http::Head& head) const;
  [[nodiscard]] std::optional<Problem> check_origin(const http::Head& head, Identity who) const;
  [[nodiscard]] Identity identify(const http::Head& head, std::string_view path,
                                  std::string_view ticket);

  Sessions sessions_;
  std::string token_hash_;
  std::vector<std::string> hosts_;
  std::string cookie_name_;
  std::string cookie_path_;
};

}  // namespace freshet::api
