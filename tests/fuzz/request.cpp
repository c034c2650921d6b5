// Bytes from a connection: what they make does not depend on how they are cut, and a target that is
// understood is the same when it is written again.  An input is the size of the pieces, and the
// bytes.
#include "http/request_parser.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "fuzz.hpp"
#include "http/target.hpp"

namespace freshet::http {
namespace {

using fuzz::require;
using Progress = RequestParser::Progress;

struct Outcome {
  Progress progress{Progress::more};
  int fault{};
  Head head;
  bool keep_alive{};
  std::string body;
  std::string left;
};

/// Feeds `text` in pieces, up to the end of the first request.
Outcome parse(std::string_view text, std::size_t piece) {
  constexpr std::uint32_t header_limit = 1'024;
  constexpr std::uint64_t body_limit = 1'000;
  RequestParser parser{header_limit};
  Outcome out;
  std::string input;
  for (bool has_more = true; has_more;) {
    out.progress = parser.put(input);
    switch (out.progress) {
      case Progress::more:
        has_more = !text.empty();
        input += text.substr(0, piece);
        text.remove_prefix(std::min(piece, text.size()));
        break;
      case Progress::head:
        out.head = parser.head();
        out.keep_alive = parser.keep_alive();
        if (!parser.limit_body(body_limit)) {
          out.progress = Progress::fault;
          out.fault = 413;
          return out;
        }
        break;
      case Progress::done:
        out.body = parser.take_body();
        require(out.body.size() <= body_limit, "a body keeps to its limit");
        out.left = input + std::string{text};
        return out;
      case Progress::fault:
        out.fault = parser.fault_status();
        require(!parser.fault_reason().empty(), "a fault has a reason");
        return out;
    }
  }
  return out;
}

std::string written(const Target& target) {
  std::string out;
  for (const std::string& segment : target.segments) out += '/' + encode_segment(segment);
  if (out.empty()) out = "/";
  char before = '?';
  for (const auto& [name, value] : target.query) {
    out.append(1, before).append(encode_segment(name)).append(1, '=').append(encode_segment(value));
    before = '&';
  }
  return out;
}

void judge_target(std::string_view text) {
  const auto target = parse_target(text);
  if (!target) {
    require(!target.error().message.empty() && is_utf8(target.error().message),
            "an error has a message", text);
    return;
  }
  for (const std::string& segment : target->segments) {
    require(!segment.empty() && segment != "." && segment != ".." &&
                segment.find('/') == std::string::npos && is_utf8(segment),
            "a segment is one name", text);
  }
  const auto again = parse_target(written(*target));
  require(again.has_value(), "what is written is read", text);
  require(again->segments == target->segments && again->query == target->query,
          "a target comes back as it was", text);
}

void judge(fuzz::Input input) {
  const std::size_t piece = 1 + input.byte() % 16;
  const std::string& text = input.rest();
  const Outcome whole = parse(text, text.size() + 1);
  const Outcome cut = parse(text, piece);
  // What is wrong with a head that has not ended may be seen at once, or at its end.
  const auto is_early = [](const Outcome& one, const Outcome& other) {
    return one.progress == Progress::fault && other.progress == Progress::more;
  };
  if (is_early(whole, cut) || is_early(cut, whole)) return;
  require(whole.progress == cut.progress, "what becomes of bytes does not depend on cuts", text);
  // What is both wrong and too long is refused as one or the other.
  require(whole.fault == cut.fault || whole.fault == 431 || cut.fault == 431,
          "a fault does not depend on cuts",
          std::to_string(whole.fault) + " or " + std::to_string(cut.fault));
  require(whole.head.method == cut.head.method && whole.head.target == cut.head.target &&
              whole.head.headers == cut.head.headers && whole.keep_alive == cut.keep_alive,
          "a head does not depend on cuts", text);
  require(whole.body == cut.body && whole.left == cut.left, "a body does not depend on cuts", text);
  for (const auto& [name, value] : whole.head.headers) {
    require(name.find_first_of("\r\n: ") == std::string::npos, "a header's name is a word", name);
    require(value.find_first_of("\r\n") == std::string::npos, "a header is a line", value);
  }
  if (!whole.head.target.empty()) judge_target(whole.head.target);
}

}  // namespace
}  // namespace freshet::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  freshet::http::judge({data, size});
  return 0;
}
