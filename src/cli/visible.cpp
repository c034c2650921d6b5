#include "cli/visible.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>

#include "base/text.hpp"

namespace freshet::cli {
namespace {

/// Of the character that begins at the front, 1 where none does.
std::size_t size_of_first(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0xC2 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return is_utf8(text.substr(0, size)) ? std::min(size, text.size()) : 1;
}

bool is_obeyed(std::string_view character) {
  const auto byte = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return byte < 0x20 || byte >= 0x7F;
  return byte == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
}

void write_out(std::string_view character, std::string& out) {
  if (character == "\n" || character == "\t") {
    out += character == "\n" ? "\\n" : "\\t";
    return;
  }
  for (const char c : character) {
    std::array<char, 5> text{};
    std::snprintf(text.data(), text.size(), "\\x%02x", static_cast<unsigned>(c) & 0xFFU);
    out += text.data();
  }
}

}  // namespace

std::string visible(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::string_view character = text.substr(0, size_of_first(text));
    if (is_obeyed(character)) {
      write_out(character, out);
    } else {
      out += character;
    }
    text.remove_prefix(character.size());
  }
  return out;
}

}  // namespace freshet::cli
