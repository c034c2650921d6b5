// What a server asks of its user: is this request let in, and what is the answer?
#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

#include "http/message.hpp"

namespace freshet::http {

/// Gives one request its answer: once, now or later, on the io thread.  Destroyed without one,
/// it answers 500.  An answer that nobody waits for any more is dropped, its stream ended.
class Responder {
 public:
  using Send = std::function<void(Response)>;
  using Alive = std::function<bool()>;

  /// The server makes these; a test may make its own.
  explicit Responder(Send send, Alive alive = nullptr);
  Responder(Responder&& other) noexcept;
  Responder& operator=(Responder&& other) noexcept;
  ~Responder();

  void operator()(Response response);
  /// False when the client is known to have hung up, or the answer has been given.
  [[nodiscard]] bool alive() const;

 private:
  void give_up();

  Send send_;
  Alive alive_;
};

struct Admission {
  std::optional<Response> refusal{};  ///< Given, it is the answer, and the body is not read.
  std::size_t body_limit{0};          ///< Bytes; a longer body is answered with 413.
};

/// All calls come on the io thread and must not block.  One that throws is logged, and its request
/// answered with 500.
class Handler {
 public:
  Handler() = default;
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;
  virtual ~Handler() = default;

  /// Called when the head is complete and before a byte of the body is read.
  virtual Admission admit(const Head& head) = 0;
  virtual void handle(Request request, Responder responder) = 0;
  /// What the client reads when the server itself refuses: 400, 413, 417, 431, 500, 501, 503.
  virtual Response fault(int status, std::string_view reason);
};

}  // namespace freshet::http
