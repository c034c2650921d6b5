// The writing side on SQLite: one connection commits, another moves the log into the database.
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "freshet/time.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/retention.hpp"
#include "store/state_directory.hpp"
#include "store/store.hpp"

namespace freshet::sqlite {

class SqliteStore final : public Store {
 public:
  static Result<std::unique_ptr<Store>> open(const std::string& state_directory,
                                             const OpenOptions& options);

  Result<Rows> load() override;
  Result<void> commit(std::span<const Batch> batches) override;
  Result<std::unique_ptr<Reader>> reader() override;
  Result<void> maintain(Instant now) override;
  [[nodiscard]] std::string_view instance() const override { return instance_; }

 private:
  static constexpr std::size_t table_count = std::tuple_size_v<decltype(Rows::tables)>;

  SqliteStore(StateDirectory directory, std::string file, OpenOptions options);

  Result<void> prepare();
  Result<void> prepare_statements();
  Result<Rows> read_all();
  Result<void> write(std::span<const Batch> batches);
  Result<void> append(const FactRecord& record);
  Result<void> note(std::string_view name, std::uint64_t value);
  template <class R>
  Result<void> upsert(Statement& statement, const std::vector<R>& rows);
  Result<void> upsert_all(const Rows& rows);
  Result<void> checkpoint();
  /// `left`: pages of the log that are not in the database yet.
  Result<void> move_log(std::uint64_t& left);

  [[nodiscard]] Result<void> usable() const;
  /// Ends the use of this store; returns the error.
  Error stop(Error error);

  StateDirectory directory_;  ///< First: the lock goes last.
  std::string file_;
  OpenOptions options_;
  std::string instance_;

  std::mutex turn_;    ///< Whoever uses writer_ and what stands below it.
  Connection writer_;  ///< Used by the store thread, and by maintain() in between.
  Statement begin_;
  Statement commit_;
  Statement append_;
  Statement note_;
  std::array<Statement, table_count> upserts_;
  Retention retention_;
  Sequence sequence_;
  Instant at_{};
  RunId last_run_;

  Connection checkpointer_;  ///< Only of the thread that maintains.
  std::atomic<std::uint64_t> log_pages_{};
  std::string failure_;  ///< Written once, before failed_.
  std::atomic<bool> failed_{false};
};

}  // namespace freshet::sqlite
