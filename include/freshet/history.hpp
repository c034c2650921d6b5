// What happened before: facts, runs and answers, as storage keeps them.
#pragma once
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "freshet/facts.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "freshet/time.hpp"

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
  std::vector<RunStatus> statuses;             ///< Empty: every status.
  std::vector<RunCause> causes;                ///< Empty: every cause.
  std::optional<AssetId> asset;                ///< That have a step of it.
  std::optional<std::vector<AssetId>> assets;  ///< That have a step of one of them; ascending.
  std::optional<BackfillId> backfill;          ///< That are part of it; 0: of none.
  Instant from{};                              ///< Created from then on; 0: at any time …
  Instant until{};                             ///< … and before then; 0: until now.
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

/// How many runs ended, and were at work, in each of so many equal stretches of time.
struct TimelineQuery {
  Instant from{};
  Instant to{};                                ///< After `from`.
  std::size_t columns{};                       ///< At least 1.
  std::optional<std::vector<AssetId>> assets;  ///< Runs with a step of one of them; ascending.
};

/// By column.  Only of runs that have ended.
struct Timeline {
  std::vector<std::uint32_t> succeeded, failed, canceled;  ///< Ended within it.
  std::vector<std::uint32_t> running;                      ///< Were at work in some part of it.
  bool truncated{false};  ///< More ended than was looked at: the latest lack.
};

/// Which steps that have ended, the latest first.
struct StepQuery {
  enum class Which : std::uint8_t {
    failed,     ///< Ended so within the time, or were lost.
    succeeded,  ///< Of runs that were created within it.
  };
  Which which{Which::failed};
  Instant from{};
  Instant to{};
  std::optional<std::vector<AssetId>> assets;  ///< Only theirs; ascending.
  std::size_t limit{1};  ///< At least 1; of `succeeded`, for each of `assets`.
};

/// A step among many, with what its run says of it.
struct EndedStep {
  StepId step;
  MemberId member;
  std::string check;
  StepStatus status{StepStatus::failed};
  Reason reason{Reason::none};
  std::uint32_t attempt{};
  CodeVersion code;
  Instant started_at{};  ///< 0: never.
  Instant ended_at{};
  std::int32_t exit_code{};
  std::string text;
  RunCause cause{RunCause::automation};
  std::vector<std::string> tags;
  std::uint64_t definitions{};
};

struct StepPage {
  std::vector<EndedStep> steps;
  bool truncated{false};  ///< There are more.
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
  virtual Result<StepRow> step(StepId id) = 0;
  virtual Result<StepPage> steps(const StepQuery& query) = 0;
  virtual Result<Timeline> timeline(const TimelineQuery& query) = 0;
  virtual Result<BackfillPage> backfills(const BackfillQuery& query) = 0;
  virtual Result<StoredBackfill> backfill(BackfillId id) = 0;
  virtual Result<AnswerRow> answer(std::string_view key) = 0;
  virtual Result<StoreSizes> sizes() = 0;
};

}  // namespace freshet
