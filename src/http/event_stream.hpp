// How a response goes on for as long as there is news: server-sent events, a followed log.
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace freshet::http {

/// A bounded queue between an owner who pushes and a session that writes as the socket allows.
/// The owner keeps a shared_ptr, closes it, and sees to heartbeats.  io thread only.
class EventStream {
 public:
  explicit EventStream(std::size_t queue_max = std::size_t{1} << 20) : queue_max_{queue_max} {}

  /// Queues `chunk` whole, to be written at once; false when the stream is closed or the chunk
  /// does not fit (see overflowed).  May be called before the response is given.
  bool push(std::string_view chunk);
  /// Lets the client read what is queued, then ends the response.  on_closed is not called.
  void close();

  [[nodiscard]] bool open() const { return open_; }
  /// A push was refused for want of room: the client misses something.  Stays true.
  [[nodiscard]] bool overflowed() const { return overflowed_; }
  [[nodiscard]] std::size_t queued() const { return queue_.size(); }  ///< Bytes.
  /// Called once if the stream ends otherwise than by close(): the client left, or the server
  /// stops.  Do not capture the stream's own shared_ptr.
  void on_closed(std::function<void()> callback) { on_closed_ = std::move(callback); }

  // The session's side.
  /// `wake` is called whenever there is something to do.
  void attach(std::function<void()> wake) { wake_ = std::move(wake); }
  [[nodiscard]] std::string take();
  void end();

 private:
  std::size_t queue_max_;
  std::string queue_;
  bool open_{true};
  bool overflowed_{false};
  std::function<void()> wake_;
  std::function<void()> on_closed_;
};

}  // namespace freshet::http
