#include "notify/notifier.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/failpoint.hpp"
#include "base/log.hpp"
#include "notify/bodies.hpp"
#include "notify/mail.hpp"
#include "notify/signature.hpp"

namespace freshet::notify {

namespace {

constexpr Millis sleep_max{60'000};            ///< So that a jump of the wall clock is seen.
constexpr std::chrono::seconds read_again{5};  ///< After history could not be read.
constexpr std::uint32_t refusals_max = 5;      ///< A receiver may be set right within minutes.

const RouteRow* find_row(const Snapshot& snapshot, const Route& route) {
  const auto& rows = snapshot.alerts->routes;
  const auto found = std::ranges::find_if(rows, [&](const RouteRow& row) {
    return row.route == route.definition->name && row.project == *route.project;
  });
  return found == rows.end() ? nullptr : &*found;
}

std::vector<Sequence> ids_of(const std::vector<Alert>& alerts) {
  std::vector<Sequence> out;
  out.reserve(alerts.size());
  for (const Alert& alert : alerts) out.push_back(alert.id);
  return out;
}

Post post_of(const AlertRoute::Webhook& webhook, const Delivery& delivery, Instant now) {
  const bool is_slack = webhook.format == AlertRoute::Format::slack;
  Post post{.url = webhook.url,
            .headers = {"Content-Type: application/json", "Idempotency-Key: " + delivery.id},
            .body = is_slack ? slack_body(delivery) : json_body(delivery)};
  if (!webhook.secret.empty())
    post.headers.push_back("Freshet-Signature: " + signature(webhook.secret, now, post.body));
  return post;
}

}  // namespace

Notifier::Notifier(const Clock& clock, NotifierOptions options,
                   std::function<Result<std::unique_ptr<Reader>>()> history,
                   std::function<void(Input)> report)
    : clock_{clock},
      options_{std::move(options)},
      open_history_{std::move(history)},
      report_{std::move(report)},
      transfers_{clock},
      thread_{[this] { loop(); }} {}

Notifier::~Notifier() { stop(); }

void Notifier::tell(std::shared_ptr<const Snapshot> snapshot) {
  {
    const std::scoped_lock lock{mutex_};
    newest_ = std::move(snapshot);
  }
  transfers_.wake();
}

void Notifier::stop() {
  {
    const std::scoped_lock lock{mutex_};
    is_stopping_ = true;
  }
  transfers_.wake();
  if (thread_.joinable()) thread_.join();
}

void Notifier::loop() {
  while (true) {
    {
      const std::scoped_lock lock{mutex_};
      if (is_stopping_) return;
      if (newest_) snapshot_ = std::exchange(newest_, nullptr);
    }
    const Instant now = clock_.now();
    if (snapshot_) {
      const auto before = directory_.graph();
      directory_.update(*snapshot_);
      if (before != directory_.graph()) {
        for (const std::string& complaint : directory_.complaints())
          log("notify").warn("route is told of every asset route={}", complaint);
        // Somebody may have set right what was wrong with a route.
        for (auto& [name, state] : states_) state.retry_at = {};
      }
      for (const Route& route : directory_.routes())
        begin(route, states_[{*route.project, route.definition->name}], now);
    }
    for (const auto& [key, outcome] : transfers_.wait(longest_sleep(now))) {
      const auto found = std::ranges::find_if(states_, [&](const auto& entry) {
        return entry.second.is_busy && entry.second.key == key;
      });
      if (found != states_.end()) settle(found->first, found->second, outcome);
    }
  }
}

Result<Batch> Notifier::choose(const Route& route, State& state, Instant now) {
  if (snapshot_->alerts->last > state.told) {
    if (!history_) {
      FRESHET_TRY(history_, open_history_());
    }
    FRESHET_TRY(Batch news, news_of(route, state.told, looks(), *history_, now));
    if (!news.alerts.empty() || !news.late.empty())
      return Result<Batch>{boost::system::in_place_value, std::move(news)};
    state.told = std::max(state.told, news.passed);
  }
  return Result<Batch>{boost::system::in_place_value,
                       repetitions_of(route, state.repeats, looks(), now)};
}

void Notifier::begin(const Route& route, State& state, Instant now) {
  const RouteRow* row = find_row(*snapshot_, route);
  if (row == nullptr || state.is_busy) return;  // the engine has yet to hear of it
  if (!std::exchange(state.is_known, true)) state.failures = row->attempts;
  state.told = std::max(state.told, row->upto);
  state.repeats = std::max(state.repeats, row->repeats);
  const bool waits = clock_.steady() < state.retry_at;
  // While it waits, only a test is looked for, and only among what is new.
  if (waits && snapshot_->alerts->last <= state.tested) return;
  auto batch = choose(route, state, now);
  if (!batch) {
    log("notify").error("alerts not read route={} reason={}", route.definition->name,
                        batch.error().message);
    history_.reset();
    state.retry_at = clock_.steady() + read_again;
    return;
  }
  const bool has_new_test = batch->has_test && snapshot_->alerts->last > state.tested;
  state.tested = snapshot_->alerts->last;
  if (!batch->late.empty()) {
    const Name name{*route.project, route.definition->name};
    state.told = std::max(state.told, batch->late.back());
    log("notify").warn("alerts given up route={} count={} after_h={}", name.second,
                       batch->late.size(), tried_for.count());
    report(name, {.alerts = std::move(batch->late),
                  .ok = false,
                  .gave_up = true,
                  .attempts = state.failures,
                  .text = "given up after " + format_duration(tried_for),
                  .upto = state.told});
    state.failures = state.refusals = 0;
    state.retry_at = {};
    return begin(route, state, now);
  }
  if (batch->alerts.empty() || (waits && !has_new_test)) return;
  state.batch = *std::move(batch);
  send(route, state, now);
}

void Notifier::send(const Route& route, State& state, Instant now) {
  const AlertRoute& definition = *route.definition;
  state.key = ++last_key_;
  state.is_busy = true;
  state.delivery = {.id = delivery_id(options_.instance, route, state.batch.alerts),
                    .project = *route.project,
                    .route = definition.name,
                    .alerts = state.batch.alerts};
  failpoint("before_delivery");
  switch (definition.target) {
    case AlertRoute::Target::webhook:
      transfers_.post(state.key, post_of(definition.webhook, state.delivery, now),
                      definition.timeout);
      break;
    case AlertRoute::Target::email:
      transfers_.mail(state.key, definition.email, mail_of(state.delivery, definition.email, now),
                      definition.timeout);
      break;
    case AlertRoute::Target::command:
      transfers_.run(state.key,
                     {.argv = definition.command,
                      .environment = options_.environment,
                      .directory = definition.directory,
                      .input = json_body(state.delivery) + '\n'},
                     definition.timeout);
      break;
  }
}

void Notifier::settle(const Name& name, State& state, const Outcome& outcome) {
  state.is_busy = false;
  const Batch batch = std::exchange(state.batch, {});
  fact::Delivered delivered{.alerts = ids_of(batch.alerts),
                            .repeated = batch.upto.value == 0,
                            .ok = outcome.ok,
                            .attempts = ++state.failures,
                            .text = outcome.text};
  state.refusals = outcome.refused ? state.refusals + 1 : 0;
  delivered.gave_up = state.refusals >= refusals_max;
  if (outcome.ok || delivered.gave_up) {
    delivered.upto = batch.upto, delivered.repeats = batch.repeats;
    state.told = std::max(state.told, batch.upto);
    state.repeats = std::max(state.repeats, batch.repeats);
    state.failures = state.refusals = 0;
    state.retry_at = {};
  } else {
    const Micros delay = delay_after(state.failures);
    state.retry_at = clock_.steady() + delay;
    log("notify").warn("alert not delivered route={} attempts={} again_in={} reason={}",
                       name.second, state.failures, format_duration(delay), outcome.text);
  }
  if (delivered.gave_up) {
    log("notify").warn("alert given up route={} attempts={} reason={}", name.second,
                       delivered.attempts, outcome.text);
  }
  failpoint("after_delivery");
  report(name, std::move(delivered));
}

void Notifier::report(const Name& name, fact::Delivered delivered) {
  delivered.project = name.first, delivered.route = name.second;
  report_(input::Delivered{std::move(delivered)});
}

Millis Notifier::longest_sleep(Instant now) {
  Millis longest = sleep_max;
  if (!snapshot_) return longest;
  const SteadyTime steady = clock_.steady();
  for (const Route& route : directory_.routes()) {
    const State& state = states_[{*route.project, route.definition->name}];
    if (state.is_busy || !state.is_known) continue;
    if (steady < state.retry_at) {
      longest = std::min(longest, std::chrono::ceil<Millis>(state.retry_at - steady));
    } else if (const auto next = next_repetition(route, state.repeats, looks())) {
      longest = std::clamp(std::chrono::ceil<Millis>(*next - now), Millis{0}, longest);
    }
  }
  return longest;
}

}  // namespace freshet::notify
