// Run ids as text: fixed width, and text order is id order.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "freshet/ids.hpp"

namespace freshet {
namespace {

struct IdCase {
  const char* name;
  std::uint64_t value;
  std::string_view text;
};
class RunIdText : public testing::TestWithParam<IdCase> {};

TEST_P(RunIdText, IsWrittenAndReadBack) {
  EXPECT_EQ(to_text(RunId{GetParam().value}), GetParam().text);
  EXPECT_EQ(parse_run_id(GetParam().text), RunId{GetParam().value});
}
INSTANTIATE_TEST_SUITE_P(
    Table, RunIdText,
    testing::Values(IdCase{"zero", 0, "0000000000000"}, IdCase{"one", 1, "0000000000001"},
                    IdCase{"last_digit", 31, "000000000000Z"},
                    IdCase{"two_digits", 32, "0000000000010"},
                    IdCase{"skips_i_l_o_u", (18ULL << 15) | (20ULL << 10) | (22ULL << 5) | 27ULL,
                           "000000000JMPV"},
                    IdCase{"largest", std::numeric_limits<std::uint64_t>::max(), "FZZZZZZZZZZZZ"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(RunIdText, SortsAsTheNumbersDo) {
  const std::uint64_t values[] = {0, 9, 10, 31, 32, 1'000, 1ULL << 20, 1ULL << 60, ~0ULL};
  for (std::size_t i = 1; i < std::size(values); ++i) {
    EXPECT_LT(to_text(RunId{values[i - 1]}), to_text(RunId{values[i]}));
  }
}

class NotARunId : public testing::TestWithParam<std::string_view> {};
TEST_P(NotARunId, IsRefused) { EXPECT_EQ(parse_run_id(GetParam()), std::nullopt); }
INSTANTIATE_TEST_SUITE_P(Table, NotARunId,
                         testing::Values("", "0", "000000000000", "00000000000000", "000000000000z",
                                         "000000000000I", "000000000000U", "000000000000-",
                                         "G000000000000", "ZZZZZZZZZZZZZ"));

}  // namespace
}  // namespace freshet
