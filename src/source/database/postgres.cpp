#include "source/database/postgres.hpp"

#include <utility>

#include "base/hash.hpp"
#include "source/database/postgres_session.hpp"

namespace freshet::database {
namespace {

constexpr std::size_t state_bytes_max = 96;

class Postgres final : public Connection {
 public:
  Postgres(std::unique_ptr<PostgresSession> session, bool listens)
      : session_{std::move(session)}, listens_{listens} {}

  [[nodiscard]] std::string server() const override { return session_->server(); }

  [[nodiscard]] Result<Answer> ask(const std::string& query) override {
    FRESHET_TRY([[maybe_unused]] const auto begun, session_->run("begin read only"));
    auto answer = session_->run_one(query);
    if (!answer && answer.error().code == Errc::io) return answer;
    FRESHET_TRY([[maybe_unused]] const auto ended, session_->run("rollback"));
    return answer;
  }

  /// Whoever sees the same transactions sees the same data.  The next transaction's number alone
  /// would not do: one that began before may end after.
  [[nodiscard]] Result<std::string> state() override {
    FRESHET_TRY(const Answer answer, session_->run("select txid_current_snapshot()"));
    if (answer.rows.empty() || !answer.rows.front().front())
      return Error{Errc::io, "ask for the snapshot: no answer"};
    const std::string text = *answer.rows.front().front();
    return text.size() <= state_bytes_max ? text : to_text(content_hash(text));
  }

  [[nodiscard]] int calls_fd() const override { return session_->fd(); }
  [[nodiscard]] Result<Calls> take_calls() override {
    FRESHET_TRY(Calls out, session_->take_notifications());
    if (!listens_) out.count = 0;
    return out;
  }

 private:
  std::unique_ptr<PostgresSession> session_;
  bool listens_;
};

}  // namespace

Result<std::unique_ptr<Connection>> connect_postgres(const std::string& url,
                                                     const DatabaseUrl& parsed,
                                                     const std::string& notify,
                                                     const Limits& limits, Waker& waker) {
  FRESHET_TRY(auto session, PostgresSession::open(url, parsed, false, limits, waker));
  FRESHET_TRY([[maybe_unused]] const auto set,
              session->run("set statement_timeout = " + std::to_string(limits.statement.count())));
  if (!notify.empty()) {
    auto listening = session->run("listen " + quote_name(notify));
    if (!listening) return std::move(listening).error();
  }
  return std::unique_ptr<Connection>{
      std::make_unique<Postgres>(std::move(session), !notify.empty())};
}

}  // namespace freshet::database
