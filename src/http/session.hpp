// One client's connection, from its first byte to its last: a coroutine that serves one request
// after the other.  Internal to this module.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "http/event.hpp"
#include "http/handler.hpp"
#include "http/link.hpp"
#include "http/request_parser.hpp"
#include "http/response_head.hpp"
#include "http/server.hpp"

namespace freshet::http {

class Session;

/// What a server and its sessions share; the sessions keep it alive beyond the server.
struct Core : std::enable_shared_from_this<Core> {
  Core(boost::asio::io_context& io_in, boost::asio::thread_pool& pool_in, const Options& options_in,
       Handler* handler_in)
      : io{io_in}, pool{pool_in}, options{options_in}, handler{handler_in} {}

  boost::asio::io_context& io;
  boost::asio::thread_pool& pool;
  Options options;
  Handler* handler;  ///< Null once the server is gone.
  Stats stats{};
  bool stopping{false};
  std::function<void()> stopped{};  ///< Called, not from within, when the last session is gone.
  std::set<Session*> sessions{};
  std::map<std::string, std::size_t> per_ip{};

  void enter(Session* session, const std::string& remote);
  void leave(Session* session, const std::string& remote);
  /// Calls `tell` on each session; a session may end meanwhile.
  void each(void (Session::*tell)()) const;
  void post_stopped();
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<Core> core, boost::asio::ip::tcp::socket socket, std::string remote);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  static boost::asio::awaitable<void> run(std::shared_ptr<Session> self);

  /// Ends it soon: now when idle, else after the request in flight.
  void drain();
  /// Ends it now.
  void abort();

 private:
  // Reading (session.cpp).  Those returning bool say whether the connection can go on.
  boost::asio::awaitable<bool> serve_one();
  boost::asio::awaitable<bool> read_head(RequestParser* parser);
  boost::asio::awaitable<bool> read_body(RequestParser* parser, std::size_t limit);
  boost::asio::awaitable<Response> answer(Request request);
  [[nodiscard]] Admission admit(const Head& head) const;
  [[nodiscard]] Response broken(const Head& head, const char* what) const;
  /// Refuses what was read so far; always the connection's last response.
  boost::asio::awaitable<void> refuse(int status, std::string reason);
  boost::asio::awaitable<void> linger();

  // Writing (session_write.cpp).
  boost::asio::awaitable<bool> write_response(Response response, Framing framing);
  boost::asio::awaitable<bool> write_text(std::string_view head, std::string_view body);
  boost::asio::awaitable<bool> write_file(FileRange file);
  boost::asio::awaitable<bool> write_stream(std::shared_ptr<EventStream> stream, bool is_chunked);
  static boost::asio::awaitable<void> watch_peer(std::shared_ptr<Session> self);

  std::shared_ptr<Core> core_;
  std::shared_ptr<Link> link_;
  std::string remote_;
  Event wake_;         ///< An answer was given, a file piece read, a stream pushed, or abort().
  std::string input_;  ///< Read and not yet understood.
  std::shared_ptr<EventStream> stream_;  ///< While one is being written.
  bool is_idle_{true};                   ///< No request is being read or answered.
  bool is_first_{true};
  bool lingers_{false};  ///< The client may still be sending: read that before closing.
};

}  // namespace freshet::http
