#include "http/event_stream.hpp"

#include <string_view>
#include <utility>

namespace freshet::http {

bool EventStream::push(std::string_view chunk) {
  if (!open_) return false;
  if (chunk.size() > queue_max_ - queue_.size()) {
    overflowed_ = true;
    return false;
  }
  queue_ += chunk;
  if (wake_) wake_();
  return true;
}

void EventStream::close() {
  open_ = false;
  on_closed_ = nullptr;
  if (wake_) wake_();
}

std::string EventStream::take() { return std::exchange(queue_, {}); }

void EventStream::end() {
  if (!open_) return;
  open_ = false;
  const auto callback = std::exchange(on_closed_, nullptr);
  if (wake_) wake_();
  if (callback) callback();
}

}  // namespace freshet::http
