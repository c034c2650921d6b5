#include "http/request_parser.hpp"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "freshet/result.hpp"
#include "http/message.hpp"

namespace freshet::http {
namespace beast = boost::beast;

namespace {

/// A chunk's size line with extensions, or the trailers, may take this many bytes.
constexpr std::size_t kChunkLineMax = 8'192;
/// Wherever a chunked body is cut, at least its last chunk, "0\r\n\r\n", is still to come.  Beast
/// 1.81 asserts that it sees that many bytes, so that "0\r\n" and one more byte would abort us.
constexpr std::size_t kChunkedRestMin = 5;

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace

struct RequestParser::Impl {
  beast::http::request_parser<beast::http::string_body> parser;
  std::size_t header_limit{};
  std::size_t header_bytes{};
  bool has_head{false};
  bool expects_continue{false};
  Head head;
  int fault_status{};
  std::string fault_reason;

  Progress fail(int status, std::string reason) {
    fault_status = status;
    fault_reason = std::move(reason);
    return Progress::fault;
  }

  Progress fail(const beast::error_code& ec) {
    if (ec == beast::http::error::header_limit) {
      return fail(431, "request head: more than " + std::to_string(header_limit) + " bytes");
    }
    if (ec == beast::http::error::body_limit || ec == beast::http::error::buffer_overflow) {
      return fail(413, "request body: too large");
    }
    return fail(400, "request: " + ec.message());
  }

  /// What Beast lets pass and a server must not: ambiguous framing, a doubtful host.
  Progress judge_head() {
    int hosts = 0;
    int codings = 0;
    for (const auto& [name, value] : head.headers) {
      if (name == "host") ++hosts;
      if (name == "transfer-encoding") {
        ++codings;
        if (lower(value) != "chunked") {
          return fail(501, "request header transfer-encoding: only \"chunked\" is understood");
        }
      }
      if (name == "expect") {
        if (lower(value) != "100-continue") {
          return fail(417, "request header expect: only \"100-continue\" is understood");
        }
        expects_continue = !http10();
      }
    }
    if (codings > 1 || (codings == 1 && (http10() || !parser.chunked()))) {
      return fail(400, "request header transfer-encoding: conflicts with other headers");
    }
    if (hosts > 1 || (hosts == 0 && !http10())) {
      return fail(400, "request header host: want exactly one");
    }
    return Progress::head;
  }

  Progress begin_head() {
    const auto& message = parser.get();
    head.method = std::string{message.method_string()};
    head.target = std::string{message.target()};
    for (const auto& field : message) {
      head.headers.emplace_back(lower(field.name_string()), std::string{field.value()});
    }
    has_head = true;
    return judge_head();
  }

  [[nodiscard]] bool http10() const { return parser.get().version() < 11; }

  /// `used` grows by what was understood of `input`.
  Progress put(std::string_view input, std::size_t& used) {
    for (;;) {
      if (has_head && parser.is_done()) return Progress::done;
      const std::string_view rest = input.substr(used);
      const std::size_t rest_min = has_head && parser.chunked() ? kChunkedRestMin : 1;
      if (rest.size() < rest_min) return Progress::more;
      beast::error_code ec;
      const std::size_t taken = parser.put(boost::asio::buffer(rest.data(), rest.size()), ec);
      used += taken;
      if (!has_head) {
        header_bytes += taken;
        const bool over = header_bytes + (ec ? rest.size() - taken : 0) > header_limit;
        if (over) ec = beast::http::error::header_limit;
      }
      if (ec == beast::http::error::need_more) {
        if (has_head && rest.size() - taken > kChunkLineMax) {
          return fail(400, "request body: a chunk's head is too long");
        }
        return Progress::more;
      }
      if (ec) return fail(ec);
      if (!has_head && parser.is_header_done()) return begin_head();
    }
  }
};

RequestParser::RequestParser(std::uint32_t header_limit) : impl_{std::make_unique<Impl>()} {
  impl_->header_limit = header_limit;
  impl_->parser.header_limit(header_limit);
  impl_->parser.body_limit(boost::none);
}

RequestParser::~RequestParser() = default;

RequestParser::Progress RequestParser::put(std::string& input) {
  FRESHET_ASSERT(impl_->fault_status == 0);
  std::size_t used = 0;
  const Progress progress = impl_->put(input, used);
  input.erase(0, used);
  return progress;
}

const Head& RequestParser::head() const { return impl_->head; }
bool RequestParser::keep_alive() const { return impl_->parser.keep_alive(); }
bool RequestParser::is_http10() const { return impl_->http10(); }
bool RequestParser::expects_continue() const { return impl_->expects_continue; }

bool RequestParser::has_body() const {
  return impl_->parser.chunked() || impl_->parser.content_length().value_or(0) > 0;
}

bool RequestParser::limit_body(std::uint64_t limit) {
  impl_->parser.body_limit(limit);
  return impl_->parser.content_length().value_or(0) <= limit;
}

std::string RequestParser::take_body() { return std::move(impl_->parser.get().body()); }
int RequestParser::fault_status() const { return impl_->fault_status; }
const std::string& RequestParser::fault_reason() const { return impl_->fault_reason; }

}  // namespace freshet::http
