// Whether reading may go on where it was, or everything counts as changed.  Pure.
#pragma once
#include <string>
#include <vector>

#include "freshet/definitions.hpp"
#include "source/database/commit_intake.hpp"
#include "source/database/replication_setup.hpp"

namespace freshet::database {

/// What is followed, and the oids of its tables, as in Position.
[[nodiscard]] std::string follows_text(const DatabaseSource& source);
[[nodiscard]] std::string oids_of(const DatabaseSource& source,
                                  const std::vector<TableState>& tables);

/// What is there now, as far as it decides what a position means.
struct Found {
  ReplicationSetup::System system;
  std::string slot_name;
  SlotState slot;
  std::string publication, tables;  ///< As in Position; "": there is no publication.
  bool is_complete{true};           ///< It publishes the tables that are followed.
  bool is_younger{false};           ///< It was made after what the slot begins with.
  std::string follows;
};

struct Verdict {
  std::string reason;      ///< Why everything counts as changed; "": it does not.
  bool needs_slot{false};  ///< One that begins now.
};
[[nodiscard]] Verdict judge(const Position& position, const Found& found);

}  // namespace freshet::database
