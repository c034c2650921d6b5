// What has ended, of many runs at once: figures over time, and steps to compare.  Each query looks
// at a part of an index that is as long as its time, and at a bounded number of rows.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "freshet/time.hpp"
#include "model/codec.hpp"
#include "store/sqlite/columns.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/run_range.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/sqlite_reader.hpp"

namespace freshet::sqlite {
namespace {

constexpr std::size_t runs_max = 1'000'000;         ///< Looked at for a timeline …
constexpr std::size_t runs_of_assets_max = 50'000;  ///< … of some assets …
constexpr std::size_t later_max = 20'000;           ///< … and that ended after it.
constexpr std::size_t steps_max = 50'000;           ///< Looked at for steps of some assets.

constexpr const char* steps_sql =
    "SELECT step_run, step_number, member_asset, member_partition, check_name, s.status, "
    "s.reason, attempt, code, s.started_at, s.ended_at, exit_code, text, r.cause, r.tags, "
    "r.definitions FROM steps s CROSS JOIN runs r ON r.run = s.step_run WHERE ";

std::int64_t micros(Instant at) { return at.time_since_epoch().count(); }
std::int64_t signed_of(RunId run) { return static_cast<std::int64_t>(run.value); }

/// The fields in the order of steps_sql.
template <class V>
void describe_fields(EndedStep& s, V&& v) {
  v("", s.step), v("", s.member), v("", s.check), v("", s.status), v("", s.reason);
  v("", s.attempt), v("", s.code), v("", s.started_at), v("", s.ended_at), v("", s.exit_code);
  v("", s.text), v("", s.cause), v("", s.tags), v("", s.definitions);
}

/// Which columns a stretch of time touches.
class Columns {
 public:
  explicit Columns(const TimelineQuery& query)
      : from_{query.from}, length_{(query.to - query.from).count()}, count_{query.columns} {}

  [[nodiscard]] std::size_t at(Instant instant) const {
    const std::int64_t offset = std::clamp<std::int64_t>((instant - from_).count(), 0, length_ - 1);
    const double share = static_cast<double>(offset) / static_cast<double>(length_);
    return std::min(static_cast<std::size_t>(share * static_cast<double>(count_)), count_ - 1);
  }

 private:
  Instant from_;
  std::int64_t length_;
  std::size_t count_;
};

}  // namespace

Result<void> SqliteReader::prepare_figures() {
  const std::string of_steps{steps_sql};
  FRESHET_TRY(step_, connection_.prepare(select_sql(table_of<StepRow>(),
                                                    "WHERE step_run = ?1 AND step_number = ?2")));
  FRESHET_TRY(step_assets_,
              connection_.prepare("SELECT member_asset FROM steps WHERE step_run = ?1"));
  FRESHET_TRY(
      failed_steps_,
      connection_.prepare(of_steps + "s.status IN (4, 7) AND s.ended_at >= ?1 AND s.ended_at "
                                     "< ?2 ORDER BY s.ended_at DESC"));
  FRESHET_TRY(
      succeeded_steps_,
      connection_.prepare(of_steps + "s.status = 3 AND s.step_run >= ?1 AND s.step_run < ?2 "
                                     "ORDER BY s.step_run DESC, s.step_number DESC"));
  FRESHET_TRY(asset_steps_, connection_.prepare(
                                of_steps + "s.status = 3 AND s.step_run >= ?1 AND s.step_run < ?2 "
                                           "AND s.member_asset = ?3 ORDER BY s.step_run DESC"));
  FRESHET_TRY(ended_runs_,
              connection_.prepare("SELECT run, ended_at, started_at, status FROM runs WHERE "
                                  "status > 2 AND ended_at >= ?1 ORDER BY ended_at"));
  return {};
}

Result<StepRow> SqliteReader::step(StepId id) {
  const ResetAtEnd reset{step_};
  step_.bind(1, signed_of(id.run));
  step_.bind(2, std::int64_t{id.number});
  auto found = step_.step();
  if (!found) return during("read", std::move(found).error());
  if (!*found) {
    return Error{Errc::not_found, "step " + std::to_string(id.number) + " of run " +
                                      to_text(id.run) + ": not found"};
  }
  return read_row<StepRow>(step_);
}

Result<bool> SqliteReader::has_step_of(RunId run, const std::vector<AssetId>& assets) {
  const ResetAtEnd reset{step_assets_};
  step_assets_.bind(1, signed_of(run));
  while (true) {
    auto row = step_assets_.step();
    if (!row) return during("read", std::move(row).error());
    if (!*row) return false;
    const AssetId asset{static_cast<std::uint32_t>(step_assets_.number(0))};
    if (std::ranges::binary_search(assets, asset)) return true;
  }
}

Result<StepPage> SqliteReader::read_steps(Statement& select, const StepQuery& query,
                                          std::size_t limit) {
  StepPage page;
  for (std::size_t looked_at = 0;; ++looked_at) {
    auto row = select.step();
    if (!row) return during("read", std::move(row).error());
    if (!*row) return page;
    if (page.steps.size() == limit || looked_at == steps_max) break;
    if (query.assets) {
      const AssetId asset{static_cast<std::uint32_t>(select.number(2))};
      if (!std::ranges::binary_search(*query.assets, asset)) continue;
    }
    EndedStep step;
    ColumnReader reader{select};
    describe_fields(step, reader);
    if (reader.damaged()) {
      return Error{
          Errc::io,
          "store: a row of table steps is damaged: put back a copy of the state directory"};
    }
    page.steps.push_back(std::move(step));
  }
  page.truncated = true;
  return page;
}

Result<StepPage> SqliteReader::steps(const StepQuery& query) {
  FRESHET_ASSERT(query.limit > 0);
  FRESHET_TRY(const ReadTransaction instant, ReadTransaction::begin(connection_));
  if (query.which == StepQuery::Which::failed) {
    const ResetAtEnd reset{failed_steps_};
    failed_steps_.bind(1, micros(query.from));
    failed_steps_.bind(2, micros(query.to));
    return read_steps(failed_steps_, query, query.limit);
  }
  Statement& select = query.assets ? asset_steps_ : succeeded_steps_;
  select.bind(1, signed_of(run_at(query.from)));
  select.bind(2, signed_of(run_at(query.to)));
  if (!query.assets) {
    const ResetAtEnd reset{select};
    return read_steps(select, query, query.limit);
  }
  StepPage all;
  for (const AssetId asset : *query.assets) {
    const ResetAtEnd reset{select};
    select.bind(3, std::int64_t{asset.value});
    FRESHET_TRY(StepPage some, read_steps(select, query, query.limit));
    all.truncated = all.truncated || some.truncated;
    std::ranges::move(some.steps, std::back_inserter(all.steps));
  }
  return all;
}

Result<Timeline> SqliteReader::timeline(const TimelineQuery& query) {
  FRESHET_ASSERT(query.columns > 0 && query.from < query.to);
  FRESHET_TRY(const ReadTransaction instant, ReadTransaction::begin(connection_));
  const ResetAtEnd reset{ended_runs_};
  ended_runs_.bind(1, micros(query.from));
  const std::vector<std::uint32_t> none(query.columns);
  Timeline out{.succeeded = none, .failed = none, .canceled = none, .running = none};
  std::vector<std::int64_t> change(query.columns + 1);  // of how many are at work
  const Columns columns{query};
  const std::size_t looked_at_max = query.assets ? runs_of_assets_max : runs_max;
  std::size_t later = 0;
  for (std::size_t looked_at = 0; later < later_max; ++looked_at) {
    auto row = ended_runs_.step();
    if (!row) return during("read", std::move(row).error());
    if (!*row) break;
    const Instant ended{Micros{ended_runs_.number(1)}};
    const Instant started{Micros{ended_runs_.number(2)}};
    const bool is_later = ended >= query.to;
    if (is_later) {
      ++later;
    } else if (looked_at == looked_at_max) {
      out.truncated = true;
      break;
    }
    const bool worked = started != Instant{} && started < query.to;
    if (is_later && !worked) continue;
    if (query.assets) {
      const RunId run{static_cast<std::uint64_t>(ended_runs_.number(0))};
      FRESHET_TRY(const bool is_theirs, has_step_of(run, *query.assets));
      if (!is_theirs) continue;
    }
    const std::size_t last = columns.at(ended);
    if (worked) {
      ++change[columns.at(started)];
      --change[last + 1];
    }
    if (is_later) continue;
    const auto status = static_cast<RunStatus>(ended_runs_.number(3));
    ++(status == RunStatus::succeeded ? out.succeeded
       : status == RunStatus::failed  ? out.failed
                                      : out.canceled)[last];
  }
  std::int64_t working = 0;
  for (std::size_t i = 0; i < query.columns; ++i) {
    working += change[i];
    out.running[i] = static_cast<std::uint32_t>(working);
  }
  return out;
}

}  // namespace freshet::sqlite
