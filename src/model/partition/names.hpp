// Numbers for what partitions are made of: the texts of keys, and shapes.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace freshet {

/// Text ↔ number, numbers from 1 in the order of first sight, never reused.  Whoever owns one keeps
/// it for good: partition ids are made of its numbers.
class PartitionNames {
 public:
  /// 0 where the text has no number.
  [[nodiscard]] std::uint32_t find(std::string_view text) const;
  /// "" for a number that was not given.
  [[nodiscard]] std::string_view text(std::uint32_t number) const;
  std::uint32_t intern(std::string_view text);
  /// Takes over what a store held; numbers come in any order and are given once each.
  void restore(std::uint32_t number, std::string_view text);
  /// Greatest number given.
  [[nodiscard]] std::uint32_t last() const;

 private:
  std::deque<std::string> texts_;  ///< By number - 1.
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

/// What partition ids refer to.  Shapes are texts such as "daily Europe/Vienna", "keys" or
/// "region:keys|day:daily UTC"; start, end, offset and lists of keys are no part of them, so that
/// history survives their change.
struct PartitionRegistry {
  PartitionNames shapes;  ///< At most 4,095.
  PartitionNames keys;    ///< At most 4,194,303.
};

}  // namespace freshet
