// Sets of partitions: a Roaring bitmap for each four rows of 2^30 cells, that is for each value of
// the upper 32 bits of a number.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <roaring/roaring.hh>
#include <string>
#include <string_view>
#include <utility>

#include "freshet/ids.hpp"
#include "freshet/partitions.hpp"
#include "freshet/result.hpp"

namespace freshet {
namespace {

constexpr std::uint32_t cell_max = 0x3fff'ffffU;

std::uint32_t high_of(PartitionId id) { return static_cast<std::uint32_t>(id.value >> 32U); }
std::uint32_t low_of(PartitionId id) { return static_cast<std::uint32_t>(id.value); }
PartitionId join(std::uint32_t high, std::uint32_t low) {
  return PartitionId{std::uint64_t{high} << 32U | low};
}

/// The last of the neighbours of `first` that are set, within its row.  By doubling steps, since
/// the library does not show its runs.
std::uint32_t end_of_run(const Roaring& bits, std::uint32_t first) {
  const std::uint32_t limit = first | cell_max;
  std::uint32_t last = first;
  // CRoaring 0.2.66 takes a container that lies after a missing one for it, or aborts where none
  // does: never ask about a range whose end is not there.
  const auto extends = [&](std::uint32_t step) {
    return step <= limit - last && bits.contains(last + step) &&
           bits.containsRange(std::uint64_t{last} + 1, std::uint64_t{last} + 1 + step);
  };
  std::uint32_t step = 1;
  while (extends(step)) {
    last += step;
    step *= 2;
  }
  for (; step != 0; step /= 2) {
    if (extends(step)) last += step;
  }
  return last;
}

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) out.push_back(static_cast<char>((value & 0x7fU) | 0x80U));
  out.push_back(static_cast<char>(value));
}

/// Takes a number off the front; nullopt for what put_varint does not write.
std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    if (shift == 63 && byte > 1) break;
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return byte == 0 && shift != 0 ? std::nullopt : std::optional{value};
  }
  return std::nullopt;
}

}  // namespace

/// By the upper half of the number; no bitmap is empty.
struct PartitionSet::Bits {
  std::map<std::uint32_t, Roaring> chunks;

  void add(PartitionId id) { chunks[high_of(id)].add(low_of(id)); }
  [[nodiscard]] const Roaring* find(std::uint32_t high) const {
    const auto found = chunks.find(high);
    return found == chunks.end() ? nullptr : &found->second;
  }
};

PartitionSet::PartitionSet(PartitionId one) : one_{one} {}

PartitionSet PartitionSet::range(std::uint32_t shape, std::uint32_t row, std::uint32_t first,
                                 std::uint32_t last) {
  PartitionSet set;
  set.add_range(shape, row, first, last);
  return set;
}

PartitionSet::Bits& PartitionSet::own() {
  if (!bits_) {
    bits_ = std::make_shared<Bits>();
    if (one_) bits_->add(*one_);
    one_.reset();
    return *bits_;
  }
  // Copying the pointer, unlike asking for its count, also waits for what others read before they
  // let go of it.
  const std::shared_ptr<Bits> probe = bits_;
  if (probe.use_count() > 2) bits_ = std::make_shared<Bits>(*probe);
  return *bits_;
}

void PartitionSet::settle() {
  if (bits_->chunks.size() > 1) return;
  if (!bits_->chunks.empty()) {
    const auto& [high, bits] = *bits_->chunks.begin();
    const std::uint32_t least = bits.minimum();
    if (least != bits.maximum()) return;
    one_ = join(high, least);
  }
  bits_.reset();
}

bool PartitionSet::empty() const { return !one_ && !bits_; }

std::uint64_t PartitionSet::size() const {
  if (!bits_) return one_ ? 1 : 0;
  std::uint64_t size = 0;
  for (const auto& [high, bits] : bits_->chunks) size += bits.cardinality();
  return size;
}

bool PartitionSet::contains(PartitionId id) const {
  if (!bits_) return one_ == id;
  const Roaring* bits = bits_->find(high_of(id));
  return bits != nullptr && bits->contains(low_of(id));
}

void PartitionSet::add(PartitionId id) {
  if (empty()) {
    one_ = id;
  } else if (!contains(id)) {
    own().add(id);
  }
}

void PartitionSet::add_range(std::uint32_t shape, std::uint32_t row, std::uint32_t first,
                             std::uint32_t last) {
  FRESHET_ASSERT(first <= last && last <= cell_max);
  const PartitionId id = pack({.shape = shape, .row = row, .cell = first});
  if (first == last) {
    add(id);
    return;
  }
  const std::uint64_t low = low_of(id);
  own().chunks[high_of(id)].addRange(low, low + (last - first) + 1);
}

void PartitionSet::remove(PartitionId id) {
  if (!contains(id)) return;
  if (one_) {
    one_.reset();
    return;
  }
  auto& chunks = own().chunks;
  const auto found = chunks.find(high_of(id));
  found->second.remove(low_of(id));
  if (found->second.isEmpty()) chunks.erase(found);
  settle();
}

PartitionSet& PartitionSet::operator|=(const PartitionSet& other) {
  if (!other.bits_) {
    if (other.one_) add(*other.one_);
  } else if (!bits_) {
    const std::optional<PartitionId> one = one_;
    *this = other;
    if (one) add(*one);
  } else if (bits_ != other.bits_) {
    auto& chunks = own().chunks;
    for (const auto& [high, bits] : other.bits_->chunks) {
      const auto [at, added] = chunks.try_emplace(high, bits);
      if (!added) at->second |= bits;
    }
  }
  return *this;
}

PartitionSet& PartitionSet::operator&=(const PartitionSet& other) {
  if (!bits_) {
    if (one_ && !other.contains(*one_)) one_.reset();
  } else if (!other.bits_) {
    *this = other.one_ && contains(*other.one_) ? other : PartitionSet{};
  } else if (bits_ != other.bits_) {
    auto both = std::make_shared<Bits>();
    for (const auto& [high, bits] : bits_->chunks) {
      const Roaring* others = other.bits_->find(high);
      if (others == nullptr || !bits.intersect(*others)) continue;
      both->chunks.emplace_hint(both->chunks.end(), high, bits & *others);
    }
    bits_ = std::move(both);
    settle();
  }
  return *this;
}

PartitionSet& PartitionSet::operator-=(const PartitionSet& other) {
  if (!other.bits_) {
    if (other.one_) remove(*other.one_);
  } else if (!bits_) {
    if (one_ && other.contains(*one_)) one_.reset();
  } else if (bits_ == other.bits_) {
    bits_.reset();
  } else if (intersects(other)) {
    auto& chunks = own().chunks;
    for (const auto& [high, bits] : other.bits_->chunks) {
      const auto found = chunks.find(high);
      if (found == chunks.end()) continue;
      found->second -= bits;
      if (found->second.isEmpty()) chunks.erase(found);
    }
    settle();
  }
  return *this;
}

bool PartitionSet::intersects(const PartitionSet& other) const {
  if (!bits_) return one_ && other.contains(*one_);
  if (!other.bits_) return other.one_ && contains(*other.one_);
  return std::ranges::any_of(bits_->chunks, [&](const auto& chunk) {
    const Roaring* others = other.bits_->find(chunk.first);
    return others != nullptr && chunk.second.intersect(*others);
  });
}

bool PartitionSet::is_subset_of(const PartitionSet& other) const {
  if (!bits_) return !one_ || other.contains(*one_);
  if (!other.bits_) return false;
  if (bits_ == other.bits_) return true;
  return std::ranges::all_of(bits_->chunks, [&](const auto& chunk) {
    const Roaring* others = other.bits_->find(chunk.first);
    return others != nullptr && chunk.second.isSubset(*others);
  });
}

bool operator==(const PartitionSet& a, const PartitionSet& b) {
  if (!a.bits_ || !b.bits_) return a.one_ == b.one_ && !a.bits_ && !b.bits_;
  return a.bits_ == b.bits_ || a.bits_->chunks == b.bits_->chunks;
}

bool PartitionSet::for_each(const std::function<bool(PartitionId)>& each) const {
  if (!bits_) return !one_ || each(*one_);
  for (const auto& [high, bits] : bits_->chunks) {
    const auto end = bits.end();
    for (auto at = bits.begin(); at != end; ++at) {
      if (!each(join(high, *at))) return false;
    }
  }
  return true;
}

bool PartitionSet::for_each_range(
    const std::function<bool(std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t)>& each)
    const {
  const auto call = [&](PartitionId first, std::uint32_t more) {
    const PartitionParts parts = unpack(first);
    return each(parts.shape, parts.row, parts.cell, parts.cell + more);
  };
  if (!bits_) return !one_ || call(*one_, 0);
  for (const auto& [high, bits] : bits_->chunks) {
    const std::uint32_t greatest = bits.maximum();
    for (auto at = bits.begin();;) {
      const std::uint32_t first = *at;
      const std::uint32_t last = end_of_run(bits, first);
      if (!call(join(high, first), last - first)) return false;
      if (last == greatest) break;
      at.equalorlarger(last + 1);
    }
  }
  return true;
}

std::optional<PartitionId> PartitionSet::first() const {
  if (!bits_) return one_;
  const auto& [high, bits] = *bits_->chunks.begin();
  return join(high, bits.minimum());
}

std::optional<PartitionId> PartitionSet::last() const {
  if (!bits_) return one_;
  const auto& [high, bits] = *bits_->chunks.rbegin();
  return join(high, bits.maximum());
}

std::optional<PartitionId> PartitionSet::at(std::uint64_t n) const {
  if (!bits_) return n == 0 ? one_ : std::nullopt;
  for (const auto& [high, bits] : bits_->chunks) {
    const std::uint64_t size = bits.cardinality();
    std::uint32_t low{};
    if (n < size && bits.select(static_cast<std::uint32_t>(n), &low)) return join(high, low);
    n -= size;
  }
  return std::nullopt;
}

// Runs in ascending order: how many numbers lie between one and the one before, and how many there
// are beside the first.  Neighbouring runs are one, except at the end of a row.
std::string PartitionSet::serialize() const {
  std::string out;
  std::uint64_t next = 0;
  for_each_range(
      [&](std::uint32_t shape, std::uint32_t row, std::uint32_t first, std::uint32_t last) {
        const std::uint64_t begin = pack({.shape = shape, .row = row, .cell = first}).value;
        put_varint(out, begin - next);
        put_varint(out, last - first);
        next = begin + (last - first) + 1;
        return true;
      });
  return out;
}

Result<PartitionSet> PartitionSet::deserialize(std::string_view bytes) {
  const auto damaged = [size = bytes.size()] {
    return Error{Errc::invalid,
                 "read partition set of " + std::to_string(size) + " bytes: they are damaged"};
  };
  PartitionSet set;
  std::uint64_t next = 0;
  while (!bytes.empty()) {
    const bool is_first = set.empty();
    const auto gap = take_varint(bytes);
    const auto more = gap ? take_varint(bytes) : std::nullopt;
    if (!more || *gap > ~next || *more > cell_max) return damaged();
    const PartitionParts parts = unpack(PartitionId{next + *gap});
    if (*more > cell_max - parts.cell) return damaged();
    if (!is_first && *gap == 0 && parts.cell != 0) return damaged();
    const auto last = parts.cell + static_cast<std::uint32_t>(*more);
    set.add_range(parts.shape, parts.row, parts.cell, last);
    next += *gap + *more + 1;
    if (next == 0 && !bytes.empty()) return damaged();
  }
  return set;
}

}  // namespace freshet
