#include "freshet/facts.hpp"

#include <cxxabi.h>
#include <gtest/gtest.h>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>
#include <variant>
#include <vector>

#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "random_values.hpp"

namespace freshet {
namespace {

using testing_support::Filler;
constexpr std::size_t kinds = std::variant_size_v<Fact>;

/// "step_started" for freshet::fact::StepStarted.
std::string snake_case_name(const std::type_info& type) {
  const std::unique_ptr<char, void (*)(void*)> demangled{
      abi::__cxa_demangle(type.name(), nullptr, nullptr, nullptr), &std::free};
  std::string_view name{demangled.get()};
  name.remove_prefix(name.rfind(':') + 1);
  std::string snake;
  for (const char c : name) {
    const auto letter = static_cast<unsigned char>(c);
    if (std::isupper(letter) != 0 && !snake.empty()) snake.push_back('_');
    snake.push_back(static_cast<char>(std::tolower(letter)));
  }
  return snake;
}

struct CountFields {
  std::size_t count{};
  template <class T>
  void operator()(std::string_view /*name*/, const T& /*value*/) {
    ++count;
  }
};

std::size_t field_count(const Fact& fact) {
  CountFields counter;
  std::visit([&]<class F>(const F& f) { F::describe(f, counter); }, fact);
  return counter.count;
}

struct FindStructs {
  bool found{false};
  template <class T>
  void operator()(std::string_view /*name*/, const T& /*value*/) {}
  template <class T>
    requires requires(const T& value, CountFields& counter) { T::describe(value, counter); }
  void operator()(std::string_view /*name*/, const std::vector<T>& /*values*/) {
    found = true;
  }
};

/// What was read is what its own encoding is read as; and `bytes` are the start of that, unless
/// they held a struct that was shorter than it is now.
void expect_own_form(const Fact& fact, std::string_view bytes) {
  const std::string own = encode(fact);
  const auto again = decode(fact.index(), own);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, fact);
  FindStructs structs;
  std::visit([&]<class F>(const F& f) { F::describe(f, structs); }, fact);
  if (!structs.found) EXPECT_TRUE(own.starts_with(bytes));
}

class EveryKind : public testing::TestWithParam<std::size_t> {};

TEST_P(EveryKind, IsNamedAfterItsStruct) {
  const Fact fact = Filler::make_fact(GetParam());
  const std::string want =
      std::visit([](const auto& f) { return snake_case_name(typeid(f)); }, fact);
  EXPECT_EQ(kind_name(fact), want);
}

TEST_P(EveryKind, ComesBackAsItWas) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Fact fact = Filler{seed}.fact(GetParam());
    const auto back = decode(fact.index(), encode(fact));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(*back, fact) << "seed " << seed;
  }
}

TEST_P(EveryKind, CutShortIsReadUpToAWholeFieldAndOtherwiseRefused) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Fact fact = Filler{seed}.fact(GetParam());
    const std::string bytes = encode(fact);
    std::size_t accepted{};
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const std::string_view cut = std::string_view{bytes}.substr(0, size);
      const auto back = decode(fact.index(), cut);
      if (!back) {
        EXPECT_EQ(back.error().code, Errc::invalid);
        continue;
      }
      ++accepted;
      EXPECT_TRUE(encode(*back).starts_with(cut)) << "seed " << seed << " size " << size;
    }
    EXPECT_EQ(accepted, field_count(fact) - 1) << "seed " << seed;
  }
}

TEST_P(EveryKind, BytesLeftOverAreRefused) {
  const Fact fact = Filler{7}.fact(GetParam());
  EXPECT_FALSE(decode(fact.index(), encode(fact) + '\0'));
}

TEST_P(EveryKind, RandomBytesAreRefusedOrAreWhatEncodeWrites) {
  Filler filler{GetParam()};
  for (int round = 0; round < 4000; ++round) {
    std::string bytes(filler.below(60), '\0');
    const std::uint64_t range = filler.below(2) == 0 ? 256 : 4;  // small numbers get further
    for (char& c : bytes) c = static_cast<char>(filler.below(range));
    const auto back = decode(GetParam(), bytes);
    if (back) expect_own_form(*back, bytes);
  }
}

TEST_P(EveryKind, OneDamagedByteNeverYieldsAnotherForm) {
  Filler filler{GetParam() + 100};
  for (int round = 0; round < 500; ++round) {
    std::string bytes = encode(filler.fact(GetParam()));
    bytes[filler.below(bytes.size())] = static_cast<char>(filler.below(256));
    const auto back = decode(GetParam(), bytes);
    if (back) expect_own_form(*back, bytes);
  }
}

INSTANTIATE_TEST_SUITE_P(Facts, EveryKind, testing::Range(std::size_t{0}, kinds),
                         [](const auto& info) {
                           return std::string{kind_name(Filler::make_fact(info.param))};
                         });

TEST(DecodeFact, AnUnknownKindIsRefused) {
  const auto back = decode(kinds, "");
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, Errc::invalid);
  EXPECT_NE(back.error().message.find(std::to_string(kinds)), std::string::npos);
}

TEST(DecodeFact, TheMessageNamesKindAndOffset) {
  // run_ended: run 5, then a status that does not exist.
  const auto back = decode(Fact{fact::RunEnded{}}.index(), std::string_view{"\x05\x09", 2});
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().message, "decode fact run_ended: damaged at byte 1 of 2");
}

TEST(DecodeFact, FieldsAddedAfterTheBytesWereWrittenGetTheirDefault) {
  const auto back = decode(Fact{fact::StepStarted{}}.index(), std::string_view{"\x07\x02", 2});
  ASSERT_TRUE(back);
  const fact::StepStarted want{.step = {RunId{7}, 2}};
  EXPECT_EQ(*back, Fact{want});
  EXPECT_EQ(std::get<fact::StepStarted>(*back).attempt, 1U);
}

TEST(DecodeFact, AStructInsideAVectorMayGrowToo) {
  // Fields: run 1, cause, actor, reason, no tags, no retry_of, one plan of two bytes.
  const std::string_view bytes{"\x01\x00\x00\x00\x00\x00\x01\x02\x09\x03", 10};
  const auto back = decode(Fact{fact::RunQueued{}}.index(), bytes);
  ASSERT_TRUE(back) << back.error().message;
  const fact::RunQueued want{.run = RunId{1}, .steps = {{.member = {AssetId{9}, PartitionId{3}}}}};
  EXPECT_EQ(*back, Fact{want});
}

struct DamageCase {
  const char* name;
  Fact kind;
  std::string_view bytes;
};
class DamagedBytes : public testing::TestWithParam<DamageCase> {};
TEST_P(DamagedBytes, AreRefused) {
  const auto back = decode(GetParam().kind.index(), GetParam().bytes);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, Errc::invalid);
}
using namespace std::string_view_literals;
INSTANTIATE_TEST_SUITE_P(
    Table, DamagedBytes,
    testing::Values(DamageCase{"nothing_at_all", fact::RunEnded{}, ""sv},
                    DamageCase{"number_that_does_not_end", fact::RunEnded{}, "\x80"sv},
                    DamageCase{"number_of_more_than_64_bits", fact::RunEnded{},
                               "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"sv},
                    DamageCase{"number_in_a_longer_form", fact::RunEnded{}, "\x81\x00\x00"sv},
                    DamageCase{"number_too_large_for_its_field", fact::SourceCursor{},
                               "\x80\x80\x80\x80\x10\x00"sv},
                    DamageCase{"bool_that_is_neither", fact::CheckRecorded{}, "\x01\x00\x00\x02"sv},
                    DamageCase{"text_longer_than_the_bytes", fact::SourceCursor{},
                               "\x01\x05"
                               "abcd"sv},
                    DamageCase{"text_of_2_to_the_63", fact::SourceCursor{},
                               "\x01\xff\xff\xff\xff\xff\xff\xff\xff\x7f"sv},
                    DamageCase{"vector_longer_than_the_bytes", fact::ConditionMemory{},
                               "\x01\x00\x00\x7f\x01"sv},
                    DamageCase{"struct_longer_than_its_fields", fact::RunQueued{},
                               "\x01\x00\x00\x00\x00\x00\x01\x07\x09\x03\x00\x00\x00\x00\x00"sv},
                    DamageCase{"struct_cut_inside_a_field", fact::RunQueued{},
                               "\x01\x00\x00\x00\x00\x00\x01\x01\x09"sv}),
    [](const auto& info) { return std::string{info.param.name}; });

TEST(FactSubjects, ComeFromTheFirstFieldThatNamesOne) {
  const MemberId member{AssetId{3}, PartitionId{4}};
  const StepId step{RunId{8}, 1};
  EXPECT_EQ(asset_of(fact::Updated{.member = member, .step = step}), AssetId{3});
  EXPECT_EQ(run_of(fact::Updated{.member = member, .step = step}), RunId{8});
  EXPECT_EQ(asset_of(fact::DependencyAdded{AssetId{1}, AssetId{2}}), AssetId{1});
  EXPECT_EQ(run_of(fact::DependencyAdded{AssetId{1}, AssetId{2}}), RunId{});
  EXPECT_EQ(run_of(fact::RunQueued{.run = RunId{5}, .retry_of = RunId{4}}), RunId{5});
  EXPECT_EQ(asset_of(fact::RunQueued{.run = RunId{5}}), AssetId{});
  EXPECT_EQ(run_of(fact::StepRunning{.step = step}), RunId{8});
  EXPECT_EQ(asset_of(fact::EventRejected{}), AssetId{});
}

TEST(FactTexts, AreThoseOfTheirEnumerators) {
  EXPECT_EQ(to_text(Reason::none), "none");
  EXPECT_EQ(to_text(Reason::upstream_wrote_nothing), "upstream_wrote_nothing");
  EXPECT_EQ(to_text(Reason::wrote_nothing), "wrote_nothing");
  EXPECT_EQ(to_text(Reason::timeout), "timeout");
  EXPECT_EQ(to_text(Reason::lost), "lost");
  EXPECT_EQ(to_text(Reason::canceled_by_person), "canceled_by_person");
  EXPECT_EQ(to_text(Reason::definition_removed), "definition_removed");
  EXPECT_EQ(to_text(Reason::reported), "reported");
  EXPECT_EQ(to_text(RunStatus::succeeded), "succeeded");
  EXPECT_EQ(to_text(RunStatus::canceled), "canceled");
  EXPECT_EQ(to_text(StepStatus::skipped), "skipped");
  EXPECT_EQ(to_text(StepStatus::lost), "lost");
  EXPECT_EQ(to_text(FreshnessState::none), "none");
  EXPECT_EQ(to_text(FreshnessState::fail), "fail");
  EXPECT_EQ(to_text(RunCause::person), "person");
  EXPECT_EQ(to_text(UpdateKind::observation), "observation");
}

}  // namespace
}  // namespace freshet
