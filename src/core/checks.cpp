// Checks with an automation of their own: which there are, and which are being made.
#include <algorithm>

#include "core/decide.hpp"

namespace freshet {

using namespace core;  // NOLINT: the state's own words

AssetId Engine::State::check_subject(AssetId a, std::string_view name) const {
  for (const AssetId subject : checks_with_automation(a)) {
    if (check_definition(subject).name == name) return subject;
  }
  return {};
}

const std::vector<AssetId>& Engine::State::checks_with_automation(AssetId a) const {
  static const std::vector<AssetId> none;
  const auto it = automated_checks.find(a);
  return it == automated_checks.end() ? none : it->second;
}

PartitionSet Engine::State::checking(AssetId subject, const PartitionSet& of) const {
  PartitionSet out;
  for (const StepId id : check_subjects.at(subject).steps) {
    if (const StepState* one = step(id)) out |= one->row.partitions() & of;
  }
  return out;
}

bool Engine::State::can_check(AssetId subject) const {
  return options.every_asset_runs || !check_definition(subject).command.empty();
}

std::string Engine::State::check_name(AssetId subject) const {
  return "check " + check_definition(subject).name + " of " + keys[place_of[subject.value].value];
}

void Engine::State::bind_checks() {
  for (const auto& [subject, check] : check_subjects) {
    place_of[subject.value] = subject;
    programs[subject.value] = nullptr;
  }
  check_subjects.clear(), automated_checks.clear();
  for (const AssetId a : id_of) {
    const std::vector<CheckDefinition>& all = definition(a).checks;
    for (std::uint32_t i = 0; i < all.size(); ++i) {
      if (all[i].automation.empty()) continue;
      const AssetId subject = find(check_key(a, all[i].name));
      FRESHET_ASSERT(subject.value != 0);
      place_of[subject.value] = a;
      check_subjects[subject] = {.asset = a, .index = i, .steps = {}};
      automated_checks[a].push_back(subject);
    }
  }
  for (const auto& [id, one] : steps) {
    if (!is_terminal(one.row.status)) note_check_step(one.row, true);
  }
}

void Engine::State::note_check_step(const StepRow& row, bool open) {
  const AssetId subject =
      row.check.empty() ? AssetId{} : check_subject(row.member.asset, row.check);
  if (subject.value == 0) return;
  std::vector<StepId>& all = check_subjects.at(subject).steps;
  open ? all.push_back(row.step) : static_cast<void>(std::erase(all, row.step));
}

namespace core {

/// Runs of checks alone, of members that are there.  Automation joins a step that has yet to start.
std::vector<RunId> Decider::queue_checks(const std::vector<CheckTarget>& wanted,
                                         const Order& order) {
  std::vector<RunId> runs;
  fact::RunQueued run{.run = {},
                      .cause = order.cause,
                      .actor = order.actor,
                      .reason = order.reason,
                      .tags = order.tags,
                      .retry_of = {},
                      .steps = {},
                      .backfill = {}};
  const auto close = [&] {
    if (run.steps.empty()) return;
    run.run = next_run_id();
    runs.push_back(run.run);
    record(fact::RunQueued{run});
    run.steps.clear();
  };
  for (const CheckTarget& target : wanted) {
    PartitionSet there = target.wanted - s_.missing_of(target.asset, target.wanted);
    if (order.cause == RunCause::automation) {
      for (const StepId id : std::vector{s_.check_subjects.at(target.subject).steps}) {
        const StepRow& row = s_.step(id)->row;
        if (row.status != StepStatus::queued || row.attempt != 0 || !row.waits.empty()) continue;
        if (!row.partitions().is_subset_of(there)) continue;
        there -= row.partitions();
        record(fact::RequestJoined{.step = id, .own_reason = true, .waits = {}});
        if (std::ranges::find(runs, id.run) == runs.end()) runs.push_back(id.run);
      }
    }
    there.for_each([&](PartitionId p) {
      if (run.steps.size() == steps_max) close();
      run.steps.push_back({.member = {target.asset, p},
                           .check = target.name,
                           .waits = {},
                           .own_reason = true,
                           .range = {}});
      return true;
    });
  }
  close();
  return runs;
}

}  // namespace core
}  // namespace freshet
