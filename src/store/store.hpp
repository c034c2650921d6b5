// Where facts and rows survive: one writer that commits moments, and readers of history beside it.
//
// A commit is all or nothing, and durable when it returns.  After an error nothing is guessed: the
// store refuses everything from then on, and what was written is known only after opening it again.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "freshet/history.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "freshet/time.hpp"

namespace freshet {

class Store {
 public:
  virtual ~Store() = default;

  /// Everything current, each table in the order of its keys; of runs those that have not ended,
  /// with all their steps.
  virtual Result<Rows> load() = 0;

  /// Appends the facts and upserts the rows of all batches, in their order, in one transaction.
  /// Only from the store thread.  After an error every further call of anything fails.
  virtual Result<void> commit(std::span<const Batch> batches) = 0;

  /// A connection of its own, for one thread at a time.  From any thread.
  virtual Result<std::unique_ptr<Reader>> reader() = 0;

  /// Moves the write-ahead log into the database when it has grown, and deletes a slice of what is
  /// older than its retention.  To be called about once a second, from any one thread; a commit
  /// waits for a slice (milliseconds), not for the bulk of the log.
  virtual Result<void> maintain(Instant now) = 0;

  /// Random name of this store, made when it was created; never changes.
  [[nodiscard]] virtual std::string_view instance() const = 0;
};

struct OpenOptions {
  std::string holder{"freshet serve"};      ///< Who we are, for those that find the state in use.
  std::uint64_t checkpoint_bytes{4 << 20};  ///< Size of the log from which maintain() moves it.
  std::uint32_t pages_max{};                ///< Most pages of 4 KiB; 0: as the disk allows.
  std::chrono::days decisions_kept{30};
  std::chrono::days event_ids_kept{7};
  std::chrono::days answers_kept{7};
  /// Failpoints, on the store thread: an error of one is the commit's.
  std::function<Result<void>()> before_commit;
  std::function<Result<void>()> after_commit;
};

/// Opens the store in a directory, and makes both where there are none (0700, files 0600).  Takes
/// the directory's lock for the store's life: Errc::conflict names the process that has it.
Result<std::unique_ptr<Store>> open_sqlite(const std::string& state_directory,
                                           const OpenOptions& options);

}  // namespace freshet
