// Dispatch only: one moment from inputs to a batch and effects.
#include "core/decide.hpp"
#include "core/rows.hpp"

namespace freshet {

namespace core {

void Decider::record(Fact fact) {
  FactRecord r{Sequence{s_.sequence.value + 1}, s_.now, std::move(fact)};
  s_.apply(r);
  facts_.push_back(std::move(r));
}

Moment Decider::run(std::span<const Input> inputs) {
  s_.moment.clear();
  s_.began = s_.sequence;
  fire_timers();
  for (const Input& input : inputs) {
    ++s_.moment.order;
    std::visit([this](const auto& in) { take(in); }, input);
  }
  if (s_.graph) {
    judge_freshness();
    check_sources();
    settle();
    // What is admitted was handled by that, which conditions see at once: a crash forgets nothing.
    do {
      evaluate_all();
      settle();
      admit();
      close_runs();
      if (!launch_backfills()) continue;
      settle();
      admit();
      close_runs();
    } while (!s_.changes.empty() || !s_.backfills_due.empty());
  }
  Moment moment;
  moment.batch.facts = std::move(facts_);
  for (auto& [token, reply] : replies_) {
    reply.sequence = s_.sequence;
    effects_.push_back(effect::Answer{token, std::move(reply)});
  }
  moment.effects = std::move(effects_);
  return moment;
}

}  // namespace core

Engine::Engine(EngineOptions options) : state_{std::make_unique<State>(options)} {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

Moment Engine::step(std::span<const Input> inputs, Instant now) {
  Moment moment = core::Decider{*state_, now}.run(inputs);
  moment.batch.rows = core::take_touched(*state_);
  return moment;
}

std::optional<Instant> Engine::next_wakeup() const {
  if (state_->timers.empty()) return std::nullopt;
  return state_->timers.begin()->at;
}

void Engine::bind(std::shared_ptr<const Graph> graph) { state_->next_graph = std::move(graph); }

void Engine::apply(const FactRecord& record) {
  state_->now = record.at;
  state_->apply(record);
  // What only a decision would use.
  state_->changes.clear();
  state_->reconsider.clear();
  state_->moment.clear();
  while (state_->due.pop()) {
  }
  state_->due_of.clear();
  state_->checks_due.clear();
  // Runs that have ended are let go of, as a decided moment would.
  if (std::holds_alternative<fact::RunEnded>(record.fact))
    static_cast<void>(core::take_touched(*state_));
}

std::string Engine::name_of(MemberId member) const { return state_->name_of(member); }

Result<MemberId> Engine::find(std::string_view asset, std::string_view partition) const {
  const AssetId a = state_->find(asset);
  if (!state_->is_defined(a))
    return Error{Errc::not_found, "no asset \"" + std::string{asset} + "\" is defined"};
  return core::find_member(*state_, a, partition);
}

const Graph& Engine::graph() const {
  FRESHET_ASSERT(state_->graph != nullptr);
  return *state_->graph;
}

}  // namespace freshet
