// Fingerprints, tokens, and comparing them.
#include "base/hash.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

#include "base/random.hpp"

namespace freshet {
namespace {

struct HashCase {
  std::string_view text;
  std::string_view hash;
};
class HashOf : public testing::TestWithParam<HashCase> {};
TEST_P(HashOf, IsMurmur3) { EXPECT_EQ(to_text(content_hash(GetParam().text)), GetParam().hash); }
INSTANTIATE_TEST_SUITE_P(Table, HashOf,
                         testing::Values(HashCase{"", "00000000000000000000000000000000"},
                                         HashCase{"hello", "cbd8a7b341bd9b025b1e906a48ae1d19"},
                                         HashCase{"The quick brown fox jumps over the lazy dog",
                                                  "e34bbc7bbc071b6c7a433ca9c49a9347"}));

TEST(ContentHash, DoesNotDependOnHowTheContentIsCut) {
  std::string content;
  for (int i = 0; i < 75; ++i) content += static_cast<char>(i * 37);
  const Hash128 whole = content_hash(content);
  for (std::size_t first = 0; first <= content.size(); ++first) {
    for (const std::size_t piece : {1U, 3U, 16U, 17U}) {
      ContentHash hash;
      std::string_view rest = content;
      hash.update(rest.substr(0, first));
      for (rest.remove_prefix(first); !rest.empty();) {
        const std::string_view next = rest.substr(0, piece);
        hash.update(next);
        rest.remove_prefix(next.size());
        (void)hash.digest();  // asking in between changes nothing
      }
      ASSERT_EQ(hash.digest(), whole) << first << ' ' << piece;
    }
  }
}

TEST(ContentHash, TellsEveryFlippedBitAndEverySize) {
  std::set<Hash128> seen;
  for (std::size_t size = 0; size < 40; ++size) {
    std::string content(size, '\0');
    EXPECT_TRUE(seen.insert(content_hash(content)).second);
    for (std::size_t bit = 0; bit < size * 8; ++bit) {
      std::string flipped = content;
      flipped[bit / 8] = static_cast<char>(1U << (bit % 8));
      EXPECT_TRUE(seen.insert(content_hash(flipped)).second) << size << ' ' << bit;
    }
  }
}

TEST(Random, TokensAreHexOfTheAskedSizeAndDiffer) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string token = random_token(16);
    EXPECT_EQ(token.size(), 32U);
    EXPECT_EQ(token.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_TRUE(seen.insert(token).second);
  }
  EXPECT_EQ(random_bytes(0), "");
  EXPECT_EQ(random_bytes(1'000).size(), 1'000U);
}

TEST(EqualInConstantTime, AgreesWithEquality) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("secret", "secret"));
  EXPECT_FALSE(equal_in_constant_time("secret", "secreT"));
  EXPECT_FALSE(equal_in_constant_time("secret", "Secret"));
  EXPECT_FALSE(equal_in_constant_time("secret", "secret "));
  EXPECT_FALSE(equal_in_constant_time("secret", ""));
}

}  // namespace
}  // namespace freshet
