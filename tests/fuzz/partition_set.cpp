// Sets of partitions from bytes: damage is refused, equal sets have equal bytes, and two sets obey
// the algebra of sets.  An input is the size of the first set's bytes, and those of both.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "freshet/partitions.hpp"
#include "fuzz.hpp"

namespace freshet {
namespace {

using fuzz::require;

std::optional<PartitionSet> read(const std::string& bytes) {
  auto set = PartitionSet::deserialize(bytes);
  if (!set) return std::nullopt;
  require(set->serialize() == bytes, "only what serialize wrote is read");
  require(set->empty() == bytes.empty(), "only the empty set has no bytes");
  return *std::move(set);
}

void judge_one(const PartitionSet& set) {
  std::uint64_t size = 0;
  PartitionSet rebuilt;
  set.for_each_range(
      [&](std::uint32_t shape, std::uint32_t row, std::uint32_t first, std::uint32_t last) {
        size += last - first + 1;
        rebuilt.add_range(shape, row, first, last);
        require(set.contains(pack({.shape = shape, .row = row, .cell = last})),
                "the last of a range is in the set");
        return true;
      });
  require(size == set.size(), "a set is as large as its ranges");
  require(rebuilt == set, "a set is its ranges");
  require(set.first() == set.at(0), "the first is at 0");
  require(set.empty() || set.last() == set.at(size - 1), "the last is at the end");
  require(!set.at(size), "nothing is beyond the end");
  if (set.empty()) return;
  PartitionSet fewer = set;
  fewer.remove(*set.first());
  require(fewer.size() == size - 1 && !fewer.contains(*set.first()), "what is removed is gone");
  require(set.size() == size, "a copy is a value of its own");
  fewer.add(*set.first());
  require(fewer == set && fewer.serialize() == set.serialize(), "what is added is there again");
}

void judge_two(const PartitionSet& a, const PartitionSet& b) {
  const PartitionSet both = a & b;
  const PartitionSet any = a | b;
  const PartitionSet only = a - b;
  require(any.size() + both.size() == a.size() + b.size(), "what is in both counts once");
  require((only | both) == a, "a set is what another has of it, and what not");
  require(!only.intersects(b), "what is taken away is gone");
  require(a.intersects(b) == !both.empty(), "sets that intersect have something in common");
  require(both.is_subset_of(a) && both.is_subset_of(b) && a.is_subset_of(any), "parts are subsets");
  require(a.is_subset_of(b) == only.empty(), "a subset has nothing else");
  require((a == b) == (a.serialize() == b.serialize()), "equal sets, equal bytes");
  require((b | a) == any && (b & a) == both, "order does not count");
}

void judge(fuzz::Input input) {
  const std::size_t size = input.byte();
  const std::string& bytes = input.rest();
  const std::size_t split = std::min(size, bytes.size());
  const auto a = read(bytes.substr(0, split));
  const auto b = read(bytes.substr(split));
  if (a) judge_one(*a);
  if (b) judge_one(*b);
  if (a && b) judge_two(*a, *b);
}

}  // namespace
}  // namespace freshet

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  freshet::judge({data, size});
  return 0;
}
