#include "runtime/readiness.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "core/forecast.hpp"
#include "core/readiness.hpp"
#include "model/sentences.hpp"

namespace freshet::runtime {

namespace {

using core::News;

constexpr std::size_t days_back = 30;          ///< That a forecast looks at.
constexpr std::chrono::days day_length{1};     ///< Of those: clocks that change do not matter.
constexpr std::size_t facts_of_one = 2'000;    ///< Looked at of one asset …
constexpr std::size_t facts_of_all = 100'000;  ///< … and of all that one question is about.

/// News by asset, read when they are asked for; an error is kept.
class Records {
 public:
  /// Those since `from`: the first ones, or, where `newest`, the last ones.
  Records(Reader& reader, const Snapshot& snapshot, Instant from, bool newest)
      : reader_{reader}, snapshot_{snapshot}, from_{from}, newest_{newest} {
    auto before = reader.last_before(from);
    if (before) {
      after_ = *before;
    } else {
      error_ = before.error();
    }
  }

  const News& of(Rank rank) {
    const auto [it, first] = news_.try_emplace(rank);
    if (first) it->second = read(rank);
    return it->second;
  }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  News read(Rank rank) {
    News news{.from = from_};
    const AssetState& state = snapshot_.state(rank);
    if (state.updated <= after_ || error_) return news;
    FactQuery query{
        .asset = state.asset,
        .kinds = kinds_of<fact::Updated, fact::CheckRecorded>(),
        .upto = snapshot_.sequence,
        .after = after_,
        .order = newest_ ? FactQuery::Order::newest_first : FactQuery::Order::oldest_first};
    std::vector<FactRecord> facts;
    while (true) {
      const std::size_t left = std::min(facts_of_one - facts.size(), facts_of_all - facts_read_);
      if (left == 0) break;
      query.limit = left;
      auto page = reader_.facts(query);
      if (!page) {
        error_ = page.error();
        return news;
      }
      facts_read_ += page->facts.size();
      std::ranges::move(page->facts, std::back_inserter(facts));
      if (!page->next) {
        keep(facts, news);
        return news;
      }
      (newest_ ? query.before : query.after) = *page->next;
    }
    keep(facts, news);
    // Of the oldest nothing is missing at their beginning, but at their end.
    news.from = newest_ && !news.updates.empty() ? news.updates.front().at : Instant::max();
    return news;
  }

  void keep(std::vector<FactRecord>& facts, News& news) const {
    if (newest_) std::ranges::reverse(facts);
    for (const FactRecord& record : facts) {
      if (const auto* update = std::get_if<fact::Updated>(&record.fact)) {
        news.updates.push_back({record.at, record.sequence, update->member.partition});
      } else if (const auto* result = std::get_if<fact::CheckRecorded>(&record.fact)) {
        news.results.push_back(
            {.at = record.at,
             .sequence = record.sequence,
             .partition = result->member.partition,
             .check = result->name,
             .passed = result->passed || result->severity == CheckSeverity::warn});
      }
    }
  }

  Reader& reader_;
  const Snapshot& snapshot_;
  Instant from_;
  bool newest_;
  Sequence after_;
  std::size_t facts_read_{0};
  std::map<Rank, News> news_;  // references stay
  std::optional<Error> error_;
};

Forecast by_history(const core::Judge& judge, Rank rank, TimeSpan day, Instant now) {
  std::vector<Millis> ready;
  for (std::size_t back = 1; back <= days_back; ++back) {
    const Instant begin = day.begin - back * day_length;
    const Readiness before = judge.judge(rank, {begin, begin + day_length});
    if (before.ready_at) ready.push_back(std::chrono::round<Millis>(*before.ready_at - begin));
  }
  return core::forecast_by_history(ready, days_back, day.begin, now);
}

}  // namespace

Result<std::vector<Readiness>> find_readiness(const ReadinessQuery& query, Reader& reader,
                                              Instant now) {
  FRESHET_ASSERT(query.days.size() >= 2);
  const Snapshot& snapshot = *query.snapshot;
  const Instant last = query.days[query.days.size() - 2];
  const bool goes_on = snapshot.at < query.days.back() && now < query.days.back();
  Records records{reader, snapshot,
                  goes_on ? std::min<Instant>(query.days.front(), last - days_back * day_length)
                          : query.days.front(),
                  goes_on};
  const core::Judge judge{snapshot, [&](Rank rank) -> const News& { return records.of(rank); }};
  core::Forecaster forecaster{snapshot, now};
  std::vector<Readiness> out;
  for (const Rank rank : query.assets) {
    for (std::size_t i = 0; i + 1 < query.days.size(); ++i) {
      const TimeSpan day{query.days[i], query.days[i + 1]};
      Readiness& one = out.emplace_back(judge.judge(rank, day));
      if (one.ready_at || now < day.begin || now >= day.end) continue;
      one.forecast = forecaster.of_work(rank);
      if (!one.forecast) one.forecast = by_history(judge, rank, day, now);
    }
  }
  if (records.error()) return *records.error();
  return out;
}

namespace {

using Parts = Sentence::Param::Parts;

Sentence at_wakeup(const Wakeup& next, Sentence grounds) {
  std::vector<Sentence::Param> params{{"at", time_text(next.at)},
                                      {"grounds", Parts{std::move(grounds)}}};
  switch (next.kind) {
    case Wakeup::Kind::schedule:
      return say("at_schedule", std::move(params));
    case Wakeup::Kind::window:
      return say("at_window", std::move(params));
    case Wakeup::Kind::freshness:
      return say("at_freshness", std::move(params));
    case Wakeup::Kind::edge:
      return say("at_edge", std::move(params));
    case Wakeup::Kind::retry:
      return say("at_retry", std::move(params));
  }
  return {};
}

/// What sets it going, and when that was so far.
Sentence when_triggered(const Graph& graph, Rank rank, Sentence so_far) {
  constexpr std::size_t named_max = 3;
  const AssetDefinition& asset = graph.asset(rank);
  const auto inputs = graph.upstream(rank);
  std::vector<Sentence::Param> params{{"history", Parts{std::move(so_far)}}};
  if (asset.external || (asset.automation.empty() && asset.command.empty()))
    return say("when_reported", std::move(params));
  if (asset.automation.empty()) return say("when_asked_for", std::move(params));
  if (inputs.empty()) return say("when_defined", std::move(params));
  std::vector<std::string> named;
  for (const Rank input : inputs.first(std::min(inputs.size(), named_max)))
    named.push_back(graph.asset(input).key);
  params.push_back({"assets", std::move(named)});
  if (inputs.size() <= named_max) return say("when_updated", std::move(params));
  params.push_back({"count", std::uint64_t{inputs.size()}});
  return say("when_one_updated", std::move(params));
}

}  // namespace

Result<Forecast> find_expected(const Snapshot& snapshot, Rank rank, const Explanation& why,
                               Reader& reader, Instant now) {
  core::Forecaster forecaster{snapshot, now};
  if (auto work = forecaster.of_work(rank)) return *std::move(work);
  if (why.next) {
    Forecast out = forecaster.of_start(rank, why.next->at);
    out.said = at_wakeup(*why.next, std::move(out.said));
    return out;
  }
  const Instant midnight = std::chrono::floor<std::chrono::days>(now);
  const TimeSpan today{midnight, midnight + day_length};
  Records records{reader, snapshot, midnight - days_back * day_length, true};
  const core::Judge judge{snapshot, [&](Rank each) -> const News& { return records.of(each); }};
  Forecast out{.said = say("ready_today")};
  if (!judge.judge(rank, today).ready_at) out = by_history(judge, rank, today, now);
  if (records.error()) return *records.error();
  out.said = when_triggered(*snapshot.graph, rank, std::move(out.said));
  return out;
}

}  // namespace freshet::runtime
