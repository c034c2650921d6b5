#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/graph.hpp"
#include "freshet/ids.hpp"
#include "freshet/selection.hpp"
#include "model_graphs.hpp"

namespace freshet {
namespace {

constexpr int far = 1'000'000;

/// The obvious way: a table of all distances, and sets.
class Reference {
 public:
  using Set = std::set<std::uint32_t>;

  explicit Reference(const Graph& graph)
      : size_{static_cast<std::uint32_t>(graph.size())},
        distance_(size_, std::vector<int>(size_, far)) {
    for (std::uint32_t i = 0; i < size_; ++i) {
      distance_[i][i] = 0;
      for (const Rank up : graph.upstream(Rank{i})) distance_[up.value][i] = 1;
    }
    for (std::uint32_t k = 0; k < size_; ++k) {
      for (std::uint32_t i = 0; i < size_; ++i) {
        for (std::uint32_t j = 0; j < size_; ++j) {
          distance_[i][j] = std::min(distance_[i][j], distance_[i][k] + distance_[k][j]);
        }
      }
    }
  }

  [[nodiscard]] std::uint32_t size() const { return size_; }
  template <class Predicate>
  [[nodiscard]] Set where(Predicate predicate) const {
    Set out;
    for (std::uint32_t i = 0; i < size_; ++i) {
      if (predicate(i)) out.insert(i);
    }
    return out;
  }
  [[nodiscard]] Set around(const Set& of, int up, int down) const {
    return where([&](std::uint32_t i) {
      return std::any_of(of.begin(), of.end(), [&](std::uint32_t x) {
        return distance_[i][x] <= up || distance_[x][i] <= down;
      });
    });
  }
  [[nodiscard]] Set roots(const Set& of) const {
    return where([&](std::uint32_t i) {
      return of.contains(i) && std::none_of(of.begin(), of.end(), [&](std::uint32_t x) {
               return x != i && distance_[x][i] < far;
             });
    });
  }
  [[nodiscard]] Set sinks(const Set& of) const {
    return where([&](std::uint32_t i) {
      return of.contains(i) && std::none_of(of.begin(), of.end(), [&](std::uint32_t x) {
               return x != i && distance_[i][x] < far;
             });
    });
  }

 private:
  std::uint32_t size_;
  std::vector<std::vector<int>> distance_;  // [from][to], along the data
};

/// Writes expressions at random together with what they mean.
class Writer {
 public:
  struct Written {
    std::string text;
    Reference::Set meaning;
  };

  Writer(const Graph& graph, const Reference& reference, std::mt19937& random)
      : graph_{graph}, reference_{reference}, random_{random} {}

  Written any_of(int depth) {
    Written out = all_of(depth);
    while (one_in(3)) {
      const Written other = all_of(depth);
      out.text += (one_in(2) ? " or " : "  OR\t") + other.text;
      out.meaning.insert(other.meaning.begin(), other.meaning.end());
    }
    return out;
  }

 private:
  bool one_in(std::uint32_t n) { return random_() % n == 0; }

  Written all_of(int depth) {
    Written out = negation(depth);
    while (one_in(3)) {
      const Written other = negation(depth);
      out.text += " and " + other.text;
      std::erase_if(out.meaning, [&](std::uint32_t i) { return !other.meaning.contains(i); });
    }
    return out;
  }

  Written negation(int depth) {
    if (!one_in(4)) return around(depth);
    const Written inner = negation(depth);
    return {"not " + inner.text,
            reference_.where([&](std::uint32_t i) { return !inner.meaning.contains(i); })};
  }

  Written around(int depth) {
    Written out = operand(depth);
    int up = 0;
    int down = 0;
    if (one_in(3)) {
      up = one_in(2) ? far - 1 : static_cast<int>(random_() % 4);
      out.text = (up < far - 1 ? std::to_string(up) : "") + "+" + out.text;
    }
    if (one_in(3)) {
      down = one_in(2) ? far - 1 : static_cast<int>(random_() % 4);
      out.text += "+" + (down < far - 1 ? std::to_string(down) : "");
    }
    out.meaning = reference_.around(out.meaning, up, down);
    return out;
  }

  Written operand(int depth) {
    const auto kind = depth == 0 ? random_() % 4 : random_() % 7;
    if (kind >= 4) {
      const Written inner = any_of(depth - 1);
      if (kind == 4) return {"(" + inner.text + ")", inner.meaning};
      if (kind == 5) return {"roots(" + inner.text + ")", reference_.roots(inner.meaning)};
      return {"sinks( " + inner.text + " )", reference_.sinks(inner.meaning)};
    }
    if (kind == 0) return {"*", reference_.where([](std::uint32_t) { return true; })};
    if (kind == 1) {
      return {"kind:dbt", reference_.where([&](std::uint32_t i) {
                return !graph_.asset(Rank{i}).kinds.empty();
              })};
    }
    if (kind == 2) {
      const std::string group = "g" + std::to_string(random_() % 3);
      return {"group:" + group, reference_.where([&](std::uint32_t i) {
                return graph_.asset(Rank{i}).group == group;
              })};
    }
    const std::uint32_t i = static_cast<std::uint32_t>(random_() % reference_.size());
    return {graph_.asset(Rank{i}).key, {i}};
  }

  const Graph& graph_;
  const Reference& reference_;
  std::mt19937& random_;
};

TEST(SelectionAtRandom, MeansWhatTheSlowReferenceSays) {
  for (std::uint32_t seed = 0; seed < 150; ++seed) {
    std::mt19937 random{seed};
    const auto graph = test::graph(test::random_assets(random, 1 + random() % 25, 3));
    const Reference reference{*graph};
    Writer writer{*graph, reference, random};
    for (int i = 0; i < 30; ++i) {
      const Writer::Written written = writer.any_of(3);
      SCOPED_TRACE(written.text);
      const auto selection = Selection::parse(written.text);
      ASSERT_TRUE(selection) << selection.error().message;
      std::vector<Rank> expected;
      for (const std::uint32_t rank : written.meaning) expected.emplace_back(rank);
      ASSERT_EQ(selection->select(*graph).value(), expected);

      const auto again = Selection::parse(selection->text());
      ASSERT_TRUE(again) << again.error().message;
      ASSERT_EQ(again->text(), selection->text());
      ASSERT_EQ(again->select(*graph).value(), expected) << selection->text();
    }
  }
}

/// Whatever the text, parsing ends, and what it accepts it can read back.
TEST(SelectionAtRandom, IsRefusedOrReadBack) {
  const auto graph =
      test::graph({test::asset("a"), test::asset("2", {"a"}), test::asset("or", {"2"})});
  const std::vector<std::string_view> pieces{
      "a",      "2",      "or",       "and",          "not",         " ",       "+",
      "(",      ")",      "*",        "**",           "\"",          "\\",      "key:",
      "tag:",   "group:", "=",        "<null>",       "roots",       "sinks(",  "0",
      "999",    ":",      "/",        "status:stale", "partitions:", "none",    "\"2\"",
      "\"or\"", "\t",     "\xc3\xa4", "\xff",         ",",           "\"a b\"", "-"};
  std::mt19937 random{7};
  std::size_t accepted = 0;
  for (int i = 0; i < 60'000; ++i) {
    std::string text;
    for (auto n = random() % 12; n > 0; --n) text += pieces[random() % pieces.size()];
    const auto selection = Selection::parse(text);
    if (!selection) {
      ASSERT_TRUE(selection.error().message.starts_with("selection")) << text;
      continue;
    }
    ++accepted;
    SCOPED_TRACE(text);
    const auto again = Selection::parse(selection->text());
    ASSERT_TRUE(again) << again.error().message;
    ASSERT_EQ(again->text(), selection->text());
    const Selection::State state = [](Rank rank, std::string_view, std::string_view value) {
      return rank.value == value.size();
    };
    const auto one = selection->select(*graph, state);
    const auto two = again->select(*graph, state);
    ASSERT_EQ(one.has_value(), two.has_value());
    if (one) {
      ASSERT_EQ(*one, *two) << selection->text();
    }
  }
  EXPECT_GT(accepted, 1'000U);
}

}  // namespace
}  // namespace freshet
