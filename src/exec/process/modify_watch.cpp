#include "exec/process/modify_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/unique_fd.hpp"

namespace freshet {

ModifyWatch::ModifyWatch(boost::asio::io_context& io) : inotify_{io} {
  UniqueFd fd{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
  if (!fd) return;
  boost::system::error_code error;
  inotify_.assign(fd.get(), error);
  if (error) return;
  static_cast<void>(fd.release());
  wait();
}

int ModifyWatch::add(const std::string& path, std::function<void()> on_change) {
  if (!inotify_.is_open()) return -1;
  const int watch =
      ::inotify_add_watch(inotify_.native_handle(), path.c_str(), IN_MODIFY | IN_DONT_FOLLOW);
  if (watch < 0) return -1;
  callbacks_[watch] = std::move(on_change);
  return watch;
}

void ModifyWatch::remove(int watch) {
  if (callbacks_.erase(watch) > 0) ::inotify_rm_watch(inotify_.native_handle(), watch);
}

void ModifyWatch::wait() {
  inotify_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [this, alive = std::weak_ptr{alive_}](boost::system::error_code error) {
                        if (error || alive.expired()) return;
                        read_events();
                        if (!alive.expired()) wait();
                      });
}

void ModifyWatch::read_events() {
  alignas(inotify_event) std::array<char, 16'384> buffer;
  const ssize_t size = ::read(inotify_.native_handle(), buffer.data(), buffer.size());
  std::vector<int> changed;
  for (std::size_t at = 0; size > 0 && at < static_cast<std::size_t>(size);) {
    inotify_event event{};
    std::memcpy(&event, buffer.data() + at, sizeof event);
    at += sizeof event + event.len;
    if ((event.mask & IN_Q_OVERFLOW) != 0) {  // Something was missed: look at all of them.
      changed.clear();
      for (const auto& [watch, callback] : callbacks_) changed.push_back(watch);
      break;
    }
    if ((event.mask & IN_MODIFY) != 0) changed.push_back(event.wd);
  }
  const std::weak_ptr alive{alive_};
  for (const int watch : changed) {
    if (alive.expired()) return;
    call(watch);
  }
}

void ModifyWatch::call(int watch) {
  const auto found = callbacks_.find(watch);
  if (found == callbacks_.end()) return;
  const auto callback = found->second;  // It may remove itself.
  callback();
}

}  // namespace freshet
