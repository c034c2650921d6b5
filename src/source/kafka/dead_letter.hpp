// A message that could not be used, as text: for people to read, and to be tried again.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "source/kafka/field.hpp"

namespace freshet::kafka {

/// JSON of at most 64 KiB with topic, partition, offset, timestamp, key, headers and value; what is
/// not UTF-8 stands there as {"base64": …}.  Of a value that is too long for that only the
/// beginning is there.
[[nodiscard]] std::string dead_letter(const std::string& topic, const Message& message);

/// The same, read.
struct DeadLetter {
  std::string topic;
  std::int32_t partition{};
  std::int64_t offset{};
  std::string key;
  std::optional<std::string> value;
  bool is_null{false};
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<Instant> timestamp;

  /// Borrows; without a value where that was too long.
  [[nodiscard]] Message message() const;
};
/// nullopt: it is something else.
[[nodiscard]] std::optional<DeadLetter> read_dead_letter(std::string_view text);

/// Messages of which only the places are kept: by topic partition, first and last offset of each
/// stretch.
struct DeadRanges {
  std::string topic;
  std::map<std::int32_t, std::vector<std::pair<std::int64_t, std::int64_t>>> stretches;

  /// Later than those that are there.  What comes after a thousand stretches of a topic partition
  /// makes the last one longer, whatever lies between.
  void add(std::int32_t partition, std::int64_t offset);
  /// JSON, and for people: "0:100-999 1:7", of many the first few.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string shown() const;
};
[[nodiscard]] std::optional<DeadRanges> read_dead_ranges(std::string_view text);

}  // namespace freshet::kafka
