#include "publish/attempt.hpp"

#include <utility>
#include <variant>

namespace freshet::publish {
namespace {

constexpr std::size_t page = 500;

/// The latest update of an asset that is not cut, as of then.
Result<std::string> version_of(AssetId asset, Sequence then, Reader& history) {
  FRESHET_TRY(const FactPage found, history.facts({.asset = asset,
                                                   .run = {},
                                                   .kinds = kinds_of<fact::Updated>(),
                                                   .upto = then,
                                                   .limit = 1}));
  std::string version;
  if (!found.facts.empty())
    version = std::get<fact::Updated>(found.facts.front().fact).data_version;
  return Result<std::string>{boost::system::in_place_value, std::move(version)};
}

/// What the step has reported within the attempt; returns where that began.
Result<Sequence> add_reports(Attempt& attempt, Reader& history) {
  Sequence began;
  FactQuery query{.asset = {},
                  .run = attempt.row.step.run,
                  .kinds = kinds_of<fact::StepStarted, fact::Updated, fact::CheckRecorded>(),
                  .upto = attempt.sequence,
                  .order = FactQuery::Order::oldest_first,
                  .limit = page};
  // A row that has gone on tells when a later attempt began.
  if (attempt.row.attempt == attempt.number && attempt.row.consumed.value != 0)
    query.after = Sequence{attempt.row.consumed.value - 1};
  while (true) {
    FRESHET_TRY(const FactPage found, history.facts(query));
    for (const FactRecord& record : found.facts) {
      if (const auto* started = std::get_if<fact::StepStarted>(&record.fact)) {
        if (started->step != attempt.row.step) continue;
        // What an earlier attempt said is not what this one says.
        attempt.updates.clear(), attempt.checks.clear();
        began = record.sequence;
      } else if (const auto* updated = std::get_if<fact::Updated>(&record.fact)) {
        if (updated->step == attempt.row.step) attempt.updates.push_back(*updated);
      } else if (const auto* check = std::get_if<fact::CheckRecorded>(&record.fact)) {
        if (check->step == attempt.row.step) attempt.checks.push_back(*check);
      }
    }
    if (!found.next) return Result<Sequence>{boost::system::in_place_value, began};
    query.after = *found.next;
  }
}

std::string error_of(const std::string& text, Reason reason, std::int32_t exit_code) {
  if (!text.empty()) return text;
  std::string out{freshet::to_text(reason)};
  if (exit_code != 0) out += ' ' + std::to_string(exit_code);
  return out;
}

}  // namespace

Result<std::optional<Attempt>> attempt_of(const FactRecord& record, const Scope& scope,
                                          Reader& history) {
  using Found = Result<std::optional<Attempt>>;
  Attempt out{.at = record.at, .sequence = record.sequence};
  StepId step;
  if (const auto* started = std::get_if<fact::StepStarted>(&record.fact)) {
    step = started->step, out.number = started->attempt;
  } else if (const auto* tried = std::get_if<fact::AttemptEnded>(&record.fact)) {
    step = tried->step, out.number = tried->attempt, out.point = Attempt::Point::fail;
    out.error = error_of(tried->text, tried->reason, tried->exit_code);
  } else if (const auto* ended = std::get_if<fact::StepEnded>(&record.fact)) {
    step = ended->step, out.number = ended->attempt;
    if (ended->attempt == 0) return Found{std::nullopt};  // it never began
    switch (ended->status) {
      case StepStatus::succeeded:
      case StepStatus::skipped:
        out.point = Attempt::Point::complete;
        break;
      case StepStatus::canceled:
        out.point = Attempt::Point::abort;
        break;
      case StepStatus::failed:
      case StepStatus::lost:
      case StepStatus::queued:
      case StepStatus::starting:
      case StepStatus::running:
        out.point = Attempt::Point::fail;
        break;
    }
    out.error = error_of(ended->text, ended->reason, ended->exit_code);
  } else {
    return Found{std::nullopt};
  }
  FRESHET_TRY(out.row, history.step(step));
  const auto rank = scope.find(out.row.member.asset);
  if (!rank) return Found{std::nullopt};
  out.rank = *rank;
  Sequence began = out.sequence;
  if (out.point != Attempt::Point::start) {
    FRESHET_TRY(began, add_reports(out, history));
  }
  // A check reads its asset; the asset reads what it is made from.
  const std::vector<Rank> own{*rank};
  for (const Rank up :
       out.row.check.empty() ? scope.graph().upstream(*rank) : std::span<const Rank>{own}) {
    std::string version;
    if (!scope.asset(up).partitions) {
      FRESHET_TRY(version, version_of(scope.id(up), began, history));
    }
    out.inputs.push_back({up, std::move(version)});
  }
  return Found{boost::system::in_place_value, std::move(out)};
}

}  // namespace freshet::publish
