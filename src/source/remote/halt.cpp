#include "source/remote/halt.hpp"

#include <sys/socket.h>

#include <stop_token>
#include <utility>

namespace freshet::remote {

void Halt::stop() {
  const std::scoped_lock lock{mutex_};
  is_stopped_ = true;
  if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

void Halt::watch(int socket) {
  const std::scoped_lock lock{mutex_};
  socket_ = socket;
  if (is_stopped_ && socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

Watchdog::Watchdog(std::shared_ptr<Halt> halt, Millis timeout)
    : thread_{[this, halt = std::move(halt), timeout](const std::stop_token& end) {
        std::unique_lock lock{mutex_};
        ended_.wait_for(lock, end, timeout, [] { return false; });
        if (end.stop_requested()) return;
        has_barked_ = true;
        halt->stop();
      }} {}

}  // namespace freshet::remote
