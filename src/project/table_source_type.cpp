// Tables that keep their own snapshots, as a source: its fields, and which of them fit together.
#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "freshet/definitions.hpp"
#include "freshet/time.hpp"
#include "model/database_url.hpp"
#include "project/bucket_fields.hpp"
#include "project/object_type.hpp"
#include "project/reader.hpp"
#include "project/types.hpp"
#include "project/values.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {
namespace {

using Format = TableSource::Format;

void read_format(Reader& /*reader*/, const Node& node, Format& out) {
  if (node.text() == "iceberg") out = Format::iceberg;
  if (node.text() == "ducklake") out = Format::ducklake;
}

void read_poll(Reader& reader, const Node& node, std::optional<Micros>& out) {
  Micros every{};
  read_positive_duration(reader, node, every);
  if (every != Micros{}) out = every;
}

// clang-format off
constexpr std::array kOwnFields = std::to_array<Field>({
    {.name = "format", .help = "What keeps the snapshots.", .required = true, .choices = "delta|iceberg|ducklake",
     .example = R"("delta")", .set = set_member<&TableSource::format, read_format>},
    {.name = "path",
     .help = "The table's folder, absolute or from the folder of the file that says so, or s3://BUCKET/FOLDER; of DuckLake "
             "its catalog: a file of SQLite, or postgresql://USER@HOST:PORT/DATABASE.",
     .required = true, .example = R"("lake/orders")", .set = set_member<&TableSource::path, read_text>},
    {.name = "table", .help = "Which table of a DuckLake: SCHEMA.NAME, or a NAME of the schema main.",
     .example = R"("sales.orders")", .set = set_member<&TableSource::table, read_text>},
    {.name = "settle", .shape = Shape::duration,
     .help = "How long no commit may come before the last one is told; 100ms by default.",
     .example = R"("1s")", .set = set_member<&TableSource::settle, read_duration>},
    {.name = "poll", .shape = Shape::duration,
     .help = "Look that often instead of being told by the system, as for network mounts; by default a bucket every "
             "60s, a DuckLake in PostgreSQL every 10s, one in a file every 2s.",
     .example = R"("10s")", .set = set_member<&TableSource::poll, read_poll>},
});
// clang-format on
constexpr std::array kTableFields = joined(kOwnFields, bucket_fields<&TableSource::bucket>());

/// What is wrong with where it is, and what would be right; "": nothing.  Quotes no secrets.
std::string wrong_with(const TableSource& given) {
  const std::string& path = given.path;
  if (path.find("://") == std::string::npos) return "";
  if (given.format == Format::ducklake) {
    const auto url = parse_database_url(path);
    if (path.starts_with("s3://"))
      return "path must be the catalog of the DuckLake, which is a file of SQLite here, or "
             "postgresql://USER@HOST:PORT/DATABASE";
    if (url && url->kind == DatabaseKind::postgresql) return "";
    if (url && url->kind == DatabaseKind::sqlite)
      return "path must be that of the file alone, without sqlite:";
    if (url)
      return "a DuckLake catalog in " + std::string{to_text(url->kind)} +
             " is not available in this version: want a file of SQLite, or "
             "postgresql://USER@HOST:PORT/DATABASE";
    if (path.starts_with("postgres")) {
      const std::string& why = url.error().message;
      return "path must be postgresql://USER@HOST:PORT/DATABASE" +
             why.substr(std::min(why.find(';'), why.size()));
    }
    return "path must be a file of SQLite, or postgresql://USER@HOST:PORT/DATABASE";
  }
  if (!path.starts_with("s3://"))
    return "path must be a folder of this machine, or s3://BUCKET/FOLDER";
  const std::string bucket = path.substr(5, path.find('/', 5) - 5);
  if (bucket.empty()) return "path must name a bucket: s3://BUCKET/FOLDER";
  if (path.find_first_of("*?{") != std::string::npos)
    return "path must name one folder, without * ? and {";
  return "";
}

}  // namespace

void check_table_source(Reader& reader, const Node& source, const AssetDefinition& asset) {
  const Node* const table = source.find("table");
  if (table == nullptr || asset.source.kind != SourceKind::table) return;
  const TableSource& given = asset.source.table;
  const Node* const path = table->find("path");
  if (path != nullptr && path->is_scalar()) {
    if (given.path.empty())
      reader.error(*path, "path is empty: name the table's folder, or of a DuckLake its catalog");
    if (const std::string wrong = wrong_with(given); !wrong.empty()) reader.error(*path, wrong);
    check_bucket_fields(reader, *table, given.path, given.bucket, "tables");
  }
  if (given.format == Format::ducklake && given.table.empty()) {
    reader.error(*table, "a DuckLake holds many tables: write table: SCHEMA.NAME");
  } else if (given.format != Format::ducklake && !given.table.empty()) {
    reader.error(*table->find("table"), "table is for ducklake: the path says which table it is");
  }
  if (asset.partitions)
    reader.error(*table, "a snapshot is of the whole table: leave out the partitions");
}

constinit const ObjectType table_source_type{.name = "table",
                                             .help = "A table that keeps its own snapshots.",
                                             .fields = kTableFields,
                                             .tag = &type_tag<TableSource>};

}  // namespace freshet::project
