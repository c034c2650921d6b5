#include "http/link.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "freshet/time.hpp"

namespace freshet::http {
namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

Link::Link(tcp::socket socket) : socket_{std::move(socket)}, deadline_{socket_.get_executor()} {
  error_code ignored;
  socket_.set_option(tcp::no_delay{true}, ignored);
  socket_.non_blocking(true, ignored);  // Only peer_is_gone() reads without awaiting.
}

void Link::arm(Millis limit) {
  const auto turn = ++armed_;
  deadline_.expires_after(limit);
  deadline_.async_wait([weak = weak_from_this(), turn](const error_code& ec) {
    const auto self = weak.lock();
    if (ec || !self || self->armed_ != turn) return;
    self->timed_out_ = true;
    self->close();
  });
}

void Link::disarm() {
  ++armed_;
  deadline_.cancel();
}

asio::awaitable<bool> Link::read(std::string* buffer, std::size_t limit) {
  const std::size_t before = buffer->size();
  buffer->resize(before + limit);
  const auto room = asio::buffer(buffer->data() + before, limit);
  const auto [ec, size] =
      co_await socket_.async_read_some(room, asio::as_tuple(asio::use_awaitable));
  buffer->resize(before + size);
  if (ec && ec != asio::error::eof) log("http").debug("read ended reason={}", ec.message());
  co_return !ec && is_open();
}

asio::awaitable<bool> Link::write(std::string_view first, std::string_view second) {
  const std::array<asio::const_buffer, 2> pieces{asio::buffer(first), asio::buffer(second)};
  const auto [ec, size] =
      co_await asio::async_write(socket_, pieces, asio::as_tuple(asio::use_awaitable));
  if (ec) log("http").debug("write ended reason={}", ec.message());
  co_return !ec && is_open();
}

void Link::watch(std::function<void()> on_gone) {
  socket_.async_wait(tcp::socket::wait_read,
                     [weak = weak_from_this(), on_gone = std::move(on_gone)](const error_code& ec) {
                       const auto self = weak.lock();
                       if (!ec && self && self->peer_is_gone()) on_gone();
                     });
}

void Link::unwatch() {
  error_code ignored;
  socket_.cancel(ignored);
}

bool Link::peer_is_gone() {
  char byte{};
  error_code ec;
  socket_.receive(asio::buffer(&byte, 1), tcp::socket::message_peek, ec);
  return ec && ec != asio::error::would_block && ec != asio::error::try_again;
}

void Link::shutdown_send() {
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void Link::close() {
  error_code ignored;
  socket_.close(ignored);
  disarm();
}

}  // namespace freshet::http
