// Who listens: accepts connections within limits, and lets them end in order.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "http/handler.hpp"

namespace boost::asio {
class io_context;
class thread_pool;
}  // namespace boost::asio

namespace freshet::http {

struct Options {
  std::uint32_t header_limit{16 * 1024};  ///< Bytes of request line and headers; more is 431.
  Millis header_timeout{10'000};          ///< From a request's first byte to its last header.
  Millis idle_timeout{60'000};            ///< Between two requests of one connection.
  /// Every 64 KiB of a body, in either direction, must pass within this: the minimum rate.
  Millis slice_timeout{20'000};
  Millis stop_timeout{5'000};  ///< What has not ended this long after stop() is cut.
  std::size_t connections_max{1'024};
  std::size_t connections_per_ip_max{256};
  std::size_t streams_max{128};  ///< One more is answered with 503.
};

struct Stats {
  std::uint64_t connections_open{};
  std::uint64_t connections_accepted{};
  std::uint64_t connections_refused{};  ///< Over one of the two limits; closed without a word.
  std::uint64_t streams_open{};
  std::uint64_t requests{};  ///< Heads that were understood.
  std::uint64_t refusals{};  ///< By the handler's admit.
  std::uint64_t faults{};    ///< By the server: malformed, too large, too many streams.
  std::uint64_t timeouts{};
};

/// HTTP/1.1 without TLS.  All calls on the io thread, or while it does not run.
class Server {
 public:
  /// All three references are borrowed.  Order of the end: ~Server, then the pool joined (it reads
  /// files and posts back to `io`), then ~io_context.
  Server(boost::asio::io_context& io, boost::asio::thread_pool& pool, const Options& options,
         Handler& handler);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  /// Cuts what is left; streams are told, and the handler is not called again.
  ~Server();

  /// Returns the port, which the system chooses when `port` is 0.  May be called several times.
  Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);
  void stop_accepting();
  /// Stops accepting, closes idle connections, ends streams after what they have queued, and lets
  /// requests in flight have their answer.  `stopped` is called (not from within) when all are
  /// gone.
  void stop(std::function<void()> stopped = nullptr);

  [[nodiscard]] const Stats& stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace freshet::http
