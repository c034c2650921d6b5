#include "source/remote/dial.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace freshet::remote {
namespace {

constexpr Millis slice{100};  ///< After which the halt is looked at again.

/// Returns an errno.
int await(int socket, Millis timeout, const Halt& halt) {
  for (Millis waited{0}; waited < timeout && !halt.is_stopped(); waited += slice) {
    pollfd poll{.fd = socket, .events = POLLOUT, .revents = 0};
    const int ready = ::poll(&poll, 1, static_cast<int>(slice.count()));
    if (ready < 0 && errno != EINTR) return errno;
    if (ready <= 0) continue;
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
  }
  return halt.is_stopped() ? ECANCELED : ETIMEDOUT;
}

}  // namespace

Result<UniqueFd> dial(const std::string& host, std::uint32_t port, Millis timeout,
                      const Halt& halt) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* raw = nullptr;
  const int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &raw);
  if (code != 0) return Error{Errc::io, "resolve " + host + ": " + ::gai_strerror(code)};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> found{raw, &::freeaddrinfo};
  int error = EHOSTUNREACH;
  for (const addrinfo* at = raw; at != nullptr && !halt.is_stopped(); at = at->ai_next) {
    UniqueFd socket{::socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!socket) {
      error = errno;
      continue;
    }
    error = ::connect(socket.get(), at->ai_addr, at->ai_addrlen) == 0 ? 0 : errno;
    if (error == EINPROGRESS) error = await(socket.get(), timeout, halt);
    if (error == 0) return socket;
  }
  return Error{Errc::io, "connect to " + host + ':' + std::to_string(port) + ": " +
                             std::generic_category().message(error)};
}

}  // namespace freshet::remote
