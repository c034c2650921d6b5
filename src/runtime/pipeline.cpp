#include "runtime/pipeline.hpp"

#include <algorithm>
#include <iterator>

#include "base/failpoint.hpp"
#include "base/log.hpp"

namespace freshet::runtime {

namespace {
constexpr Micros slow_moment{5'000};
constexpr std::chrono::milliseconds longest_sleep{
    1'000};  ///< So that a jump of the wall clock is seen soon.
constexpr std::chrono::milliseconds snapshot_pause{20};
}  // namespace

Pipeline::Pipeline(Engine engine, Store& store, const Clock& clock, Hooks hooks)
    : engine_{std::move(engine)}, store_{store}, clock_{clock}, hooks_{std::move(hooks)} {}

Pipeline::~Pipeline() { stop(); }

void Pipeline::start() {
  engine_thread_ = std::jthread{[this] { decide(); }};
  store_thread_ = std::jthread{[this] { write(); }};
}

void Pipeline::stop() {
  inbox_.close();
  if (engine_thread_.joinable()) engine_thread_.join();
  commits_.close();
  if (store_thread_.joinable()) store_thread_.join();
}

bool Pipeline::offer(Input input) {
  const auto* report = std::get_if<input::Report>(&input);
  const std::size_t weight =
      report == nullptr ? 1 : std::max<std::size_t>(1, report->events.size());
  const bool is_of_source = report != nullptr && report->token == Token{};
  return inbox_.try_push({std::move(input), weight}, weight, is_of_source ? spared_by_sources : 0);
}

void Pipeline::step(std::span<const Input> inputs, std::size_t credit) {
  const SteadyTime begin = clock_.steady();
  Moment moment = engine_.step(inputs, clock_.now());
  const auto took = std::chrono::duration_cast<Micros>(clock_.steady() - begin);
  ++stats_.moments;
  stats_.facts += moment.batch.facts.size();
  if (took > slow_moment) {
    ++stats_.slow_moments;
    log("engine").debug("slow moment us={} input={}", took.count(),
                        inputs.empty() ? 0 : inputs.front().index());
  }
  if (static_cast<std::uint64_t>(took.count()) > stats_.longest_moment_us) {
    stats_.longest_moment_us = static_cast<std::uint64_t>(took.count());
  }
  if (moment.batch.facts.empty() && moment.effects.empty()) return inbox_.give_back(credit);
  decided_.push_back({std::move(moment.batch), std::move(moment.effects), nullptr, credit});
}

void Pipeline::decide() {
  SteadyTime published{};
  bool unpublished = false;
  while (true) {
    SteadyTime deadline = clock_.steady() + longest_sleep;
    if (const auto wake = engine_.next_wakeup()) {
      deadline = std::min(deadline, clock_.steady() + std::max(Micros{0}, *wake - clock_.now()));
    }
    if (unpublished) deadline = std::min(deadline, published + snapshot_pause);
    auto items = inbox_.wait_pop_all(deadline);
    if (items.empty() && inbox_.closed()) return;
    for (auto& item : items) {
      if (auto* input = std::get_if<Input>(&item.what)) {
        step({input, 1}, item.credit);
      } else {
        std::get<std::function<void(Engine&)>>(item.what)(engine_);
      }
    }
    while (true) {
      const auto wake = engine_.next_wakeup();
      if (!wake || *wake > clock_.now()) break;
      const Input tick = input::Tick{};
      step({&tick, 1}, 0);
    }
    unpublished = unpublished || !decided_.empty();
    const bool answers = std::ranges::any_of(decided_, [](const Work& work) {
      return std::ranges::any_of(
          work.effects, [](const Effect& e) { return std::holds_alternative<effect::Answer>(e); });
    });
    if (unpublished && (answers || clock_.steady() - published >= snapshot_pause)) {
      if (decided_.empty()) decided_.emplace_back();
      decided_.back().snapshot = engine_.snapshot();
      published = clock_.steady();
      unpublished = false;
    }
    for (Work& work : std::exchange(decided_, {})) commits_.push_always(std::move(work));
  }
}

void Pipeline::write() {
  while (true) {
    auto works = commits_.wait_pop_all(std::nullopt);
    if (works.empty()) return;
    std::vector<Batch> batches;
    for (Work& work : works) {
      if (!work.batch.facts.empty()) batches.push_back(std::move(work.batch));
    }
    if (!batches.empty()) {
      failpoint("before_commit");
      if (const auto done = store_.commit(batches); !done) {
        hooks_.failed(done.error().message);
        return;
      }
      failpoint("after_commit");
      ++stats_.commits;
    }
    Committed out;
    for (Batch& batch : batches) std::ranges::move(batch.facts, std::back_inserter(out.facts));
    std::size_t done = 0;
    for (Work& work : works) {
      done += work.credit;
      std::ranges::move(work.effects, std::back_inserter(out.effects));
      if (work.snapshot) out.snapshot = std::move(work.snapshot);
    }
    inbox_.give_back(done);
    hooks_.release(std::move(out));
  }
}

}  // namespace freshet::runtime
