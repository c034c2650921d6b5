#include "source/database/replication_setup.hpp"

#include <algorithm>
#include <cstddef>
#include <set>

#include "base/hash.hpp"
#include "base/text.hpp"

namespace freshet::database {
namespace {

constexpr std::size_t name_bytes_max = 63;
constexpr std::size_t hash_digits = 8;
constexpr Millis slot_timeout{Seconds{120}};
constexpr Millis partitions_timeout{Seconds{300}};
constexpr std::size_t partitions_max = 100'000;

/// The value in a row's column; "" for NULL.
std::string at(const std::vector<std::optional<std::string>>& row, std::size_t column) {
  return column < row.size() ? row[column].value_or("") : "";
}
std::string first_of(const Answer& answer, std::size_t column = 0) {
  return answer.rows.empty() ? "" : at(answer.rows.front(), column);
}

std::string joined(const std::vector<std::string>& texts, const char* between = ", ") {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : between) + text;
  return out;
}

std::string table_list(const std::vector<TableState>& tables) {
  std::vector<std::string> names;
  for (const TableState& table : tables) names.push_back(quote_table(table.name));
  return joined(names);
}

}  // namespace

std::string name_from_key(const std::string& asset) {
  std::string out = "freshet_";
  for (const char c : asset) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    const bool is_kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    out += is_upper ? static_cast<char>(c - 'A' + 'a') : is_kept ? c : '_';
  }
  out.resize(std::min(out.size(), name_bytes_max - hash_digits - 1));
  return out + '_' + to_text(content_hash(asset)).substr(0, hash_digits);
}

ReplicationNames replication_names(const AssetDefinition& asset) {
  const DatabaseSource& source = asset.source.database;
  const std::string made = name_from_key(asset.key);
  return {.slot = source.slot.empty() ? made : source.slot,
          .publication = source.publication.empty() ? made : source.publication,
          .owns_publication = source.publication.empty()};
}

Result<std::unique_ptr<PostgresSession>> open_replication(const DatabaseSource& source,
                                                          const DatabaseUrl& url, Waker& waker) {
  auto out = PostgresSession::open(source.url, url, true, {}, waker);
  if (out || out.error().message.find("walsender") == std::string::npos) return out;
  return Error{Errc::invalid, out.error().message + "; to do: ALTER ROLE " +
                                  (url.user.empty() ? "..." : quote_name(url.user)) +
                                  " REPLICATION"};
}

std::string ReplicationSetup::publication_fix() const {
  return "GRANT CREATE ON DATABASE " + quote_name(session_.database()) + " TO " +
         quote_name(session_.user()) +
         " and make it the tables' owner, or have an administrator run: CREATE PUBLICATION " +
         quote_name(names_.publication) + " FOR TABLE " + joined(source_.tables) +
         " and write `publication: " + names_.publication + '`';
}

Error ReplicationSetup::explained(Error error, const std::string& doing) const {
  const std::string& state = session_.sqlstate();
  std::string fix;
  if (state == "42501") {
    fix = doing.find("slot") != std::string::npos
              ? "ALTER ROLE " + quote_name(session_.user()) + " REPLICATION"
              : publication_fix();
  } else if (state == "53400") {
    fix = "raise max_replication_slots (and max_wal_senders), or drop a slot that nobody reads";
  } else if (state == "55000") {
    fix = "wal_level must be logical: ALTER SYSTEM SET wal_level = logical, and restart the server";
  }
  error.message = doing + ": " + error.message + (fix.empty() ? "" : "; to do: " + fix);
  return error;
}

Result<ReplicationSetup::System> ReplicationSetup::system() {
  FRESHET_TRY(const Answer answer, session_.run("IDENTIFY_SYSTEM"));
  return System{.id = first_of(answer), .end = parse_lsn(first_of(answer, 2)).value_or(Lsn{})};
}

Result<Answer> ReplicationSetup::check_server() {
  FRESHET_TRY(Answer answer,
              session_.run("select current_setting('wal_level'), rolreplication or rolsuper, "
                           "current_setting('max_replication_slots'), (select count(*) from "
                           "pg_replication_slots) from pg_roles where rolname = current_user"));
  if (first_of(answer) != "logical")
    return Error{Errc::invalid, "follow commits: wal_level is " + first_of(answer) +
                                    " and must be logical: ALTER SYSTEM SET wal_level = logical, "
                                    "and restart the server"};
  return answer;
}

Result<ReplicationSetup::Publication> ReplicationSetup::publication() {
  const std::string name = quote_literal(names_.publication);
  FRESHET_TRY(const Answer found,
              session_.run("select oid from pg_publication where pubname = " + name));
  Publication out{.oid = first_of(found), .tables = {}};
  if (out.oid.empty()) return out;
  FRESHET_TRY(const Answer answer,
              session_.run("select schemaname || '.' || tablename from pg_publication_tables "
                           "where pubname = " +
                           name + " order by 1"));
  for (const auto& row : answer.rows) out.tables.push_back(at(row, 0));
  return out;
}

Result<std::vector<std::string>> ReplicationSetup::wanted_tables() {
  if (names_.owns_publication) return source_.tables;
  FRESHET_TRY(const Publication there, publication());
  if (there.oid.empty())
    return Error{Errc::invalid, "publication \"" + names_.publication +
                                    "\" is not there: " + "CREATE PUBLICATION " +
                                    quote_name(names_.publication) + " FOR TABLE " +
                                    (source_.tables.empty() ? "..." : joined(source_.tables))};
  for (const std::string& table : source_.tables) {
    if (std::ranges::find(there.tables, table) == there.tables.end())
      return Error{Errc::invalid, "publication \"" + names_.publication + "\" does not publish " +
                                      table + ": ALTER PUBLICATION " +
                                      quote_name(names_.publication) + " ADD TABLE " + table};
  }
  return source_.tables.empty() ? there.tables : source_.tables;
}

Result<std::vector<TableState>> ReplicationSetup::check_tables() {
  FRESHET_TRY(const std::vector<std::string> wanted, wanted_tables());
  std::vector<TableState> out;
  for (const std::string& name : wanted) {
    const std::size_t dot = name.find('.');
    FRESHET_TRY(
        const Answer found,
        session_.run(
            "select c.relreplident, c.relkind, (select string_agg(a.attname, E'\\n') from "
            "pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey) "
            "where i.indrelid = c.oid and case c.relreplident when 'i' then i.indisreplident else "
            "i.indisprimary end), (select string_agg(a.attname, E'\\n') from pg_attribute a where "
            "a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), c.oid from pg_class c "
            "join "
            "pg_namespace n on n.oid = c.relnamespace where n.nspname = " +
            quote_literal(name.substr(0, dot)) +
            " and c.relname = " + quote_literal(name.substr(dot + 1))));
    if (found.rows.empty())
      return Error{Errc::invalid, "table " + name + " is not there in database " +
                                      session_.database() +
                                      ": names are SCHEMA.TABLE, as "
                                      "PostgreSQL keeps them (mostly in lower case)"};
    const std::string kind = first_of(found, 1);
    if (kind != "r" && kind != "p")
      return Error{Errc::invalid, name +
                                      " is no table, so its commits cannot be followed: name "
                                      "the tables behind it"};
    TableState table{.name = name,
                     .oid = first_of(found, 4),
                     .identity = first_of(found).empty() ? 'd' : first_of(found)[0]};
    const std::string keys = first_of(found, 2), columns = first_of(found, 3);
    if (!keys.empty()) {
      for (const auto each : split(keys, '\n')) table.key_columns.emplace_back(each);
    }
    for (const auto each : split(columns, '\n')) table.columns.emplace_back(each);
    table.has_key = !table.key_columns.empty();
    const std::string full = "ALTER TABLE " + quote_table(name) + " REPLICA IDENTITY FULL";
    // Else PostgreSQL would refuse the updates and deletes of whoever writes the table.
    if (table.identity == 'n' || (table.identity != 'f' && !table.has_key))
      return Error{Errc::invalid, "table " + name +
                                      " has no primary key; with a publication its updates and "
                                      "deletes would be refused: " +
                                      full};
    const auto missing = [&](const std::string& column) {
      std::string message = "table " + name + " has no column \"" + column + '"';
      if (const auto meant = nearest(column, table.columns))
        message += ": did you mean \"" + *meant + "\"?";
      return Error{Errc::invalid, std::move(message)};
    };
    const auto has = [](const std::vector<std::string>& names, const std::string& column) {
      return std::ranges::find(names, column) != names.end();
    };
    const std::string& cut_by = source_.partition;
    if (!cut_by.empty() && !has(table.columns, cut_by)) return missing(cut_by);
    if (!cut_by.empty() && table.identity != 'f' && !has(table.key_columns, cut_by))
      return Error{Errc::invalid, "partition: \"" + cut_by + "\" is not in the key of " + name +
                                      ", so deletes and updates do not say which partition they "
                                      "concern: " +
                                      full};
    out.push_back(std::move(table));
  }
  for (const std::string& column : source_.columns) {
    const bool is_there = std::ranges::any_of(out, [&](const TableState& table) {
      return std::ranges::find(table.columns, column) != table.columns.end();
    });
    if (!is_there && !out.empty())
      return Error{Errc::invalid, "columns: \"" + column + "\" is a column of none of the tables"};
  }
  return out;
}

Result<std::string> ReplicationSetup::what_forbids_publication(
    const std::vector<TableState>& tables) {
  std::string sql = "select has_database_privilege(current_database(), 'CREATE')";
  for (const TableState& table : tables) {
    sql += " and (select pg_has_role(relowner, 'USAGE') from pg_class where oid = " +
           quote_literal(quote_table(table.name)) + "::regclass)";
  }
  FRESHET_TRY(const Answer answer, session_.run(sql));
  if (first_of(answer) == "t") return std::string{};
  return "create publication " + names_.publication +
         ": the user may not; to do: " + publication_fix();
}

bool ReplicationSetup::is_complete(const Publication& publication,
                                   const std::vector<TableState>& tables) const {
  if (!names_.owns_publication) return true;
  std::set<std::string> wanted;
  for (const TableState& table : tables) wanted.insert(table.name);
  return std::set<std::string>{publication.tables.begin(), publication.tables.end()} == wanted;
}

Result<ReplicationSetup::Publication> ReplicationSetup::ensure_publication(
    const std::vector<TableState>& tables) {
  FRESHET_TRY(const Publication there, publication());
  if (is_complete(there, tables)) return there;
  const std::string name = quote_name(names_.publication);
  if (there.oid.empty()) {
    // Else changes of a partitioned table would come under the names of its partitions.
    const char* const as_one =
        session_.version() >= 130'000 ? " with (publish_via_partition_root = true)" : "";
    auto made =
        session_.run("create publication " + name + " for table " + table_list(tables) + as_one);
    if (!made)
      return explained(std::move(made).error(), "create publication " + names_.publication);
  } else {
    auto changed = session_.run("alter publication " + name + " set table " + table_list(tables));
    if (!changed)
      return explained(std::move(changed).error(), "change publication " + names_.publication);
  }
  return publication();
}

Result<SlotState> ReplicationSetup::slot() {
  const bool has_status = session_.version() >= 130'000;
  FRESHET_TRY(
      const Answer answer,
      session_.run("select slot_type, plugin, database, active_pid, confirmed_flush_lsn, " +
                   std::string{has_status ? "wal_status" : "''"} +
                   " from pg_replication_slots where slot_name = " + quote_literal(names_.slot)));
  SlotState out;
  if (answer.rows.empty()) return out;
  out.is_there = true;
  if (first_of(answer) != "logical" || first_of(answer, 1) != "pgoutput" ||
      first_of(answer, 2) != session_.database())
    return Error{Errc::invalid, "slot \"" + names_.slot + "\" is another one's (" +
                                    first_of(answer) + ' ' + first_of(answer, 1) + " of database " +
                                    first_of(answer, 2) + "): name another slot"};
  out.held_by = first_of(answer, 3);
  out.confirmed = parse_lsn(first_of(answer, 4)).value_or(Lsn{});
  if (first_of(answer, 5) == "lost") {
    out.is_lost = true;
    out.why_lost = "it fell behind by more than max_slot_wal_keep_size";
  }
  return out;
}

Result<Lsn> ReplicationSetup::make_slot() {
  const std::string doing = "create slot " + names_.slot;
  auto made = session_.run(
      "CREATE_REPLICATION_SLOT " + quote_name(names_.slot) + " LOGICAL pgoutput NOEXPORT_SNAPSHOT",
      slot_timeout);
  if (!made) {
    Error error = explained(std::move(made).error(), doing);
    if (error.code == Errc::io && session_.sqlstate().empty())
      error.message += " (it waits for all transactions that were running: is one of them idle?)";
    return error;
  }
  const auto begin = parse_lsn(first_of(*made, 1));
  if (!begin) return Error{Errc::io, doing + ": the server did not say where it begins"};
  return *begin;
}

Result<Answer> ReplicationSetup::drop_slot() {
  return session_.run("DROP_REPLICATION_SLOT " + quote_name(names_.slot));
}

Result<std::vector<PartitionKeys::Key>> ReplicationSetup::partitions(
    const std::vector<TableState>& tables, const PartitionKeys& keys) {
  if (source_.partition.empty()) return std::vector<PartitionKeys::Key>(1);
  std::vector<PartitionKeys::Key> out;
  std::set<std::string> seen;
  for (const TableState& table : tables) {
    const std::string column = quote_name(source_.partition);
    // Many values may be of one partition, such as times of its day.
    const auto read =
        session_.each("select distinct " + column + " from " + quote_table(table.name) + " where " +
                          column + " is not null",
                      partitions_timeout, [&](const auto& row) {
                        if (out.size() > partitions_max) return;
                        const auto key = keys.of(at(row, 0));
                        if (key && seen.insert(key->text).second) out.push_back(*key);
                      });
    if (!read) return read.error();
    if (out.size() > partitions_max)
      return Error{Errc::invalid,
                   "partition: the rows of " + table.name + " are in more than " +
                       std::to_string(partitions_max) +
                       " partitions, too many for one update: name a column with fewer values, or "
                       "cut the asset by larger windows"};
  }
  return out;
}

}  // namespace freshet::database
