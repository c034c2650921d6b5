// When the wall clock was set: by how far it went apart from the steady one.
#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>

#include "base/clock.hpp"
#include "freshet/time.hpp"

namespace freshet {

/// Notices jumps of more than 2 s either way, at once where the kernel tells (a timerfd that is
/// canceled on set), else within `every`.  A machine that slept jumps, too.  What is less, as when
/// a time server pulls the clock along, is let pass.  Lives on the io thread.
class ClockWatch {
 public:
  /// How far the wall clock was set forward (or, negative, back).  On the io thread.
  using OnJump = std::function<void(Micros delta)>;

  ClockWatch(boost::asio::io_context& io, const Clock& clock, OnJump on_jump,
             Millis every = Seconds{1});
  ~ClockWatch();
  ClockWatch(const ClockWatch&) = delete;
  ClockWatch& operator=(const ClockWatch&) = delete;

  /// Compares now.
  void check();
  /// There will be no call any more.
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  ///< Weakly held by handlers.
};

}  // namespace freshet
