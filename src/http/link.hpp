// One client's socket with a deadline: who is too slow is cut off, and nothing is written after.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "freshet/time.hpp"

namespace freshet::http {

/// At most one read and one write at a time.  Who awaits a call keeps the Link alive.  After a call
/// that returned true the link is open, even if it was closed while the completion was queued.
class Link : public std::enable_shared_from_this<Link> {
 public:
  explicit Link(boost::asio::ip::tcp::socket socket);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// What is done from now on must be done within `limit`, else the link closes itself.
  /// There is one deadline; arming it again replaces it.
  void arm(Millis limit);
  void disarm();
  [[nodiscard]] bool timed_out() const { return timed_out_; }

  /// Appends up to `limit` bytes to `buffer`; false at the end of the input, or when closed.
  [[nodiscard]] boost::asio::awaitable<bool> read(std::string* buffer, std::size_t limit);
  /// Writes both, one after the other; false when closed.
  [[nodiscard]] boost::asio::awaitable<bool> write(std::string_view first, std::string_view second);

  /// Calls `on_gone` if the client ends its side while nobody reads; for one wait at most.
  void watch(std::function<void()> on_gone);
  void unwatch();

  void shutdown_send();
  void close();
  [[nodiscard]] bool is_open() const { return socket_.is_open(); }

 private:
  [[nodiscard]] bool peer_is_gone();

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer deadline_;
  std::uint64_t armed_{0};  ///< Tells a deadline that was replaced while its handler was queued.
  bool timed_out_{false};
};

}  // namespace freshet::http
