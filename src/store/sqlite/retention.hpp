// What is old enough to go: decisions out of the history, event ids and answers out of their
// tables.
#pragma once
#include <cstdint>
#include <string>

#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "store/sqlite/connection.hpp"
#include "store/store.hpp"

namespace freshet::sqlite {

/// Looks through a bounded number of rows at each call and goes on where it left off.  Needs no
/// index: facts are looked at once in their life, the small tables round and round.
class Retention {
 public:
  /// Deletes a slice in a transaction of its own on the writing connection; no other may be open.
  Result<void> run_slice(Connection& writer, const OpenOptions& options, Instant now);

 private:
  Result<void> delete_decisions(Connection& writer, Instant older_than);
  Result<void> delete_event_ids(Connection& writer, Instant older_than);
  Result<void> delete_answers(Connection& writer, Instant older_than);

  std::int64_t scanned_{-1};  ///< Facts up to this sequence have been looked at; -1: not read yet.
  std::string event_source_;  ///< Where the next round through event_ids goes on.
  std::string event_id_;
  std::string answer_key_;
};

}  // namespace freshet::sqlite
