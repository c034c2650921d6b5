#include "api/cursor.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "base/text.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"

namespace freshet::api {
namespace {

std::string stamp(std::string_view query) {
  std::string bytes;
  for (std::uint64_t hash = version_hash(query); bytes.size() < 4; hash >>= 8) {
    bytes += static_cast<char>(hash & 0xff);
  }
  return hex_encode(bytes);
}

Error refusal() {
  return Error{Errc::invalid, "cursor: not one of this list; begin without a cursor"};
}

}  // namespace

std::string encode_cursor(std::string_view query, std::string_view position) {
  std::string text = base64_encode(stamp(query) + std::string{position});
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  text.erase(std::min(text.find('='), text.size()));
  return text;
}

Result<std::string> decode_cursor(std::string_view query, std::string_view cursor) {
  std::string text{cursor};
  if (text.find_first_of("+/=") != std::string::npos) return refusal();
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  const std::optional<std::string> bytes = base64_decode(text);
  const std::string want = stamp(query);
  if (!bytes || !bytes->starts_with(want)) return refusal();
  return bytes->substr(want.size());
}

std::string encode_cursor(std::string_view query, std::uint64_t position) {
  return encode_cursor(query, std::to_string(position));
}

Result<std::uint64_t> decode_number_cursor(std::string_view query, std::string_view cursor) {
  FRESHET_TRY(const std::string text, decode_cursor(query, cursor));
  std::uint64_t number{};
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc{} || end != text.data() + text.size() || number == 0) return refusal();
  return number;
}

}  // namespace freshet::api
