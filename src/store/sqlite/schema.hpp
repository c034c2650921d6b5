// Which tables there are, in which version, and how an older version becomes this one.
#pragma once
#include <string>

#include "freshet/history.hpp"
#include "freshet/result.hpp"
#include "store/sqlite/columns.hpp"
#include "store/sqlite/connection.hpp"

namespace freshet::sqlite {

inline constexpr int schema_version = 3;

[[nodiscard]] std::string upsert_sql(const Table& table);
/// All columns in their order, from the table; `rest` follows ("WHERE ...").
[[nodiscard]] std::string select_sql(const Table& table, const std::string& rest);

/// Kinds of facts that are few among many, and are looked for by kind: they have an index.
[[nodiscard]] const KindSet& sparse_kinds();
/// That a fact is of one of them, as the index has it.
[[nodiscard]] std::string is_sparse_sql();

/// That a fact is an event that was rejected: as sparse_kinds(), with an index of its own.
[[nodiscard]] std::string is_rejected_sql();

/// What a file says of the build that made it; of versions from 1.
[[nodiscard]] std::string schema_fingerprint(int version);

/// Creates the tables in an empty file, or brings those of an older version to this one.
/// Errc::unsupported for a file of a newer version, another build's, or another program's.
Result<void> prepare_schema(Connection& connection, const std::string& instance);

}  // namespace freshet::sqlite
