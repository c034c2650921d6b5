#include "store/sqlite/sqlite_reader.hpp"

#include <sys/stat.h>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "freshet/time.hpp"
#include "store/sqlite/columns.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/run_range.hpp"
#include "store/sqlite/schema.hpp"

namespace freshet::sqlite {
namespace {

/// Rows that one page looks at: a filter that fits nothing must not keep the log from being reused.
constexpr std::size_t looked_at_max = 20'000;
constexpr std::int64_t last_number = std::numeric_limits<std::int64_t>::max();

std::string facts_sql(std::string_view subject, bool newest_first) {
  std::string sql =
      "SELECT sequence, at, kind, body FROM facts WHERE sequence > ?1 AND sequence < ?2";
  if (!subject.empty()) sql += " AND " + std::string{subject};
  return sql + " ORDER BY sequence" + (newest_first ? " DESC" : "");
}

std::int64_t signed_of(std::uint64_t value) { return static_cast<std::int64_t>(value); }

/// The first sequence beyond what a query may see.
std::int64_t end_of(const FactQuery& query) {
  std::int64_t end = last_number;
  if (query.upto.value != 0) end = std::min(end, signed_of(query.upto.value) + 1);
  if (query.before.value != 0) end = std::min(end, signed_of(query.before.value));
  return end;
}

/// The first run beyond what a query may see.
std::int64_t end_of(const RunQuery& query) {
  std::int64_t end = query.until == Instant{} ? last_number : signed_of(run_at(query.until).value);
  if (query.before.value != 0) end = std::min(end, signed_of(query.before.value));
  return end;
}

bool wanted(const RunRow& run, const RunQuery& query) {
  const auto is_one_of = [](const auto& words, auto word) {
    return words.empty() || std::ranges::find(words, word) != words.end();
  };
  return is_one_of(query.statuses, run.status) && is_one_of(query.causes, run.cause) &&
         (!query.backfill || run.backfill == *query.backfill) &&
         (query.until == Instant{} || run.created_at < query.until) && run.created_at >= query.from;
}

}  // namespace

SqliteReader::SqliteReader(Connection connection, std::string file)
    : connection_{std::move(connection)}, file_{std::move(file)} {}

Result<std::unique_ptr<Reader>> SqliteReader::open(const std::string& file) {
  auto connection = Connection::open(file, Connection::Mode::read_only);
  if (!connection) return during("read", std::move(connection).error());
  std::unique_ptr<SqliteReader> reader{new SqliteReader{std::move(connection).value(), file}};
  if (auto prepared = reader->prepare_statements(); !prepared) {
    return during("read", std::move(prepared).error());
  }
  return std::unique_ptr<Reader>{std::move(reader)};
}

Result<void> SqliteReader::prepare_statements() {
  for (const bool oldest_first : {false, true}) {
    const std::size_t i = oldest_first ? 1 : 0;
    FRESHET_TRY(all_facts_[i], connection_.prepare(facts_sql("", !oldest_first)));
    FRESHET_TRY(asset_facts_[i], connection_.prepare(facts_sql("asset = ?3", !oldest_first)));
    FRESHET_TRY(run_facts_[i], connection_.prepare(facts_sql("run = ?3", !oldest_first)));
    FRESHET_TRY(sparse_facts_[i], connection_.prepare(facts_sql(is_sparse_sql(), !oldest_first)));
    FRESHET_TRY(rejected_facts_[i],
                connection_.prepare(facts_sql(is_rejected_sql(), !oldest_first)));
  }
  FRESHET_TRY(
      fact_, connection_.prepare("SELECT sequence, at, kind, body FROM facts WHERE sequence = ?1"));
  FRESHET_TRY(fact_from_, connection_.prepare("SELECT sequence, at FROM facts WHERE sequence >= ?1 "
                                              "ORDER BY sequence LIMIT 1"));
  const Table runs = table_of<RunRow>();
  FRESHET_TRY(runs_, connection_.prepare(select_sql(runs, "WHERE run < ?1 ORDER BY run DESC")));
  FRESHET_TRY(asset_runs_, connection_.prepare(
                               "SELECT step_run FROM steps WHERE member_asset = ?2 AND step_run < "
                               "?1 ORDER BY step_run DESC"));
  FRESHET_TRY(backfill_runs_,
              connection_.prepare(select_sql(
                  runs, "WHERE backfill = ?2 AND backfill <> 0 AND run < ?1 ORDER BY run DESC")));
  const Table backfills = table_of<BackfillRow>();
  FRESHET_TRY(backfills_, connection_.prepare(
                              select_sql(backfills, "WHERE backfill < ?1 ORDER BY backfill DESC")));
  FRESHET_TRY(backfill_, connection_.prepare(select_sql(backfills, "WHERE backfill = ?1")));
  FRESHET_TRY(targets_, connection_.prepare(select_sql(table_of<BackfillTargetRow>(),
                                                       "WHERE backfill = ?1 ORDER BY asset")));
  FRESHET_TRY(run_, connection_.prepare(select_sql(runs, "WHERE run = ?1")));
  FRESHET_TRY(steps_, connection_.prepare(select_sql(table_of<StepRow>(),
                                                     "WHERE step_run = ?1 ORDER BY step_number")));
  FRESHET_TRY(queued_by_,
              connection_.prepare("SELECT 1 FROM facts WHERE run = ?1 AND sequence <= ?2 LIMIT 1"));
  FRESHET_TRY(answer_, connection_.prepare(select_sql(table_of<AnswerRow>(), "WHERE key = ?1")));
  return prepare_figures();
}

Statement& SqliteReader::facts_statement(const FactQuery& query) {
  const std::size_t order = query.order == FactQuery::Order::newest_first ? 0 : 1;
  if (query.asset) {
    asset_facts_[order].bind(3, std::int64_t{query.asset->value});
    return asset_facts_[order];
  }
  if (query.run) {
    run_facts_[order].bind(3, signed_of(query.run->value));
    return run_facts_[order];
  }
  if (query.kinds.any() && (query.kinds & ~sparse_kinds()).none()) return sparse_facts_[order];
  if (query.kinds == kinds_of<fact::EventRejected>()) return rejected_facts_[order];
  return all_facts_[order];
}

Result<FactRecord> SqliteReader::read_fact(const Statement& statement) {
  const Sequence sequence{static_cast<std::uint64_t>(statement.number(0))};
  auto fact = decode(static_cast<std::size_t>(statement.number(2)), statement.bytes(3));
  if (!fact) {
    return Error{Errc::io, "read store " + file_ + ": fact " + std::to_string(sequence.value) +
                               ": " + fact.error().message};
  }
  return FactRecord{.sequence = sequence,
                    .at = Instant{Micros{statement.number(1)}},
                    .fact = std::move(fact).value()};
}

Result<FactPage> SqliteReader::facts(const FactQuery& query) {
  FRESHET_ASSERT(query.limit > 0 && !(query.asset && query.run));
  Statement& select = facts_statement(query);
  const ResetAtEnd reset{select};
  select.bind(1, signed_of(query.after.value));
  select.bind(2, end_of(query));
  FactPage page;
  Sequence last;
  for (std::size_t looked_at = 0;; ++looked_at) {
    auto row = select.step();
    if (!row) return during("read", std::move(row).error());
    if (!*row) return page;
    if (page.facts.size() == query.limit || looked_at == looked_at_max) break;
    last = Sequence{static_cast<std::uint64_t>(select.number(0))};
    const auto kind = static_cast<std::size_t>(select.number(2));
    if (query.kinds.any() && (kind >= query.kinds.size() || !query.kinds[kind])) continue;
    FRESHET_TRY(page.facts.emplace_back(), read_fact(select));
  }
  page.next = last;
  return page;
}

Result<FactRecord> SqliteReader::fact(Sequence sequence) {
  const ResetAtEnd reset{fact_};
  fact_.bind(1, signed_of(sequence.value));
  auto row = fact_.step();
  if (!row) return during("read", std::move(row).error());
  if (!*row) {
    return Error{Errc::not_found, "fact " + std::to_string(sequence.value) + ": not found"};
  }
  return read_fact(fact_);
}

Result<Sequence> SqliteReader::last_before(Instant at) {
  FRESHET_TRY(const ReadTransaction instant, ReadTransaction::begin(connection_));
  FRESHET_TRY(const std::int64_t last,
              connection_.number("SELECT value FROM meta WHERE name = 'sequence'"));
  // All facts below `begin` are before the instant, those from `end` on are not.
  std::int64_t begin = 1;
  for (std::int64_t end = last + 1; begin < end;) {
    const std::int64_t middle = begin + (end - begin) / 2;
    const ResetAtEnd reset{fact_from_};
    fact_from_.bind(1, middle);
    auto row = fact_from_.step();
    if (!row) return during("read", std::move(row).error());
    if (*row && Instant{Micros{fact_from_.number(1)}} < at) {
      begin = fact_from_.number(0) + 1;
    } else {
      end = middle;
    }
  }
  return Sequence{static_cast<std::uint64_t>(begin - 1)};
}

Result<bool> SqliteReader::existed(const RunRow& run, Sequence upto) {
  if (upto.value == 0 || run.sequence <= upto) return true;
  const ResetAtEnd reset{queued_by_};
  queued_by_.bind(1, signed_of(run.run.value));
  queued_by_.bind(2, signed_of(upto.value));
  return queued_by_.step();
}

Result<RunRow> SqliteReader::find_run(RunId id) {
  const ResetAtEnd reset{run_};
  run_.bind(1, signed_of(id.value));
  auto found = run_.step();
  if (!found) return during("read", std::move(found).error());
  if (!*found) return Error{Errc::not_found, "run " + to_text(id) + ": not found"};
  return read_row<RunRow>(run_);
}

Result<RunPage> SqliteReader::runs(const RunQuery& query) {
  FRESHET_ASSERT(query.limit > 0);
  FRESHET_TRY(const ReadTransaction instant, ReadTransaction::begin(connection_));
  const bool of_backfill = query.backfill && query.backfill->value != 0;
  FRESHET_ASSERT(!query.asset || !of_backfill);
  Statement& select = query.asset ? asset_runs_ : of_backfill ? backfill_runs_ : runs_;
  const ResetAtEnd reset{select};
  const RunId first = query.from == Instant{} ? RunId{} : run_at(query.from);
  select.bind(1, end_of(query));
  if (query.asset) select.bind(2, std::int64_t{query.asset->value});
  if (of_backfill) select.bind(2, signed_of(query.backfill->value));
  RunPage page;
  RunId last;
  for (std::size_t looked_at = 0;; ++looked_at) {
    auto row = select.step();
    if (!row) return during("read", std::move(row).error());
    if (!*row) return page;
    const RunId id{static_cast<std::uint64_t>(select.number(0))};
    if (id == last) continue;  // another step of the asset in the same run
    if (id < first) return page;
    if (page.runs.size() == query.limit || looked_at >= looked_at_max) break;
    last = id;
    FRESHET_TRY(RunRow run, query.asset ? find_run(id) : read_row<RunRow>(select));
    if (!wanted(run, query)) continue;
    if (query.assets) {
      FRESHET_TRY(const bool has_step, has_step_of(id, *query.assets));
      if (!has_step) continue;
    }
    auto is_there = existed(run, query.upto);
    if (!is_there) return during("read", std::move(is_there).error());
    if (*is_there) page.runs.push_back(std::move(run));
  }
  page.next = last;
  return page;
}

Result<StoredRun> SqliteReader::run(RunId id) {
  FRESHET_TRY(const ReadTransaction instant, ReadTransaction::begin(connection_));
  StoredRun stored;
  FRESHET_TRY(stored.run, find_run(id));
  const ResetAtEnd reset{steps_};
  steps_.bind(1, signed_of(id.value));
  while (true) {
    auto row = steps_.step();
    if (!row) return during("read", std::move(row).error());
    if (!*row) return stored;
    FRESHET_TRY(stored.steps.emplace_back(), read_row<StepRow>(steps_));
  }
}

Result<void> SqliteReader::add_targets(StoredBackfill& backfill) {
  const ResetAtEnd reset{targets_};
  targets_.bind(1, signed_of(backfill.row.backfill.value));
  while (true) {
    auto row = targets_.step();
    if (!row) return during("read", std::move(row).error());
    if (!*row) return {};
    FRESHET_TRY(backfill.targets.emplace_back(), read_row<BackfillTargetRow>(targets_));
  }
}

Result<BackfillPage> SqliteReader::backfills(const BackfillQuery& query) {
  FRESHET_ASSERT(query.limit > 0);
  FRESHET_TRY(const ReadTransaction instant, ReadTransaction::begin(connection_));
  const ResetAtEnd reset{backfills_};
  backfills_.bind(1, query.before.value == 0 ? last_number : signed_of(query.before.value));
  BackfillPage page;
  BackfillId last;
  for (std::size_t looked_at = 0;; ++looked_at) {
    auto row = backfills_.step();
    if (!row) return during("read", std::move(row).error());
    if (!*row) return page;
    if (page.backfills.size() == query.limit || looked_at >= looked_at_max) break;
    StoredBackfill backfill;
    FRESHET_TRY(backfill.row, read_row<BackfillRow>(backfills_));
    last = backfill.row.backfill;
    const bool wanted =
        query.statuses.empty() ||
        std::ranges::find(query.statuses, backfill.row.status) != query.statuses.end();
    if (!wanted) continue;
    if (auto added = add_targets(backfill); !added) return std::move(added).error();
    page.backfills.push_back(std::move(backfill));
  }
  page.next = last;
  return page;
}

Result<StoredBackfill> SqliteReader::backfill(BackfillId id) {
  FRESHET_TRY(const ReadTransaction instant, ReadTransaction::begin(connection_));
  StoredBackfill backfill;
  {
    const ResetAtEnd reset{backfill_};
    backfill_.bind(1, signed_of(id.value));
    auto found = backfill_.step();
    if (!found) return during("read", std::move(found).error());
    if (!*found) return Error{Errc::not_found, "backfill " + to_text(id) + ": not found"};
    FRESHET_TRY(backfill.row, read_row<BackfillRow>(backfill_));
  }
  if (auto added = add_targets(backfill); !added) return std::move(added).error();
  return backfill;
}

Result<AnswerRow> SqliteReader::answer(std::string_view key) {
  const ResetAtEnd reset{answer_};
  answer_.bind_text(1, key);
  auto row = answer_.step();
  if (!row) return during("read", std::move(row).error());
  if (!*row) return Error{Errc::not_found, "answer " + std::string{key} + ": not found"};
  return read_row<AnswerRow>(answer_);
}

Result<StoreSizes> SqliteReader::sizes() {
  FRESHET_TRY(const ReadTransaction instant, ReadTransaction::begin(connection_));
  FRESHET_TRY(const std::int64_t page_size, connection_.number("PRAGMA page_size"));
  FRESHET_TRY(const std::int64_t pages, connection_.number("PRAGMA page_count"));
  FRESHET_TRY(const std::int64_t free_pages, connection_.number("PRAGMA freelist_count"));
  FRESHET_TRY(const std::int64_t last,
              connection_.number("SELECT value FROM meta WHERE name = 'sequence'"));
  StoreSizes sizes{.database_bytes = static_cast<std::uint64_t>(page_size * pages),
                   .free_bytes = static_cast<std::uint64_t>(page_size * free_pages),
                   .wal_bytes = 0,
                   .last = Sequence{static_cast<std::uint64_t>(last)}};
  struct stat log{};
  if (::stat((file_ + "-wal").c_str(), &log) == 0) {
    sizes.wal_bytes = static_cast<std::uint64_t>(log.st_size);
  }
  return sizes;
}

}  // namespace freshet::sqlite
