#include "source/clock_watch.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <limits>
#include <memory>
#include <utility>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"
#include "freshet/time.hpp"

namespace freshet {
namespace {

using boost::asio::posix::stream_descriptor;
using boost::system::error_code;

constexpr Seconds kJump{2};

/// A timer that never expires, but whose wait ends when somebody sets the clock.
bool set_canceled_on_set(int fd) {
  itimerspec never{};
  never.it_value.tv_sec = std::numeric_limits<std::time_t>::max() / 1'000'000'000 / 2;
  return ::timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, nullptr) == 0;
}

}  // namespace

class ClockWatch::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::io_context& io, const Clock& clock, OnJump on_jump, Millis every)
      : clock_{clock},
        on_jump_{std::move(on_jump)},
        every_{every},
        distance_{measure()},
        timer_{io},
        set_{io} {}

  void start() {
    tick();
    UniqueFd fd{::timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC)};
    if (!fd || !set_canceled_on_set(fd.get())) return;  // The ticks will do.
    error_code error;
    set_.assign(fd.get(), error);
    if (error) return;
    static_cast<void>(fd.release());
    wait_set();
  }

  void check() {
    const Micros distance = measure();
    const Micros delta = distance - std::exchange(distance_, distance);
    if (!is_stopped_ && (delta > kJump || delta < -kJump)) on_jump_(delta);
  }

  void stop() {
    is_stopped_ = true;
    timer_.cancel();
    error_code ignored;
    set_.close(ignored);
  }

 private:
  [[nodiscard]] Micros measure() const {
    return std::chrono::floor<Micros>(clock_.now().time_since_epoch() -
                                      clock_.steady().time_since_epoch());
  }

  void tick() {
    timer_.expires_after(every_);
    timer_.async_wait([weak = weak_from_this()](error_code error) {
      const auto self = weak.lock();
      if (!self || error || self->is_stopped_) return;
      self->check();
      if (!self->is_stopped_) self->tick();
    });
  }

  void wait_set() {
    set_.async_wait(stream_descriptor::wait_read, [weak = weak_from_this()](error_code error) {
      const auto self = weak.lock();
      if (!self || error || self->is_stopped_) return;
      // Fails with ECANCELED once for each time that the clock was set; the timer then goes on.
      std::uint64_t count{};
      // NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection): takes weak.lock() for a mutex
      if (::read(self->set_.native_handle(), &count, sizeof count) < 0 && errno != ECANCELED &&
          errno != EAGAIN) {
        return;
      }
      self->check();
      if (!self->is_stopped_) self->wait_set();
    });
  }

  const Clock& clock_;
  const OnJump on_jump_;
  const Millis every_;
  Micros distance_;  ///< Of the wall clock from the steady one, at the last check.
  boost::asio::steady_timer timer_;
  stream_descriptor set_;
  bool is_stopped_{false};
};

ClockWatch::ClockWatch(boost::asio::io_context& io, const Clock& clock, OnJump on_jump,
                       Millis every)
    : impl_{std::make_shared<Impl>(io, clock, std::move(on_jump), every)} {
  impl_->start();
}

ClockWatch::~ClockWatch() { impl_->stop(); }

void ClockWatch::check() { impl_->check(); }

void ClockWatch::stop() { impl_->stop(); }

}  // namespace freshet
