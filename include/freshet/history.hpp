// What happened before: facts, runs and answers, as storage keeps them.
#pragma once
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "freshet/facts.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"

namespace freshet {

/// A set of kinds of facts, by the variant's index.
using KindSet = std::bitset<std::variant_size_v<Fact>>;
/// kinds_of<fact::Updated, fact::Decided>()
template <class... F>
[[nodiscard]] KindSet kinds_of() {
  KindSet kinds;
  (kinds.set(Fact{F{}}.index()), ...);
  return kinds;
}

/// Which facts, in which order.  All bounds leave out the sequence that they name, except `upto`.
struct FactQuery {
  enum class Order : std::uint8_t { newest_first, oldest_first };
  std::optional<AssetId> asset;  ///< At most one of `asset` and `run`.
  std::optional<RunId> run;
  KindSet kinds;    ///< None set: every kind.
  Sequence upto;    ///< Nothing later exists for this query; 0: everything does.
  Sequence after;   ///< 0: from the beginning.
  Sequence before;  ///< 0: to the end.
  Order order{Order::newest_first};
  std::size_t limit{100};  ///< At least 1.
};

struct FactPage {
  std::vector<FactRecord> facts;
  /// Where the next page begins: its `before` (newest first) or `after`; nullopt: there is no more.
  /// A page of few kinds may be short, even empty, and still have a next one.
  std::optional<Sequence> next;
};

/// Which runs; newest first.
struct RunQuery {
  std::vector<RunStatus> statuses;     ///< Empty: every status.
  std::optional<AssetId> asset;        ///< That have a step of it.
  std::optional<BackfillId> backfill;  ///< That are part of it.
  Sequence upto;          ///< Runs queued later do not exist for this query; 0: all do.
  RunId before;           ///< Only older ones; 0: from the newest.
  std::size_t limit{50};  ///< At least 1.
};

/// Rows are as they are now: where `sequence` of one is after the query's `upto`, it has changed
/// since.
struct RunPage {
  std::vector<RunRow> runs;
  std::optional<RunId> next;  ///< `before` of the next page, which may be short like one of facts.
};

struct StoredRun {
  RunRow run;
  std::vector<StepRow> steps;  ///< By number.
};

/// Newest first.
struct BackfillQuery {
  std::vector<BackfillStatus> statuses;  ///< Empty: every status.
  BackfillId before;                     ///< Only older ones; 0: from the newest.
  std::size_t limit{50};                 ///< At least 1.
};

struct StoredBackfill {
  BackfillRow row;
  std::vector<BackfillTargetRow> targets;
};

struct BackfillPage {
  std::vector<StoredBackfill> backfills;
  std::optional<BackfillId> next;  ///< `before` of the next page.
};

struct StoreSizes {
  std::uint64_t database_bytes{};
  std::uint64_t free_bytes{};  ///< Of those: in pages that will be used again.
  std::uint64_t wal_bytes{};   ///< Size of the write-ahead log's file.
  Sequence last;               ///< Of the last fact.
};

/// Reads history while the writer goes on.  One thread at a time; every call sees one instant.
/// Errc::not_found where a single thing is asked for and is not there.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual Result<FactPage> facts(const FactQuery& query) = 0;
  virtual Result<FactRecord> fact(Sequence sequence) = 0;
  /// The last fact before an instant, 0 where there is none: `after` of what happened from then on.
  /// Where the clock was set back, of one of the times that it showed that instant.
  virtual Result<Sequence> last_before(Instant at) = 0;
  virtual Result<RunPage> runs(const RunQuery& query) = 0;
  virtual Result<StoredRun> run(RunId id) = 0;
  virtual Result<BackfillPage> backfills(const BackfillQuery& query) = 0;
  virtual Result<StoredBackfill> backfill(BackfillId id) = 0;
  virtual Result<AnswerRow> answer(std::string_view key) = 0;
  virtual Result<StoreSizes> sizes() = 0;
};

}  // namespace freshet
