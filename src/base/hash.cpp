#include "base/hash.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace freshet {
namespace {

constexpr std::size_t block_size = 16;
constexpr std::uint64_t factor1 = 0x87c37b91114253d5ULL;
constexpr std::uint64_t factor2 = 0x4cf5ad432745937fULL;

/// Little-endian, of at most eight bytes.
std::uint64_t load(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

std::uint64_t mix_first(std::uint64_t k) { return std::rotl(k * factor1, 31) * factor2; }
std::uint64_t mix_second(std::uint64_t k) { return std::rotl(k * factor2, 33) * factor1; }

std::uint64_t finish(std::uint64_t k) {
  k ^= k >> 33;
  k *= 0xff51afd7ed558ccdULL;
  k ^= k >> 33;
  k *= 0xc4ceb9fe1a85ec53ULL;
  k ^= k >> 33;
  return k;
}

}  // namespace

void ContentHash::mix(std::string_view block) {
  high_ ^= mix_first(load(block.substr(0, 8)));
  high_ = (std::rotl(high_, 27) + low_) * 5 + 0x52dce729;
  low_ ^= mix_second(load(block.substr(8)));
  low_ = (std::rotl(low_, 31) + high_) * 5 + 0x38495ab5;
}

void ContentHash::update(std::string_view bytes) {
  const std::size_t waiting = size_ % block_size;
  size_ += bytes.size();
  if (waiting != 0) {
    const std::size_t taken = std::min(block_size - waiting, bytes.size());
    bytes.copy(rest_.data() + waiting, taken);
    bytes.remove_prefix(taken);
    if (waiting + taken < block_size) return;
    mix({rest_.data(), block_size});
  }
  for (; bytes.size() >= block_size; bytes.remove_prefix(block_size))
    mix(bytes.substr(0, block_size));
  bytes.copy(rest_.data(), bytes.size());
}

Hash128 ContentHash::digest() const {
  const std::size_t waiting = size_ % block_size;
  std::uint64_t high = high_;
  std::uint64_t low = low_;
  const std::string_view rest{rest_.data(), waiting};
  if (waiting > 8) low ^= mix_second(load(rest.substr(8)));
  if (waiting > 0) high ^= mix_first(load(rest.substr(0, 8)));
  high ^= size_;
  low ^= size_;
  high += low;
  low += high;
  high = finish(high);
  low = finish(low);
  high += low;
  low += high;
  return {.high = high, .low = low};
}

std::string to_text(const Hash128& hash) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(32);
  for (const std::uint64_t half : {hash.high, hash.low}) {
    for (int shift = 60; shift >= 0; shift -= 4) text += digits[half >> shift & 15U];
  }
  return text;
}

Hash128 content_hash(std::string_view bytes) {
  ContentHash hash;
  hash.update(bytes);
  return hash.digest();
}

}  // namespace freshet
