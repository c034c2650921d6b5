// The client's TCP connection: blocking, but never longer than a timeout.
#pragma once
#include <string>
#include <string_view>

#include "base/unique_fd.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet::http {

class ClientSocket {
 public:
  /// Tries each address that `host` has.  `timeout` is for each, and for each later wait.
  static Result<ClientSocket> connect(const std::string& host, const std::string& port,
                                      Millis timeout);

  Result<void> send(std::string_view bytes);
  /// Appends what is there to `buffer`, waiting for the first byte; false at the end.
  Result<bool> receive(std::string& buffer);

 private:
  ClientSocket(UniqueFd fd, Millis timeout, std::string peer);

  Result<void> wait(short events, std::string_view doing);
  [[nodiscard]] Error error(std::string_view doing, int number) const;

  UniqueFd fd_;
  Millis timeout_;
  std::string peer_;  ///< "host:port", for messages.
};

}  // namespace freshet::http
