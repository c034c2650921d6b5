// What became of steps: what they report, how they end, whether they are tried again.
#include <algorithm>

#include "core/decide.hpp"
#include "core/retry.hpp"

namespace freshet::core {

namespace {
constexpr std::uint32_t losses_max =
    2;  ///< Further attempts after a step whose fate cannot be known.
}

void Decider::take(const input::StepRunning& in) {
  const StepState* step = s_.step(in.step);
  if (step == nullptr || step->row.status != StepStatus::starting ||
      step->row.attempt != in.attempt)
    return;
  record(fact::StepRunning{in.step, in.attempt, in.pid});
}

void Decider::materialize(StepState& step, const std::string& data_version,
                          const std::string& metadata, std::vector<ColumnVersion> columns,
                          const std::optional<input::ReportedReads>& reads) {
  const DataVersion version{version_hash(data_version)};
  const bool changed = !step.row.partitions().for_each([&](PartitionId p) {
    const MemberRow& member = s_.member({step.row.member.asset, p});
    return version.value != 0 && member.updated.value != 0 && version == member.version;
  });
  record(fact::Updated{.member = step.row.member,
                       .version = version,
                       .data_version = data_version,
                       .code = step.row.code,
                       .changed = changed,
                       .consumed = step.row.consumed,
                       .step = step.row.step,
                       .metadata = metadata,
                       .provisional = step.row.provisional,
                       .range = step.row.range,
                       .columns = std::move(columns)});
  if (reads) take_reads(step, *reads);
}

/// What a step says it read holds of its asset until another says otherwise, where no declaration
/// does.
void Decider::take_reads(const StepState& step, const input::ReportedReads& reads) {
  const AssetId a = step.row.member.asset;
  if (!s_.is_defined(a) || step.row.code != s_.definitions[a.value].code) return;
  const AssetDefinition& def = s_.definition(a);
  const auto warn = [&](std::string text) {
    record(fact::StepLogged{step.row.step, step.row.attempt, "warning",
                            "freshet/columns_read: " + std::move(text)});
  };
  std::vector<ColumnsRead> known;
  for (const auto& [key, columns] : reads) {
    const AssetId up = s_.find(key);
    if (!s_.is_defined(up) ||
        std::ranges::find(def.deps, key, &Dependency::key) == def.deps.end()) {
      warn("\"" + key + "\" is no dependency of " + def.key + ", and is left out");
      continue;
    }
    ColumnsRead one{up, columns};
    const std::vector<ColumnDefinition>& declared = s_.definition(up).columns;
    for (const std::string& name : columns) {
      // It is kept: as long as nobody tells its version, any change counts.
      if (!declared.empty() &&
          std::ranges::find(declared, name, &ColumnDefinition::name) == declared.end())
        warn(key + " declares no column \"" + name + "\"");
    }
    std::ranges::sort(one.columns);
    one.columns.erase(std::unique(one.columns.begin(), one.columns.end()), one.columns.end());
    if (!one.columns.empty()) known.push_back(std::move(one));
  }
  std::ranges::sort(known, {}, &ColumnsRead::upstream);
  const auto before = s_.columns_read.find(a);
  const bool same = before == s_.columns_read.end() ? known.empty() : before->second == known;
  if (!same) record(fact::ColumnsReported{a, step.row.step, std::move(known)});
}

void Decider::take(const input::StepMessage& in) {
  StepState* step = s_.step(in.step);
  if (step == nullptr || step->row.attempt != in.attempt || is_terminal(step->row.status) ||
      step->row.status == StepStatus::queued || in.offset <= step->row.messages) {
    return;  // of an attempt that is over, or taken in before a restart
  }
  const AssetId a = step->row.member.asset;
  const auto warn = [&](std::string text) {
    record(fact::StepLogged{in.step, in.attempt, "warning", std::move(text)});
  };
  switch (in.kind) {
    case input::StepMessage::Kind::log:
      record(fact::StepLogged{in.step, in.attempt, in.level, in.text});
      break;
    case input::StepMessage::Kind::materialization:
      if (!in.asset.empty() && in.asset != s_.keys[a.value]) {
        warn("a materialization of \"" + in.asset + "\" was reported by the step of \"" +
             s_.keys[a.value] + "\" and left out: a step reports its own asset");
      } else {
        if (step->row.reported)
          warn("a second materialization was reported in one attempt; the last one counts");
        materialize(*step, in.data_version, in.metadata, in.columns, in.columns_read);
      }
      break;
    case input::StepMessage::Kind::check:
      if (!in.asset.empty() && in.asset != s_.keys[a.value]) {
        warn("a check result of \"" + in.asset + "\" was reported by the step of \"" +
             s_.keys[a.value] + "\" and left out: a step reports its own asset");
        break;
      }
      record_check({.member = step->row.member,
                    .name = in.check,
                    .passed = in.passed,
                    .severity = in.severity,
                    .step = in.step,
                    .metadata = in.metadata,
                    .range = step->row.range});
      break;
  }
  record(fact::MessagesRead{in.step, in.attempt, in.offset});
}

void Decider::take(const input::StepOutcome& in) {
  StepState* step = s_.step(in.step);
  if (step == nullptr || step->row.attempt != in.attempt || is_terminal(step->row.status) ||
      step->row.status == StepStatus::queued) {
    return;
  }
  using Kind = input::StepOutcome::Kind;
  const Reason stop = step->row.stop;
  if (in.kind == Kind::canceled || stop == Reason::canceled_by_person ||
      stop == Reason::run_canceled) {
    end_step(*step, StepStatus::canceled, stop == Reason::none ? Reason::canceled_by_person : stop,
             in.code, in.text);
    return;
  }
  const bool timed_out = stop == Reason::timeout || in.timed_out;
  switch (in.kind) {
    case Kind::exited: {
      const bool is_check = !step->row.check.empty();
      if (timed_out) {
        attempt_failed(*step, Reason::timeout, in.code, in.text, in.final);
        return;
      }
      if (is_check) {
        // Without a report of its own, a check says passed by exit 0.
        if (!step->row.reported) {
          CheckSeverity severity = CheckSeverity::error;
          if (s_.is_defined(step->row.member.asset)) {
            for (const auto& check : s_.definition(step->row.member.asset).checks) {
              if (check.name == step->row.check) severity = check.severity;
            }
          }
          record_check({.member = step->row.member,
                        .name = step->row.check,
                        .passed = in.code == 0,
                        .severity = severity,
                        .step = in.step,
                        .range = step->row.range});
        }
        end_step(*step, StepStatus::succeeded, Reason::none, in.code, in.text);
        return;
      }
      if (in.code != 0) {
        attempt_failed(*step, Reason::exit_code, in.code, in.text, in.final);
        return;
      }
      if (!step->row.reported || !in.data_version.empty())
        materialize(*step, in.data_version, "", in.columns, in.columns_read);
      end_step(*step, StepStatus::succeeded, Reason::none);
      return;
    }
    case Kind::signaled:
      attempt_failed(*step, timed_out ? Reason::timeout : Reason::signal, in.code, in.text,
                     in.final);
      return;
    case Kind::exec_error:
      attempt_failed(*step, Reason::exec_error, in.code, in.text, in.final);
      return;
    case Kind::lost:
      attempt_failed(*step, Reason::lost, in.code, in.text, in.final);
      return;
    case Kind::not_started:
      record(fact::AttemptEnded{.step = in.step,
                                .attempt = in.attempt,
                                .reason = Reason::none,
                                .text = "the daemon ended before the process began",
                                .retry_at = s_.now});
      return;
    case Kind::wrote_nothing:
      end_step(*step, StepStatus::skipped, Reason::wrote_nothing, in.code, in.text);
      return;
    case Kind::canceled:
      return;
  }
}

void Decider::attempt_failed(StepState& step, Reason reason, std::int32_t exit_code,
                             std::string text, bool final) {
  const AssetId a = step.row.member.asset;
  const StepId id = step.row.step;
  if (!final && s_.is_defined(a)) {
    const RetryPolicy& policy = s_.definition(a).retries;
    std::optional<Instant> again;
    if (reason == Reason::lost) {
      if (step.row.losses < losses_max) again = s_.now;
    } else {
      again = retry_at(policy, id, step.row.failures + 1, s_.now);
    }
    if (again) {
      record(fact::AttemptEnded{.step = id,
                                .attempt = step.row.attempt,
                                .reason = reason,
                                .exit_code = exit_code,
                                .text = std::move(text),
                                .retry_at = *again});
      return;
    }
  }
  end_step(step, reason == Reason::lost ? StepStatus::lost : StepStatus::failed, reason, exit_code,
           std::move(text));
}

void Decider::end_step(StepState& step, StepStatus status, Reason reason, std::int32_t exit_code,
                       std::string text, std::vector<Blocker> blockers) {
  const StepId id = step.row.step;
  const MemberId m = step.row.member;
  const AssetId a = m.asset;
  const std::string check = step.row.check;
  const bool is_check = !check.empty();
  const PartitionSet partitions = step.row.partitions();
  const bool left_unstarted =
      status == StepStatus::skipped &&
      (reason == Reason::upstream_failed || reason == Reason::upstream_wrote_nothing ||
       reason == Reason::check_failed);
  record(fact::StepEnded{.step = id,
                         .attempt = step.row.attempt,
                         .status = status,
                         .reason = reason,
                         .exit_code = exit_code,
                         .text = std::move(text),
                         .blockers = blockers});
  if (left_unstarted && !is_check && s_.is_defined(a) && s_.exists(m) && s_.programs[a.value]) {
    // What failed long before the last of its siblings ended may have been repaired meanwhile.
    for (Blocker& b : blockers) {
      if (b.since.value == 0) b.since = s_.sequence;
    }
    partitions.for_each([&](PartitionId p) {
      record(fact::HandedBack{{a, p}, blockers});
      left_.push_back({a, p});
      return true;
    });
  }
  const AlertKey key{a, m.partition, AlertKind::failure, check};
  const std::string what = is_check ? "check " + check + " of " : "";
  if (status == StepStatus::failed || status == StepStatus::lost) {
    const std::size_t more = partitions.size() - 1;
    alert(key, id,
          what + s_.name_of(m) + (more == 0 ? "" : " and " + std::to_string(more) + " more") +
              " failed: " + std::string{to_text(reason)});
  } else if (status == StepStatus::succeeded) {
    partitions.for_each([&](PartitionId p) {
      const AlertKey open{a, p, AlertKind::failure, check};
      if (s_.alerts.contains(open))
        recover(
            open, id,
            what + s_.name_of({a, p}) + (is_check ? " gave a result again" : " succeeded again"));
      return true;
    });
  }
}

void Decider::request_stop(StepState& step, Reason reason, const std::string& actor) {
  if (is_terminal(step.row.status)) return;
  if (step.row.status == StepStatus::queued) {
    end_step(step, StepStatus::canceled, reason);
    return;
  }
  if (step.row.stop != Reason::none && step.row.stop != Reason::timeout) return;
  record(fact::StopRequested{step.row.step, reason, actor});
  effects_.push_back(effect::StopStep{step.row.step, step.row.attempt});
}

}  // namespace freshet::core
