// What publications are told, from the engine's own facts; where messages go, and how.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "freshet/engine.hpp"
#include "model/cursor_names.hpp"
#include "publish/feed.hpp"
#include "publish/openlineage.hpp"
#include "publish/publisher.hpp"
#include "publish/scope.hpp"
#include "publish/target.hpp"

namespace freshet::publish {
namespace {

using Json = nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// History as far as feeds look at it.
struct History {
  std::mutex mutex;
  std::vector<FactRecord> facts;
  std::map<StepId, StepRow> steps;
};
class HistoryReader : public Reader {
 public:
  explicit HistoryReader(History& history) : history_{history} {}
  Result<FactPage> facts(const FactQuery& query) override {
    const std::scoped_lock lock{history_.mutex};
    std::vector<FactRecord> found;
    for (const FactRecord& record : history_.facts) {
      if (record.sequence <= query.after || record.sequence > query.upto) continue;
      if (query.asset && asset_of(record.fact) != *query.asset) continue;
      if (query.run && run_of(record.fact) != *query.run) continue;
      if (query.kinds[record.fact.index()]) found.push_back(record);
    }
    if (query.order == FactQuery::Order::newest_first) std::ranges::reverse(found);
    FactPage page;
    page.facts.assign(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(
                                                         std::min(found.size(), query.limit)));
    if (found.size() > query.limit) page.next = page.facts.back().sequence;
    return page;
  }
  Result<StepRow> step(StepId id) override {
    const std::scoped_lock lock{history_.mutex};
    return history_.steps.at(id);
  }
  Result<FactRecord> fact(Sequence) override { return Error{Errc::not_found, ""}; }
  Result<Sequence> last_before(Instant) override { return Sequence{}; }
  Result<RunPage> runs(const RunQuery&) override { return RunPage{}; }
  Result<StoredRun> run(RunId) override { return Error{Errc::not_found, ""}; }
  Result<StepPage> steps(const StepQuery&) override { return StepPage{}; }
  Result<Timeline> timeline(const TimelineQuery&) override { return Timeline{}; }
  Result<BackfillPage> backfills(const BackfillQuery&) override { return BackfillPage{}; }
  Result<StoredBackfill> backfill(BackfillId) override { return Error{Errc::not_found, ""}; }
  Result<AnswerRow> answer(std::string_view) override { return Error{Errc::not_found, ""}; }
  Result<StoreSizes> sizes() override { return StoreSizes{}; }

 private:
  History& history_;
};

class Publications : public testing::Test {
 protected:
  /// raw/orders → marts/revenue, of project shop, and hr/people of project hr.
  void load(std::vector<Publication> publications) {
    auto shop = std::make_shared<Definitions>(), hr = std::make_shared<Definitions>();
    shop->project = "shop", hr->project = "hr";
    AssetDefinition orders;
    orders.key = "raw/orders", orders.project = "shop", orders.external = true;
    AssetDefinition revenue;
    revenue.key = "marts/revenue", revenue.project = "shop", revenue.command = {"make"};
    revenue.deps.emplace_back().key = "raw/orders";
    revenue.retries = {.max = 1, .delay = Micros{0}};
    revenue.checks.emplace_back().name = "sane";
    AssetDefinition people;
    people.key = "hr/people", people.project = "hr", people.command = {"make"};
    shop->assets = {orders, revenue};
    hr->assets = {people};
    shop->publications = std::move(publications);
    step(input::Load{.graph = *Graph::build({shop, hr})});
  }
  void step(Input input) {
    Moment moment = engine_.step({&input, 1}, now_);
    const std::scoped_lock lock{history_.mutex};
    history_.facts.insert(history_.facts.end(), moment.batch.facts.begin(),
                          moment.batch.facts.end());
    for (const StepRow& row : moment.batch.rows.of<StepRow>()) history_.steps[row.step] = row;
    for (const Effect& effect : moment.effects) {
      if (const auto* start = std::get_if<effect::StartStep>(&effect)) started_ = *start;
    }
    snapshot_ = engine_.snapshot();
  }
  void end(int code) {
    step(input::StepOutcome{.step = started_.step, .attempt = started_.attempt, .code = code});
  }
  Feed feed(const Publication& publication, Sequence told = {}) {
    Scope scope{"shop", publication.select};
    scope.update(snapshot_);
    HistoryReader reader{history_};
    auto out = feed_of(publication, told, scope, reader, {"store", "1.0"});
    EXPECT_TRUE(out);
    return *std::move(out);
  }
  static std::vector<std::string> texts(const Feed& feed) {
    std::vector<std::string> out;
    for (const Message& message : feed.messages) {
      const Json event = Json::parse(message.body);
      out.push_back(event.contains("type") ? event["type"].get<std::string>() + ' ' +
                                                 event["subject"].get<std::string>()
                                           : event["eventType"].get<std::string>() + ' ' +
                                                 event["job"]["name"].get<std::string>());
    }
    return out;
  }
  Engine engine_{EngineOptions{.slots = 100}};
  Instant now_{std::chrono::sys_days{std::chrono::January / 1 / 2026}};
  std::shared_ptr<const Snapshot> snapshot_;
  effect::StartStep started_;
  History history_;
};

Publication to_file(std::string name, std::string path = "/nowhere",
                    Publication::Format format = Publication::Format::openlineage) {
  Publication out;
  out.name = std::move(name), out.format = format;
  out.target = Publication::Target::file, out.path = std::move(path);
  return out;
}

TEST_F(Publications, EachAttemptIsARunThatHasItsOwnNews) {
  load({});
  step(input::Report{.events = {{.asset = "raw/orders", .data_version = "v1"}}});
  step(input::Request{.assets = {"marts/revenue"}});
  step(input::StepMessage{.step = started_.step,
                          .attempt = 1,
                          .kind = input::StepMessage::Kind::materialization,
                          .data_version = "half",
                          .offset = 1});
  end(7);
  step(input::Tick{});
  ASSERT_EQ(started_.attempt, 2U);
  step(input::StepMessage{
      .step = started_.step,
      .attempt = 2,
      .kind = input::StepMessage::Kind::materialization,
      .data_version = "whole",
      .metadata = R"({"dagster/row_count": {"type": "int", "value": 12}, "size": 5})",
      .offset = 1});
  step(input::StepMessage{.step = started_.step,
                          .attempt = 2,
                          .kind = input::StepMessage::Kind::check,
                          .check = "sane",
                          .passed = true,
                          .offset = 2});
  end(0);
  const Feed found = feed(to_file("x"));
  EXPECT_THAT(texts(found), ElementsAre("START marts/revenue", "FAIL marts/revenue",
                                        "START marts/revenue", "COMPLETE marts/revenue"));
  const Json failed = Json::parse(found.messages[1].body);
  const Json done = Json::parse(found.messages[3].body);
  EXPECT_EQ(failed["outputs"][0]["facets"]["version"]["datasetVersion"], "half");
  EXPECT_THAT(failed["run"]["facets"]["errorMessage"]["message"].get<std::string>(),
              HasSubstr("7"));
  EXPECT_NE(failed["run"]["runId"], done["run"]["runId"]);
  EXPECT_EQ(failed["run"]["facets"]["parent"]["run"], done["run"]["facets"]["parent"]["run"]);
  const Json& output = done["outputs"][0];
  EXPECT_EQ(output["namespace"], "freshet://shop");
  EXPECT_EQ(output["facets"]["version"]["datasetVersion"], "whole");
  EXPECT_EQ(output["outputFacets"]["outputStatistics"]["rowCount"], 12);
  EXPECT_EQ(output["outputFacets"]["outputStatistics"]["size"], 5);
  EXPECT_EQ(output["facets"]["dataQualityAssertions"]["assertions"][0]["name"], "sane");
  EXPECT_EQ(done["inputs"][0]["facets"]["version"]["datasetVersion"], "v1");
  EXPECT_FALSE(done["run"]["facets"].contains("errorMessage"));
  EXPECT_EQ(feed(to_file("x")).messages[3].body, found.messages[3].body) << "the same each time";
  EXPECT_EQ(found.messages[0].key, found.messages[1].key) << "in one queue";
}

TEST_F(Publications, WhatNeverBeganIsNoRunAndWhatWasStoppedIsAborted) {
  load({});
  step(input::Request{.assets = {"marts/revenue"}});
  step(input::Cancel{.run = started_.step.run});
  step(input::StepOutcome{
      .step = started_.step, .attempt = 1, .kind = input::StepOutcome::Kind::canceled});
  EXPECT_THAT(texts(feed(to_file("x"))), ElementsAre("START marts/revenue", "ABORT marts/revenue"));
}

TEST_F(Publications, AreAboutTheirProjectOrWhatIsSelected) {
  load({});
  step(input::Report{.events = {{.asset = "raw/orders", .data_version = "v1"}}});
  step(input::Request{.assets = {"hr/people"}});
  end(0);
  Publication events = to_file("x", "", Publication::Format::cloudevents);
  EXPECT_THAT(texts(feed(events)), ElementsAre("freshet.asset.observed raw/orders"));
  events.select = "hr/people";
  EXPECT_THAT(texts(feed(events)), ElementsAre("freshet.asset.materialized hr/people"));
  events.select = "nobody";
  EXPECT_THAT(texts(feed(events)), ElementsAre("freshet.asset.observed raw/orders"))
      << "what others have is not theirs to hear";
  Scope scope{"shop", events.select};
  scope.update(snapshot_);
  EXPECT_THAT(scope.complaint(), HasSubstr("told of the assets of project shop"));
}

TEST_F(Publications, GoOnWhereTheyWere) {
  load({});
  for (int i = 0; i < 1'200; ++i)
    step(input::Report{.events = {{.asset = "raw/orders", .data_version = std::to_string(i)}}});
  const Publication events = to_file("x", "", Publication::Format::cloudevents);
  Sequence told;
  std::size_t count = 0;
  for (bool is_more = true; is_more;) {
    const Feed found = feed(events, told);
    EXPECT_LE(found.messages.size(), 500U);
    count += found.messages.size(), told = found.passed, is_more = found.is_more;
  }
  EXPECT_EQ(count, 1'200U);
  EXPECT_EQ(told, snapshot_->sequence);
}

TEST(Uuids, AreTheSameForTheSameText) {
  EXPECT_EQ(uuid_of("a"), uuid_of("a"));
  EXPECT_NE(uuid_of("a"), uuid_of("b"));
  EXPECT_THAT(
      uuid_of("a"),
      testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
}

TEST(Addresses, HoldNoSecrets) {
  Publication to;
  to.url = "https://user:SECRET@host:8443/SECRET?key=SECRET";
  EXPECT_EQ(address_of(to), "https://host:8443");
  to.url = "http://host";
  EXPECT_EQ(address_of(to), "http://host");
}

TEST(Delays, GrowToAMinute) {
  EXPECT_EQ(delay_after(1), std::chrono::milliseconds{200});
  EXPECT_EQ(delay_after(2), std::chrono::milliseconds{400});
  EXPECT_EQ(delay_after(100), std::chrono::minutes{1});
}

class Files : public Publications {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "publish-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream file{folder_ + '/' + name};
    return {std::istreambuf_iterator<char>{file}, {}};
  }
  std::string folder_;
};

TEST_F(Files, GetWholeLines) {
  const std::string path = folder_ + "/out";
  std::ofstream{path} << "{\"cut\": ";
  const auto target = make_target(to_file("x", path));
  const std::vector<Message> two{{.body = "1"}, {.body = "2"}};
  EXPECT_EQ(target->send(two).taken, 2U);
  EXPECT_EQ(read("out"), "{\"cut\": \n1\n2\n") << "what a crash cut off spoils no other line";
  std::filesystem::rename(path, folder_ + "/old");
  EXPECT_EQ(target->send(two).taken, 2U);
  EXPECT_EQ(read("out"), "1\n2\n");
  EXPECT_EQ(make_target(to_file("x", folder_ + "/no/where"))->send(two).error,
            "open " + folder_ + "/no/where: No such file or directory");
  ASSERT_EQ(::mkfifo((folder_ + "/pipe").c_str(), 0600), 0);
  EXPECT_THAT(make_target(to_file("x", folder_ + "/pipe"))->send(two).error,
              HasSubstr("want a regular file"));
}

TEST_F(Files, AreWrittenByThePublisherWhoseCursorFollows) {
  load({to_file("log", folder_ + "/out", Publication::Format::cloudevents)});
  const SystemClock clock;
  std::mutex mutex;
  std::condition_variable came;
  std::vector<std::pair<std::string, std::string>> cursors;
  {
    Publisher publisher{
        clock,
        {"store", "1.0"},
        {},
        [&]() -> Result<std::unique_ptr<Reader>> {
          return Result<std::unique_ptr<Reader>>{std::make_unique<HistoryReader>(history_)};
        },
        [&](Input in) {
          const std::scoped_lock lock{mutex};
          cursors.push_back(std::get<input::Report>(in).cursors.at(0));
          came.notify_one();
        }};
    step(input::Report{.events = {{.asset = "raw/orders", .data_version = "v1"}}});
    publisher.tell(snapshot_);
    std::unique_lock lock{mutex};
    ASSERT_TRUE(came.wait_for(lock, std::chrono::seconds{30}, [&] { return !cursors.empty(); }));
    lock.unlock();
    EXPECT_EQ(publisher.status().front().delivered, 1U);
  }
  ASSERT_EQ(cursors.size(), 1U);
  EXPECT_EQ(cursors[0].first, publication_cursor("shop", "log"));
  EXPECT_EQ(Json::parse(read("out"))["id"], "store:" + cursors[0].second);
}

/// With a history of facts, and definitions that change.
class Reloads : public Files {
 protected:
  void define(std::vector<Publication> publications) {
    load(std::move(publications));
    publisher_->tell(snapshot_);
  }
  void report(std::string version) {
    step(input::Report{.events = {{.asset = "raw/orders", .data_version = std::move(version)}}});
    if (publisher_) publisher_->tell(snapshot_);
  }
  void begin(std::map<std::string, std::string> cursors = {}) {
    publisher_ = std::make_unique<Publisher>(
        clock_, Origin{"store", "1.0"}, std::move(cursors),
        [&]() -> Result<std::unique_ptr<Reader>> {
          return Result<std::unique_ptr<Reader>>{std::make_unique<HistoryReader>(history_)};
        },
        [](const Input&) {});
  }
  /// Until it is told, or cannot be; the limit is only there so that a broken test ends.
  [[nodiscard]] bool becomes(const std::string& state, std::uint64_t delivered) const {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (std::chrono::steady_clock::now() < limit) {
      const auto status = publisher_->status();
      if (!status.empty() && status[0].state == state && status[0].delivered == delivered)
        return true;
      std::this_thread::yield();
    }
    return false;
  }
  [[nodiscard]] std::vector<std::string> versions() const {
    std::vector<std::string> out;
    std::ifstream file{folder_ + "/out"};
    for (std::string line; std::getline(file, line);)
      out.push_back(Json::parse(line)["data"]["data_version"]);
    return out;
  }
  [[nodiscard]] Publication log(const std::string& path) const {
    return to_file("log", folder_ + path, Publication::Format::cloudevents);
  }
  const SystemClock clock_;
  std::unique_ptr<Publisher> publisher_;
};

TEST_F(Reloads, OneThatChangesBeforeItWasToldAnythingGoesOnWhereItWas) {
  load({log("/no/where")});
  report("told by the daemon before");
  begin({{publication_cursor("shop", "log"), std::to_string(snapshot_->sequence.value)}});
  report("waits");
  ASSERT_TRUE(becomes("retrying", 0));
  EXPECT_NE(publisher_->status()[0].upto, Sequence{});
  define({log("/out")});
  ASSERT_TRUE(becomes("idle", 1));
  EXPECT_THAT(versions(), ElementsAre("waits"));
}

TEST_F(Reloads, OneThatWasTakenOutAndComesBackGoesOnWhereItWas) {
  begin();
  define({log("/out")});
  report("first");
  ASSERT_TRUE(becomes("idle", 1));
  define({});
  report("meanwhile");
  define({log("/out")});
  ASSERT_TRUE(becomes("idle", 1));
  EXPECT_THAT(versions(), ElementsAre("first", "meanwhile"));
}

TEST_F(Files, AreNotWrittenBeforeTheEngineKnowsOfThePublication) {
  load({to_file("log", folder_ + "/out", Publication::Format::cloudevents)});
  const auto& routes = snapshot_->alerts->routes;
  ASSERT_EQ(routes.size(), 1U);
  EXPECT_EQ(routes[0].route, "publish:log");
  EXPECT_LE(routes[0].upto, snapshot_->sequence) << "it is told of what comes from there on";
  step(input::Report{.cursors = {{publication_cursor("shop", "log"), "1000"}}});
  EXPECT_TRUE(std::holds_alternative<fact::SourceCursor>(history_.facts.back().fact));
}

}  // namespace
}  // namespace freshet::publish
