// Whom an alert goes to, when it is told again, and in which pieces.  The facts are the engine's
// own.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "notify/outbox.hpp"
#include "notify_world.hpp"

namespace freshet::notify {
namespace {

using namespace std::chrono_literals;

struct DelayCase {
  const char* name;
  std::uint32_t failures;
  Micros want;
};
class Delay : public testing::TestWithParam<DelayCase> {};
TEST_P(Delay, DoublesUpToAnHour) { EXPECT_EQ(delay_after(GetParam().failures), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(Table, Delay,
                         testing::Values(DelayCase{"first", 1, 2s}, DelayCase{"second", 2, 4s},
                                         DelayCase{"eleventh", 11, 2048s},
                                         DelayCase{"capped", 12, 1h},
                                         DelayCase{"far", 4'000'000'000, 1h}),
                         [](const auto& c) { return std::string{c.param.name}; });

class OutboxTest : public NotifyTest {
 protected:
  Batch news(const std::string& name, Sequence told = {}) {
    return *news_of(find(name), told, looks(), history_, now_);
  }
  Looks looks() { return {directory_, *snapshot_, base_}; }
  /// "failure sales/a", one by one.
  std::vector<std::string> all(const std::string& name) {
    std::vector<std::string> out;
    Sequence told;
    while (true) {
      const Batch batch = news(name, told);
      if (batch.alerts.empty()) return out;
      for (const Alert& alert : batch.alerts)
        out.push_back(std::string{to_text(alert.kind)} + " " + alert.asset);
      told = batch.upto;
    }
  }

  std::string base_{"https://f.example"};
};

using Texts = std::vector<std::string>;

TEST_F(OutboxTest, EachRouteIsToldOfWhatItWants) {
  load({route("own"), route("everyone", "*"), route("bob", "owner:bob"),
        route("late", "*", {AlertKind::freshness, AlertKind::recovery}),
        route("checks", "*", {AlertKind::check, AlertKind::recovery}),
        route("failures", "*", {AlertKind::failure})});
  run("sales/a", 1);
  run("hr/c", 1);
  check("sales/a", false);
  run("sales/a", 0);
  check("sales/a", true);
  EXPECT_EQ(all("own"),
            (Texts{"failure sales/a", "check sales/a", "recovery sales/a", "recovery sales/a"}));
  EXPECT_EQ(all("everyone").size(), 5U);
  EXPECT_EQ(all("bob"), (Texts{"failure hr/c"}));
  EXPECT_EQ(all("late"), Texts{}) << "a recovery from what it does not want is nothing to it";
  EXPECT_EQ(all("checks"), (Texts{"check sales/a", "recovery sales/a"}));
  EXPECT_EQ(all("failures"), (Texts{"failure sales/a", "failure hr/c"}));
}

TEST_F(OutboxTest, AnAlertHasItsLooks) {
  load({route("own")});
  run("sales/a", 3);
  const Batch batch = news("own");
  ASSERT_EQ(batch.alerts.size(), 1U);
  const Alert& alert = batch.alerts.front();
  EXPECT_EQ(alert.owners, Texts{"ada"});
  EXPECT_EQ(alert.url, "https://f.example/#/assets/sales/a");
  EXPECT_EQ(alert.step, started_.step);
  EXPECT_EQ(batch.upto, alert.id);
  EXPECT_EQ(delivery_id("i", find("own"), batch.alerts),
            "i/sales/own/" + std::to_string(alert.id.value));
}

TEST_F(OutboxTest, WhatIsMutedIsToldToNobodyAndWhatOutlivesTheMuteIs) {
  load({route("own")});
  mute("sales/a", true);
  run("sales/a", 1);
  run("sales/b", 1);
  EXPECT_EQ(all("own"), (Texts{"failure sales/b"}));
  mute("sales/a", false);
  EXPECT_EQ(all("own"), (Texts{"failure sales/b", "failure sales/a"}));
}

TEST_F(OutboxTest, ATestGoesByItsRouteAlone) {
  load({route("one", "*", {AlertKind::freshness}), route("two")});
  step(input::TestAlert{.route = "one", .actor = "token"});
  EXPECT_EQ(all("one"), Texts{"test "});
  EXPECT_TRUE(news("one").has_test);
  EXPECT_EQ(all("two"), Texts{});
}

TEST_F(OutboxTest, ManyAtOnceAreToldInOnePiece) {
  load({route("own")});
  for (int i = 0; i < 10; ++i) run("sales/a", 1);
  EXPECT_EQ(news("own").alerts.size(), 1U);
  run("sales/b", 1);
  const Batch batch = news("own");
  EXPECT_EQ(batch.alerts.size(), 11U);
  EXPECT_EQ(batch.upto, batch.alerts.back().id);
  EXPECT_TRUE(news("own", batch.upto).alerts.empty());
}

TEST_F(OutboxTest, WhatIsOlderThanADayIsGivenUp) {
  load({route("own")});
  run("sales/a", 1);
  now_ += 23h;
  run("sales/b", 1);
  now_ += 1h;
  const Batch batch = news("own");
  EXPECT_EQ(batch.late.size(), 1U);
  ASSERT_EQ(batch.alerts.size(), 1U);
  EXPECT_EQ(batch.alerts.front().asset, "sales/b");
}

TEST_F(OutboxTest, TheEndOfAnAlertIsToldAlsoWhereItsAssetIsGone) {
  load({route("own")});
  run("sales/b", 1);
  load({route("own")}, false);
  EXPECT_EQ(all("own"), (Texts{"failure sales/b", "recovery sales/b"}));
}

TEST_F(OutboxTest, OpenAlertsAreRepeatedAsOftenAsTheRouteSays) {
  AlertRoute own = route("own");
  own.repeat = 4h;
  load({own, route("once")});
  const Instant loaded = now_;
  run("sales/a", 1);
  const Instant failed = now_;
  EXPECT_EQ(next_repetition(find("own"), loaded, looks()), failed + 4h);
  EXPECT_EQ(next_repetition(find("once"), loaded, looks()), std::nullopt);
  now_ += 4h - 1us;
  EXPECT_TRUE(repetitions_of(find("own"), loaded, looks(), now_).alerts.empty());
  now_ += 1us;
  const Batch batch = repetitions_of(find("own"), loaded, looks(), now_);
  ASSERT_EQ(batch.alerts.size(), 1U);
  EXPECT_EQ(batch.alerts.front().repetition, 1U);
  EXPECT_EQ(batch.repeats, now_);
  EXPECT_EQ(delivery_id("i", find("own"), batch.alerts),
            "i/sales/own/" + std::to_string(batch.alerts.front().id.value) + "r1");
  EXPECT_TRUE(repetitions_of(find("own"), now_, looks(), now_).alerts.empty());
  EXPECT_EQ(next_repetition(find("own"), now_, looks()), failed + 8h);
  // Nobody was there for a while: once is enough.
  EXPECT_EQ(repetitions_of(find("own"), now_, looks(), now_ + 100h).alerts.front().repetition, 26U);
  EXPECT_TRUE(repetitions_of(find("once"), loaded, looks(), now_).alerts.empty());
  mute("sales/a", true);
  EXPECT_TRUE(repetitions_of(find("own"), loaded, looks(), now_).alerts.empty());
  mute("sales/a", false);
  EXPECT_EQ(repetitions_of(find("own"), loaded, looks(), now_).alerts.size(), 1U)
      << "it was told before the mute";
  run("sales/a", 0);
  EXPECT_TRUE(repetitions_of(find("own"), loaded, looks(), now_ + 100h).alerts.empty());
}

TEST_F(OutboxTest, ASelectionThatCannotBeAnsweredIsEverything) {
  load({route("typo", "sales/x")});
  ASSERT_EQ(directory_.complaints().size(), 1U);
  run("hr/c", 1);
  EXPECT_EQ(all("typo"), Texts{"failure hr/c"}) << "told too much is better than nothing";
}

}  // namespace
}  // namespace freshet::notify
