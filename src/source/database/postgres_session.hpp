// One connection to PostgreSQL, as libpq has it, but always to be interrupted.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "source/database/connection.hpp"

struct pg_conn;
struct pg_result;

namespace freshet::database {

/// For one thread, the Waker's.  Errors are those of Connection.
class PostgresSession {
 public:
  /// `url` as libpq reads it, so that its environment and files hold, too.  Each of its hosts gets
  /// the time of the limits, or of a shorter `connect_timeout`.  `replication`: as a walsender that
  /// can also be asked.
  [[nodiscard]] static Result<std::unique_ptr<PostgresSession>> open(const std::string& url,
                                                                     const DatabaseUrl& parsed,
                                                                     bool replication,
                                                                     const Limits& limits,
                                                                     Waker& waker);

  /// A command, or several; the last one's rows.
  [[nodiscard]] Result<Answer> run(const std::string& sql) { return run(sql, limits_.statement); }
  [[nodiscard]] Result<Answer> run(const std::string& sql, Millis timeout);
  /// A query whose rows are handed on one by one, however many there are.
  using Sink = std::function<void(const std::vector<std::optional<std::string>>& row)>;
  [[nodiscard]] Result<void> each(const std::string& sql, Millis timeout, const Sink& sink);
  /// One statement and no more.
  [[nodiscard]] Result<Answer> run_one(const std::string& sql);
  /// SQLSTATE of the last error, "42501"; "": none.
  [[nodiscard]] const std::string& sqlstate() const { return sqlstate_; }

  [[nodiscard]] std::string server() const;
  [[nodiscard]] int version() const;  ///< 150018
  [[nodiscard]] std::string user() const;
  [[nodiscard]] std::string database() const;
  [[nodiscard]] int fd() const;

  /// Notifications that have come.
  [[nodiscard]] Result<Connection::Calls> take_notifications();

  // After START_REPLICATION.

  /// Begins a stream in both directions.
  [[nodiscard]] Result<void> start_copy(const std::string& sql);
  /// The next message that is there; nullopt: none.
  [[nodiscard]] Result<std::optional<std::string>> read_copy();
  [[nodiscard]] Result<void> write_copy(std::string_view bytes);

 private:
  struct Closed {
    void operator()(pg_conn* connection) const;
  };
  struct Host {
    std::string name, address, port;  ///< "": as libpq finds it.
  };
  [[nodiscard]] static std::vector<Host> hosts_of(const std::string& url);
  [[nodiscard]] static Result<std::unique_ptr<PostgresSession>> open_at(
      const Host& host, const std::string& url, const DatabaseUrl& parsed, bool replication,
      const Limits& limits, Waker& waker);
  PostgresSession(std::unique_ptr<pg_conn, Closed> connection, const DatabaseUrl& url,
                  const Limits& limits, Waker& waker);
  [[nodiscard]] Error broken(const std::string& doing) const;
  [[nodiscard]] Result<void> wait_result(SteadyTime until);
  /// With `sink`, which gets them, without rows.
  [[nodiscard]] Result<Answer> collect(Millis timeout, const Sink* sink = nullptr);
  void keep_state(const pg_result* result);

  std::unique_ptr<pg_conn, Closed> connection_;
  const DatabaseUrl url_;
  const Limits limits_;
  Waker& waker_;
  std::string sqlstate_;
};

/// 'it''s'
[[nodiscard]] std::string quote_literal(std::string_view text);
/// "Name"
[[nodiscard]] std::string quote_name(std::string_view text);
/// "schema"."name" of SCHEMA.NAME.
[[nodiscard]] std::string quote_table(std::string_view text);

}  // namespace freshet::database
