#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "api/deadlines.hpp"
#include "api/incident_finder.hpp"
#include "api_fixture.hpp"

namespace freshet::test {
namespace {

using api::Incident;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const Instant noon{std::chrono::sys_days{std::chrono::January / 31 / 2026} +
                   std::chrono::hours{12}};

/// Assets whose states are set by hand; all are fresh until then.
struct Company {
  explicit Company(std::vector<AssetDefinition> assets) {
    Definitions definitions;
    definitions.project = "p";
    definitions.assets = std::move(assets);
    auto graph = Graph::build({std::make_shared<const Definitions>(std::move(definitions))});
    snapshot->graph = graph.value();
    for (std::size_t i = 0; i < snapshot->graph->size(); i += Snapshot::chunk_size) {
      chunks.push_back(std::make_shared<Snapshot::Chunk>());
      snapshot->chunks.push_back(chunks.back());
    }
    for (std::uint32_t i = 0; i < snapshot->graph->size(); ++i) {
      state(Rank{i}).asset = AssetId{i + 1};
      state(Rank{i}).data = DataState::fresh;
      state(Rank{i}).updated_at = noon - std::chrono::hours{1};
    }
    snapshot->sequence = Sequence{7};
  }
  AssetState& state(Rank rank) {
    return (*chunks[rank.value / Snapshot::chunk_size])[rank.value % Snapshot::chunk_size];
  }
  AssetState& state(const std::string& key) { return state(snapshot->graph->find(key).value()); }
  void alert(AlertRow row) {
    open->open.push_back(std::make_shared<const AlertRow>(std::move(row)));
  }

  [[nodiscard]] api::View view() const {
    snapshot->alerts = open;
    return {.snapshot = snapshot, .catalog = std::make_shared<const api::Catalog>(*snapshot)};
  }
  api::Incidents find(const std::vector<SourceStatus>& sources = {},
                      const api::IncidentLimits& limits = {}) const {
    return api::find_incidents(view(), sources, {}, noon, limits);
  }
  [[nodiscard]] std::string key(Rank rank) const { return snapshot->graph->asset(rank).key; }
  /// "failure a: b c", by order of the list.
  [[nodiscard]] std::vector<std::string> told(const api::Incidents& incidents) const {
    std::vector<std::string> out;
    for (const Incident& each : incidents.items) {
      std::string text = std::string{to_text(each.kind)} + ' ' + key(each.asset) + ':';
      for (const Rank rank : each.affected) text += ' ' + key(rank);
      out.push_back(std::move(text));
    }
    return out;
  }

  std::shared_ptr<Snapshot> snapshot = std::make_shared<Snapshot>();
  std::vector<std::shared_ptr<Snapshot::Chunk>> chunks;
  std::shared_ptr<AlertsView> open = std::make_shared<AlertsView>();
};

/// a → b → c → d, e beside them → d.
Company chain() {
  return Company{
      {asset("a"), asset("b", {"a"}), asset("c", {"b"}), asset("e"), asset("d", {"c", "e"})}};
}

TEST(Incidents, ThereIsNoneWhereAllIsFresh) {
  const Company company = chain();
  const api::Incidents found = company.find();
  EXPECT_THAT(found.items, IsEmpty());
  EXPECT_EQ(found.totals.assets, 5U);
  EXPECT_EQ(found.totals.fresh, 5U);
  EXPECT_EQ(found.waiting, 0U);
}

struct FoldingCase {
  const char* name;
  std::vector<const char*> failed;
  std::vector<const char*> stale;
  std::vector<const char*> late;
  std::vector<std::string> told;
  std::uint64_t waiting;
};
void PrintTo(const FoldingCase& c, std::ostream* out) { *out << c.name; }
class Folding : public testing::TestWithParam<FoldingCase> {};
TEST_P(Folding, LeadsToTheRootAndCountsWhatWaits) {
  Company company = chain();
  for (const char* key : GetParam().failed) company.state(key).failed = true;
  for (const char* key : GetParam().stale) company.state(key).data = DataState::stale;
  for (const char* key : GetParam().late) company.state(key).freshness = FreshnessState::fail;
  const api::Incidents found = company.find();
  EXPECT_EQ(company.told(found), GetParam().told);
  EXPECT_EQ(found.count, GetParam().told.size());
  EXPECT_EQ(found.waiting, GetParam().waiting);
}
INSTANTIATE_TEST_SUITE_P(
    Table, Folding,
    testing::Values(
        FoldingCase{"one_with_all_below", {"a"}, {"b", "c", "d"}, {}, {"failure a: b c d"}, 3},
        FoldingCase{"what_is_fresh_does_not_wait", {"a"}, {"b"}, {}, {"failure a: b"}, 1},
        FoldingCase{"stale_for_another_reason", {"a"}, {"c"}, {}, {"failure a:"}, 0},
        FoldingCase{"a_problem_below_is_folded", {"a", "c"}, {"c", "d"}, {}, {"failure a: c d"}, 2},
        FoldingCase{"late_below_a_failure", {"a"}, {}, {"d"}, {"failure a: d"}, 1},
        FoldingCase{"late_alone", {}, {}, {"d"}, {"freshness d:"}, 0},
        FoldingCase{"a_failure_is_told_before_lateness", {"b"}, {}, {"b"}, {"failure b:"}, 0},
        FoldingCase{
            "two_roots_of_one", {"b", "e"}, {"c", "d"}, {}, {"failure b: c d", "failure e: d"}, 2},
        FoldingCase{"the_worse_first", {"e", "b"}, {"c"}, {}, {"failure b: c", "failure e:"}, 1}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Incidents, AlertsSaySinceWhenAndOfWhichStep) {
  Company company = chain();
  company.state("b").failed = true;
  company.state("b").muted = true;
  const AssetId b = company.state("b").asset;
  company.alert({.asset = b,
                 .kind = AlertKind::failure,
                 .sequence = Sequence{5},
                 .at = noon - Seconds{60},
                 .step = {RunId{9}, 2},
                 .text = "b failed"});
  const api::Incidents found = company.find();
  ASSERT_EQ(found.items.size(), 1U);
  EXPECT_EQ(found.items[0].since, noon - Seconds{60});
  EXPECT_EQ(found.items[0].step, (StepId{RunId{9}, 2}));
  EXPECT_TRUE(found.items[0].muted);
}

TEST(Incidents, AFailingCheckIsOneAndAWarningHoldsNothingBack) {
  std::vector<AssetDefinition> assets{asset("a"), asset("b", {"a"})};
  assets[0].checks.push_back({.name = "sound"});
  assets[0].checks.push_back({.name = "tidy", .severity = CheckSeverity::warn});
  Company company{assets};
  company.state("b").data = DataState::stale;
  const AssetId a = company.state("a").asset;
  company.alert({.asset = a, .kind = AlertKind::check, .check = "tidy", .at = noon});
  EXPECT_THAT(company.told(company.find()), ElementsAre("check a:"));
  EXPECT_TRUE(company.find().items[0].warning);
  company.alert({.asset = a, .kind = AlertKind::check, .check = "sound", .at = noon});
  const api::Incidents found = company.find();
  EXPECT_THAT(company.told(found), ElementsAre("check a: b"));
  EXPECT_EQ(found.items[0].check, "sound");
  EXPECT_FALSE(found.items[0].warning);
}

TEST(Incidents, ACheckWhoseOwnStepFailsIsSaidToHaveNoResult) {
  Company company = chain();
  company.alert(
      {.asset = company.state("a").asset, .kind = AlertKind::failure, .check = "x", .at = noon});
  const api::Incidents found = company.find();
  ASSERT_THAT(company.told(found), ElementsAre("check a:"));
  EXPECT_FALSE(found.items[0].has_result);
}

TEST(Incidents, AnAlertOfWhatIsRepairedIsNone) {
  Company company = chain();
  company.alert({.asset = company.state("a").asset, .kind = AlertKind::failure, .at = noon});
  company.alert({.asset = AssetId{99}, .kind = AlertKind::failure, .at = noon});
  EXPECT_THAT(company.find().items, IsEmpty());
}

TEST(Incidents, ASourceInTroubleIsOne) {
  Company company = chain();
  company.state("b").data = DataState::stale;
  const api::Incidents found = company.find(
      {{.asset = "a", .state = "error", .detail = "gone"}, {.asset = "e", .state = "watching"}});
  EXPECT_THAT(company.told(found), ElementsAre("source a: b"));
  EXPECT_EQ(found.items[0].detail, "gone");
}

TEST(Incidents, DeadlinesOfWhatWaitsAreAtRisk) {
  std::vector<AssetDefinition> assets{asset("a"), asset("b", {"a"}), asset("c", {"b"}),
                                      asset("d", {"c"})};
  assets[1].freshness = FreshnessPolicy{.within = std::chrono::hours{3}};
  assets[2].freshness = FreshnessPolicy{.within = std::chrono::hours{2}};
  assets[3].freshness = FreshnessPolicy{.within = std::chrono::hours{24 * 9}};
  Company company{assets};
  company.state("a").failed = true;
  for (const char* key : {"b", "c", "d"}) company.state(key).data = DataState::stale;
  const api::Incidents found = company.find();
  ASSERT_EQ(found.items.size(), 1U);
  std::vector<std::string> risks;
  for (const auto& each : found.items[0].at_risk)
    risks.push_back(company.key(each.asset) + ' ' + format_instant(each.deadline).substr(11, 5));
  EXPECT_THAT(risks, ElementsAre("c 13:00", "b 14:00")) << "that of d is far away";
}

TEST(Incidents, OfManyTheWorstAreListed) {
  std::vector<AssetDefinition> assets;
  for (int i = 0; i < 300; ++i) assets.push_back(asset("root" + std::to_string(i)));
  for (int i = 0; i < 5; ++i) assets.push_back(asset("leaf" + std::to_string(i), {"root250"}));
  Company company{assets};
  for (int i = 0; i < 300; ++i) company.state("root" + std::to_string(i)).failed = true;
  for (int i = 0; i < 5; ++i) company.state("leaf" + std::to_string(i)).data = DataState::missing;
  const api::Incidents found = company.find();
  EXPECT_EQ(found.count, 300U);
  ASSERT_EQ(found.items.size(), 100U);
  EXPECT_EQ(company.key(found.items[0].asset), "root250");
  EXPECT_EQ(found.items[0].affects, 5U);
}

TEST(Incidents, AreAsASearchFromEachProblemFindsThem) {
  std::mt19937 random{1};
  for (int round = 0; round < 50; ++round) {
    std::vector<AssetDefinition> assets;
    for (int i = 0; i < 60; ++i) {
      std::vector<std::string> deps;
      for (unsigned k = 0; i > 0 && k < random() % 3; ++k)
        deps.push_back("a" + std::to_string(random() % static_cast<unsigned>(i)));
      assets.push_back(asset("a" + std::to_string(i), std::move(deps)));
    }
    Company company{assets};
    const Graph& graph = *company.snapshot->graph;
    std::set<Rank> failed;
    std::set<Rank> stale;
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
      if (random() % 6 == 0) failed.insert(Rank{i}), company.state(Rank{i}).failed = true;
      if (random() % 2 == 0) {
        stale.insert(Rank{i});
        company.state(Rank{i}).data = DataState::stale;
      }
    }
    // From one problem: everything below it, and what is reached by way of what is not fresh.
    std::map<Rank, std::set<Rank>> affected;
    std::set<Rank> folded;
    for (const Rank root : failed) {
      std::set<Rank> below{root};
      std::set<Rank> waits{root};
      for (std::uint32_t i = 0; i < graph.size(); ++i) {
        for (const Rank up : graph.upstream(Rank{i})) {
          if (below.contains(up)) below.insert(Rank{i});
          if (waits.contains(up) && stale.contains(Rank{i})) waits.insert(Rank{i});
        }
        if (below.contains(Rank{i}) && failed.contains(Rank{i})) waits.insert(Rank{i});
      }
      waits.erase(root);
      affected[root] = waits;
      for (const Rank each : below) {
        if (each != root && failed.contains(each)) folded.insert(each);
      }
    }
    std::map<Rank, std::uint64_t> want;
    std::set<Rank> waiting;
    for (const auto& [root, waits] : affected) {
      if (folded.contains(root)) continue;
      want[root] = waits.size();
      waiting.insert(waits.begin(), waits.end());
    }
    const api::Incidents found = company.find();
    std::map<Rank, std::uint64_t> seen;
    for (const Incident& each : found.items) seen[each.asset] = each.affects;
    ASSERT_EQ(seen, want) << "round " << round;
    ASSERT_EQ(found.waiting, waiting.size()) << "round " << round;
  }
}

TEST(Incidents, OfManyAssetsTakeNoTime) {
  std::mt19937 random{7};
  std::vector<AssetDefinition> assets;
  for (unsigned i = 0; i < 30'000; ++i) {
    std::vector<std::string> deps;
    for (unsigned k = 0; i >= 1'000 && k < 3; ++k)
      deps.push_back("a" + std::to_string(i - 1 - random() % 1'000));
    assets.push_back(asset("a" + std::to_string(i), std::move(deps)));
  }
  Company company{std::move(assets)};
  for (std::uint32_t i = 0; i < 30'000; ++i) {
    company.state(Rank{i}).failed = random() % 300 == 0;
    if (random() % 2 == 0) company.state(Rank{i}).data = DataState::stale;
  }
  const api::View view = company.view();
  const auto start = std::chrono::steady_clock::now();
  const api::Incidents found = api::find_incidents(view, {}, {}, noon);
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_GT(found.waiting, 1'000U);
  EXPECT_LT(took, std::chrono::seconds{2}) << "also where every access is checked";
}

struct DeadlineCase {
  const char* name;
  FreshnessPolicy policy;
  Instant updated_at;
  const char* want;  ///< "" for none.
};
class OpenDeadline : public testing::TestWithParam<DeadlineCase> {};
TEST_P(OpenDeadline, IsTheNextThatIsNotMetYet) {
  api::Deadlines deadlines{noon};
  const auto at = deadlines.open(GetParam().policy, GetParam().updated_at);
  EXPECT_EQ(at ? format_instant(*at).substr(0, 16) : "", GetParam().want);
}
const FreshnessPolicy by_six{.deadline = "0 18 * * *", .timezone = "UTC"};
INSTANTIATE_TEST_SUITE_P(
    Table, OpenDeadline,
    testing::Values(
        DeadlineCase{"age",
                     {.within = std::chrono::hours{2}},
                     noon - std::chrono::hours{1},
                     "2026-01-31T13:00"},
        DeadlineCase{
            "too_old_already", {.within = std::chrono::hours{2}}, noon - std::chrono::hours{3}, ""},
        DeadlineCase{"age_of_nothing", {.within = std::chrono::hours{2}}, {}, ""},
        DeadlineCase{"clock", by_six, noon - std::chrono::hours{20}, "2026-01-31T18:00"},
        DeadlineCase{"clock_and_nothing_yet", by_six, {}, "2026-01-31T18:00"},
        DeadlineCase{"clock_is_met", by_six, noon - std::chrono::hours{1}, ""},
        DeadlineCase{"clock_in_another_zone",
                     {.deadline = "0 18 * * *", .timezone = "Europe/Vienna"},
                     {},
                     "2026-01-31T17:00"},
        DeadlineCase{"clock_within",
                     {.within = std::chrono::hours{6}, .deadline = "0 18 * * *", .timezone = "UTC"},
                     noon - std::chrono::hours{1},
                     "2026-01-31T18:00"}),
    [](const auto& c) { return std::string{c.param.name}; });

std::vector<std::string> next_of(const Company& company, std::size_t limit) {
  std::vector<std::string> out;
  for (const Rank rank : api::expected_next(company.view(), noon, limit))
    out.push_back(company.key(rank));
  return out;
}

TEST(ExpectedNext, BeginsWithWhatWorkLeadsToThenByTheTimeOfDay) {
  using std::chrono::hours;
  std::vector<AssetDefinition> assets{asset("a"),        asset("b", {"a"}), asset("c", {"b"}),
                                      asset("d", {"b"}), asset("e", {"b"}), asset("f", {"a"}),
                                      asset("g", {"a"}), asset("h", {"a"}), asset("i", {"a"})};
  for (const std::size_t automatic : {2U, 5U, 6U, 7U, 8U}) assets[automatic].automation = "eager";
  assets[3].freshness = FreshnessPolicy{.within = hours{30}};
  Company company{assets};
  company.state("b").active = {RunId{1}, 0};
  company.state("d").updated_at = noon - hours{20};
  company.state("f").updated_at = noon - hours{50};  // at 10: not again today
  company.state("g").updated_at = noon - hours{21};  // at 15
  company.state("h").updated_at = noon - hours{23};  // at 13
  company.state("i").active = {RunId{2}, 0};
  company.state("i").paused = true;
  EXPECT_THAT(next_of(company, 99), ElementsAre("b", "c", "i", "h", "g", "d", "f"));
  EXPECT_THAT(next_of(company, 2), ElementsAre("b", "c"));
}

TEST(ExpectedNext, OfManyDeadlinesNoneHidesWhatIsUnderWay) {
  std::vector<AssetDefinition> assets;
  for (int i = 0; i < 60; ++i) {
    assets.push_back(asset("late/" + std::to_string(i)));
    assets.back().freshness = FreshnessPolicy{.within = std::chrono::hours{3}};
  }
  assets.push_back(asset("run"));
  Company company{assets};
  company.state("run").active = {RunId{1}, 0};
  EXPECT_EQ(next_of(company, 40).front(), "run");
}

TEST_F(ApiTest, OfManyThatHaveNoForecastTheNextAreAskedAbout) {
  std::vector<AssetDefinition> assets;
  for (int i = 0; i < 90; ++i) {
    assets.push_back(asset("a" + std::to_string(100 + i), {"raw"}));
    assets.back().automation = "eager";
  }
  assets.push_back(asset("raw"));
  service.load(assets);
  service.forecast_from = Rank{85};
  const Json next = get("/api/v1/incidents").json()["next"];
  ASSERT_EQ(next.size(), 6U);
  EXPECT_EQ(next[0]["asset"], "a184");
  EXPECT_EQ(service.readiness_asked, 3);
}

TEST_F(ApiTest, IncidentsTellOfAFailureAndWhatWaitsOnIt) {
  const Json calm = get("/api/v1/incidents").json();
  EXPECT_THAT(calm["items"], IsEmpty());
  EXPECT_EQ(calm["sentence"], "Nothing is wrong; 0 of 4 assets are fresh.");

  ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/orders"}, {"data_version", "v1"}}).status, 202);
  service.end_step(3);
  const Answer answer = get("/api/v1/incidents");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json json = answer.json();
  ASSERT_EQ(json["items"].size(), 1U);
  const Json& item = json["items"][0];
  EXPECT_EQ(item["id"], "failure:staging/orders");
  EXPECT_EQ(item["code"], "failed");
  EXPECT_EQ(item["text"], "staging/orders failed: its process ended with a non-zero exit code");
  EXPECT_EQ(item["params"]["exit_code"], 3);
  EXPECT_EQ(item["owners"], Json::array({"team:data"}));
  EXPECT_EQ(item["affects"], 1);
  EXPECT_EQ(item["affected"], Json::array({"marts/revenue"}));
  EXPECT_EQ(item["since"], "2026-01-31T00:00:00.000000Z");
  EXPECT_EQ(item["step"], 0);
  EXPECT_NE(item["run"], nullptr);
  EXPECT_EQ(json["totals"]["failed"], 1);
  EXPECT_EQ(json["sentence"], "1 problem; 1 asset waits on it; 1 of 4 assets are fresh.");
  EXPECT_EQ(json["next"][0]["asset"], "marts/revenue");
  EXPECT_EQ(get("/api/v1/incidents", {{"if-none-match", answer.header("etag")}}).status, 304);
  EXPECT_EQ(get("/api/v1/incidents").body, answer.body) << "it is kept";
}

TEST_F(ApiTest, IncidentsTellOfDefinitionsThatAreNotInForce) {
  const std::string before = get("/api/v1/incidents").header("etag");
  service.system_status.projects.push_back(
      {.name = "shop",
       .is_valid = false,
       .diagnostics = {{.place = {.file = "freshet.yaml", .line = 3, .column = 5},
                        .message = "unknown field"}}});
  const Answer answer = get("/api/v1/incidents", {{"if-none-match", before}});
  ASSERT_EQ(answer.status, 200);
  const Json item = answer.json()["items"][0];
  EXPECT_EQ(item["id"], "definitions:shop");
  EXPECT_EQ(item["asset"], nullptr);
  EXPECT_THAT(item["text"].get<std::string>(), HasSubstr("freshet.yaml:3:5: unknown field"));
}

}  // namespace
}  // namespace freshet::test
