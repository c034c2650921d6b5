#include "source/database/waker.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace freshet::database {

Waker::Waker(const Clock& clock, SteadyTime deadline)
    : clock_{clock}, deadline_{deadline}, fd_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {}

void Waker::wake() {
  is_woken_ = true;
  const std::uint64_t one = 1;
  static_cast<void>(!::write(fd_.get(), &one, sizeof one));
}

void Waker::stop() {
  is_stopped_ = true;
  wake();
}

Waker::Cause Waker::wait(int fd, short events, SteadyTime until) {
  while (true) {
    if (is_stopped()) return Cause::stopped;
    std::array<pollfd, 2> fds{{{.fd = fd_.get(), .events = POLLIN, .revents = 0},
                               {.fd = fd, .events = events, .revents = 0}}};
    // Without an eventfd, which only a process out of descriptors lacks: by looking again.
    constexpr std::int64_t longest_ms = 60'000, blind_ms = 100;
    const SteadyTime end = std::min(until, deadline_);
    const auto left = std::chrono::ceil<Millis>(end - clock_.steady()).count();
    const auto timeout = std::clamp<std::int64_t>(left, 0, fd_ ? longest_ms : blind_ms);
    ::poll(fds.data(), fd < 0 ? 1 : 2, static_cast<int>(timeout));
    std::uint64_t ignored{};
    while (fd_ && ::read(fd_.get(), &ignored, sizeof ignored) > 0) {
    }
    if (is_stopped()) return Cause::stopped;
    if (is_woken_.exchange(false)) return Cause::woken;
    if (fd >= 0 && fds[1].revents != 0) return Cause::ready;
    if (clock_.steady() >= until) return Cause::time;
  }
}

}  // namespace freshet::database
