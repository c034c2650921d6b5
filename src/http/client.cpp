#include "http/client.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "freshet/result.hpp"
#include "http/client_socket.hpp"
#include "http/reply_reader.hpp"

namespace freshet::http {
namespace {

struct Base {
  std::string host;  ///< Without brackets.
  std::string port{"80"};
  std::string authority;
  std::string path;
};

Result<Base> parse_base(std::string_view text) {
  const auto wrong = [text](Errc code, std::string_view why) {
    return Error{code, "read URL \"" + std::string{text} + "\": " + std::string{why}};
  };
  constexpr std::string_view kScheme = "http://";
  if (text.starts_with("https://")) return wrong(Errc::unsupported, "https is not built in");
  if (!text.starts_with(kScheme)) return wrong(Errc::invalid, "want http://HOST:PORT");
  const std::string_view rest = text.substr(kScheme.size());
  const auto slash = rest.find('/');
  Base base;
  base.authority = std::string{rest.substr(0, slash)};
  if (slash != std::string_view::npos) base.path = std::string{rest.substr(slash)};
  while (base.path.ends_with('/')) base.path.pop_back();

  std::string_view authority = base.authority;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return wrong(Errc::invalid, "\"[\" without \"]\"");
    base.host = std::string{authority.substr(1, end - 1)};
    authority.remove_prefix(end + 1);
  } else {
    base.host = std::string{authority.substr(0, authority.find(':'))};
    authority.remove_prefix(base.host.size());
  }
  if (!authority.empty()) base.port = std::string{authority.substr(1)};
  const bool port_ok = !base.port.empty() && base.port.size() <= 5 &&
                       base.port.find_first_not_of("0123456789") == std::string::npos;
  if (base.host.empty() || !port_ok || (!authority.empty() && authority.front() != ':') ||
      text.find_first_of("@?# \r\n") != std::string_view::npos) {
    return wrong(Errc::invalid, "want http://HOST:PORT");
  }
  return base;
}

Result<std::string> render(const Call& call, const Base& base) {
  std::string text = call.method + ' ' + base.path + call.target + " HTTP/1.1";
  std::size_t lines = 0;
  const auto add_line = [&text, &lines](std::string_view name, std::string_view value) {
    text.append("\r\n").append(name).append(": ").append(value);
    ++lines;
  };
  add_line("host", base.authority);
  add_line("connection", "close");
  if (!call.body.empty() || (call.method != "GET" && call.method != "HEAD")) {
    add_line("content-length", std::to_string(call.body.size()));
  }
  for (const auto& [name, value] : call.headers) add_line(name, value);
  const auto count = [&text](char c) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), c));
  };
  if (count('\r') != lines || count('\n') != lines) {
    return Error{Errc::invalid, "request " + base.authority + ": a line break in target or header"};
  }
  return text + "\r\n\r\n" + call.body;
}

struct Exchange {
  ClientSocket socket;
  ReplyReader reader;
  Reply reply;
};

Result<std::unique_ptr<Exchange>> begin(const Call& call) {
  FRESHET_TRY(const Base base, parse_base(call.base));
  FRESHET_TRY(const std::string request, render(call, base));
  FRESHET_TRY(ClientSocket socket, ClientSocket::connect(base.host, base.port, call.timeout));
  // A server that refuses early may stop reading, so its answer counts more than our failure.
  const Result<void> sent = socket.send(request);
  auto exchange = std::make_unique<Exchange>(std::move(socket));
  auto reply = exchange->reader.read_head(exchange->socket);
  if (!reply) return sent ? reply.error() : sent.error();
  exchange->reply = std::move(reply).value();
  return exchange;
}

/// Cuts a stream of pieces into lines.
class LineCutter {
 public:
  explicit LineCutter(const std::function<bool(std::string_view)>& on_line) : on_line_{on_line} {}

  bool put(std::string_view piece) {
    for (;;) {
      const auto end = piece.find('\n');
      rest_ += piece.substr(0, end);
      if (end == std::string_view::npos) return true;
      piece.remove_prefix(end + 1);
      if (!give()) return false;
    }
  }
  void finish() {
    if (!rest_.empty()) give();
  }

 private:
  bool give() {
    std::string line = std::exchange(rest_, {});
    if (line.ends_with('\r')) line.pop_back();
    return on_line_(line);
  }

  const std::function<bool(std::string_view)>& on_line_;
  std::string rest_;
};

}  // namespace

Result<Reply> fetch(const Call& call) {
  FRESHET_TRY(const auto exchange, begin(call));
  Reply& reply = exchange->reply;
  const auto keep = [&reply](std::string_view piece) {
    reply.body += piece;
    return true;
  };
  if (call.method != "HEAD") {
    const auto read = exchange->reader.read_body(exchange->socket, reply, keep);
    if (!read) return read.error();
  }
  return std::move(reply);
}

Result<Reply> follow(const Call& call, const std::function<bool(std::string_view line)>& on_line) {
  FRESHET_TRY(const auto exchange, begin(call));
  Reply& reply = exchange->reply;
  const bool is_good = reply.status / 100 == 2;
  LineCutter lines{on_line};
  bool wanted = true;
  const auto take = [&](std::string_view piece) {
    if (is_good) {
      wanted = lines.put(piece);
    } else {
      reply.body += piece;
    }
    return wanted;
  };
  const auto read = exchange->reader.read_body(exchange->socket, reply, take);
  if (!read) return read.error();
  if (wanted) lines.finish();
  return std::move(reply);
}

}  // namespace freshet::http
