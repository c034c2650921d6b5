// The daemon that a command talks to: found, authenticated, asked.
#pragma once
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "freshet/result.hpp"
#include "http/client.hpp"

namespace freshet::cli {

/// Where to look: what the command line said, else the environment, else the state folder.
struct RemoteOptions {
  std::string url;    ///< --url; "" for FRESHET_URL or STATE/url.
  std::string token;  ///< --token; "" for FRESHET_TOKEN or STATE/token.
  std::string state;  ///< --state; "" for ./.freshet.
};

class Remote {
 public:
  static Result<Remote> find(const RemoteOptions& options);

  /// The answer's JSON.  A problem from the daemon is an Error with its detail.
  Result<nlohmann::json> get(const std::string& target) const;
  Result<nlohmann::json> post(const std::string& target, const nlohmann::json& body) const;
  /// The raw answer, whatever its status.
  Result<http::Reply> fetch(const std::string& method, const std::string& target,
                            const std::string& body, Millis timeout = Millis{90'000}) const;
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  Remote(std::string url, std::string token) : url_{std::move(url)}, token_{std::move(token)} {}
  std::string url_;
  std::string token_;
};

/// A key as it stands in a path: each segment percent-encoded, slashes literal.
[[nodiscard]] std::string path_of_key(std::string_view key);
/// A text as it stands in a query.
[[nodiscard]] std::string query_text(std::string_view text);

}  // namespace freshet::cli
