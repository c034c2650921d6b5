// The state of all assets at once.
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/call.hpp"
#include "api/columns_text.hpp"
#include "api/handlers.hpp"
#include "api/json_text.hpp"
#include "api/json_views.hpp"
#include "api/rendered.hpp"
#include "api/view.hpp"
#include "freshet/facts.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/snapshot.hpp"
#include "freshet/time.hpp"

namespace freshet::api {
namespace {

Json pools_json(const Snapshot& snapshot) {
  Json pools = Json::object();
  for (const auto& [name, pool] : snapshot.pools) {
    pools[name] = {{"limit", pool.limit}, {"used", pool.used}, {"waiting", pool.waiting}};
  }
  return pools;
}

Json status_json(const View& view) {
  Json key = Json::array(), data = Json::array(), work = Json::array(), stale = Json::array();
  Json freshness = Json::array(), updated_at = Json::array(), revision = Json::array();
  Json paused = Json::array(), checks_failed = Json::array();
  for (std::uint32_t i = 0; i < view.graph().size(); ++i) {
    const Rank rank{i};
    const AssetState& state = view.state(rank);
    key.push_back(view.graph().asset(rank).key);
    data.push_back(to_text(state.data));
    work.push_back(to_text(state.work));
    stale.push_back(stale_json(state.stale));
    freshness.push_back(to_text(state.freshness));
    updated_at.push_back(instant_json(state.updated_at));
    revision.push_back(view.revision(rank).value);
    paused.push_back(state.paused);
    checks_failed.push_back(state.checks_failed);
  }
  return {{"sequence", view.snapshot->sequence.value},
          {"at", instant_json(view.snapshot->at)},
          {"key", std::move(key)},
          {"data", std::move(data)},
          {"work", std::move(work)},
          {"stale_causes", std::move(stale)},
          {"freshness", std::move(freshness)},
          {"updated_at", std::move(updated_at)},
          {"revision", std::move(revision)},
          {"paused", std::move(paused)},
          {"checks_failed", std::move(checks_failed)},
          {"pools", pools_json(*view.snapshot)},
          {"runs_active", view.snapshot->runs.size()}};
}

/// Texts of the first `count` values of an enumeration, by its numbers.
template <class Enum, std::size_t count>
std::array<std::string_view, count> words() {
  std::array<std::string_view, count> out;
  for (std::size_t i = 0; i < count; ++i) out[i] = to_text(static_cast<Enum>(i));
  return out;
}

unsigned flags_of(const AssetState& state) {
  unsigned out = 0;
  if (state.paused) out |= 1;
  if (state.withheld) out |= 2;
  if (state.provisional) out |= 4;
  if (state.failed) out |= 8;
  if (state.muted) out |= 16;
  return out;
}

std::int64_t milliseconds(Instant at) {
  return std::chrono::floor<Millis>(at.time_since_epoch()).count();
}

/// Of the assets that have partitions.
std::string partition_columns(const View& view) {
  std::vector<std::uint32_t> rank;
  std::vector<std::uint64_t> existing, materialized, missing, stale, failed, in_progress;
  for (std::uint32_t i = 0; i < view.graph().size(); ++i) {
    const auto& partitions = view.state(Rank{i}).partitions;
    if (!partitions) continue;
    const PartitionCounts counts = counts_of(*partitions);
    rank.push_back(i);
    existing.push_back(counts.existing);
    materialized.push_back(counts.materialized);
    missing.push_back(counts.missing);
    stale.push_back(counts.stale);
    failed.push_back(counts.failed);
    in_progress.push_back(counts.in_progress);
  }
  ObjectText out;
  out.add("rank", rank).add("existing", existing).add("materialized", materialized);
  out.add("missing", missing).add("stale", stale).add("failed", failed);
  return out.add("in_progress", in_progress).take();
}

/// Of the assets that a step works on, or is queued for.
std::string active_columns(const View& view) {
  std::vector<std::uint32_t> rank, step;
  std::vector<std::string> run;
  for (std::uint32_t i = 0; i < view.graph().size(); ++i) {
    const StepId active = view.state(Rank{i}).active;
    if (active.run.value == 0) continue;
    rank.push_back(i);
    run.push_back(to_text(active.run));
    step.push_back(active.number);
  }
  return ObjectText{}.add("rank", rank).add("run", run).add("step", step).take();
}

std::string status_columns(const View& view) {
  const auto of_each = [&view](auto question) {
    return std::views::iota(std::uint32_t{0}, static_cast<std::uint32_t>(view.graph().size())) |
           std::views::transform(
               [&view, question](std::uint32_t i) { return question(view.state(Rank{i})); });
  };
  const auto revision = [&view](std::uint32_t i) { return view.revision(Rank{i}).value; };
  ObjectText words_text;
  words_text.add("data", words<DataState, 3>()).add("work", words<WorkState, 5>());
  words_text.add("freshness", words<FreshnessState, 5>());
  using State = const AssetState&;
  ObjectText out;
  out.add("sequence", view.snapshot->sequence.value);
  out.add_raw("at", dump(instant_json(view.snapshot->at)));
  out.add("catalog", view.catalog->since().value).add_raw("words", words_text.take());
  out.add("data", of_each([](State s) { return static_cast<unsigned>(s.data); }));
  out.add("work", of_each([](State s) { return static_cast<unsigned>(s.work); }));
  out.add("freshness", of_each([](State s) { return static_cast<unsigned>(s.freshness); }));
  out.add("stale_causes", of_each([](State s) { return unsigned{s.stale}; }));
  out.add("updated_at", of_each([](State s) { return milliseconds(s.updated_at); }));
  out.add("revision",
          std::views::iota(std::uint32_t{0}, static_cast<std::uint32_t>(view.graph().size())) |
              std::views::transform(revision));
  out.add("flags", of_each(flags_of));
  out.add("alerts", of_each([](State s) { return s.alerts; }));
  out.add("checks_failed", of_each([](State s) { return unsigned{s.checks_failed}; }));
  out.add("checks_passed", of_each([](State s) { return unsigned{s.checks_passed}; }));
  out.add_raw("partition_counts", partition_columns(view));
  out.add_raw("active", active_columns(view));
  out.add_raw("pools", dump(pools_json(*view.snapshot)));
  return out.add("runs_active", view.snapshot->runs.size()).take() + '\n';
}

}  // namespace

void get_status(const CallPtr& call) {
  send_rendered(call, etag_of(call->view.snapshot->sequence),
                [view = call->view, codes = call->flag("codes")]() -> Result<std::string> {
                  return codes ? status_columns(view) : dump(status_json(view)) + '\n';
                });
}

}  // namespace freshet::api
