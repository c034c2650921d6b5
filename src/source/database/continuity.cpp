#include "source/database/continuity.hpp"

#include <algorithm>

namespace freshet::database {
namespace {

/// Why what the slot gives is not what is wanted; "": it is, or there is none.
std::string why_lost(const Position& position, const Found& found) {
  const SlotState& slot = found.slot;
  if (!slot.is_there) return "";
  if (slot.is_lost) return slot.why_lost;
  // The server would say nothing of what it thinks is known already.
  if (slot.confirmed > found.system.end) return "the database's log ends before it";
  // Decoding goes back to when the publication was not there: an error for ever, or silence.
  if (found.publication.empty()) return "its publication was dropped";
  if (found.is_younger ||
      (position.publication != found.publication && position.follows == found.follows))
    return "its publication was made anew";
  return "";
}

}  // namespace

std::string follows_text(const DatabaseSource& source) {
  std::vector<std::string> tables = source.tables;
  std::ranges::sort(tables);
  std::string out;
  for (const std::string& table : tables) out += table + ' ';
  return out + source.publication + '|' + source.partition;
}

std::string oids_of(const DatabaseSource& source, const std::vector<TableState>& tables) {
  std::string out;
  if (source.tables.empty()) return out;  // all of a publication, however many come and go
  for (const TableState& table : tables) out += (out.empty() ? "" : ",") + table.oid;
  return out;
}

Verdict judge(const Position& position, const Found& found) {
  const bool was_read = position.lsn != Lsn{};
  const std::string lost = why_lost(position, found);
  Verdict out{.reason = {},
              .needs_slot = !found.slot.is_there || !lost.empty() ||
                            (was_read && position.publication != found.publication)};
  if (!was_read) {
    out.reason = "first look";
  } else if (!position.lost.empty()) {
    out.reason = position.lost;
  } else if (!lost.empty()) {
    out.reason = "slot " + found.slot_name + " was lost: " + lost;
  } else if (position.system != found.system.id || position.lsn > found.system.end) {
    out.reason = "the database is another one than it was";
  } else if (position.slot != found.slot_name) {
    out.reason = "another slot is read";
  } else if (!found.slot.is_there) {
    out.reason = "slot " + found.slot_name + " was dropped";
  } else if (position.follows != found.follows) {
    out.reason = "other tables are followed";
  } else if (position.tables != found.tables) {
    out.reason = "a table was replaced by another one of its name";
  } else if (!found.is_complete) {
    out.reason = "its publication was changed";
  }
  return out;
}

}  // namespace freshet::database
