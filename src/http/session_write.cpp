// How a response gets onto the wire: a text, a file's range, or a stream without a known end.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "base/unique_fd.hpp"
#include "http/event_stream.hpp"
#include "http/message.hpp"
#include "http/response_head.hpp"
#include "http/session.hpp"
#include "http/spawn.hpp"

namespace freshet::http {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kPiece = 65'536;  ///< What slice_timeout is about.

/// A read that the pool does.  It owns what it touches, for the session may be gone before it ends.
struct PoolRead {
  UniqueFd fd;
  std::vector<char> bytes = std::vector<char>(kPiece);
  std::size_t want{};
  std::uint64_t offset{};
  ssize_t got{};
  int error{};
  bool done{true};
};

void read_once(PoolRead& read) {
  do {
    read.got =
        ::pread(read.fd.get(), read.bytes.data(), read.want, static_cast<off_t>(read.offset));
    read.error = errno;
  } while (read.got < 0 && read.error == EINTR);
}

/// Returns the head of `response`, which is replaced if it cannot be sent.
std::string head_or_500(Response& response, const Framing& framing) {
  if (auto head = render_head(response, framing)) return *std::move(head);
  log("http").error("response header would break its line answered=500");
  if (response.stream) response.stream->end();
  response = Response{.status = 500};
  return render_head(response, framing).value_or("");
}

std::string chunk_head(std::size_t size) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
  return std::string{digits.data(), end} + "\r\n";
}

}  // namespace

asio::awaitable<bool> Session::write_response(Response response, Framing framing) {
  if (response.stream && core_->stats.streams_open >= core_->options.streams_max) {
    log("http").debug("stream refused streams={} remote={}", core_->stats.streams_open, remote_);
    ++core_->stats.faults;
    response.stream->end();
    response = core_->handler->fault(503, "too many streams are open");
  }
  framing.keep_alive = framing.keep_alive && !core_->stopping && !response.stream && !lingers_;
  const std::string head = head_or_500(response, framing);
  bool written = false;
  const bool has_body = !framing.is_head && may_have_body(response.status);
  if (!has_body) {
    if (response.stream) response.stream->end();
    written = co_await write_text(head, "");
  } else if (response.stream) {
    written = co_await write_text(head, "");
    if (written) {
      written = co_await write_stream(response.stream, !framing.is_http10);
    } else {
      response.stream->end();
    }
  } else if (response.file) {
    written = co_await write_text(head, "");
    if (written) written = co_await write_file(std::move(*response.file));
  } else {
    written = co_await write_text(head, response.body);
  }
  link_->disarm();
  co_return written&& framing.keep_alive;
}

asio::awaitable<bool> Session::write_text(std::string_view head, std::string_view body) {
  do {
    const std::string_view piece = body.substr(0, kPiece);
    link_->arm(core_->options.slice_timeout);
    const bool written = co_await link_->write(head, piece);
    if (!written) co_return false;
    head = {};
    body.remove_prefix(piece.size());
  } while (!body.empty());
  co_return true;
}

asio::awaitable<bool> Session::write_file(FileRange file) {
  link_->disarm();  // The disk is not the client's fault.
  auto read = std::make_shared<PoolRead>();
  read->fd = std::move(file.fd);
  read->offset = file.offset;
  std::uint64_t left = file.length;
  while (left > 0) {
    read->want = static_cast<std::size_t>(std::min<std::uint64_t>(left, kPiece));
    read->done = false;
    asio::post(core_->pool, [read, self = weak_from_this(), &io = core_->io] {
      read_once(*read);
      asio::post(io, [read, self] {
        read->done = true;
        if (const auto session = self.lock()) session->wake_.notify();
      });
    });
    while (!read->done && link_->is_open()) co_await wake_.wait();
    if (!link_->is_open()) co_return false;
    if (read->got <= 0) {
      log("http").warn("response cut short missing={} reason=\"{}\"", left,
                       read->got == 0 ? "the file is shorter than announced"
                                      : std::generic_category().message(read->error));
      co_return false;
    }
    const auto got = static_cast<std::size_t>(read->got);
    const std::string_view piece{read->bytes.data(), got};
    const bool written = co_await write_text(piece, "");
    if (!written) co_return false;
    link_->disarm();
    read->offset += got;
    left -= got;
  }
  co_return true;
}

asio::awaitable<bool> Session::write_stream(std::shared_ptr<EventStream> stream, bool is_chunked) {
  ++core_->stats.streams_open;
  stream_ = stream;
  stream->attach([self = weak_from_this()] {
    if (const auto session = self.lock()) session->wake_.notify();
  });
  if (core_->stopping) stream->end();
  input_.clear();  // From here on, watch_peer reads, and all that comes is in vain.
  lingers_ = false;
  spawn(core_->io.get_executor(), watch_peer(shared_from_this()));

  bool written = true;
  while (written && link_->is_open()) {
    const std::string queued = stream->take();
    if (queued.empty() && !stream->open()) break;
    link_->disarm();
    if (queued.empty()) {
      co_await wake_.wait();
    } else if (is_chunked) {
      const std::string head = chunk_head(queued.size());
      written = co_await write_text(head, queued);
      if (written) written = co_await write_text("\r\n", "");
    } else {
      written = co_await write_text(queued, "");
    }
  }
  if (written && is_chunked && link_->is_open()) {
    written = co_await write_text("0\r\n\r\n", "");
  }
  link_->shutdown_send();
  stream_ = nullptr;
  --core_->stats.streams_open;
  stream->end();
  stream->attach(nullptr);
  co_return written;
}

asio::awaitable<void> Session::watch_peer(std::shared_ptr<Session> self) {
  // Nothing that comes is wanted, and the end of it means that nobody listens.
  std::string ignored;
  bool is_there = true;
  while (is_there) {
    ignored.clear();
    is_there = co_await self->link_->read(&ignored, 512);
  }
  self->abort();
}

}  // namespace freshet::http
