// Asks for one thing over HTTP, and waits for it.
#pragma once
#include <atomic>
#include <string>

#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet::kafka {

struct HttpAnswer {
  long status{};
  std::string body;
};

/// A user and a password in the URL are sent as basic authentication, and are in no error.  Ends
/// early, with an error, once `stop` is set.  Redirects are not followed.  Errc::io: no answer
/// came.
[[nodiscard]] Result<HttpAnswer> http_get(const std::string& url, Millis timeout,
                                          const std::atomic<bool>& stop);

/// Without user, password and query.
[[nodiscard]] std::string shown_url(const std::string& url);

/// One segment of a path, percent-encoded.
[[nodiscard]] std::string path_segment(const std::string& text);

}  // namespace freshet::kafka
