// Where a server's log ends: asked over a connection of its own, since the one that is followed
// takes no questions.
#pragma once
#include <memory>
#include <optional>

#include "freshet/definitions.hpp"
#include "source/database/pgoutput.hpp"
#include "source/database/postgres_session.hpp"

namespace freshet::database {

/// Connects when it is asked, and stays connected.  For one thread, the Waker's.
class LogEnd {
 public:
  /// All of them are borrowed.
  LogEnd(const DatabaseSource& source, const DatabaseUrl& url, Waker& waker)
      : source_{source}, url_{url}, waker_{waker} {}

  /// nullopt: the server does not say it now.  Takes a few seconds at most.
  [[nodiscard]] std::optional<Lsn> ask();
  /// What it was asked over; nullptr: none.
  [[nodiscard]] PostgresSession* session() const { return session_.get(); }

 private:
  const DatabaseSource& source_;
  const DatabaseUrl& url_;
  Waker& waker_;
  std::unique_ptr<PostgresSession> session_;
};

}  // namespace freshet::database
