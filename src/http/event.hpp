// How a coroutine waits for something that another part of the same thread will tell it.
#pragma once
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace freshet::http {

/// A notification without memory: who waits checks its condition first, and again after.
/// For use on one thread only, where nothing can happen between the check and the wait.
class Event {
 public:
  explicit Event(boost::asio::io_context& io)
      : timer_{io, boost::asio::steady_timer::time_point::max()} {}

  void notify() { timer_.cancel(); }
  [[nodiscard]] boost::asio::awaitable<void> wait() {
    co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }

 private:
  boost::asio::steady_timer timer_;
};

}  // namespace freshet::http
