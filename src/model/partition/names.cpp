#include "model/partition/names.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>

namespace freshet {

PartitionNames::PartitionNames(std::uint32_t limit)
    : limit_{limit}, chunks_(limit / std::tuple_size_v<Chunk> + 1) {}

std::uint32_t PartitionNames::find(std::string_view text) const {
  const auto found = numbers_.find(text);
  return found == numbers_.end() ? 0 : found->second;
}

std::string_view PartitionNames::text(std::uint32_t number) const {
  if (number > limit_) return {};
  const auto& chunk = chunks_[number / std::tuple_size_v<Chunk>];
  return chunk ? std::string_view{(*chunk)[number % std::tuple_size_v<Chunk>]} : std::string_view{};
}

std::uint32_t PartitionNames::intern(std::string_view text) {
  if (const std::uint32_t known = find(text); known != 0) return known;
  const std::uint32_t number = last_ + 1;
  return restore(number, text) ? number : 0;
}

bool PartitionNames::restore(std::uint32_t number, std::string_view text) {
  if (number == 0 || number > limit_ || find(text) != 0) return false;
  auto& chunk = chunks_[number / std::tuple_size_v<Chunk>];
  if (!chunk) chunk = std::make_unique<Chunk>();
  std::string& place = (*chunk)[number % std::tuple_size_v<Chunk>];
  if (!place.empty() || text.empty()) return false;
  place = text;
  numbers_.emplace(place, number);
  if (number > last_) last_ = number;
  return true;
}

}  // namespace freshet
