#include "source/database/log_end.hpp"

#include <utility>

namespace freshet::database {

std::optional<Lsn> LogEnd::ask() {
  constexpr Limits limits{.connect = Seconds{2}, .statement = Seconds{1}};
  if (session_ == nullptr) {
    auto opened = PostgresSession::open(source_.url, url_, false, limits, waker_);
    if (!opened) return std::nullopt;
    session_ = *std::move(opened);
  }
  // Of a standby: what it has, and can tell of.
  const auto answer = session_->run(
      "select case when pg_is_in_recovery() then pg_last_wal_replay_lsn() "
      "else pg_current_wal_flush_lsn() end");
  if (!answer || answer->rows.empty() || !answer->rows.front().front()) {
    session_.reset();
    return std::nullopt;
  }
  return parse_lsn(*answer->rows.front().front());
}

}  // namespace freshet::database
