#include "api/run_filter.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/call.hpp"
#include "api/context.hpp"
#include "api/error_fingerprint.hpp"
#include "api/time_range.hpp"
#include "api/view.hpp"
#include "base/text.hpp"
#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "freshet/snapshot.hpp"
#include "freshet/time.hpp"

namespace freshet::api {
namespace {

constexpr std::array statuses{RunStatus::queued,    RunStatus::starting, RunStatus::running,
                              RunStatus::succeeded, RunStatus::failed,   RunStatus::canceled};
constexpr std::array causes{RunCause::automation, RunCause::person, RunCause::retry};
constexpr std::size_t failed_steps_max = 20'000;  ///< Looked at for those with one error.

template <class Word>
Result<std::vector<Word>> words_of(const Call& call, std::string_view name,
                                   std::span<const Word> known) {
  std::vector<Word> out;
  for (const auto& [key, value] : call.target.query) {
    if (key != name || value.empty()) continue;
    for (const std::string_view text : split(value, ',')) {
      const auto found =
          std::ranges::find_if(known, [&](Word word) { return to_text(word) == trim(text); });
      if (found != known.end()) {
        out.push_back(*found);
        continue;
      }
      std::string want;
      for (const Word word : known) want += (want.empty() ? "" : ", ") + std::string{to_text(word)};
      return Error{Errc::invalid, "query value " + std::string{name} + "=" + value + ": want " +
                                      want + ", several by commas"};
    }
  }
  return out;
}

template <class Word>
bool is_one_of(const std::vector<Word>& words, Word word) {
  return words.empty() || std::ranges::find(words, word) != words.end();
}

bool has_step(std::span<const StepRow> steps, const std::function<bool(const StepRow&)>& is_meant) {
  return std::ranges::any_of(steps, is_meant);
}

/// Newest first, without regard to the page.
std::vector<RunId> active_runs(const View& view, const RunFilter& filter) {
  std::vector<RunId> out;
  for (const auto& [id, run] : view.snapshot->runs) {
    const bool in_page = filter.query.before.value == 0 || id < filter.query.before;
    if (in_page && is_wanted(run->run, run->steps, filter)) out.push_back(id);
  }
  std::ranges::reverse(out);
  return out;
}

/// Failed steps are few among many: they lead to the runs.
Result<RunPage> runs_with_error(const View& view, const RunFilter& filter, Reader& reader) {
  const RunQuery& query = filter.query;
  StepQuery steps{.from = query.from, .to = Instant::max(), .limit = failed_steps_max};
  if (query.asset) steps.assets.emplace(1, *query.asset);
  if (query.assets) steps.assets = query.assets;
  FRESHET_TRY(const StepPage failed, reader.steps(steps));
  std::set<RunId, std::greater<>> ids;
  for (const EndedStep& step : failed.steps) {
    const bool in_page = query.before.value == 0 || step.step.run < query.before;
    if (in_page && error_fingerprint(step.reason, step.text) == filter.error)
      ids.insert(step.step.run);
  }
  RunPage page;
  for (const RunId id : ids) {
    if (page.runs.size() == query.limit) {
      page.next = page.runs.back().run;
      break;
    }
    if (const ActiveRun* active = view.run(id)) {
      if (is_wanted(active->run, active->steps, filter)) page.runs.push_back(active->run);
      continue;
    }
    FRESHET_TRY(const StoredRun stored, reader.run(id));
    if (is_wanted(stored.run, stored.steps, filter)) page.runs.push_back(stored.run);
  }
  return page;
}

}  // namespace

Result<std::vector<RunStatus>> statuses_of(const Call& call) {
  return words_of<RunStatus>(call, "status", statuses);
}

Result<RunFilter> run_filter_of(const Call& call) {
  RunFilter out;
  out.query.upto = call.view.snapshot->sequence;
  FRESHET_TRY(out.query.statuses, statuses_of(call));
  FRESHET_TRY(out.query.causes, words_of<RunCause>(call, "cause", causes));
  FRESHET_TRY(const std::optional<Instant> from, instant_of(call, "from"));
  FRESHET_TRY(const std::optional<Instant> until, instant_of(call, "to"));
  out.query.from = from.value_or(Instant{});
  out.query.until = until.value_or(Instant{});
  FRESHET_TRY(out.query.assets, selected_ids(call.view, call.query("select")));
  out.error = call.query("error");
  return out;
}

bool is_wanted(const RunRow& run, const std::vector<StepRow>& steps, const RunFilter& filter) {
  const RunQuery& query = filter.query;
  if (!is_one_of(query.statuses, run.status) || !is_one_of(query.causes, run.cause)) return false;
  if (query.backfill && run.backfill != *query.backfill) return false;
  if (run.created_at < query.from) return false;
  if (query.until != Instant{} && run.created_at >= query.until) return false;
  if (query.asset &&
      !has_step(steps, [&](const StepRow& step) { return step.member.asset == *query.asset; })) {
    return false;
  }
  if (query.assets && !has_step(steps, [&](const StepRow& step) {
        return std::ranges::binary_search(*query.assets, step.member.asset);
      })) {
    return false;
  }
  return filter.error.empty() || has_step(steps, [&](const StepRow& step) {
           return (step.status == StepStatus::failed || step.status == StepStatus::lost) &&
                  error_fingerprint(step.reason, step.text) == filter.error;
         });
}

Result<RunPage> find_runs(const View& view, const RunFilter& filter, Reader& reader) {
  if (!filter.error.empty()) return runs_with_error(view, filter, reader);
  RunQuery query = filter.query;
  // One asset has an index.
  const bool of_one = query.backfill && query.backfill->value != 0;
  if (query.assets && query.assets->size() == 1 && !query.asset && !of_one) {
    query.asset = query.assets->front();
    query.assets.reset();
  }
  if (query.statuses.empty()) return reader.runs(query);
  const std::vector<RunId> active = active_runs(view, filter);
  std::erase_if(query.statuses, [](RunStatus status) { return !is_terminal(status); });
  RunPage page;
  if (!query.statuses.empty()) {
    FRESHET_TRY(page, reader.runs(query));
    std::erase_if(page.runs, [&](const RunRow& row) { return view.run(row.run) != nullptr; });
  }
  for (const RunId id : active) {
    if (page.next && id < *page.next) break;
    page.runs.push_back(view.run(id)->run);
  }
  std::ranges::sort(page.runs, std::greater{}, &RunRow::run);
  if (page.runs.size() > query.limit) {
    page.runs.resize(query.limit);
    page.next = page.runs.back().run;
  }
  return page;
}

}  // namespace freshet::api
