#include "source/files/source.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/log.hpp"
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

std::string count_of(std::uint64_t files) {
  return std::to_string(files) + (files == 1 ? " file" : " files");
}

}  // namespace

Source::Source(boost::asio::io_context& io, std::uint32_t number, const AssetDefinition& asset)
    : id{number},
      key{asset.key},
      pattern{std::make_shared<const PathPattern>(asset.directory, asset.source.file.path)},
      settle{std::max<Micros>(asset.source.file.settle, Millis{1})},
      timer{io},
      definition_{asset.source.file} {}

bool Source::is_for(const AssetDefinition& asset) const {
  return definition_ == asset.source.file &&
         *pattern == PathPattern{asset.directory, asset.source.file.path};
}

LookRequest Source::begin_look(SteadyTime now, Instant wall) {
  const Settle::Look look = settle.begin(now);
  return {.pattern = pattern,
          .last = last_,
          .reported = reported_,
          .watches = watches,
          .now = wall,
          .quiet = settle.quiet(),
          .is_quiet = look.is_quiet,
          .is_forced = look.is_forced,
          .is_last_old = now - settle.quiet() >= last_at_};
}

void Source::end_look(LookResult result, SteadyTime now, Instant wall) {
  set_handicap(result.walk);
  set_error(result.walk.error);
  watches = std::make_shared<const Watches>(std::move(result.walk.watches));
  const bool is_believed = settle.end(now, result.unrest == 0 || !error_.empty());
  if (!error_.empty()) return;
  last_ = result.table;
  last_at_ = now;
  if (is_believed) report(result, wall);
  if (is_believed && result.unrest > 0 && is_polled()) settle.drop();
}

void Source::report(const LookResult& result, Instant wall) {
  const std::uint64_t files = result.summary.files;
  const std::string writing = result.unrest == 0 ? "" : "; being written: " + result.unrest_path;
  if (files == 0 && result.unrest > 0) {
    state_ = "nothing complete yet" + writing;
    return;
  }
  if (files == 0 && (!has_seen_ || !pattern->is_glob() || result.walk.is_base_missing)) {
    if (has_seen_ && !gone_since_) gone_since_ = wall;
    is_waiting_ = true;
    state_ = gone_since_ ? "gone since " + format_instant(*gone_since_) : "no such file yet";
    return;
  }
  gone_since_.reset();
  has_seen_ = true;
  is_waiting_ = false;
  state_ = count_of(files) + writing;
  if (result.summary.version != version_ || (is_heard && result.unrest == 0)) {
    outbox = observation_of(key, definition_.path, result.summary);
  } else {
    outbox.reset();  // What was not taken in time is not so any more.
  }
  is_heard = false;
  reported_ = result.table;
}

void Source::taken(Instant wall) {
  if (!outbox) return;
  ++events_;
  if (outbox->data_version == version_) ++unchanged_;
  version_ = std::move(outbox->data_version);
  last_event_ = wall;
  outbox.reset();
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
                   .state = "watching",
                   .detail = pattern->absolute() + ": " + state_,
                   .events = events_,
                   .unchanged = unchanged_,
                   .last_event = last_event_};
  if (!handicap_.empty()) {
    out.state = "polling";
    out.detail += " (" + handicap_ + ")";
  }
  if (is_waiting_) out.state = "waiting";
  if (!error_.empty()) {
    out.state = "error";
    out.detail = error_;
  }
  return out;
}

}  // namespace freshet::files
