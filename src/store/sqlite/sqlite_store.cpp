#include "store/sqlite/sqlite_store.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "base/unique_fd.hpp"
#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "freshet/time.hpp"
#include "store/sqlite/columns.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/sqlite_reader.hpp"
#include "store/state_directory.hpp"
#include "store/store.hpp"

namespace freshet::sqlite {
namespace {

constexpr std::uint64_t page_bytes = 4096;
constexpr std::size_t instance_bytes = 8;

constexpr int rounds_max = 4;                            // of moving the log while commits go on
constexpr std::uint64_t pages_while_none_commits = 500;  // a few milliseconds
constexpr std::uint64_t log_pages_max = 32'000;          // 128 MB

/// SQLite gives the log and its index the mode of the database file, so that is made first.
Result<void> make_file(const std::string& file) {
  const UniqueFd fd{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (fd) return {};
  return Error{Errc::io, "open store " + file + ": " + std::generic_category().message(errno)};
}

/// Of the rows that a start needs: runs and backfills that have not ended, whole, and all else.
std::string current_rows_of(const Table& table) {
  if (table.name == RunRow::table) return "WHERE status < 3 ORDER BY run";
  if (table.name == StepRow::table) {
    return "WHERE step_run IN (SELECT run FROM runs WHERE status < 3) ORDER BY step_run, "
           "step_number";
  }
  if (table.name == BackfillRow::table) return "WHERE status < 2 ORDER BY backfill";
  if (table.name == BackfillTargetRow::table) {
    return "WHERE backfill IN (SELECT backfill FROM backfills WHERE status < 2) ORDER BY backfill, "
           "asset";
  }
  std::string order = "ORDER BY ";
  for (std::size_t i = 0; i < table.keys; ++i) {
    order += (i == 0 ? "\"" : ", \"") + table.columns[i].name + '"';
  }
  return order;
}

template <class R>
Result<void> read_table(Connection& connection, std::vector<R>& rows) {
  const Table table = table_of<R>();
  FRESHET_TRY(Statement select, connection.prepare(select_sql(table, current_rows_of(table))));
  while (true) {
    FRESHET_TRY(const bool row, select.step());
    if (!row) return {};
    FRESHET_TRY(rows.emplace_back(), read_row<R>(select));
  }
}

}  // namespace

SqliteStore::SqliteStore(StateDirectory directory, std::string file, OpenOptions options)
    : directory_{std::move(directory)}, file_{std::move(file)}, options_{std::move(options)} {}

Result<std::unique_ptr<Store>> SqliteStore::open(const std::string& state_directory,
                                                 const OpenOptions& options) {
  FRESHET_TRY(StateDirectory directory, StateDirectory::acquire(state_directory, options.holder));
  const std::string file = directory.path() + "/freshet.db";
  if (auto made = make_file(file); !made) return std::move(made).error();
  std::unique_ptr<SqliteStore> store{new SqliteStore{std::move(directory), file, options}};
  if (auto prepared = store->prepare(); !prepared) {
    return during("open", std::move(prepared).error());
  }
  return std::unique_ptr<Store>{std::move(store)};
}

Result<void> SqliteStore::prepare() {
  FRESHET_TRY(writer_, Connection::open(file_, Connection::Mode::read_write));
  FRESHET_TRY(const std::string mode, writer_.text("PRAGMA journal_mode = WAL"));
  if (mode != "wal") {
    return Error{Errc::io, "store " + file_ + ": its file system cannot do write-ahead logging; " +
                               "use a local disk"};
  }
  std::string settings =
      "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = OFF;"
      "PRAGMA cache_size = -32768; PRAGMA journal_size_limit = 67108864;";
  if (options_.pages_max != 0) {
    settings += "PRAGMA max_page_count = " + std::to_string(options_.pages_max);
  }
  if (auto set = writer_.run(settings); !set) return set;
  if (auto made = prepare_schema(writer_, random_token(instance_bytes)); !made) return made;

  FRESHET_TRY(instance_, writer_.text("SELECT value FROM meta WHERE name = 'instance'"));
  FRESHET_TRY(const std::int64_t sequence,
              writer_.number("SELECT value FROM meta WHERE name = 'sequence'"));
  FRESHET_TRY(const std::int64_t at, writer_.number("SELECT value FROM meta WHERE name = 'at'"));
  FRESHET_TRY(const std::int64_t last_run,
              writer_.number("SELECT value FROM meta WHERE name = 'last_run'"));
  sequence_ = Sequence{static_cast<std::uint64_t>(sequence)};
  at_ = Instant{Micros{at}};
  last_run_ = RunId{static_cast<std::uint64_t>(last_run)};

  FRESHET_TRY(checkpointer_, Connection::open(file_, Connection::Mode::read_write));
  if (auto set = checkpointer_.run("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0");
      !set) {
    return set;
  }
  sqlite3_wal_hook(
      writer_.handle(),
      [](void* log_pages, sqlite3*, const char*, int pages) {
        static_cast<std::atomic<std::uint64_t>*>(log_pages)->store(
            static_cast<std::uint64_t>(pages), std::memory_order_relaxed);
        return SQLITE_OK;
      },
      &log_pages_);
  return prepare_statements();
}

Result<void> SqliteStore::prepare_statements() {
  FRESHET_TRY(begin_, writer_.prepare("BEGIN IMMEDIATE"));
  FRESHET_TRY(commit_, writer_.prepare("COMMIT"));
  FRESHET_TRY(append_,
              writer_.prepare("INSERT INTO facts (sequence, at, kind, asset, run, body) VALUES "
                              "(?, ?, ?, ?, ?, ?)"));
  FRESHET_TRY(note_, writer_.prepare("UPDATE meta SET value = ?2 WHERE name = ?1"));
  std::vector<Table> tables;
  const auto add = [&]<class... R>(const std::tuple<std::vector<R>...>& /*tables*/) {
    (tables.push_back(table_of<R>()), ...);
  };
  add(Rows{}.tables);
  for (std::size_t i = 0; i < table_count; ++i) {
    FRESHET_TRY(upserts_[i], writer_.prepare(upsert_sql(tables[i])));
  }
  return {};
}

Result<void> SqliteStore::usable() const {
  if (!failed_.load(std::memory_order_acquire)) return {};
  return Error{Errc::io, "store " + file_ + ": stopped after an earlier error: " + failure_};
}

Error SqliteStore::stop(Error error) {
  if (!failed_.load(std::memory_order_acquire)) {
    failure_ = error.message;
    failed_.store(true, std::memory_order_release);
  }
  return error;
}

Result<Rows> SqliteStore::load() {
  const std::lock_guard turn{turn_};
  if (auto ok = usable(); !ok) return std::move(ok).error();
  auto rows = read_all();
  if (!rows) return during("load from", std::move(rows).error());
  return rows;
}

Result<Rows> SqliteStore::read_all() {
  FRESHET_TRY(const ReadTransaction instant, ReadTransaction::begin(writer_));
  Rows rows{.tables = {}, .sequence = sequence_, .at = at_, .last_run = last_run_};
  Result<void> done;
  const auto read = [&](auto& table) {
    done = read_table(writer_, table);
    return static_cast<bool>(done);
  };
  std::apply([&](auto&... table) { (read(table) && ...); }, rows.tables);
  if (!done) return std::move(done).error();
  return rows;
}

Result<void> SqliteStore::commit(std::span<const Batch> batches) {
  const std::lock_guard turn{turn_};
  if (auto ok = usable(); !ok) return ok;
  if (batches.empty()) return {};
  auto done = write(batches);
  if (done) return {};
  // Where COMMIT itself failed, whether the batches are there is known after the next open only.
  static_cast<void>(writer_.run("ROLLBACK"));
  return stop(during("commit to", std::move(done).error()));
}

Result<void> SqliteStore::write(std::span<const Batch> batches) {
  if (auto begun = begin_.run(); !begun) return begun;
  for (const Batch& batch : batches) {
    for (const FactRecord& record : batch.facts) {
      if (auto done = append(record); !done) return done;
    }
    if (auto done = upsert_all(batch.rows); !done) return done;
    sequence_ = std::max(sequence_, batch.rows.sequence);
    last_run_ = std::max(last_run_, batch.rows.last_run);
    if (batch.rows.at != Instant{}) at_ = batch.rows.at;
  }
  const auto at = static_cast<std::uint64_t>(at_.time_since_epoch().count());
  if (auto done = note("sequence", sequence_.value); !done) return done;
  if (auto done = note("at", at); !done) return done;
  if (auto done = note("last_run", last_run_.value); !done) return done;
  if (options_.before_commit) {
    if (auto done = options_.before_commit(); !done) return done;
  }
  if (auto done = commit_.run(); !done) return done;
  if (options_.after_commit) return options_.after_commit();
  return {};
}

Result<void> SqliteStore::append(const FactRecord& record) {
  FRESHET_ASSERT(record.sequence > sequence_);
  sequence_ = record.sequence;
  at_ = record.at;
  const std::string body = encode(record.fact);
  const AssetId asset = asset_of(record.fact);
  const RunId run = run_of(record.fact);
  append_.bind(1, static_cast<std::int64_t>(record.sequence.value));
  append_.bind(2, std::int64_t{record.at.time_since_epoch().count()});
  append_.bind(3, static_cast<std::int64_t>(record.fact.index()));
  if (asset.value != 0) {
    append_.bind(4, std::int64_t{asset.value});
  } else {
    append_.bind_null(4);
  }
  if (run.value != 0) {
    append_.bind(5, static_cast<std::int64_t>(run.value));
  } else {
    append_.bind_null(5);
  }
  append_.bind_blob(6, body);
  return append_.run();
}

Result<void> SqliteStore::note(std::string_view name, std::uint64_t value) {
  note_.bind_text(1, name);
  note_.bind(2, static_cast<std::int64_t>(value));
  return note_.run();
}

template <class R>
Result<void> SqliteStore::upsert(Statement& statement, const std::vector<R>& rows) {
  for (const R& row : rows) {
    R::describe(row, Binder{statement});
    if (auto done = statement.run(); !done) return done;
  }
  return {};
}

Result<void> SqliteStore::upsert_all(const Rows& rows) {
  Result<void> done;
  const auto write_one = [&](Statement& statement, const auto& table) {
    done = upsert(statement, table);
    return static_cast<bool>(done);
  };
  [&]<std::size_t... Index>(std::index_sequence<Index...>) {
    (write_one(upserts_[Index], std::get<Index>(rows.tables)) && ...);
  }(std::make_index_sequence<table_count>{});
  return done;
}

Result<std::unique_ptr<Reader>> SqliteStore::reader() {
  if (auto ok = usable(); !ok) return std::move(ok).error();
  return SqliteReader::open(file_);
}

Result<void> SqliteStore::maintain(Instant now) {
  if (auto ok = usable(); !ok) return ok;
  if (log_pages_.load(std::memory_order_relaxed) * page_bytes >= options_.checkpoint_bytes) {
    if (auto done = checkpoint(); !done) return during("checkpoint", std::move(done).error());
  }
  const std::lock_guard turn{turn_};
  if (auto ok = usable(); !ok) return ok;
  auto done = retention_.run_slice(writer_, options_, now);
  if (done) return {};
  static_cast<void>(writer_.run("ROLLBACK"));
  return stop(during("clean up", std::move(done).error()));
}

Result<void> SqliteStore::checkpoint() {
  std::uint64_t left{};
  bool is_long{};
  for (int round = 0; round < rounds_max && !is_long; ++round) {
    if (auto done = move_log(left); !done || left == 0) return done;
    if (left <= pages_while_none_commits) break;
    is_long = log_pages_.load(std::memory_order_relaxed) >= log_pages_max;
  }
  // Commits went on meanwhile.  Only a log that has been moved to its end is begun anew, so a small
  // rest is moved while none goes on; a large one only where the log would grow without end.
  if (left > pages_while_none_commits && !is_long) return {};
  const std::lock_guard turn{turn_};
  return move_log(left);
}

Result<void> SqliteStore::move_log(std::uint64_t& left) {
  int pages{};
  int moved{};
  const int code = sqlite3_wal_checkpoint_v2(checkpointer_.handle(), "main",
                                             SQLITE_CHECKPOINT_PASSIVE, &pages, &moved);
  const int primary = code & 0xff;
  // What SQLite counts ends where the log did when it began.
  const std::uint64_t now = pages == 0 ? 0 : log_pages_.load(std::memory_order_relaxed);
  left = now - std::min(now, static_cast<std::uint64_t>(std::max(0, moved)));
  if (primary == SQLITE_OK || primary == SQLITE_BUSY) return {};
  Error error = last_error(checkpointer_.handle());
  // Without room the log stays as it is, and nothing is lost or uncertain.
  return primary == SQLITE_FULL ? error : stop(std::move(error));
}

}  // namespace freshet::sqlite

namespace freshet {

Result<std::unique_ptr<Store>> open_sqlite(const std::string& state_directory,
                                           const OpenOptions& options) {
  return sqlite::SqliteStore::open(state_directory, options);
}

}  // namespace freshet
