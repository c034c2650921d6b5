// Two projects of three assets whose steps fail at will, and their history, for the tests of module
// notify.  The facts are the engine's own.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "freshet/engine.hpp"
#include "notify/outbox.hpp"

namespace freshet::notify {

class FactList : public Reader {
 public:
  Result<FactPage> facts(const FactQuery& query) override {
    FactPage page;
    for (const FactRecord& record : records) {
      if (record.sequence <= query.after || record.sequence > query.upto) continue;
      if (!query.kinds[record.fact.index()]) continue;
      if (page.facts.size() == query.limit) {
        page.next = page.facts.back().sequence;
        break;
      }
      page.facts.push_back(record);
    }
    return page;
  }
  Result<FactRecord> fact(Sequence) override { return Error{Errc::not_found, ""}; }
  Result<Sequence> last_before(Instant) override { return Sequence{}; }
  Result<RunPage> runs(const RunQuery&) override { return RunPage{}; }
  Result<StoredRun> run(RunId) override { return Error{Errc::not_found, ""}; }
  Result<StepRow> step(StepId) override { return Error{Errc::not_found, ""}; }
  Result<StepPage> steps(const StepQuery&) override { return StepPage{}; }
  Result<Timeline> timeline(const TimelineQuery&) override { return Timeline{}; }
  Result<BackfillPage> backfills(const BackfillQuery&) override { return BackfillPage{}; }
  Result<StoredBackfill> backfill(BackfillId) override { return Error{Errc::not_found, ""}; }
  Result<AnswerRow> answer(std::string_view) override { return Error{Errc::not_found, ""}; }
  Result<StoreSizes> sizes() override { return StoreSizes{}; }
  std::vector<FactRecord> records;
};

inline AlertRoute route(std::string name, std::string select = "",
                        std::vector<AlertKind> kinds = {}) {
  AlertRoute out;
  out.name = std::move(name), out.select = std::move(select), out.kinds = std::move(kinds);
  return out;
}

class NotifyTest : public testing::Test {
 protected:
  static AssetDefinition asset(const std::string& key, const std::string& owner) {
    AssetDefinition out;
    out.key = key, out.command = {"make"}, out.owners = {owner};
    out.checks.emplace_back().name = "sane";
    return out;
  }
  /// Assets sales/a, sales/b (owner ada) and hr/c (owner bob); all routes are of project sales.
  void load(std::vector<AlertRoute> routes, bool with_b = true) {
    auto sales = std::make_shared<Definitions>(), hr = std::make_shared<Definitions>();
    sales->project = "sales", hr->project = "hr";
    sales->assets = {asset("sales/a", "ada")};
    if (with_b) sales->assets.push_back(asset("sales/b", "ada"));
    hr->assets = {asset("hr/c", "bob")};
    for (auto& each : sales->assets) each.project = "sales";
    for (auto& each : hr->assets) each.project = "hr";
    sales->alerts = std::move(routes);
    step(input::Load{.graph = *Graph::build({sales, hr})});
  }
  void step(Input input) {
    Moment moment = engine_.step({&input, 1}, now_);
    history_.records.insert(history_.records.end(), moment.batch.facts.begin(),
                            moment.batch.facts.end());
    for (const Effect& effect : moment.effects) {
      if (const auto* start = std::get_if<effect::StartStep>(&effect)) started_ = *start;
    }
    snapshot_ = engine_.snapshot();
    directory_.update(*snapshot_);
  }
  void run(const std::string& key, int code) {
    step(input::Request{.assets = {key}});
    step(input::StepOutcome{.step = started_.step, .attempt = started_.attempt, .code = code});
  }
  void check(const std::string& key, bool passed) {
    step(input::Report{
        .events = {
            {.kind = input::Event::Kind::check, .asset = key, .check = "sane", .passed = passed}}});
  }
  void mute(const std::string& key, bool muted) {
    step(input::Mute{.assets = {key}, .muted = muted});
  }
  const Route& find(const std::string& name) {
    return *std::ranges::find_if(directory_.routes(),
                                 [&](const Route& r) { return r.definition->name == name; });
  }
  Engine engine_{EngineOptions{.slots = 100}};
  Instant now_{std::chrono::sys_days{std::chrono::January / 1 / 2026}};
  std::shared_ptr<const Snapshot> snapshot_;
  effect::StartStep started_;
  FactList history_;
  Directory directory_;
};

}  // namespace freshet::notify
