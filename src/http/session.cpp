#include "http/session.hpp"

#include <boost/asio/post.hpp>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "freshet/time.hpp"
#include "http/event_stream.hpp"  // IWYU pragma: keep
#include "http/handler.hpp"
#include "http/link.hpp"
#include "http/message.hpp"
#include "http/request_parser.hpp"
#include "http/response_head.hpp"

namespace freshet::http {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kHeadPiece = 4'096;
constexpr std::size_t kBodyPiece = 65'536;  ///< What slice_timeout is about.
constexpr Millis kLingerTimeout{2'000};
constexpr std::size_t kLingerMax = 16'777'216;

/// Where a Responder puts its answer; gone when the session no longer waits for it.
struct Slot {
  std::optional<Response> response;
  bool peer_gone{false};
};

}  // namespace

void Core::enter(Session* session, const std::string& remote) {
  sessions.insert(session);
  ++per_ip[remote];
  ++stats.connections_open;
  ++stats.connections_accepted;
}

void Core::leave(Session* session, const std::string& remote) {
  sessions.erase(session);
  const auto found = per_ip.find(remote);
  if (--found->second == 0) per_ip.erase(found);
  --stats.connections_open;
  if (sessions.empty() && stopped) post_stopped();
}

void Core::each(void (Session::*tell)()) const {
  std::vector<std::shared_ptr<Session>> held;
  for (Session* session : sessions) {
    if (auto owner = session->weak_from_this().lock()) held.push_back(std::move(owner));
  }
  for (const auto& session : held) (session.get()->*tell)();
}

void Core::post_stopped() {
  asio::post(io, [self = shared_from_this()] {
    if (const auto callback = std::exchange(self->stopped, nullptr)) callback();
  });
}

Session::Session(std::shared_ptr<Core> core, asio::ip::tcp::socket socket, std::string remote)
    : core_{std::move(core)},
      link_{std::make_shared<Link>(std::move(socket))},
      remote_{std::move(remote)},
      wake_{core_->io} {
  core_->enter(this, remote_);
}

// NOLINTNEXTLINE(bugprone-exception-escape): only bad_alloc could, and that may end us.
Session::~Session() { core_->leave(this, remote_); }

asio::awaitable<void> Session::run(std::shared_ptr<Session> self) {
  bool goes_on = true;
  while (goes_on) goes_on = co_await self->serve_one();
  if (self->link_->timed_out()) {
    ++self->core_->stats.timeouts;
    log("http").debug("connection timed out remote={}", self->remote_);
  }
  if (self->lingers_ || !self->input_.empty()) co_await self->linger();
  self->link_->close();
}

void Session::drain() {
  if (is_idle_) {
    link_->close();
  } else if (stream_) {
    const auto stream = stream_;  // Its owner may do anything in the callback.
    stream->end();
  }
}

void Session::abort() {
  link_->close();
  if (const auto stream = stream_) stream->end();
  wake_.notify();
}

asio::awaitable<bool> Session::serve_one() {
  RequestParser parser{core_->options.header_limit};
  const bool has_head = co_await read_head(&parser);
  if (!has_head) co_return false;

  ++core_->stats.requests;
  Request request;
  static_cast<Head&>(request) = parser.head();
  request.remote = remote_;
  Framing framing{.is_head = request.method == "HEAD",
                  .is_http10 = parser.is_http10(),
                  .keep_alive = parser.keep_alive()};

  Admission admission = admit(request);
  if (admission.refusal) {
    ++core_->stats.refusals;
    lingers_ = parser.has_body();
    framing.keep_alive = framing.keep_alive && !lingers_;
    const bool refused = co_await write_response(std::move(*admission.refusal), framing);
    co_return refused;
  }

  const bool has_body = co_await read_body(&parser, admission.body_limit);
  if (!has_body) co_return false;
  request.body = parser.take_body();
  Response response = co_await answer(std::move(request));
  if (!link_->is_open()) {
    if (response.stream) response.stream->end();
    co_return false;
  }
  const bool written = co_await write_response(std::move(response), framing);
  co_return written;
}

/// A broken promise in the handler costs one request, not the server.
Response Session::broken(const Head& head, const char* what) const {
  log("http").error("request failed method={} target={} reason={}", head.method,
                    std::string_view{head.target}.substr(0, head.target.find('?')), what);
  return core_->handler->fault(500, "the server made a mistake; its log says more");
}

Admission Session::admit(const Head& head) const {
  try {
    return core_->handler->admit(head);
  } catch (const std::exception& error) {
    return {.refusal = broken(head, error.what())};
  }
}

asio::awaitable<bool> Session::read_head(RequestParser* parser) {
  if (input_.empty()) {
    if (core_->stopping) co_return false;
    is_idle_ = true;
    link_->arm(is_first_ ? core_->options.header_timeout : core_->options.idle_timeout);
    const bool is_there = co_await link_->read(&input_, kHeadPiece);
    is_idle_ = false;
    if (!is_there) co_return false;
  }
  is_first_ = false;
  link_->arm(core_->options.header_timeout);
  for (;;) {
    const auto progress = parser->put(input_);
    if (progress == RequestParser::Progress::fault) {
      co_await refuse(parser->fault_status(), parser->fault_reason());
      co_return false;
    }
    if (progress != RequestParser::Progress::more) break;
    const bool has_more = co_await link_->read(&input_, kHeadPiece);
    if (!has_more) co_return false;
  }
  link_->disarm();
  co_return true;
}

asio::awaitable<bool> Session::read_body(RequestParser* parser, std::size_t limit) {
  const bool fits = parser->limit_body(limit);
  if (!fits) {
    co_await refuse(413, "request body: more than " + std::to_string(limit) + " bytes");
    co_return false;
  }
  link_->arm(core_->options.slice_timeout);
  if (parser->expects_continue() && parser->has_body() && input_.empty()) {
    const bool told = co_await link_->write("HTTP/1.1 100 Continue\r\n\r\n", "");
    if (!told) co_return false;
  }
  std::size_t slice = 0;
  for (;;) {
    const auto progress = parser->put(input_);
    if (progress == RequestParser::Progress::done) break;
    if (progress == RequestParser::Progress::fault) {
      co_await refuse(parser->fault_status(), parser->fault_reason());
      co_return false;
    }
    const std::size_t before = input_.size();
    const bool has_more = co_await link_->read(&input_, kBodyPiece);
    if (!has_more) co_return false;
    slice += input_.size() - before;
    if (slice >= kBodyPiece) {
      slice = 0;
      link_->arm(core_->options.slice_timeout);
    }
  }
  link_->disarm();
  co_return true;
}

asio::awaitable<Response> Session::answer(Request request) {
  const auto slot = std::make_shared<Slot>();
  Responder responder{[slot = std::weak_ptr{slot}, self = weak_from_this()](Response response) {
                        const auto waiting = slot.lock();
                        const auto session = self.lock();
                        if (waiting && session) {
                          waiting->response = std::move(response);
                          session->wake_.notify();
                        } else if (response.stream) {
                          response.stream->end();
                        }
                      },
                      [slot = std::weak_ptr{slot}, link = std::weak_ptr{link_}] {
                        const auto waiting = slot.lock();
                        const auto open = link.lock();
                        return waiting && open && !waiting->peer_gone && open->is_open();
                      }};
  const Head head = request;
  try {
    core_->handler->handle(std::move(request), std::move(responder));
  } catch (const std::exception& error) {
    if (slot->response && slot->response->stream) slot->response->stream->end();
    slot->response = broken(head, error.what());
  }
  if (!slot->response) {
    // Half a close is not a farewell: the answer is written all the same, if it can be.
    link_->watch([slot = std::weak_ptr{slot}] {
      if (const auto waiting = slot.lock()) waiting->peer_gone = true;
    });
    while (!slot->response && link_->is_open()) co_await wake_.wait();
    link_->unwatch();
  }
  co_return std::move(slot->response).value_or(Response{});
}

asio::awaitable<void> Session::refuse(int status, std::string reason) {
  log("http").debug("request refused status={} reason=\"{}\" remote={}", status, reason, remote_);
  ++core_->stats.faults;
  lingers_ = true;
  Response response = core_->handler->fault(status, reason);
  const Framing framing{.keep_alive = false};
  co_await write_response(std::move(response), framing);
}

asio::awaitable<void> Session::linger() {
  // Closing with unread input makes the kernel send a reset, which can overtake the response.
  if (!link_->is_open() || core_->stopping) co_return;
  is_idle_ = true;  // Nothing is lost if drain() ends it.
  link_->shutdown_send();
  link_->arm(kLingerTimeout);
  std::size_t total = 0;
  bool goes_on = true;
  while (goes_on && total < kLingerMax) {
    input_.clear();
    goes_on = co_await link_->read(&input_, kBodyPiece);
    total += input_.size();
  }
}

}  // namespace freshet::http
