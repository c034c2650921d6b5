#include "freshet/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace freshet {
namespace {

// Ascending in ASCII too, which is what makes the order of texts the order of numbers.
constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t text_size = 13;  // ceil(64 / 5); the first character carries 4 bits only.

}  // namespace

std::string to_text(RunId id) {
  std::string text(text_size, '0');
  std::uint64_t rest = id.value;
  for (std::size_t i = text_size; i-- > 0; rest >>= 5) text[i] = alphabet[rest & 31U];
  return text;
}

std::string to_text(BackfillId id) { return to_text(RunId{id.value}); }

std::optional<RunId> parse_run_id(std::string_view text) {
  if (text.size() != text_size) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < text_size; ++i) {
    const std::size_t digit = alphabet.find(text[i]);
    if (digit == std::string_view::npos || (i == 0 && digit > 15)) return std::nullopt;
    value = (value << 5) | digit;
  }
  return RunId{value};
}

}  // namespace freshet
