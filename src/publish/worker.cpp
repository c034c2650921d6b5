#include "publish/worker.hpp"

#include <algorithm>
#include <utility>

#include "base/failpoint.hpp"
#include "base/log.hpp"
#include "model/cursor_names.hpp"

namespace freshet::publish {
namespace {

constexpr Micros delay_first{std::chrono::milliseconds{200}};
constexpr Micros delay_max{std::chrono::minutes{1}};
constexpr std::chrono::seconds save_every{1};
constexpr std::uint64_t save_each = 500;       ///< Messages.
constexpr std::uint64_t save_passed = 50'000;  ///< Facts that nobody is told of.
constexpr std::uint32_t refusals_max = 5;      ///< A receiver may be set right meanwhile.
constexpr std::size_t piece = 50;              ///< Messages between two looks at the cursor.

}  // namespace

Micros delay_after(std::uint32_t failures) {
  FRESHET_ASSERT(failures >= 1);
  return failures > 16 ? delay_max : std::min(delay_first * (1 << (failures - 1)), delay_max);
}

Worker::Worker(const Clock& clock, std::string project, Publication publication, Origin origin,
               std::function<Result<std::unique_ptr<Reader>>()> history,
               std::function<void(Input)> report, Sequence told)
    : clock_{clock},
      project_{std::move(project)},
      publication_{std::move(publication)},
      origin_{std::move(origin)},
      open_history_{std::move(history)},
      report_{std::move(report)},
      target_{make_target(publication_)},
      status_{.project = project_,
              .name = publication_.name,
              .format = publication_.format == Publication::Format::openlineage ? "openlineage"
                                                                                : "cloudevents",
              .target = address_of(publication_),
              .state = "idle",
              .upto = told},
      scope_{project_, publication_.select},
      told_{told},
      thread_{[this] {
        loop();
        has_ended_ = true;
      }} {}

Worker::~Worker() {
  begin_stop();
  if (thread_.joinable()) thread_.join();
}

void Worker::tell(std::shared_ptr<const Snapshot> snapshot) {
  {
    const std::scoped_lock lock{mutex_};
    newest_ = std::move(snapshot);
  }
  changed_.notify_one();
}

void Worker::begin_stop() {
  {
    const std::scoped_lock lock{mutex_};
    if (std::exchange(is_stopping_, true)) return;
  }
  target_->interrupt();
  changed_.notify_one();
}

PublicationStatus Worker::status() const {
  const std::scoped_lock lock{mutex_};
  return status_;
}

void Worker::loop() {
  bool is_more = false;
  while (is_more || wait()) {
    {
      const std::scoped_lock lock{mutex_};
      if (is_stopping_) break;
      if (newest_) snapshot_ = std::exchange(newest_, nullptr);
    }
    is_more = snapshot_ != nullptr && tell_next();
    save_cursor(false);
  }
  save_cursor(true);
}

bool Worker::wait() {
  std::unique_lock lock{mutex_};
  std::optional<SteadyTime> until = again_at_;
  if (unsaved_ != 0) until = std::min(until.value_or(SteadyTime::max()), saved_at_ + save_every);
  const auto is_due = [&] { return is_stopping_ || (newest_ != nullptr && !again_at_); };
  if (until) {
    changed_.wait_until(lock, *until, is_due);
  } else {
    changed_.wait(lock, is_due);
  }
  return !is_stopping_;
}

bool Worker::tell_next() {
  if (again_at_ && clock_.steady() < *again_at_) return false;
  again_at_.reset();
  if (!is_known_) {
    const auto& rows = snapshot_->alerts->routes;
    const auto row = std::ranges::find_if(rows, [&](const RouteRow& each) {
      return each.project == project_ && each.route == publication_route(publication_.name);
    });
    if (row == rows.end()) return false;  // the engine has yet to hear of it
    is_known_ = true;
    told_ = saved_ = std::max(told_, row->upto);
    const std::scoped_lock lock{mutex_};
    status_.upto = told_;
  }
  scope_.update(snapshot_);
  if (complaint_ != scope_.complaint()) {
    complaint_ = scope_.complaint();
    if (!complaint_.empty())
      log("publish").warn("publication={} {}", publication_.name, complaint_);
  }
  if (history_ == nullptr) {
    auto opened = open_history_();
    if (!opened) {
      failed("history not read: " + opened.error().message);
      return false;
    }
    history_ = *std::move(opened);
  }
  const auto feed = feed_of(publication_, told_, scope_, *history_, origin_);
  if (!feed) {
    history_.reset();
    failed("history not read: " + feed.error().message);
    return false;
  }
  {
    const std::scoped_lock lock{mutex_};
    status_.waiting = feed->messages.size();
    status_.is_more = feed->is_more;
    if (!feed->messages.empty()) status_.oldest = feed->messages.front().at;
    if (!feed->messages.empty() && failures_ == 0) status_.state = "sending";
  }
  if (!send(*feed)) return false;
  told_ = std::max(told_, feed->passed);
  const std::scoped_lock lock{mutex_};
  status_.upto = told_;
  status_.waiting = 0;
  status_.oldest = {};
  status_.state = "idle";
  status_.error = complaint_;
  return feed->is_more;
}

bool Worker::send(const Feed& feed) {
  std::span<const Message> left{feed.messages};
  while (!left.empty()) {
    failpoint("before_publish");
    const Sent sent = target_->send(left.first(std::min(piece, left.size())));
    failpoint("after_publish");
    if (sent.taken != 0) {
      told_ = left[sent.taken - 1].sequence;
      unsaved_ += sent.taken;
      failures_ = refusals_ = 0;
      const std::scoped_lock lock{mutex_};
      status_.attempts = 0;
      status_.delivered += sent.taken;
      status_.upto = told_;
      status_.waiting -= sent.taken;
      status_.last_delivered = clock_.now();
    }
    left = left.subspan(sent.taken);
    save_cursor(false);
    if (sent.error.empty()) continue;
    {
      const std::scoped_lock lock{mutex_};
      if (is_stopping_) return false;
    }
    refusals_ = sent.refused ? refusals_ + 1 : 0;
    if (refusals_ >= refusals_max) {
      give_up(left.front(), sent.error);
      left = left.subspan(1);
      continue;
    }
    failed(sent.error);
    return false;
  }
  return true;
}

void Worker::give_up(const Message& message, const std::string& error) {
  log("publish").warn("event given up publication={} id={} attempts={} reason={}",
                      publication_.name, message.id, refusals_, error);
  report_(input::Delivered{{.project = project_,
                            .route = publication_route(publication_.name),
                            .alerts = {message.sequence},
                            .ok = false,
                            .gave_up = true,
                            .attempts = refusals_,
                            .text = error}});
  told_ = message.sequence;
  ++unsaved_;
  failures_ = refusals_ = 0;
  const std::scoped_lock lock{mutex_};
  ++status_.given_up;
  status_.upto = told_;
  --status_.waiting;
}

void Worker::failed(std::string error) {
  const Micros delay = delay_after(++failures_);
  again_at_ = clock_.steady() + delay;
  log("publish").warn("not told publication={} attempts={} again_in={} reason={}",
                      publication_.name, failures_, format_duration(delay), error);
  const std::scoped_lock lock{mutex_};
  status_.state = "retrying";
  status_.error = std::move(error);
  status_.attempts = failures_;
}

/// What nobody is told of moves the cursor only once in a while: the cursor is a fact, too.
void Worker::save_cursor(bool now) {
  const bool has_passed = told_.value > saved_.value + save_passed;
  if (unsaved_ == 0 && !has_passed) return;
  const bool is_due =
      now || has_passed || unsaved_ >= save_each || clock_.steady() - saved_at_ >= save_every;
  if (!is_due) return;
  report_(input::Report{
      .cursors = {{publication_cursor(project_, publication_.name), std::to_string(told_.value)}}});
  saved_ = told_;
  unsaved_ = 0;
  saved_at_ = clock_.steady();
}

}  // namespace freshet::publish
