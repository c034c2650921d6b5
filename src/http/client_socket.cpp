#include "http/client_socket.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/unique_fd.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet::http {

ClientSocket::ClientSocket(UniqueFd fd, Millis timeout, std::string peer)
    : fd_{std::move(fd)}, timeout_{timeout}, peer_{std::move(peer)} {}

Error ClientSocket::error(std::string_view doing, int number) const {
  return Error{Errc::io,
               std::string{doing} + ' ' + peer_ + ": " + std::generic_category().message(number)};
}

Result<ClientSocket> ClientSocket::connect(const std::string& host, const std::string& port,
                                           Millis timeout) {
  const std::string peer = host + ':' + port;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (failed != 0) return Error{Errc::io, "resolve " + host + ": " + ::gai_strerror(failed)};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{found, &::freeaddrinfo};

  Error last{Errc::io, "connect " + peer + ": no address"};
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    const int type = at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK;
    ClientSocket socket{UniqueFd{::socket(at->ai_family, type, at->ai_protocol)}, timeout, peer};
    if (!socket.fd_) {
      last = socket.error("open a socket for", errno);
      continue;
    }
    if (::connect(socket.fd_.get(), at->ai_addr, at->ai_addrlen) == 0) return socket;
    if (errno != EINPROGRESS) {
      last = socket.error("connect", errno);
      continue;
    }
    if (const Result<void> waited = socket.wait(POLLOUT, "connect"); !waited) {
      last = waited.error();
      continue;
    }
    int number = 0;
    socklen_t size = sizeof number;
    ::getsockopt(socket.fd_.get(), SOL_SOCKET, SO_ERROR, &number, &size);
    if (number == 0) return socket;
    last = socket.error("connect", number);
  }
  return last;
}

Result<void> ClientSocket::wait(short events, std::string_view doing) {
  pollfd entry{.fd = fd_.get(), .events = events, .revents = 0};
  const auto limit = static_cast<int>(
      std::clamp<Millis::rep>(timeout_.count(), 0, std::numeric_limits<int>::max()));
  int ready = -1;
  do {
    ready = ::poll(&entry, 1, limit);
  } while (ready < 0 && errno == EINTR);
  if (ready > 0) return {};
  if (ready < 0) return error(doing, errno);
  return Error{Errc::busy, std::string{doing} + ' ' + peer_ + ": nothing happened for " +
                               format_duration(timeout_)};
}

Result<void> ClientSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (const Result<void> waited = wait(POLLOUT, "send to"); !waited) return waited;
    } else if (errno != EINTR) {
      return error("send to", errno);
    }
  }
  return {};
}

Result<bool> ClientSocket::receive(std::string& buffer) {
  constexpr std::size_t kPiece = 16'384;
  const std::size_t before = buffer.size();
  for (;;) {
    buffer.resize(before + kPiece);
    const ssize_t got = ::recv(fd_.get(), buffer.data() + before, kPiece, 0);
    const int number = errno;
    buffer.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got >= 0) return got > 0;
    if (number == EAGAIN) {
      if (const Result<void> waited = wait(POLLIN, "receive from"); !waited) return waited.error();
    } else if (number != EINTR) {
      return error("receive from", number);
    }
  }
}

}  // namespace freshet::http
