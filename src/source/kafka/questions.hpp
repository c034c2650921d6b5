// Questions to one server, which may take long to answer: one after another on a thread of their
// own, so that nobody waits but those who ask the same server.
#pragma once
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <utility>

namespace freshet::kafka {

/// On the io thread, but where it says otherwise.  Its end waits for the question that is being
/// asked, if any.
class Questions {
 public:
  explicit Questions(boost::asio::io_context& io) : io_{io} {}
  Questions(const Questions&) = delete;
  Questions& operator=(const Questions&) = delete;

  /// Has `work()` done on the thread; what it returns goes to `then` on the io thread.
  template <class Work, class Then>
  void ask(Work work, Then then) {
    boost::asio::post(thread_, [guard = boost::asio::make_work_guard(io_), closed = closed_,
                                work = std::move(work), then = std::move(then)]() mutable {
      if (closed->load()) return;
      auto result = work();
      if (closed->load()) return;
      boost::asio::post(guard.get_executor(), [closed = std::move(closed), then = std::move(then),
                                               result = std::move(result)]() mutable {
        if (!closed->load()) then(std::move(result));
      });
    });
  }
  /// No question that has not been asked is, and nothing more is answered.
  void close() { closed_->store(true); }
  /// For those whose questions can be broken off.
  [[nodiscard]] std::shared_ptr<const std::atomic<bool>> closed() const { return closed_; }
  /// Has `last` done on the thread behind all else, also when it is closed; any thread.
  template <class Last>
  void end(Last last) {
    boost::asio::post(thread_, [ended = ended_, last = std::move(last)]() mutable {
      last();
      ended->store(true);
    });
  }
  /// Whether that is over, so that its end waits for nothing.
  [[nodiscard]] bool has_ended() const { return ended_->load(); }
  void join() { thread_.join(); }

 private:
  boost::asio::io_context& io_;
  const std::shared_ptr<std::atomic<bool>> closed_{std::make_shared<std::atomic<bool>>(false)};
  const std::shared_ptr<std::atomic<bool>> ended_{std::make_shared<std::atomic<bool>>(false)};
  boost::asio::thread_pool thread_{1};
};

}  // namespace freshet::kafka
