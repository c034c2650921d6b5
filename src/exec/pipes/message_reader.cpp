#include "exec/pipes/message_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include "exec/pipes/message.hpp"

namespace freshet {
namespace {

using Method = PipesMessage::Method;

ReadMessage problem_at(std::uint64_t offset, std::string text) {
  PipesMessage message{.method = Method::problem};
  message.text = std::move(text);
  return {.message = std::move(message), .offset_after = offset};
}

}  // namespace

std::vector<ReadMessage> MessageReader::feed(std::string_view bytes) {
  std::vector<ReadMessage> out;
  if (is_full()) return out;
  const std::uint64_t room = kFileMax - position_;
  const bool overflows = bytes.size() > room;
  if (overflows) bytes = bytes.substr(0, static_cast<std::size_t>(room));
  while (!bytes.empty()) {
    const std::size_t newline = bytes.find('\n');
    const bool ends = newline != std::string_view::npos;
    const std::string_view piece = bytes.substr(0, newline);
    const std::size_t taken = piece.size() + (ends ? 1 : 0);
    position_ += taken;
    bytes.remove_prefix(taken);
    if (!skipping_ && line_.size() + piece.size() > kLineMax) {
      skipping_ = true;
      line_ = {};
    }
    if (!skipping_) line_ += piece;
    if (ends) end_line(out);
  }
  if (overflows) {
    line_ = {};
    position_ = kFileMax + 1;  // So that a later reader knows it has been said.
    out.push_back(problem_at(position_,
                             "the message file is longer than 64 MiB; the rest of it is "
                             "not read"));
  }
  return out;
}

std::vector<ReadMessage> MessageReader::finish() {
  std::vector<ReadMessage> out;
  if (!is_full() && position_ > line_start_) end_line(out);
  return out;
}

void MessageReader::end_line(std::vector<ReadMessage>& out) {
  const std::string line = std::exchange(line_, {});
  const bool skipped = std::exchange(skipping_, false);
  const std::uint64_t start = std::exchange(line_start_, position_);
  if (skipped) {
    out.push_back(problem_at(position_, "a line of " + std::to_string(position_ - start) +
                                            " bytes is longer than 1 MiB and was skipped"));
    return;
  }
  if (line.find_first_not_of(" \t\r") == std::string::npos) return;
  PipesMessage message = parse_pipes_message(line);
  // The Rust client closes a second time, then without the exception of the first.
  if (message.method == Method::closed && std::exchange(closed_, true)) return;
  out.push_back({.message = std::move(message), .offset_after = position_});
}

}  // namespace freshet
