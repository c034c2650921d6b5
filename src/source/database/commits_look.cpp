// What following a database by its commits would find there.
#include <string>

#include "source/database/follower.hpp"
#include "source/database/replication_setup.hpp"

namespace freshet::database {

SourceTest test_commits(const AssetDefinition& asset, const DatabaseUrl& url,
                        const PartitionKeys& /*keys*/, Waker& waker) {
  SourceTest out;
  const DatabaseSource& source = asset.source.database;
  const auto fail = [&](const Error& error) {
    out.error = error.message;
    return out;
  };
  const auto session = open_replication(source, url, waker);
  if (!session) return fail(session.error());
  out.findings = {{"database", url.shown()}, {"server", (*session)->server()}};
  ReplicationSetup setup{**session, asset};
  const auto server = setup.check_server();
  if (!server) return fail(server.error());
  const auto& settings = server->rows.front();
  out.findings.emplace_back("wal_level", settings[0].value_or(""));
  out.findings.emplace_back("slots", settings[3].value_or("") + " of " + settings[2].value_or("") +
                                         " (max_replication_slots)");
  const auto tables = setup.check_tables();
  if (!tables) return fail(tables.error());
  for (const TableState& table : *tables) {
    const bool is_full = table.identity == 'f';
    std::string what = is_full ? "replica identity full" : "replica identity by key";
    if (!source.columns.empty() && !is_full) what += ": each update counts, whatever its columns";
    out.findings.emplace_back("table " + table.name, what);
  }
  const auto publication = setup.publication();
  if (!publication) return fail(publication.error());
  const bool is_published = !publication->oid.empty();
  out.findings.emplace_back("publication",
                            setup.names().publication + (is_published ? "" : " (will be created)"));
  if (!is_published) {
    const auto forbidden = setup.what_forbids_publication(*tables);
    if (!forbidden) return fail(forbidden.error());
    out.error = *forbidden;
  }
  const auto slot = setup.slot();
  if (!slot) return fail(slot.error());
  std::string what = setup.names().slot;
  if (!slot->is_there) what += " (will be created)";
  if (slot->is_lost) what += " (lost, will be made anew: " + slot->why_lost + ')';
  if (!slot->held_by.empty()) what += " (is read by the server's process " + slot->held_by + ')';
  if (slot->is_there) what += " at " + to_text(slot->confirmed);
  out.findings.emplace_back("slot", what);
  const auto system = setup.system();
  if (!system) return fail(system.error());
  out.findings.emplace_back("log ends at", to_text(system->end));
  return out;
}

}  // namespace freshet::database
