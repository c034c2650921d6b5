// What a source may say of a database, and what of it does not fit together.
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "freshet/definitions.hpp"
#include "model/database_url.hpp"
#include "project/object_type.hpp"
#include "project/reader.hpp"
#include "project/types.hpp"
#include "project/values.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {
namespace {

constexpr std::size_t kNameBytesMax = 63;  ///< Of PostgreSQL.

void read_url(Reader& reader, const Node& node, std::string& out) {
  if (!node.is_scalar()) {
    reader.expected(node, "a text");
    return;
  }
  if (const auto url = parse_database_url(node.text()); !url) {
    reader.error(node, url.error().message);  // without what stands there: it may hold a password
    return;
  }
  out = node.text();
}

void read_tables(Reader& reader, const Node& node, std::vector<std::string>& out) {
  std::vector<std::string> names;
  read_texts(reader, node, names);
  for (std::string& name : names) {
    const std::size_t dot = name.find('.');
    if (name.empty() || dot == 0 || dot + 1 == name.size()) {
      reader.error(node, "\"" + name + "\" is no table: want SCHEMA.NAME, as the database has it");
      return;
    }
    if (dot == std::string::npos) name = "public." + name;
  }
  out = std::move(names);
}

void read_slot(Reader& reader, const Node& node, std::string& out) {
  std::string name;
  read_text(reader, node, name);
  const bool fits =
      name.size() <= kNameBytesMax &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
  if (name.empty() || !fits) {
    reader.expected(node, "a name of a-z, 0-9 and _, of at most 63 characters");
    return;
  }
  out = std::move(name);
}

void read_postgres_name(Reader& reader, const Node& node, std::string& out) {
  std::string name;
  read_text(reader, node, name);
  if (name.empty() || name.size() > kNameBytesMax) {
    reader.expected(node, "a name of at most 63 bytes");
    return;
  }
  out = std::move(name);
}

void read_poll(Reader& reader, const Node& node, std::optional<Micros>& out) {
  Micros every{};
  read_positive_duration(reader, node, every);
  if (every != Micros{}) out = every;
}

// clang-format off
constexpr std::array kFields = std::to_array<Field>({
    {.name = "url", .help = "postgresql://USER@HOST:PORT/DATABASE, mysql://USER@HOST:PORT/DATABASE or sqlite:PATH; a "
                            "password belongs in a variable.",
     .required = true, .example = R"("postgresql://freshet:${CRM_PASSWORD}@db/crm")", .set = set_member<&DatabaseSource::url, read_url>},
    {.name = "table", .help = "Its commits are followed (PostgreSQL): SCHEMA.NAME, as the database has it.",
     .example = R"("public.customers")", .set = set_member<&DatabaseSource::tables, read_tables>},
    {.name = "tables", .shape = Shape::texts, .help = "The same for several.",
     .example = R"(["public.orders", "public.order_lines"])", .set = set_member<&DatabaseSource::tables, read_tables>},
    {.name = "columns", .shape = Shape::texts,
     .help = "Of rows that are updated, only a change of these columns counts; needs REPLICA IDENTITY FULL.",
     .example = R"(["name", "address"])", .set = set_member<&DatabaseSource::columns, read_texts>},
    {.name = "slot", .help = "Of replication; made where it is missing. By default its name is made from the asset's key.",
     .example = R"("freshet_customers")", .set = set_member<&DatabaseSource::slot, read_slot>},
    {.name = "publication",
     .help = "Of PostgreSQL, made by others: what it publishes is followed. By default one is made from the asset's key.",
     .example = R"("crm_changes")", .set = set_member<&DatabaseSource::publication, read_postgres_name>},
    {.name = "notify", .help = "A channel of PostgreSQL's NOTIFY: what is heard there calls for a look.",
     .example = R"("customers_changed")", .set = set_member<&DatabaseSource::notify, read_postgres_name>},
    {.name = "query", .help = "Its answer is the state of the data: it is asked every `poll`, and another answer is an update.",
     .example = R"("select max(updated_at), count(*) from customers")", .set = set_member<&DatabaseSource::query, read_text>},
    {.name = "partition",
     .help = "Column, of the query or of the tables, whose value is the key of the asset's partition, or a time that "
             "lies in its window.",
     .example = R"("day")", .set = set_member<&DatabaseSource::partition, read_text>},
    {.name = "data_version", .help = "Column of the query that says which state the data are in; all of them by default.",
     .example = R"("updated_at")", .set = set_member<&DatabaseSource::data_version, read_text>},
    {.name = "settle", .shape = Shape::duration,
     .help = "How long no change may come before those that came are one update; 100ms by default. 0s: each commit is "
             "an update of its own.",
     .example = R"("1s")", .set = set_member<&DatabaseSource::settle, read_duration>},
    {.name = "max_wait", .shape = Shape::duration,
     .help = "How long after the first change at most; ten times settle by default.",
     .example = R"("10s")", .set = set_member<&DatabaseSource::max_wait, read_optional_duration>},
    {.name = "poll", .shape = Shape::duration, .help = "How often the query is asked; every 10s by default, and with notify only when called for.",
     .example = R"("1m")", .set = set_member<&DatabaseSource::poll, read_poll>},
});
// clang-format on

/// "", or why this does not fit together and what would.
std::string wrong_with(const DatabaseSource& source, DatabaseKind kind) {
  const std::string name{to_text(kind)};
  const bool follows = !source.tables.empty() || !source.publication.empty();
  const bool asks = !source.query.empty();
  if (kind != DatabaseKind::postgresql) {
    if (!source.tables.empty())
      return name + " does not tell which table a commit changed: write a query instead of tables";
    if (!source.publication.empty() || !source.slot.empty())
      return "slot and publication are PostgreSQL's: write a query instead";
    if (!source.notify.empty()) return "notify is PostgreSQL's: write a query instead";
    if (kind == DatabaseKind::mysql && !asks) return "database needs a query to ask MySQL";
  }
  if (asks && follows)
    return "a query and tables are two ways to know of a change: leave one of them out";
  if (follows && !source.notify.empty())
    return "tables tell of each commit by themselves: leave notify out";
  if (kind == DatabaseKind::postgresql && !asks && !follows && source.notify.empty())
    return "database needs what to follow: tables, query or notify";
  if (!follows && !source.columns.empty())
    return "columns are of tables that are followed: name them in tables, or ask for them in the "
           "query";
  if (!follows && !source.slot.empty()) return "slot is of tables that are followed: name them";
  if (!asks && !follows && !source.partition.empty())
    return "partition is a column of the query or of the tables: there is neither";
  if (!asks && !source.data_version.empty())
    return "data_version is a column of the query: there is none" +
           std::string{follows ? " (of tables, it is the commit)" : ""};
  if (!asks && source.poll && kind == DatabaseKind::postgresql)
    return "poll is for a query: commits and notifications come by themselves";
  return "";
}

}  // namespace

constinit const ObjectType database_source_type{.name = "database",
                                                .help = "A database whose changes are followed.",
                                                .fields = kFields,
                                                .tag = &type_tag<DatabaseSource>};

void read_database(Reader& reader, const Node& node, DatabaseSource& out) {
  reader.read(database_source_type, node, out);
  if (!node.is_map() || out.url.empty()) return;
  const Node* one = node.find("table");
  const Node* several = node.find("tables");
  if (one != nullptr && several != nullptr) {
    reader.error(*several, "table and tables are the same: leave one of them out");
    return;
  }
  const auto url = parse_database_url(out.url);
  if (!url) return;
  // Of what could not be read, nobody knows whether it fits.
  for (const auto& [name, is_empty] :
       {std::pair{"table", out.tables.empty()}, std::pair{"tables", out.tables.empty()},
        std::pair{"publication", out.publication.empty()}, std::pair{"notify", out.notify.empty()},
        std::pair{"query", out.query.empty()}}) {
    const Node* given = node.find(name);
    if (!is_empty || given == nullptr || given->is_null()) continue;
    const bool is_list = given->is_sequence() && given->children().empty();
    if (std::string_view{name} == "query" || is_list)
      reader.error(*given, std::string{name} + " is empty");
    return;
  }
  if (const std::string wrong = wrong_with(out, url->kind); !wrong.empty())
    reader.error(node, wrong);
}

void check_database_partitions(Reader& reader, const Node& source, const AssetDefinition& asset) {
  const Node* database = source.find("database");
  if (database == nullptr || !database->is_map()) return;
  const Node* partition = database->find("partition");
  const bool names_one = partition != nullptr && !partition->is_null();
  if (names_one && !asset.partitions) {
    reader.error(*partition,
                 "partition needs `partitions` beside `database`: how the asset is cut");
  } else if (!names_one && asset.partitions) {
    reader.error(*database,
                 "the asset has partitions: write partition, the column that says which");
  }
}

}  // namespace freshet::project
