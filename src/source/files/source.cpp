#include "source/files/source.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/steady_at.hpp"
#include "freshet/definitions.hpp"
#include "freshet/service.hpp"
#include "freshet/time.hpp"
#include "source/files/fingerprint.hpp"
#include "source/files/inotify.hpp"
#include "source/files/look.hpp"
#include "source/files/observation.hpp"
#include "source/files/path_pattern.hpp"
#include "source/files/walk.hpp"

namespace freshet::files {
namespace {

constexpr std::size_t events_shown = 20;

std::string count_of(std::uint64_t count, const std::string& what) {
  return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

/// Whoever has no partitions takes all files as one; that both fit was seen when definitions
/// loaded.
std::shared_ptr<const Placement> placement_of(const AssetDefinition& asset,
                                              const PathPattern& pattern) {
  auto made = Placement::make(asset, pattern.named());
  if (made) return *std::move(made);
  log("source").error("captures do not fit asset={} reason=\"{}\"", asset.key,
                      made.error().message);
  return Placement::whole();
}

}  // namespace

Location local_location(const AssetDefinition& asset) {
  const FileSource& source = asset.source.file;
  PathPattern pattern{asset.directory, source.path, source.done};
  std::string shown = pattern.absolute();
  return {.pattern = std::move(pattern), .shown = std::move(shown), .poll = source.poll};
}

SourceTest test_of(const AssetDefinition& asset, const Location& location,
                   const LookResult& found) {
  SourceTest out{.error = found.walk.error, .findings = {}, .events = {}};
  if (out.error.empty() && found.walk.is_base_missing)
    out.error = location.pattern.base() + ": there is no such folder";
  out.findings = {{"path", location.shown},
                  {"files", std::to_string(found.files)},
                  {"bytes", std::to_string(found.bytes)}};
  if (asset.partitions)
    out.findings.emplace_back("partitions", std::to_string(found.groups.size()));
  if (found.unmarked > 0) {
    out.findings.emplace_back("incomplete", count_of(found.unmarked, "file") + " without " +
                                                location.pattern.marker() + " beside them");
  }
  if (!found.misfits.empty())
    out.findings.emplace_back("refused", count_of(found.misfits.size(), "name"));
  if (!out.error.empty() || found.files == 0) return out;
  const std::string& path = asset.source.file.path;
  const std::size_t first = found.groups.size() - std::min(found.groups.size(), events_shown);
  for (std::size_t i = first; i < found.groups.size(); ++i) {
    out.events.push_back(
        observation_of(asset.key, found.groups[i].partition, path, found.groups[i].summary));
  }
  for (std::size_t i = 0; i < std::min(found.misfits.size(), events_shown); ++i) {
    out.events.push_back(
        {.asset = asset.key, .error = found.misfits[i].path + ": " + found.misfits[i].reason});
  }
  return out;
}

Source::Source(boost::asio::io_context& io, std::uint32_t number, const AssetDefinition& asset,
               Location location)
    : id{number},
      key{asset.key},
      pattern{std::make_shared<const PathPattern>(location.pattern)},
      settle{std::max<Micros>(asset.source.file.settle, Millis{1})},
      timer{io},
      ledger{asset.key, asset.source.file.path},
      location_{std::move(location)},
      placement_{placement_of(asset, *pattern)},
      definition_{asset.source.file},
      directory_{asset.directory},
      partitions_{asset.partitions} {}

bool Source::is_for(const AssetDefinition& asset) const {
  return definition_ == asset.source.file && directory_ == asset.directory &&
         partitions_ == asset.partitions;
}

LookRequest Source::begin_look(SteadyTime now, Instant wall) {
  const Settle::Look look = settle.begin(now);
  LookRequest out{.pattern = pattern,
                  .placement = placement_,
                  .last = last_,
                  .reported = reported_,
                  .watches = watches,
                  .heard = must_read_all ? std::nullopt : std::optional{heard},
                  .now = wall,
                  .quiet = settle.quiet(),
                  .is_quiet = look.is_quiet,
                  .is_forced = look.is_forced,
                  .is_last_old = now - settle.quiet() >= last_at_};
  heard.clear();
  must_read_all = false;
  return out;
}

void Source::end_look(LookResult result, SteadyTime now, Instant wall) {
  if (!has_rhythm()) set_handicap(result.walk);
  // What is not in the table must be found again, and what is not heard of looked for.
  if (is_polled() || !result.walk.error.empty() || !result.misfits.empty() ||
      !pattern->marker().empty())
    must_read_all = true;
  set_error(result.walk.error);
  watches = std::make_shared<const Watches>(std::move(result.walk.watches));
  const bool is_believed = settle.end(now, result.unrest == 0 || !error_.empty());
  if (location_.poll) settle.ask(now + *location_.poll);
  if (!error_.empty()) return;
  retired_.push_back(std::exchange(last_, result.table));
  last_at_ = now;
  if (is_believed) report(result, wall);
  if (is_believed && result.unrest > 0 && is_polled()) settle.drop();
  if (const auto opens = ledger.opens()) settle.ask(steady_at(now, wall, *opens));
}

void Source::report(const LookResult& result, Instant wall) {
  const bool is_cut = placement_->is_cut();
  const std::string writing = result.unrest == 0 ? "" : "; being written: " + result.unrest_path;
  if (result.files == 0 && result.unrest > 0) {
    state_ = "nothing complete yet" + writing;
    return;
  }
  const bool says_nothing = is_cut || !has_seen_ || !pattern->is_glob();
  if (result.files == 0 && (says_nothing || result.walk.is_base_missing)) {
    if (has_seen_ && !gone_since_) gone_since_ = wall;
    is_waiting_ = true;
    state_ = gone_since_ ? "gone since " + format_instant(*gone_since_) : "no such file yet";
    if (result.unmarked > 0)
      state_ = count_of(result.unmarked, "file") + " without " + pattern->marker() + " beside them";
    ledger.find({}, result.misfits, false, wall);
    return;
  }
  gone_since_.reset();
  has_seen_ = true;
  is_waiting_ = false;
  ledger.find(result.groups, result.misfits, !is_cut && is_heard && result.unrest == 0, wall);
  state_ = words_for(result) + writing;
  is_heard = false;
  retired_.push_back(std::exchange(reported_, result.table));
}

std::string Source::words_for(const LookResult& result) const {
  std::string out = count_of(result.files, "file");
  if (placement_->is_cut()) out += " in " + count_of(result.groups.size(), "partition");
  if (ledger.opens())
    out += "; some wait for their time window to end, at " + format_instant(*ledger.opens());
  if (result.unmarked > 0) {
    out +=
        "; " + count_of(result.unmarked, "file") + " without " + pattern->marker() + " beside them";
  }
  if (!result.misfits.empty())
    out += "; in no partition: " + count_of(result.misfits.size(), "file");
  return out;
}

void Source::set_handicap(const Walk& walk) {
  std::string handicap;
  if (walk.is_remote) handicap = "the changes of others on this file system are not announced";
  if (walk.watch_error != 0) handicap = watch_advice(walk.watch_error);
  if (handicap == handicap_) return;
  handicap_ = std::move(handicap);
  if (handicap_.empty()) {
    log("source").info("files are watched again asset={}", key);
  } else {
    log("source").warn("files are polled asset={} reason=\"{}\"", key, handicap_);
  }
}

void Source::set_error(std::string error) {
  if (error == error_) return;
  error_ = std::move(error);
  if (!error_.empty())
    log("source").warn("files cannot be read asset={} reason=\"{}\"", key, error_);
}

SourceStatus Source::status() const {
  SourceStatus out{.asset = key,
                   .kind = "file",
                   .state = is_polled() ? "polling" : "watching",
                   .detail = location_.shown + ": " + state_,
                   .messages = ledger.events()};
  if (!handicap_.empty()) out.detail += " (" + handicap_ + ")";
  if (is_waiting_) out.state = "waiting";
  if (!error_.empty()) {
    out.state = "error";
    out.detail = error_;
  }
  return out;
}

}  // namespace freshet::files
