// Numbers for what partitions are made of: the texts of keys, and shapes.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace freshet {

/// Text ↔ number, numbers from 1 in the order of first sight, never reused.  Whoever owns one keeps
/// it for good: partition ids are made of its numbers.  One thread changes it and looks texts up;
/// any thread may ask for the text of a number that was handed to it.
class PartitionNames {
 public:
  explicit PartitionNames(std::uint32_t limit);
  PartitionNames(const PartitionNames&) = delete;
  PartitionNames& operator=(const PartitionNames&) = delete;
  ~PartitionNames() = default;

  /// 0 where the text has no number.
  [[nodiscard]] std::uint32_t find(std::string_view text) const;
  /// "" for a number that was not given.
  [[nodiscard]] std::string_view text(std::uint32_t number) const;
  /// 0 where the text has no number and all have been given.
  std::uint32_t intern(std::string_view text);
  /// Takes over what a store held; numbers come in any order.  False, and nothing happens, where
  /// the number is beyond the limit, or the number or the text was given before.
  [[nodiscard]] bool restore(std::uint32_t number, std::string_view text);
  /// Greatest number given.
  [[nodiscard]] std::uint32_t last() const { return last_; }

 private:
  using Chunk = std::array<std::string, 1024>;

  std::uint32_t limit_;
  std::uint32_t last_{0};
  std::vector<std::unique_ptr<Chunk>> chunks_;  ///< By number; never moved, for other threads.
  std::unordered_map<std::string_view, std::uint32_t> numbers_;  ///< Views into the chunks.
};

/// What partition ids refer to.  Shapes are texts such as "daily Europe/Vienna", "keys" or
/// "region:keys|day:daily UTC"; start, end, offset and lists of keys are no part of them, so that
/// history survives their change.
struct PartitionRegistry {
  PartitionNames shapes{4'095};
  PartitionNames keys{4'194'303};
};

}  // namespace freshet
