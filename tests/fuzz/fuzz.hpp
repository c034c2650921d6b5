// What every fuzz target has: its one function, and a way to say what does not hold.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

/// Judges one input of at most 4 KiB.  Returns 0; what does not hold ends the process.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace freshet::fuzz {

/// Aborts, with the sentence that does not hold and what it does not hold of.
inline void require(bool holds, std::string_view sentence, std::string_view about = "") {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n%.*s\n", static_cast<int>(sentence.size()),
               sentence.data(), static_cast<int>(about.size()), about.data());
  std::abort();
}

/// Reads an input from its front; what lies beyond its end is 0.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) rest_ += static_cast<char>(data[i]);
  }

  [[nodiscard]] std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto first = static_cast<std::uint8_t>(rest_.front());
    rest_.erase(0, 1);
    return first;
  }
  /// Big endian, of `count` bytes.
  [[nodiscard]] std::uint64_t number(std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8U | byte();
    return value;
  }
  /// Up to the end of the line, which is eaten, or of the input.
  [[nodiscard]] std::string line() {
    const std::size_t end = rest_.find('\n');
    std::string out = rest_.substr(0, end);
    rest_.erase(0, end == std::string::npos ? end : end + 1);
    return out;
  }
  [[nodiscard]] const std::string& rest() const { return rest_; }

 private:
  std::string rest_;
};

}  // namespace freshet::fuzz
