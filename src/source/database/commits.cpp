// Follows PostgreSQL by its commits: logical decoding, from exactly where it was.
#include <poll.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/log.hpp"
#include "source/database/commit_intake.hpp"
#include "source/database/continuity.hpp"
#include "source/database/follower.hpp"
#include "source/database/log_end.hpp"
#include "source/database/postgres_session.hpp"
#include "source/database/replication_setup.hpp"
#include "source/database/row_changes.hpp"

namespace freshet::database {
namespace {

class Commits {
 public:
  Commits(const Job& job, Outlet& outlet, DatabaseUrl url, PartitionKeys keys)
      : job_{job},
        source_{job.asset.source.database},
        outlet_{outlet},
        clock_{outlet.waker.clock()},
        url_{std::move(url)},
        keys_{std::move(keys)},
        backoff_{job.options},
        intake_{job.asset.key, source_, Position::parse(job.cursor).value_or(Position{})},
        changes_{source_, keys_},
        log_end_{source_, url_, outlet_.waker} {
    told_ = intake_.position().lsn;
    if (job.is_stored) durable_ = told_;
    awaits_loss_ = !job.is_stored && !intake_.position().lost.empty();
  }

  void run() {
    while (!outlet_.waker.is_stopped()) {
      if (session_ == nullptr && !awaits_loss_ && clock_.steady() >= connect_at_) {
        if (const auto begun = begin(); !begun) fail(begun.error());
      }
      if (session_ != nullptr) ask_end();
      if (session_ != nullptr) {
        if (const auto read = this->read(); !read) {
          note_younger(*session_);
          fail(read.error());
        }
      }
      tell();
      if (const auto confirmed = confirm(); !confirmed) fail(confirmed.error());
      report();
      wait();
    }
    static_cast<void>(confirm());
  }

 private:
  void fail(const Error& error) {
    session_.reset();
    if (outlet_.waker.is_stopped()) return;
    connect_at_ = clock_.steady() + backoff_.next();
    say_error(outlet_, job_.asset.key, error);
  }

  [[nodiscard]] Result<void> begin() {
    auto session = open_replication(source_, url_, outlet_.waker);
    if (!session) return session.error();
    ReplicationSetup setup{**session, job_.asset};
    if (const auto checked = setup.check_server(); !checked) return checked.error();
    const auto tables = setup.check_tables();
    if (!tables) return tables.error();
    auto publication = setup.publication();
    if (!publication) return publication.error();
    const auto slot = setup.slot();
    if (!slot) return slot.error();
    if (!slot->held_by.empty())
      return Error{Errc::busy, "slot \"" + setup.names().slot +
                                   "\" is read by the server's process " + slot->held_by +
                                   ", for another daemon perhaps: name another slot"};
    const auto system = setup.system();  // after the slot, which does not move any more
    if (!system) return system.error();
    const Position& position = intake_.position();
    const bool was_read = position.lsn != Lsn{};
    const std::string tables_made = oids_of(source_, *tables);
    const auto [reason, needs_slot] =
        judge(position, {.system = *system,
                         .slot_name = setup.names().slot,
                         .slot = *slot,
                         .publication = publication->oid,
                         .tables = tables_made,
                         .is_complete = setup.is_complete(*publication, *tables),
                         .is_younger = is_younger_,
                         .follows = follows_text(source_)});
    // Mending destroys what the reason is seen by, and can fail half-way.
    if (was_read && !reason.empty() && position.lost.empty()) {
      intake_.lose(reason, clock_.steady());
      awaits_loss_ = true;
      return {};
    }
    if (slot->is_there && needs_slot) {
      if (const auto dropped = setup.drop_slot(); !dropped) return dropped.error();
    }
    publication = setup.ensure_publication(*tables);
    if (!publication) return publication.error();
    Lsn from = position.lsn;
    if (needs_slot) {
      outlet_.say([](Report& report) {
        report.state = "waiting";
        report.detail = "its slot is made as soon as transactions that run now have ended";
      });
      const auto made = setup.make_slot();
      if (!made) return made.error();
      from = *made;
      is_younger_ = false;
      log("source").info("slot made asset={} slot={} lsn={}", job_.asset.key, setup.names().slot,
                         to_text(from));
    } else if (!reason.empty()) {
      const bool is_same = position.system == system->id && position.slot == setup.names().slot &&
                           position.lsn <= system->end;
      from = is_same ? std::max(position.lsn, slot->confirmed) : slot->confirmed;
    }
    if (!reason.empty()) {
      // Behind what was mended, so that the version is another one than before.
      const auto mended = setup.system();
      if (!mended) return mended.error();
      const auto partitions = setup.partitions(*tables, keys_);
      if (!partitions) return partitions.error();
      intake_.take_all({.system = system->id,
                        .slot = setup.names().slot,
                        .follows = follows_text(source_),
                        .publication = publication->oid,
                        .tables = tables_made,
                        .lost = {},
                        .lsn = from,
                        .open = {}},
                       *partitions, std::max(from, mended->end), reason, clock_.steady());
      durable_ = Lsn{};
      if (was_read) {
        log("source").warn("database asset={}: {}: everything counts as changed", job_.asset.key,
                           reason);
        note_ = reason + ": everything counted as changed at " + format_instant(clock_.now());
      }
    }
    changes_ = RowChanges{source_, keys_};
    received_ = begun_ = from;
    end_ = system->end;
    checked_ = idle_end_ = Lsn{};
    const auto started = (*session)->start_copy(
        "START_REPLICATION SLOT " + quote_name(setup.names().slot) + " LOGICAL " + to_text(from) +
        " (\"proto_version\" '1', \"publication_names\" " +
        quote_literal(quote_name(setup.names().publication)) + ")");
    if (!started) {
      note_younger(**session);
      return started.error();
    }
    session_ = *std::move(session);
    backoff_.reset();
    confirm_at_ = clock_.steady();
    ask_end_at_ = clock_.steady() + job_.options.ask_end_every;
    is_changed_ = true;
    return {};
  }

  /// What the stream itself says of it is no more than what the server has come to send.
  void ask_end() {
    const SteadyTime now = clock_.steady();
    if (now < ask_end_at_) return;
    if (const auto end = log_end_.ask()) end_ = std::max(end_, *end);
    if (end_ != checked_ && now >= checked_at_ + job_.options.check_every) check();
    ask_end_at_ = clock_.steady() + job_.options.ask_end_every;
  }

  /// Decoding began before there was the publication, and would fail for ever.
  void note_younger(const PostgresSession& session) {
    constexpr const char* undefined_object = "42704";
    is_younger_ = is_younger_ || session.sqlstate() == undefined_object;
  }

  /// A table that was replaced by another one of its name goes silent, and nothing says so.
  void check() {
    if (log_end_.session() == nullptr) return;
    checked_at_ = clock_.steady();
    checked_ = end_;
    ReplicationSetup setup{*log_end_.session(), job_.asset};
    const auto tables = setup.check_tables();
    const auto publication = setup.publication();
    if (!publication || (!tables && tables.error().code == Errc::io)) return;
    const Position& position = intake_.position();
    if (tables && oids_of(source_, *tables) == position.tables &&
        publication->oid == position.publication && setup.is_complete(*publication, *tables))
      return;
    session_.reset();  // what it means is judged on the way back
    connect_at_ = clock_.steady();
  }

  /// All that is there, unless too much waits already.
  [[nodiscard]] Result<void> read() {
    const SteadyTime now = clock_.steady();
    for (int i = 0; i < 10'000 && !is_held(); ++i) {
      auto bytes = session_->read_copy();
      if (!bytes) return bytes.error();
      if (!*bytes) {
        is_more_ = false;
        return {};
      }
      const auto frame = pgoutput::parse_frame(**bytes);
      if (!frame) return frame.error();
      if (const auto* keepalive = std::get_if<pgoutput::Keepalive>(&*frame)) {
        on_keepalive(*keepalive);
        continue;
      }
      const auto message = pgoutput::parse(std::get<pgoutput::Data>(*frame).message);
      if (!message) return message.error();
      auto committed = changes_.take(*message);
      if (!committed) continue;
      received_ = std::max(received_, committed->end);
      intake_.take(*std::move(committed), now);
      is_changed_ = true;
    }
    is_more_ = true;
    return {};
  }

  [[nodiscard]] bool is_held() const { return intake_.is_full() && !outlet_.is_free(); }

  void on_keepalive(const pgoutput::Keepalive& keepalive) {
    if (keepalive.wants_answer) confirm_at_ = clock_.steady();
    if (changes_.is_inside()) return;
    received_ = std::max(received_, keepalive.end);
    idle_end_ = std::max(idle_end_, keepalive.end);
  }

  void tell() {
    const Instant wall = clock_.now();
    const auto due = intake_.due(clock_.steady(), wall);
    if (due && *due <= clock_.steady() && outlet_.is_free()) {
      Batch batch = intake_.make_batch(wall);
      intake_.told(wall);
      told_ = intake_.position().lsn;
      outlet_.tell(std::move(batch));
    }
  }

  /// What people see, where it has changed.
  void report() {
    const std::uint64_t lag = this->lag();
    if (!std::exchange(is_changed_, false) && lag == shown_lag_) return;
    shown_lag_ = lag;
    outlet_.say([&](Report& report) { show(report); });
  }

  void show(Report& report) const {
    if (begun_ != Lsn{}) report.lag = shown_lag_;
    report.position = to_text(intake_.position().lsn);
    report.messages = intake_.commits();
    report.ignored = intake_.ignored();
    if (session_ == nullptr) return;
    report.state = "reading";
    report.detail.clear();
    for (const std::string& table : source_.tables)
      report.detail += (report.detail.empty() ? "" : ", ") + table;
    if (source_.tables.empty()) report.detail = "publication " + source_.publication;
    report.detail += " of " + url_.shown();
    if (!note_.empty()) report.detail += "; " + note_;
    for (const std::string& note : changes_.notes()) report.detail += "; " + note;
  }

  /// What the server need not keep for us.
  [[nodiscard]] Lsn confirmed() const {
    const bool is_idle = intake_.is_empty() && durable_ >= told_ && !changes_.is_inside();
    return is_idle ? std::max({durable_, intake_.position().lsn, idle_end_}) : durable_;
  }
  /// Bytes of the log that are not durable here, as far as is known of its end.
  [[nodiscard]] std::uint64_t lag() const {
    const Lsn end = std::max({end_, received_, idle_end_});
    const Lsn done = std::max(confirmed(), begun_);
    return end > done ? end.value - done.value : 0;
  }

  /// Tells the server what need not be kept for us any more: what is durable here, and what was
  /// not ours.
  [[nodiscard]] Result<void> confirm() {
    if (const auto cursor = outlet_.take_stored()) {
      const auto stored = Position::parse(*cursor);
      if (stored && !stored->lost.empty()) {
        if (std::exchange(awaits_loss_, false)) connect_at_ = clock_.steady();
      } else if (stored && stored->slot == intake_.position().slot &&
                 stored->system == intake_.position().system && stored->lsn > durable_) {
        durable_ = stored->lsn;
        confirm_at_ = clock_.steady();
      }
    }
    if (session_ == nullptr) return {};
    if (clock_.steady() < confirm_at_) return {};
    confirm_at_ = clock_.steady() + job_.options.confirm_every;
    return session_->write_copy(
        pgoutput::status_update(std::max(received_, confirmed()), confirmed(), clock_.now()));
  }

  void wait() {
    const SteadyTime now = clock_.steady();
    SteadyTime until = std::min(confirm_at_, ask_end_at_);
    if (session_ == nullptr) until = awaits_loss_ ? SteadyTime::max() : connect_at_;
    if (outlet_.is_free()) {
      if (const auto due = intake_.due(now, clock_.now())) until = std::min(until, *due);
    }
    const bool reads = session_ != nullptr && !is_held();
    if (reads && is_more_) until = now;
    static_cast<void>(outlet_.waker.wait(reads ? session_->fd() : -1, POLLIN, until));
  }

  const Job& job_;
  const DatabaseSource& source_;
  Outlet& outlet_;
  const Clock& clock_;
  const DatabaseUrl url_;
  const PartitionKeys keys_;
  Backoff backoff_;
  CommitIntake intake_;
  std::unique_ptr<PostgresSession> session_;
  RowChanges changes_;  ///< Of this session.
  LogEnd log_end_;
  SteadyTime connect_at_{}, confirm_at_{}, ask_end_at_{};
  Lsn begun_;                ///< Where this session began to read.
  Lsn end_;                  ///< Of the server's log, when it was asked.
  Lsn received_;             ///< All before it came.
  Lsn told_;                 ///< Behind the last transaction that was told.
  Lsn durable_;              ///< … and that is stored here.
  Lsn idle_end_;             ///< All before it came, and nothing of ours was left in it.
  Lsn checked_;              ///< Its end, when the tables were looked at …
  SteadyTime checked_at_{};  ///< … and when that was.
  bool is_younger_{false};   ///< The publication, than the slot.
  bool awaits_loss_{false};  ///< Until the reason of a loss is durable, nothing is touched.
  std::uint64_t shown_lag_{};
  std::string note_;  ///< What went wrong once.
  bool is_more_{false};
  bool is_changed_{false};
};

}  // namespace

void follow_commits(const Job& job, Outlet& outlet, DatabaseUrl url, PartitionKeys keys) {
  Commits{job, outlet, std::move(url), std::move(keys)}.run();
}

}  // namespace freshet::database
