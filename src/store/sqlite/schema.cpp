#include "store/sqlite/schema.hpp"

#include <sqlite3.h>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "store/sqlite/columns.hpp"
#include "store/sqlite/connection.hpp"

namespace freshet::sqlite {
namespace {

constexpr std::int64_t application_id = 0x46525348;  // "FRSH"

// The partial indexes carry what the columns hold anyway; a fact without an asset or run costs
// nothing there.  runs_open is what a start reads of a table that only grows.
constexpr std::string_view fixed_sql = R"(
CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
CREATE TABLE facts (
  sequence INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  asset INTEGER,
  run INTEGER,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX facts_of_asset ON facts (asset) WHERE asset IS NOT NULL;
CREATE INDEX facts_of_run ON facts (run) WHERE run IS NOT NULL;
)";
constexpr std::string_view indexes_sql = R"(
CREATE INDEX runs_open ON runs (run) WHERE status < 3;
CREATE INDEX runs_of_backfill ON runs (backfill) WHERE backfill <> 0;
CREATE INDEX backfills_open ON backfills (backfill) WHERE status < 2;
CREATE INDEX steps_of_asset ON steps (member_asset, step_run);
)";
/// Version 2: what ended when, for figures over time.
constexpr std::string_view ended_indexes_sql = R"(
CREATE INDEX runs_ended ON runs (ended_at, started_at, status) WHERE status > 2;
CREATE INDEX steps_failed ON steps (ended_at) WHERE status IN (4, 7);
)";
/// Version 3: what was rejected, among all that was taken in.
std::string rejected_index_sql() {
  return "CREATE INDEX facts_rejected ON facts (sequence) WHERE " + is_rejected_sql() + ";\n";
}
static_assert(static_cast<int>(StepStatus::failed) == 4 && static_cast<int>(StepStatus::lost) == 7);
static_assert(static_cast<int>(RunStatus::succeeded) == 3 && !is_terminal(RunStatus::running));
static_assert(static_cast<int>(BackfillStatus::succeeded) == 2 &&
              !is_terminal(BackfillStatus::paused));

std::string is_one_of_sql(const KindSet& kinds) {
  std::string list;
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    if (kinds[kind]) list += (list.empty() ? "" : ", ") + std::to_string(kind);
  }
  return "kind IN (" + list + ")";
}

std::string quoted(const std::string& name) { return '"' + name + '"'; }

std::string joined(std::span<const Column> columns) {
  std::string text;
  for (const Column& column : columns) {
    if (!text.empty()) text += ", ";
    text += quoted(column.name);
  }
  return text;
}

/// A lone number is the row's own key; every other table lies in the order of its key.
std::string create_sql(const Table& table) {
  std::string sql = "CREATE TABLE " + std::string{table.name} + " (";
  const bool is_rowid = table.keys == 1 && table.columns.front().type.starts_with("INTEGER");
  for (const Column& column : table.columns) {
    sql += quoted(column.name) + ' ';
    sql += is_rowid && &column == &table.columns.front() ? "INTEGER PRIMARY KEY" : column.type;
    sql += ", ";
  }
  if (is_rowid) {
    sql.resize(sql.size() - 2);
    return sql + ") STRICT;\n";
  }
  return sql + "PRIMARY KEY (" + joined(std::span{table.columns}.first(table.keys)) +
         ")) STRICT, WITHOUT ROWID;\n";
}

std::string schema_of(int version) {
  std::string sql{fixed_sql};
  const auto add = [&]<class... R>(const std::tuple<std::vector<R>...>& /*tables*/) {
    ((sql += create_sql(table_of<R>())), ...);
  };
  add(Rows{}.tables);
  sql += std::string{indexes_sql} + "CREATE INDEX facts_sparse ON facts (sequence) WHERE " +
         is_sparse_sql() + ";\n";
  if (version >= 2) sql += ended_indexes_sql;
  if (version >= 3) sql += rejected_index_sql();
  return sql;
}

/// What leads from one version to the next.
struct Migration {
  int from;
  std::string sql;
};
const std::array<Migration, 2>& migrations() {
  static const std::array<Migration, 2> all{{{.from = 1, .sql = std::string{ended_indexes_sql}},
                                             {.from = 2, .sql = rejected_index_sql()}}};
  return all;
}

Error refuse(const Connection& connection, const std::string& reason) {
  const char* file = sqlite3_db_filename(connection.handle(), "main");
  return Error{Errc::unsupported, "store " + std::string{file} + ": " + reason};
}

Error refuse_build(const Connection& connection) {
  return refuse(connection,
                "start afresh: another build made it with other columns; move the state "
                "directory away");
}

Result<void> create(Connection& connection, const std::string& instance) {
  if (auto made = connection.run(
          "BEGIN IMMEDIATE;" + schema_of(schema_version) +
          "INSERT INTO meta VALUES ('instance', '" + instance + "'), ('schema', '" +
          schema_fingerprint(schema_version) +
          "'), ('sequence', 0), ('at', 0), ('last_run', 0), ('decisions_scanned', 0);" +
          "PRAGMA application_id = " + std::to_string(application_id) +
          ";PRAGMA user_version = " + std::to_string(schema_version) + ";COMMIT");
      !made) {
    return std::move(made).error();
  }
  return {};
}

Result<void> migrate(Connection& connection, int version) {
  while (version < schema_version) {
    const Migration* next{};
    for (const Migration& migration : migrations()) {
      if (migration.from == version) next = &migration;
    }
    if (next == nullptr) {
      return refuse(connection, "start afresh: it is of version " + std::to_string(version) +
                                    ", which this program cannot bring to version " +
                                    std::to_string(schema_version) +
                                    "; move the state directory away");
    }
    FRESHET_TRY(const std::string made_with,
                connection.text("SELECT value FROM meta WHERE name = 'schema'"));
    if (made_with != schema_fingerprint(version)) return refuse_build(connection);
    ++version;
    if (auto moved = connection.run(
            "BEGIN IMMEDIATE;" + next->sql + ";UPDATE meta SET value = '" +
            schema_fingerprint(version) +
            "' WHERE name = 'schema';PRAGMA user_version = " + std::to_string(version) + ";COMMIT");
        !moved) {
      return std::move(moved).error();
    }
  }
  return {};
}

}  // namespace

// Differs where another build of the same version had other fields: only before the first release.
std::string schema_fingerprint(int version) {
  return std::to_string(version_hash(schema_of(version)));
}

const KindSet& sparse_kinds() {
  static const KindSet kinds = kinds_of<fact::Alerted, fact::Delivered>();
  return kinds;
}

std::string is_sparse_sql() { return is_one_of_sql(sparse_kinds()); }
std::string is_rejected_sql() { return is_one_of_sql(kinds_of<fact::EventRejected>()); }

std::string upsert_sql(const Table& table) {
  std::string values;
  std::string updates;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    values += i == 0 ? "?" : ", ?";
    if (i < table.keys) continue;
    const std::string name = quoted(table.columns[i].name);
    if (!updates.empty()) updates += ", ";
    updates.append(name).append(" = excluded.").append(name);
  }
  return "INSERT INTO " + std::string{table.name} + " (" + joined(table.columns) + ") VALUES (" +
         values + ") ON CONFLICT (" + joined(std::span{table.columns}.first(table.keys)) + ") DO " +
         (updates.empty() ? "NOTHING" : "UPDATE SET " + updates);
}

std::string select_sql(const Table& table, const std::string& rest) {
  return "SELECT " + joined(table.columns) + " FROM " + std::string{table.name} + ' ' + rest;
}

Result<void> prepare_schema(Connection& connection, const std::string& instance) {
  FRESHET_TRY(const std::int64_t version, connection.number("PRAGMA user_version"));
  FRESHET_TRY(const std::int64_t application, connection.number("PRAGMA application_id"));
  FRESHET_TRY(const std::int64_t tables, connection.number("SELECT count(*) FROM sqlite_schema"));
  if (version == 0 && tables == 0) return create(connection, instance);
  if (application != application_id) return refuse(connection, "it is not a store of freshet");
  if (version > schema_version) {
    return refuse(connection, "it is of version " + std::to_string(version) +
                                  ", and this program knows versions up to " +
                                  std::to_string(schema_version) + ": use a newer freshet");
  }
  if (auto moved = migrate(connection, static_cast<int>(version)); !moved)
    return std::move(moved).error();
  FRESHET_TRY(const std::string made_with,
              connection.text("SELECT value FROM meta WHERE name = 'schema'"));
  if (made_with != schema_fingerprint(schema_version)) return refuse_build(connection);
  return {};
}

}  // namespace freshet::sqlite
