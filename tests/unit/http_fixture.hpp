// A server on a port of its own with its io thread, and a client that sends exactly what it is
// told.
#pragma once
// IWYU pragma: begin_exports
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <algorithm>
#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/unique_fd.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "http/event_stream.hpp"
#include "http/handler.hpp"
#include "http/message.hpp"
#include "http/server.hpp"
// IWYU pragma: end_exports

namespace freshet::http {

/// Something that happens on the io thread and a test waits for.
class Signal {
 public:
  void raise() {
    const std::lock_guard lock{mutex_};
    raised_ = true;
    changed_.notify_all();
  }
  /// The limit is only there so that a broken test ends.
  [[nodiscard]] bool wait() {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, Seconds{20}, [this] { return raised_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool raised_{false};
};

class TestHandler : public Handler {
 public:
  std::function<Admission(const Head&)> on_admit = [](const Head&) {
    return Admission{.body_limit = 1'000};
  };
  /// By default an echo: method, target, body.
  std::function<void(Request, Responder)> on_handle = [](Request request, Responder responder) {
    Response response;
    response.body = request.method + ' ' + request.target + ' ' + request.body;
    responder(std::move(response));
  };

  Admission admit(const Head& head) override { return on_admit(head); }
  void handle(Request request, Responder responder) override {
    on_handle(std::move(request), std::move(responder));
  }
};

class TestClient {
 public:
  explicit TestClient(std::uint16_t port) : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    const timeval limit{.tv_sec = 20, .tv_usec = 0};  // Only so that a broken test ends.
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* any = reinterpret_cast<const sockaddr*>(&address);
    connected_ = ::connect(fd_.get(), any, sizeof address) == 0;
  }

  [[nodiscard]] bool connected() const { return connected_; }

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // The server may have hung up, as many tests want it to.
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void end_sending() const { ::shutdown(fd_.get(), SHUT_WR); }
  void hang_up() { fd_.reset(); }

  /// Reads until `text` has come, and returns everything up to and including it; all there was if
  /// the connection ends before.
  [[nodiscard]] std::string read_to(std::string_view text) {
    for (;;) {
      if (const auto at = received_.find(text); at != std::string::npos) {
        return take(at + text.size());
      }
      if (!receive()) return take(received_.size());
    }
  }
  [[nodiscard]] std::string read(std::size_t size) {
    while (received_.size() < size && receive()) {
    }
    return take(std::min(size, received_.size()));
  }
  [[nodiscard]] std::string read_head() { return read_to("\r\n\r\n"); }
  /// Reads one response with a content-length; its body.
  [[nodiscard]] std::string read_body() {
    const std::string head = read_head();
    const auto at = head.find("content-length: ");
    return at == std::string::npos ? "no length: " + head : read(std::stoul(head.substr(at + 16)));
  }
  [[nodiscard]] std::string read_all() {
    while (receive()) {
    }
    return take(received_.size());
  }

 private:
  bool receive() {
    std::array<char, 16 * 1024> piece{};
    const auto got = ::recv(fd_.get(), piece.data(), piece.size(), 0);
    if (got <= 0) return false;
    received_.append(piece.data(), static_cast<std::size_t>(got));
    return true;
  }
  std::string take(std::size_t size) {
    std::string out = received_.substr(0, size);
    received_.erase(0, size);
    return out;
  }

  UniqueFd fd_;
  bool connected_{false};
  std::string received_;
};

/// Set `handler` and `options`, then start().
class HttpServer : public testing::Test {
 protected:
  /// Runs `task` on the io thread and waits for its end.
  template <class Task>
  auto on_io(Task task) {
    std::packaged_task<decltype(task())()> packaged{std::move(task)};
    auto result = packaged.get_future();
    boost::asio::post(io_, [&packaged] { packaged(); });
    return result.get();
  }
  void TearDown() override {
    if (thread_.joinable()) {
      on_io([this] { server_.reset(); });
      work_.reset();
      thread_.join();
    }
    server_.reset();
    pool_.join();
  }

  void start() {
    server_.emplace(io_, pool_, options, handler);
    const auto port = server_->listen("127.0.0.1", 0);
    ASSERT_TRUE(port) << port.error().message;
    port_ = *port;
    thread_ = std::jthread{[this] { io_.run(); }};
  }

  [[nodiscard]] TestClient connect() const { return TestClient{port_}; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  [[nodiscard]] Stats stats() {
    return on_io([this] { return server_->stats(); });
  }
  /// Waits until `holds` is true of the stats, asking as often as the io thread has time.
  [[nodiscard]] bool stats_become(const std::function<bool(const Stats&)>& holds) {
    for (int tries = 0; tries < 1'000'000; ++tries) {
      if (holds(stats())) return true;
      std::this_thread::yield();
    }
    return false;
  }

  boost::asio::io_context io_{1};
  boost::asio::thread_pool pool_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  Options options{};
  TestHandler handler;
  std::optional<Server> server_;
  std::uint16_t port_{};
  std::jthread thread_;
};

}  // namespace freshet::http
