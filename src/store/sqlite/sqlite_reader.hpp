// History out of SQLite: pages of facts and runs from a read-only connection.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "freshet/time.hpp"
#include "store/sqlite/connection.hpp"

namespace freshet::sqlite {

class SqliteReader final : public Reader {
 public:
  static Result<std::unique_ptr<Reader>> open(const std::string& file);

  Result<FactPage> facts(const FactQuery& query) override;
  Result<FactRecord> fact(Sequence sequence) override;
  Result<Sequence> last_before(Instant at) override;
  Result<RunPage> runs(const RunQuery& query) override;
  Result<StoredRun> run(RunId id) override;
  Result<StepRow> step(StepId id) override;
  Result<StepPage> steps(const StepQuery& query) override;
  Result<Timeline> timeline(const TimelineQuery& query) override;
  Result<BackfillPage> backfills(const BackfillQuery& query) override;
  Result<StoredBackfill> backfill(BackfillId id) override;
  Result<AnswerRow> answer(std::string_view key) override;
  Result<StoreSizes> sizes() override;

 private:
  explicit SqliteReader(Connection connection, std::string file);

  Result<void> prepare_statements();
  Result<void> prepare_figures();
  Statement& facts_statement(const FactQuery& query);
  Result<FactRecord> read_fact(const Statement& statement);
  Result<RunRow> find_run(RunId id);
  Result<void> add_targets(StoredBackfill& backfill);
  /// Whether the run has a step of one of these, ascending.
  Result<bool> has_step_of(RunId run, const std::vector<AssetId>& assets);
  /// Reads what the statement yields, at most `limit`; Errc::io for a damaged row.
  Result<StepPage> read_steps(Statement& select, const StepQuery& query, std::size_t limit);
  /// Whether the run was queued by then.
  Result<bool> existed(const RunRow& run, Sequence upto);

  Connection connection_;
  std::string file_;
  /// By order: newest first, oldest first.  Of everything, of an asset, of a run, of sparse kinds,
  /// of what was rejected.
  Statement all_facts_[2];
  Statement asset_facts_[2];
  Statement run_facts_[2];
  Statement sparse_facts_[2];
  Statement rejected_facts_[2];
  Statement fact_;
  Statement fact_from_;
  Statement runs_;
  Statement asset_runs_;
  Statement backfill_runs_;
  Statement backfills_;
  Statement backfill_;
  Statement targets_;
  Statement run_;
  Statement steps_;
  Statement queued_by_;
  Statement answer_;
  Statement step_;
  Statement step_assets_;
  Statement failed_steps_;
  Statement succeeded_steps_;
  Statement asset_steps_;
  Statement ended_runs_;
};

}  // namespace freshet::sqlite
