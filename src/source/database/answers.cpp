// Follows a database by its answers: each time that it calls, and every `poll`.
#include <poll.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <ranges>
#include <set>
#include <utility>

#include "base/steady_at.hpp"
#include "source/database/connection.hpp"
#include "source/database/follower.hpp"
#include "source/database/partition_keys.hpp"
#include "source/database/reading.hpp"

namespace freshet::database {
namespace {

using Json = nlohmann::json;
constexpr std::size_t events_max = 1'000;  ///< Of one batch.
constexpr std::size_t misfits_max = 100;   ///< Told one by one, of one look.

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

class Answers {
 public:
  Answers(const Job& job, Outlet& outlet, DatabaseUrl url, PartitionKeys keys)
      : job_{job},
        source_{job.asset.source.database},
        outlet_{outlet},
        clock_{outlet.waker.clock()},
        url_{std::move(url)},
        keys_{std::move(keys)},
        backoff_{job.options} {}

  void run() {
    while (!outlet_.waker.is_stopped()) {
      if (connection_ == nullptr && clock_.steady() >= connect_at_) connect();
      if (is_look_due()) look();
      tell();
      wait();
    }
  }

 private:
  [[nodiscard]] std::string shown() const {
    return (source_.notify.empty() ? "" : source_.notify + " of ") + url_.shown();
  }

  void connect() {
    auto connected = database::connect(job_.asset, url_, {}, outlet_.waker);
    if (!connected) return fail(connected.error(), true);
    connection_ = *std::move(connected);
    look_at_ = clock_.steady();  // what happened meanwhile is not known
    changed_since_.reset();
  }

  /// With `is_lost`, the connection is of no use any more.
  void fail(const Error& error, bool is_lost) {
    if (outlet_.waker.is_stopped()) return;
    const Millis delay = backoff_.next();
    if (is_lost) {
      connection_.reset();
      connect_at_ = clock_.steady() + delay;
    } else {
      look_from_ = clock_.steady() + delay;
      look_at_ = look_from_;
    }
    say_error(outlet_, job_.asset.key, error);
  }

  /// When what was called for is to be looked at.
  [[nodiscard]] std::optional<SteadyTime> settled_at() const {
    if (!changed_since_) return std::nullopt;
    return std::min(changed_last_ + source_.settle,
                    *changed_since_ + source_.max_wait.value_or(10 * source_.settle));
  }

  [[nodiscard]] std::optional<SteadyTime> look_due() const {
    if (connection_ == nullptr) return std::nullopt;
    auto out = settled_at();
    if (look_at_ && (!out || *look_at_ < *out)) out = look_at_;
    if (out) out = std::max(*out, look_from_);
    return out;
  }
  /// What is told must be newer than what was called for, so a batch that waits holds it back.
  [[nodiscard]] bool is_look_due() const {
    const auto due = look_due();
    return due && *due <= clock_.steady() && pending_.empty() && outlet_.is_free();
  }

  void look() {
    auto readings = read();
    if (outlet_.waker.is_stopped()) return;
    if (!readings) return fail(readings.error(), readings.error().code == Errc::io);
    backoff_.reset();
    changed_since_.reset();
    look_at_.reset();
    // What called while it was asked has been read by now, so that waiting would not notice it; the
    // answer may lack what it called for.
    take_calls();
    if (connection_ == nullptr) return;
    const SteadyTime now = clock_.steady();
    // Who is asked only when something calls is never asked again without that; a file system that
    // does not call is asked all the same.
    const bool is_called = connection_->calls_fd() >= 0 && connection_->calls_always() &&
                           (!source_.notify.empty() || url_.kind == DatabaseKind::sqlite);
    if (source_.poll || !is_called) look_at_ = now + source_.poll.value_or(job_.options.poll_every);
    const Instant wall = clock_.now();
    bool is_new = false;
    for (Reading& reading : readings->all) {
      if (reading.from && *reading.from > wall) {  // a window that does not exist yet
        const SteadyTime at = steady_at(now, wall, *reading.from);
        if (!look_at_ || at < *look_at_) look_at_ = at;
        continue;
      }
      std::string& told = told_[reading.partition];
      if (told == reading.version) continue;
      told = reading.version;
      is_new = true;
      push(event_of(std::move(reading)));
    }
    refuse(readings->misfits);
    outlet_.say([&](Report& report) {
      report.state = is_called ? "watching" : "polling";
      report.detail = shown();
      report.messages += std::max<std::uint64_t>(std::exchange(heard_, 0), 1);
      if (!is_new) ++report.ignored;
    });
    if (is_new) calls_ = {};
  }

  void push(input::Event event) {
    if (pending_.empty() || pending_.back().events.size() == events_max) pending_.emplace_back();
    pending_.back().events.push_back(std::move(event));
  }

  /// Those that the last look did not have.
  void refuse(const std::vector<Misfit>& misfits) {
    std::set<std::string> refused;
    std::size_t count = 0;
    for (const Misfit& misfit : misfits) {
      refused.insert(misfit.reason);
      if (refused_.contains(misfit.reason) || ++count > misfits_max) continue;
      push(refusal_of(job_.asset.key, misfit,
                      dump({{"database", url_.shown()}, {source_.partition, misfit.value}})));
    }
    if (count > misfits_max)
      pending_.back().events.back().error +=
          " (and " + std::to_string(count - misfits_max) + " more like it)";
    refused_ = std::move(refused);
  }

  [[nodiscard]] Result<Readings> read() {
    if (source_.query.empty()) {
      FRESHET_TRY(std::string state, connection_->state());
      return Readings{.all = {{.partition = "", .from = {}, .version = std::move(state)}},
                      .misfits = {}};
    }
    FRESHET_TRY(const Answer answer, connection_->ask(source_.query));
    return read_answer(answer, source_, keys_);
  }

  [[nodiscard]] input::Event event_of(Reading reading) const {
    Json metadata{{"database", url_.shown()}};
    if (!source_.notify.empty() && calls_.count > 0)
      metadata["notifications"] = calls_.count, metadata["payload"] = calls_.last;
    std::string text = dump(metadata);
    return {.kind = input::Event::Kind::observation,
            .asset = job_.asset.key,
            .partition = std::move(reading.partition),
            .data_version = std::move(reading.version),
            .metadata = text,
            .source = job_.asset.key,
            .body = text,
            .only_if_changed = true};
  }

  void tell() {
    if (!outlet_.is_free() || pending_.empty()) return;
    Batch batch = std::move(pending_.front());
    pending_.pop_front();
    outlet_.tell(std::move(batch));
  }

  void wait() {
    SteadyTime until = clock_.steady() + std::chrono::hours{1};
    if (connection_ == nullptr) until = connect_at_;
    const bool is_held = !outlet_.is_free();
    if (const auto due = look_due(); due && !is_held && pending_.empty())
      until = std::min(until, *due);
    const int fd = connection_ == nullptr ? -1 : connection_->calls_fd();
    if (outlet_.waker.wait(fd, POLLIN, until) == Waker::Cause::ready) take_calls();
  }

  void take_calls() {
    auto calls = connection_->take_calls();
    if (!calls) return fail(calls.error(), true);
    if (calls->count == 0) return;
    changed_last_ = clock_.steady();
    if (!changed_since_) changed_since_ = changed_last_;
    heard_ += calls->count;
    calls_.count += calls->count;
    calls_.last = std::move(calls->last);
  }

  const Job& job_;
  const DatabaseSource& source_;
  Outlet& outlet_;
  const Clock& clock_;
  const DatabaseUrl url_;
  const PartitionKeys keys_;
  Backoff backoff_;
  std::unique_ptr<Connection> connection_;
  SteadyTime connect_at_{};
  SteadyTime look_from_{};  ///< Not before that.
  std::optional<SteadyTime> look_at_;
  std::optional<SteadyTime> changed_since_;  ///< First call that no look has followed.
  SteadyTime changed_last_{};
  std::uint64_t heard_{};                    ///< Calls since the last look …
  Connection::Calls calls_;                  ///< … and those that no update tells of.
  std::map<std::string, std::string> told_;  ///< Version by partition.
  std::set<std::string> refused_;            ///< Reasons of the last look's misfits.
  std::deque<Batch> pending_;
};

}  // namespace

void follow_answers(const Job& job, Outlet& outlet, DatabaseUrl url, PartitionKeys keys) {
  Answers{job, outlet, std::move(url), std::move(keys)}.run();
}

SourceTest test_answers(const AssetDefinition& asset, const DatabaseUrl& url,
                        const PartitionKeys& keys, Waker& waker) {
  SourceTest out;
  const DatabaseSource& source = asset.source.database;
  const auto fail = [&](const Error& error) {
    out.error = error.message;
    return out;
  };
  const auto connection = connect(asset, url, {}, waker);
  if (!connection) return fail(connection.error());
  out.findings = {{"database", url.shown()}, {"server", (*connection)->server()}};
  if (!source.notify.empty()) out.findings.emplace_back("listens to", source.notify);
  if (source.query.empty()) {
    const auto state = (*connection)->state();
    if (!state) return fail(state.error());
    out.findings.emplace_back("state", *state);
    out.events.push_back(
        {.kind = input::Event::Kind::observation, .asset = asset.key, .data_version = *state});
    return out;
  }
  const auto answer = (*connection)->ask(source.query);
  if (!answer) return fail(answer.error());
  const auto found = read_answer(*answer, source, keys);
  if (!found) return fail(found.error());
  out.findings.emplace_back("rows", std::to_string(answer->rows.size()));
  constexpr std::size_t shown_max = 20;
  for (const Reading& reading : found->all | std::views::take(shown_max)) {
    out.events.push_back({.kind = input::Event::Kind::observation,
                          .asset = asset.key,
                          .partition = reading.partition,
                          .data_version = reading.version});
  }
  for (const Misfit& misfit : found->misfits | std::views::take(shown_max))
    out.events.push_back(refusal_of(asset.key, misfit, ""));
  if (source.partition.empty())
    out.findings.emplace_back("watermark", found->all.front().version);
  else
    out.findings.emplace_back("partitions", std::to_string(found->all.size()));
  if (!found->misfits.empty())
    out.findings.emplace_back("refused", std::to_string(found->misfits.size()));
  return out;
}

}  // namespace freshet::database
