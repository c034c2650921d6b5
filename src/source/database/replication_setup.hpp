// What PostgreSQL needs before its commits can be followed: tables, a publication, a slot.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/result.hpp"
#include "source/database/partition_keys.hpp"
#include "source/database/pgoutput.hpp"
#include "source/database/postgres_session.hpp"

namespace freshet::database {

/// "freshet_crm_customers_1f3a9c52": letters, digits and _ of the key, and what tells it from other
/// keys that look alike.
[[nodiscard]] std::string name_from_key(const std::string& asset);

struct ReplicationNames {
  std::string slot, publication;
  bool owns_publication{false};  ///< It is made, and kept as the tables are.
};
[[nodiscard]] ReplicationNames replication_names(const AssetDefinition& asset);

/// A table, as far as it matters.
struct TableState {
  std::string name;    ///< SCHEMA.NAME.
  std::string oid;     ///< Another table of that name has another one.
  char identity{'d'};  ///< As in pgoutput::Relation.
  bool has_key{false};
  std::vector<std::string> key_columns;  ///< Of the replica identity.
  std::vector<std::string> columns;
};

struct SlotState {
  bool is_there{false};
  bool is_lost{false};
  std::string why_lost;
  std::string held_by;  ///< Process that reads it; "": none.
  Lsn confirmed;
};

/// A connection whose log can be followed.
[[nodiscard]] Result<std::unique_ptr<PostgresSession>> open_replication(
    const DatabaseSource& source, const DatabaseUrl& url, Waker& waker);

/// Over any connection, but for slots and the system, which want one whose log can be followed.
class ReplicationSetup {
 public:
  ReplicationSetup(PostgresSession& session, const AssetDefinition& asset)
      : session_{session}, source_{asset.source.database}, names_{replication_names(asset)} {}

  [[nodiscard]] const ReplicationNames& names() const { return names_; }
  struct System {
    std::string id;
    Lsn end;  ///< Of its log.
  };
  [[nodiscard]] Result<System> system();
  /// wal_level and the rights of the user; Errc::invalid says what to do.
  [[nodiscard]] Result<Answer> check_server();
  /// Those that are followed, which must be there and fit what is wanted of them.
  [[nodiscard]] Result<std::vector<TableState>> check_tables();
  /// "", or why it could not be made.
  [[nodiscard]] Result<std::string> what_forbids_publication(const std::vector<TableState>& tables);
  struct Publication {
    std::string oid;  ///< "": it is not there.
    std::vector<std::string> tables;
  };
  [[nodiscard]] Result<Publication> publication();
  /// Whether it publishes what it should.  True of others', which check_tables() has judged.
  [[nodiscard]] bool is_complete(const Publication& publication,
                                 const std::vector<TableState>& tables) const;
  /// Makes or changes its own one; what it is then.
  [[nodiscard]] Result<Publication> ensure_publication(const std::vector<TableState>& tables);
  [[nodiscard]] Result<SlotState> slot();
  /// Waits for transactions that are running; where it begins.
  [[nodiscard]] Result<Lsn> make_slot();
  [[nodiscard]] Result<Answer> drop_slot();
  /// All partitions that rows are in now, 100,000 at most.
  [[nodiscard]] Result<std::vector<PartitionKeys::Key>> partitions(
      const std::vector<TableState>& tables, const PartitionKeys& keys);

 private:
  [[nodiscard]] Result<std::vector<std::string>> wanted_tables();
  /// How this user, or an administrator, comes by a publication.
  [[nodiscard]] std::string publication_fix() const;
  /// What to do about an error of the server, where that is known.
  [[nodiscard]] Error explained(Error error, const std::string& doing) const;

  PostgresSession& session_;
  const DatabaseSource& source_;
  const ReplicationNames names_;
};

}  // namespace freshet::database
