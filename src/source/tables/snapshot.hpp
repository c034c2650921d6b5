// Which snapshot of a table is the latest, by what its format keeps beside the data.
#pragma once
#include <optional>
#include <string>

#include "source/database/connection.hpp"
#include "source/tables/folder.hpp"

namespace freshet::tables {

struct Snapshot {
  std::string version;   ///< Number of the snapshot.
  std::string metadata;  ///< Compact JSON object: rows and bytes where the format says so.
};

/// One look.  With neither an error nor a snapshot: there is no such table yet.
struct Look {
  std::string error;
  std::optional<Snapshot> snapshot;
};

/// "42-1f3a9c02": the commit's number, and a hash of it, since a table that is made anew begins at
/// 0 again.  `known` is what an earlier look found, or "": it looks from there on.
[[nodiscard]] Look look_at_delta(Folder& folder, const std::string& known);
/// The current snapshot's id, of the metadata that version-hint.text leads to, or of the newest.
[[nodiscard]] Look look_at_iceberg(Folder& folder);
/// The query whose one row says which snapshot changed the table last; `table` is SCHEMA.NAME, or a
/// NAME of the schema main.  For SQLite and PostgreSQL.
[[nodiscard]] std::string ducklake_query(const std::string& table);
/// What its answer means.
[[nodiscard]] Look read_ducklake(const database::Answer& answer);

}  // namespace freshet::tables
