// Which messages are in the bytes of a message file that have arrived so far, and how far that is.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "exec/pipes/message.hpp"

namespace freshet {

/// A message, and the offset from which a later reader finds the ones after it.
struct ReadMessage {
  PipesMessage message;
  std::uint64_t offset_after{};
};

/// Cuts the file into lines as it grows.  Does no I/O.
class MessageReader {
 public:
  static constexpr std::size_t kLineMax = std::size_t{1} << 20;       ///< A longer one is skipped.
  static constexpr std::uint64_t kFileMax = std::uint64_t{64} << 20;  ///< The rest is not read.

  /// `offset` is 0, or what came with the last message that was recorded.
  explicit MessageReader(std::uint64_t offset = 0) : position_{offset}, line_start_{offset} {}

  /// Takes the bytes at position(), any number of them, and returns the messages they complete.
  [[nodiscard]] std::vector<ReadMessage> feed(std::string_view bytes);
  /// The file will not grow any more: returns the message in a last line without its newline, if
  /// any.
  [[nodiscard]] std::vector<ReadMessage> finish();

  /// Where in the file the bytes begin that are wanted next; beyond kFileMax no more are.
  [[nodiscard]] std::uint64_t position() const { return position_; }
  /// The file was longer than kFileMax, and that has been reported as a problem.
  [[nodiscard]] bool is_full() const { return position_ > kFileMax; }

 private:
  void end_line(std::vector<ReadMessage>& out);

  std::uint64_t position_;
  std::uint64_t line_start_;
  std::string line_;
  bool skipping_{false};  ///< Within a line that is too long.
  bool closed_{false};
};

}  // namespace freshet
