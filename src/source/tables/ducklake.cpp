// DuckLake: a catalog in a database knows the snapshots, and which of them changed which table.
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "source/tables/snapshot.hpp"

namespace freshet::tables {
namespace {

/// As both databases read it: a backslash is one.
std::string literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += c;
    out += c;
  }
  return out + '\'';
}

}  // namespace

std::string ducklake_query(const std::string& table) {
  const std::size_t dot = table.find('.');
  const std::string schema = dot == std::string::npos ? "main" : table.substr(0, dot);
  const std::string name = dot == std::string::npos ? table : table.substr(dot + 1);
  // One statement, so that all is of one moment.  Rows that are kept in the catalog, and columns
  // that came or went, have no files, but a line such as "inserted_into_table:7,created_table:...".
  return "with the_table as (select t.table_id, t.begin_snapshot, t.table_uuid from ducklake_table t"
         " join ducklake_schema s on s.schema_id = t.schema_id"
         " where t.end_snapshot is null and s.end_snapshot is null and s.schema_name = " +
         literal(schema) + " and t.table_name = " + literal(name) +
         "), data as (select max(begin_snapshot) as begun, max(end_snapshot) as ended,"
         " sum(case when end_snapshot is null then record_count end) as row_count,"
         " sum(case when end_snapshot is null then file_size_bytes end) as byte_count,"
         " count(case when end_snapshot is null then 1 end) as file_count"
         " from ducklake_data_file where table_id = (select table_id from the_table)"
         "), deletes as (select max(begin_snapshot) as begun, max(end_snapshot) as ended,"
         " sum(case when end_snapshot is null then delete_count end) as row_count"
         " from ducklake_delete_file where table_id = (select table_id from the_table)"
         "), changes as (select max(snapshot_id) as made from ducklake_snapshot_changes"
         " where changes_made || ',' like '%:' || (select table_id from the_table) || ',%'"
         ") select the_table.begin_snapshot, data.begun, data.ended, deletes.begun, deletes.ended,"
         " changes.made, data.row_count, deletes.row_count, data.byte_count, data.file_count,"
         " cast(the_table.table_uuid as varchar(36))"
         " from the_table, data, deletes, changes";
}

Look read_ducklake(const database::Answer& answer) {
  if (answer.rows.empty()) return {};
  const auto& row = answer.rows.front();
  const auto number = [&](std::size_t column) {
    std::int64_t out = 0;
    const std::string text = column < row.size() ? row[column].value_or("") : "";
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
  };
  std::int64_t snapshot = 0;
  for (std::size_t column = 0; column < 6; ++column) snapshot = std::max(snapshot, number(column));
  const nlohmann::json metadata{{"snapshot", snapshot},
                                {"rows_in_files", number(6) - number(7)},
                                {"bytes", number(8)},
                                {"files", number(9)}};
  // A catalog that is made anew counts from 0 again.
  const std::string table = row.size() > 10 ? row[10].value_or("").substr(0, 8) : "";
  return {.error = {},
          .snapshot = Snapshot{.version = std::to_string(snapshot) + '-' + table,
                               .metadata = metadata.dump()}};
}

}  // namespace freshet::tables
