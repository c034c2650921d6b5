#include "model/sentences.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "freshet/facts.hpp"
#include "freshet/sentence.hpp"
#include "model/codec.hpp"

namespace freshet {
namespace {

using Params = std::vector<Sentence::Param>;
using Parts = Sentence::Param::Parts;
using Words = std::vector<std::string>;

struct Said {
  Sentence sentence;
  std::string text;
};

TEST(Sentences, SayWhatTheirTemplateSays) {
  const Sentence detail = say("partitions_holding", {{"held", std::uint64_t{0}},
                                                     {"needed", std::uint64_t{12}},
                                                     {"detail", Parts{say("it_is_missing")}}});
  const std::vector<Said> all{
      {say("requested_updated", some_of("assets", Words{"a"})), "requested, because a was updated"},
      {say("requested_updated", some_of("assets", Words{"a", "b", "c", "d"})),
       "requested, because a, b, c and d were updated"},
      {say("requested_updated", some_of("assets", Words{"a", "b", "c", "d", "e"})),
       "requested, because a, b, c, 2 more were updated"},
      {say("handed_back",
           some_of("blockers", Parts{say("member", {{"member", "a[2026-01-31]"}}),
                                     say("check", {{"check", "rows"}, {"member", "b"}})})),
       "left unstarted; waits for a[2026-01-31] and check rows of b to be repaired"},
      {say("withheld", {{"reason", ""}}), "would be requested, but automation is paused"},
      {say("withheld", {{"reason", "[a] {b}"}}),
       "would be requested, but automation is paused: [a] {b}"},
      {say("not_requested",
           {{"because",
             Parts{say("does_not_hold", {{"condition", "missing"}, {"detail", Parts{detail}}})}}}),
       "not requested, because missing does not hold (0 of 12 partitions; it is missing)"},
      {say("holds", {{"asset", "a"}, {"condition", "stale"}}), "a stale holds"},
      {say("when_updated",
           {{"assets", Words{"a", "b", "c"}}, {"history", Parts{say("ready_today")}}}),
       "when a, b or c is updated; it was ready today already"},
      {say("when_one_updated", {{"assets", Words{"a", "b", "c"}},
                                {"count", std::uint64_t{7}},
                                {"history", Parts{say("ready_today")}}}),
       "when a, b, c or another of its 7 inputs is updated; it was ready today already"},
      {say("inputs_too_old",
           {{"inputs",
             Parts{say("input_too_old",
                       {{"asset", "a"}, {"age", "2h"}, {"limit", "1h"}, {"until", ""}}),
                   say("input_too_old",
                       {{"asset", "b"}, {"age", "3h"}, {"limit", "1h"}, {"until", "noon"}})}}}),
       "a: last update 2h ago, max_age 1h; b: last update 3h ago, max_age 1h, waits until noon"},
      {say("as_earlier_ones", {{"samples", std::uint64_t{1}}}),
       "each step as in at least 1 earlier one"},
      {say("as_earlier_ones", {{"samples", std::uint64_t{2}}}),
       "each step as in at least 2 earlier ones"}};
  for (const Said& each : all) EXPECT_EQ(to_text(each.sentence), each.text);
}

TEST(Sentences, HaveFractionsOfSecondsOnlyWhereThereAreSome) {
  const Instant noon = *parse_instant("2026-01-31T12:00:00Z");
  EXPECT_EQ(time_text(noon), "2026-01-31T12:00:00Z");
  EXPECT_EQ(time_text(noon + Micros{1'500}), "2026-01-31T12:00:00.001500Z");
}

TEST(Sentences, ThatAnotherVersionWroteSayTheirCode) {
  EXPECT_EQ(to_text(Sentence{"of_the_future", {{"asset", "a"}}}), "of_the_future");
  EXPECT_EQ(to_text(Sentence{}), "");
}

TEST(Sentences, HaveEachCodeOnceAndOneForEveryReason) {
  std::set<std::string_view> codes;
  for (const SentenceTemplate& each : sentence_templates)
    EXPECT_TRUE(codes.insert(each.code).second) << each.code;
  for (std::size_t i = 1; i < codec::enum_count<Reason>; ++i)
    EXPECT_TRUE(codes.contains(to_text(static_cast<Reason>(i)))) << i;
}

TEST(Sentences, OfADecisionAreReadAsTheyWereWrittenAndOlderOnesHaveTheirText) {
  const Sentence said =
      say("not_requested", {{"because", Parts{say("is_missing", {{"asset", "raw"}})}}});
  const Fact written = fact::Decided{.asset = AssetId{1}, .said = said};
  const auto read = decode(written.index(), encode(written));
  ASSERT_TRUE(read);
  EXPECT_EQ(std::get<fact::Decided>(*read).said, said);

  // Without the last field: what a version before it wrote.
  const Fact plain = fact::Decided{.asset = AssetId{1}, .text = "requested, because"};
  std::string bytes = encode(plain);
  std::string last;
  codec::Encoder{last}.put(Sentence{});
  bytes.resize(bytes.size() - last.size());
  const auto older = decode(plain.index(), bytes);
  ASSERT_TRUE(older);
  EXPECT_EQ(std::get<fact::Decided>(*older).text, "requested, because");
  EXPECT_TRUE(std::get<fact::Decided>(*older).said.empty());
}

TEST(Sentences, ThatHoldEachOtherWithoutEndAreDamage) {
  Sentence deep = say("ready_today");
  for (int i = 0; i < 200; ++i) deep = say("not_requested", {{"because", Parts{std::move(deep)}}});
  const Fact fact = fact::Decided{.said = std::move(deep)};
  EXPECT_FALSE(decode(fact.index(), encode(fact)));
}

}  // namespace
}  // namespace freshet
