// Which files have been written to: one inotify instance for all of them.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace freshet {

/// Calls back on the io thread; to be used there.  A call may come without a change, and one call
/// may stand for many.
class ModifyWatch {
 public:
  explicit ModifyWatch(boost::asio::io_context& io);

  /// Calls `on_change` after each write to the file until remove(); returns a positive number for
  /// it, or -1 where the system allows no more watches.
  [[nodiscard]] int add(const std::string& path, std::function<void()> on_change);
  void remove(int watch);

 private:
  void wait();
  void read_events();
  void call(int watch);

  boost::asio::posix::stream_descriptor inotify_;
  std::map<int, std::function<void()>> callbacks_;
  std::shared_ptr<const bool> alive_{std::make_shared<const bool>(true)};  ///< Seen by handlers.
};

}  // namespace freshet
