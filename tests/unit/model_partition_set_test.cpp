// Sets of partitions against std::set.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "freshet/partitions.hpp"

namespace freshet {
namespace {

using Plain = std::set<PartitionId>;
using Range = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>;

PartitionId id(std::uint32_t shape, std::uint32_t row, std::uint32_t cell) {
  return pack({.shape = shape, .row = row, .cell = cell});
}

Plain plain(const PartitionSet& set) {
  Plain out;
  set.for_each([&](PartitionId each) { return out.insert(each).second; });
  return out;
}

std::vector<Range> ranges(const PartitionSet& set) {
  std::vector<Range> out;
  set.for_each_range([&](auto... parts) { return out.emplace_back(parts...), true; });
  return out;
}

std::vector<Range> ranges(const Plain& set) {
  std::vector<Range> out;
  for (const PartitionId each : set) {
    const PartitionParts p = unpack(each);
    if (!out.empty() && out.back() == Range{p.shape, p.row, std::get<2>(out.back()), p.cell - 1}) {
      std::get<3>(out.back()) = p.cell;
    } else {
      out.emplace_back(p.shape, p.row, p.cell, p.cell);
    }
  }
  return out;
}

PartitionSet of(const Plain& ids) {
  PartitionSet out;
  for (const PartitionId each : ids) out.add(each);
  return out;
}

TEST(PartitionSet, IsEmptyAtFirst) {
  const PartitionSet set;
  EXPECT_TRUE(set.empty());
  EXPECT_EQ(set.size(), 0U);
  EXPECT_EQ(set.first(), std::nullopt);
  EXPECT_EQ(set.last(), std::nullopt);
  EXPECT_EQ(set.at(0), std::nullopt);
  EXPECT_FALSE(set.contains(PartitionId{}));
  EXPECT_EQ(set.serialize(), "");
}

TEST(PartitionSet, TheAssetItselfIsAnElementLikeAnyOther) {
  PartitionSet set{PartitionId{}};
  EXPECT_EQ(set.size(), 1U);
  EXPECT_TRUE(set.contains(PartitionId{}));
  EXPECT_EQ(PartitionSet::deserialize(set.serialize()).value(), set);
  set.remove(PartitionId{});
  EXPECT_EQ(set, PartitionSet{});
}

TEST(PartitionSet, NumbersKeepTheirParts) {
  const PartitionParts most{.shape = 4'095, .row = 4'194'303, .cell = 1'073'741'823};
  EXPECT_EQ(unpack(pack(most)), most);
  EXPECT_EQ(pack(most).value, ~std::uint64_t{0});
  EXPECT_EQ(pack({}), PartitionId{});
}

TEST(PartitionSet, RangesEndWithTheirRow) {
  PartitionSet set = PartitionSet::range(1, 3, 1'073'741'820, 1'073'741'823);
  set.add_range(1, 4, 0, 2);
  EXPECT_EQ(ranges(set), (std::vector<Range>{{1, 3, 1'073'741'820, 1'073'741'823}, {1, 4, 0, 2}}));
  EXPECT_EQ(PartitionSet::deserialize(set.serialize()).value(), set);
}

TEST(PartitionSet, ARunDoesNotGoOnBeyondAMissingContainer) {
  PartitionSet set = PartitionSet::range(1, 0, 0, 131'071);
  set.add_range(1, 0, 196'608, 262'143);
  EXPECT_EQ(ranges(set), (std::vector<Range>{{1, 0, 0, 131'071}, {1, 0, 196'608, 262'143}}));
}

TEST(PartitionSet, TheVeryLastNumberIsOneToo) {
  const PartitionSet set = PartitionSet::range(4'095, 4'194'303, 1'073'741'822, 1'073'741'823);
  EXPECT_EQ(ranges(set).size(), 1U);
  EXPECT_EQ(PartitionSet::deserialize(set.serialize()).value(), set);
}

TEST(PartitionSet, ACopyDoesNotSeeChanges) {
  PartitionSet set = PartitionSet::range(1, 0, 10, 20);
  const PartitionSet copy = set;
  set.add(id(1, 0, 30));
  set -= PartitionSet::range(1, 0, 10, 15);
  EXPECT_EQ(copy, PartitionSet::range(1, 0, 10, 20));
  EXPECT_EQ(set.size(), 6U);
}

TEST(PartitionSet, WalkingStopsWhenTold) {
  const PartitionSet set = PartitionSet::range(1, 0, 10, 20);
  int seen = 0;
  EXPECT_FALSE(set.for_each([&](PartitionId) { return ++seen < 3; }));
  EXPECT_EQ(seen, 3);
  EXPECT_FALSE(set.for_each_range([](auto...) { return false; }));
}

TEST(PartitionSet, MillionsOfNeighboursAreFewBytes) {
  PartitionSet set;
  for (std::uint32_t row = 1; row <= 1'000; ++row) set.add_range(7, row, 536'870'912, 536'874'562);
  EXPECT_EQ(set.size(), 3'651'000U);
  EXPECT_LT(set.serialize().size(), 10'000U);
  EXPECT_EQ(set.at(3'650'999), id(7, 1'000, 536'874'562));
}

/// Around the borders of containers (2^16) and of rows, near and far.
PartitionId random_id(std::mt19937& random) {
  const std::uint32_t shape = random() % 2 + 1;
  const std::uint32_t row = random() % 6;
  const std::uint32_t base = random() % 3 * 65'536U;
  return id(shape, row, base + random() % 40 + (random() % 2 == 0 ? 65'516U : 0U));
}

void expect_same(const PartitionSet& set, const Plain& want) {
  ASSERT_EQ(plain(set), want);
  EXPECT_EQ(set.size(), want.size());
  EXPECT_EQ(set.empty(), want.empty());
  EXPECT_EQ(ranges(set), ranges(want));
  EXPECT_EQ(set, of(want));
  EXPECT_EQ(set.first(), want.empty() ? std::nullopt : std::optional{*want.begin()});
  EXPECT_EQ(set.last(), want.empty() ? std::nullopt : std::optional{*want.rbegin()});
  if (!want.empty()) {
    EXPECT_EQ(set.at(want.size() / 2), *std::next(want.begin(), std::ptrdiff_t(want.size() / 2)));
  }
  EXPECT_EQ(set.at(want.size()), std::nullopt);
  const std::string bytes = set.serialize();
  EXPECT_EQ(of(want).serialize(), bytes);
  const Result<PartitionSet> back = PartitionSet::deserialize(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, set);
}

TEST(PartitionSet, DoesWhatASetDoes) {
  std::mt19937 random{1};
  for (int round = 0; round < 60; ++round) {
    std::vector<std::pair<PartitionSet, Plain>> sets(3);
    for (int step = 0; step < 60; ++step) {
      auto& [set, want] = sets[random() % sets.size()];
      const auto& [other, others] = sets[random() % sets.size()];
      switch (random() % 9) {
        case 0:
        case 1: {
          const PartitionId one = random_id(random);
          set.add(one), want.insert(one);
          break;
        }
        case 2: {
          const PartitionParts p = unpack(random_id(random));
          const std::uint32_t last =
              p.cell + (random() % 3 == 0 ? random() % 70'000 : random() % 9);
          if (last - p.cell > 100 && random() % 8 != 0) break;
          set.add_range(p.shape, p.row, p.cell, last);
          for (std::uint32_t c = p.cell; c <= last; ++c) want.insert(id(p.shape, p.row, c));
          break;
        }
        case 3: {
          PartitionId one = random_id(random);
          if (!want.empty() && random() % 2 == 0) one = *want.begin();
          set.remove(one), want.erase(one);
          break;
        }
        case 4: {
          Plain sum = want;
          sum.insert(others.begin(), others.end());
          set |= other, want = sum;
          break;
        }
        case 5: {
          Plain both;
          std::ranges::set_intersection(want, others, std::inserter(both, both.end()));
          EXPECT_EQ(set.intersects(other), !both.empty());
          set &= other, want = both;
          break;
        }
        case 6: {
          Plain rest;
          std::ranges::set_difference(want, others, std::inserter(rest, rest.end()));
          EXPECT_EQ(set.is_subset_of(other), rest.empty());
          set -= other, want = rest;
          break;
        }
        case 7:
          set = other, want = others;
          break;
        case 8: {
          const PartitionId one = random_id(random);
          EXPECT_EQ(set.contains(one), want.contains(one));
          EXPECT_EQ(set == other, want == others);
          break;
        }
      }
    }
    for (const auto& [set, want] : sets) expect_same(set, want);
  }
}

TEST(PartitionSet, RefusesBytesThatItDidNotWrite) {
  PartitionSet set = PartitionSet::range(3, 5, 1'000, 2'000);
  set.add_range(3, 6, 7, 9);
  const std::string bytes = set.serialize();
  std::mt19937 random{7};
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    const auto cut = PartitionSet::deserialize(std::string_view{bytes}.substr(0, size));
    if (cut) EXPECT_EQ(cut->serialize(), bytes.substr(0, size));
  }
  for (int i = 0; i < 20'000; ++i) {
    std::string other;
    for (auto size = random() % 12; size != 0; --size) {
      other.push_back(static_cast<char>(random() % 4 == 0 ? random() % 3 : random() % 140));
    }
    const auto read = PartitionSet::deserialize(other);
    if (read) {
      EXPECT_EQ(read->serialize(), other);
    } else {
      EXPECT_EQ(read.error().code, Errc::invalid);
    }
  }
  EXPECT_FALSE(PartitionSet::deserialize(std::string_view{"\x01", 1}));          // half a run
  EXPECT_FALSE(PartitionSet::deserialize(std::string_view{"\x81\x00\x00", 3}));  // a longer form
  EXPECT_FALSE(
      PartitionSet::deserialize(std::string_view{"\x01\x00\x00\x00", 4}));  // 1 and 2 apart
}

}  // namespace
}  // namespace freshet
