#include "http/handler.hpp"

#include <string_view>
#include <utility>

#include "freshet/result.hpp"
#include "http/message.hpp"

namespace freshet::http {

Responder::Responder(Send send, Alive alive) : send_{std::move(send)}, alive_{std::move(alive)} {}

Responder::Responder(Responder&& other) noexcept
    : send_{std::exchange(other.send_, nullptr)}, alive_{std::exchange(other.alive_, nullptr)} {}

Responder& Responder::operator=(Responder&& other) noexcept {
  if (this != &other) {
    give_up();
    send_ = std::exchange(other.send_, nullptr);
    alive_ = std::exchange(other.alive_, nullptr);
  }
  return *this;
}

Responder::~Responder() { give_up(); }

void Responder::operator()(Response response) {
  FRESHET_ASSERT(send_);  // An answer is given once.
  const Send send = std::exchange(send_, nullptr);
  send(std::move(response));
}

bool Responder::alive() const { return send_ && (!alive_ || alive_()); }

void Responder::give_up() {
  if (!send_) return;
  Response response{.status = 500, .headers = {{"content-type", "text/plain; charset=utf-8"}}};
  response.body = "The request was given no answer.\n";
  (*this)(std::move(response));
}

Response Handler::fault(int status, std::string_view reason) {
  Response response{.status = status, .headers = {{"content-type", "text/plain; charset=utf-8"}}};
  response.body = std::string{reason} + '\n';
  return response;
}

}  // namespace freshet::http
