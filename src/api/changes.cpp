#include "api/changes.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "api/backfill_counts.hpp"
#include "api/json_facts.hpp"
#include "api/json_text.hpp"
#include "api/json_views.hpp"
#include "api/sse.hpp"
#include "api/view.hpp"
#include "base/text.hpp"
#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "freshet/snapshot.hpp"

namespace freshet::api {
namespace {

template <class... F>
struct Overload : F... {
  using F::operator()...;
};

std::shared_ptr<const Message> make(Sequence sequence, Topic::Kind kind, std::string entity,
                                    std::string_view event, const Json& data) {
  return std::make_shared<const Message>(
      Message{.sequence = sequence,
              .kind = kind,
              .entity = std::move(entity),
              .text = sse_event(event, std::to_string(sequence.value), data)});
}

/// Collects what facts say of runs and steps, the last word of each.
class Gatherer {
 public:
  explicit Gatherer(Names& names) : names_{names} {}

  void take(const FactRecord& record) {
    const Sequence at = record.sequence;
    std::visit(
        Overload{
            [&](const fact::RunQueued& f) {
              Json& run = touch(f.run, at);
              run["status"] = to_text(RunStatus::queued);
              run["cause"] = to_text(f.cause);
              for (std::uint32_t i = 0; i < f.steps.size(); ++i) {
                Json& step = touch(StepId{f.run, i}, at);
                step["status"] = to_text(StepStatus::queued);
                step["asset"] = names_.key(f.steps[i].member.asset);
                step["check"] = f.steps[i].check.empty() ? Json{} : Json(f.steps[i].check);
              }
            },
            [&](const fact::StepStarted& f) { step(f.step, at, StepStatus::starting, f.attempt); },
            [&](const fact::StepRunning& f) { step(f.step, at, StepStatus::running, f.attempt); },
            [&](const fact::AttemptEnded& f) {
              step(f.step, at, StepStatus::queued, f.attempt)["reason"] = reason_json(f.reason);
            },
            [&](const fact::StepEnded& f) {
              step(f.step, at, f.status, f.attempt)["reason"] = reason_json(f.reason);
            },
            [&](const fact::RunEnded& f) { touch(f.run, at)["status"] = to_text(f.status); },
            [&](const fact::RequestJoined& f) { static_cast<void>(touch(f.step.run, at)); },
            [&](const fact::StopRequested& f) { static_cast<void>(touch(f.step.run, at)); },
            [&](const fact::BackfillQueued& f) {
              touch(f.backfill, at)["status"] = to_text(BackfillStatus::running);
            },
            [&](const fact::BackfillChanged& f) {
              touch(f.backfill, at)["status"] = to_text(f.status);
            },
            [&](const fact::BackfillSkipped& f) { static_cast<void>(touch(f.backfill, at)); },
            [&](const fact::BackfillJoined& f) { static_cast<void>(touch(f.backfill, at)); },
            [&](const fact::Alerted& f) {
              Json data = alert_json(record, names_);
              data["open"] = f.kind != AlertKind::recovery && f.kind != AlertKind::test;
              alerts_.push_back(make(at, Topic::Kind::alerts, "", "alert", data));
            },
            [&](const fact::EventRejected& f) { rejected_[f.subject] = {at, f.reason}; },
            [&](const fact::DefinitionsLoaded& f) {
              definitions_ = make(at, Topic::Kind::definitions, "", "definitions",
                                  {{"sequence", at.value}, {"assets", f.assets}});
            },
            [](const auto& /*other*/) {}},
        record.fact);
  }

  /// Also of backfills of which no fact says how far they are.
  void compare(const View& view, const Snapshot* before, Sequence since, Sequence upto) {
    for (const auto& [id, backfill] : view.snapshot->backfills) {
      if (before == nullptr) {
        if (backfill->row.sequence > since)
          static_cast<void>(touch(id, std::min(backfill->row.sequence, upto)));
        continue;
      }
      const auto found = before->backfills.find(id);
      if (found == before->backfills.end() || found->second != backfill)
        static_cast<void>(touch(id, upto));
    }
  }

  void finish(const View& view, Messages& out) {
    for (auto& [id, entry] : backfills_) {
      Json& data = entry.data;
      data["counts"] = nullptr;
      const auto active = view.snapshot->backfills.find(id);
      if (active != view.snapshot->backfills.end()) {
        const ActiveBackfill& backfill = *active->second;
        BackfillCounts counts;
        for (const BackfillTargetRow& target : backfill.targets) counts.add(target);
        data["status"] = to_text(backfill.row.status);
        data["counts"] = counts.json(false);
        data["runs"] = backfill.row.runs;
      }
      // One that ended since has a later message that says how.
      if (!data.contains("status")) continue;
      data["backfill"] = to_text(id);
      data["revision"] = entry.sequence.value;
      out.push_back(make(entry.sequence, Topic::Kind::backfill, to_text(id), "backfill", data));
    }
    out.insert(out.end(), alerts_.begin(), alerts_.end());
    for (const auto& [subject, last] : rejected_) {
      out.push_back(make(
          last.first, Topic::Kind::asset, subject, "rejected",
          {{"asset", subject}, {"id", std::to_string(last.first.value)}, {"reason", last.second}}));
    }
    for (auto& [id, entry] : runs_) {
      Json& data = entry.data;
      if (const ActiveRun* active = view.run(id); active != nullptr && !data.contains("status")) {
        data["status"] = to_text(active->run.status);
      }
      data["run"] = to_text(id);
      data["revision"] = entry.sequence.value;
      out.push_back(make(entry.sequence, Topic::Kind::run, to_text(id), "run", data));
    }
    for (auto& [id, entry] : steps_) {
      Json& data = entry.data;
      if (const StepRow* row = view.step(id)) {
        data["asset"] = names_.key(row->member.asset);
        data["check"] = row->check.empty() ? Json{} : Json(row->check);
      }
      data["run"] = to_text(id.run);
      data["step"] = id.number;
      data["revision"] = entry.sequence.value;
      out.push_back(make(entry.sequence, Topic::Kind::run, to_text(id.run), "step", data));
    }
    if (definitions_) out.push_back(definitions_);
  }

 private:
  struct Entry {
    Sequence sequence;
    Json data{};
  };
  Json& touch(RunId run, Sequence at) { return touch(runs_[run], at); }
  Json& touch(StepId id, Sequence at) { return touch(steps_[id], at); }
  Json& touch(BackfillId id, Sequence at) { return touch(backfills_[id], at); }
  static Json& touch(Entry& entry, Sequence at) {
    entry.sequence = at;
    return entry.data;
  }
  Json& step(StepId id, Sequence at, StepStatus status, std::uint32_t attempt) {
    static_cast<void>(touch(id.run, at));
    Json& data = touch(id, at);
    data["status"] = to_text(status);
    data["attempt"] = attempt;
    data["reason"] = nullptr;
    return data;
  }

  Names& names_;
  std::map<RunId, Entry> runs_;
  std::map<StepId, Entry> steps_;
  std::map<BackfillId, Entry> backfills_;
  Messages alerts_;
  std::map<std::string, std::pair<Sequence, std::string>> rejected_;  ///< The last, by subject.
  std::shared_ptr<const Message> definitions_;
};

void add_assets(const View& view, const Snapshot* before, Sequence since, Sequence upto,
                Messages& out) {
  const Snapshot& now = *view.snapshot;
  const bool is_same_graph = before != nullptr && before->graph == now.graph;
  for (std::size_t i = 0; i < now.chunks.size(); ++i) {
    if (is_same_graph && before->chunks[i] == now.chunks[i]) continue;
    const std::size_t end = std::min((i + 1) * Snapshot::chunk_size, view.graph().size());
    for (std::size_t r = i * Snapshot::chunk_size; r < end; ++r) {
      const Rank rank{static_cast<std::uint32_t>(r)};
      const Sequence revision = view.state(rank).revision;
      if (revision <= since) continue;
      const std::string& key = view.graph().asset(rank).key;
      Json data = state_json(view, rank);
      data["asset"] = key;
      out.push_back(make(std::min(revision, upto), Topic::Kind::asset, key, "asset", data));
    }
  }
}

}  // namespace

Result<std::vector<Topic>> parse_topics(std::string_view text) {
  std::vector<Topic> out;
  if (trim(text).empty()) return out;
  for (const std::string_view part : split(text, ',')) {
    const std::string_view topic = trim(part);
    const std::size_t colon = topic.find(':');
    const std::string_view kind = topic.substr(0, colon);
    const std::string pattern{colon == std::string_view::npos ? "" : topic.substr(colon + 1)};
    if (kind == "asset" && !pattern.empty()) {
      out.push_back({Topic::Kind::asset, pattern == "*" ? "**" : pattern});
    } else if (kind == "run" && (pattern == "*" || parse_run_id(pattern))) {
      out.push_back({Topic::Kind::run, pattern});
    } else if (kind == "backfill" && (pattern == "*" || parse_run_id(pattern))) {
      out.push_back({Topic::Kind::backfill, pattern});
    } else if (topic == "alerts") {
      out.push_back({Topic::Kind::alerts, ""});
    } else if (topic == "definitions") {
      out.push_back({Topic::Kind::definitions, ""});
    } else {
      return Error{Errc::invalid, "topic \"" + std::string{topic} +
                                      "\": want asset:KEY, asset:GLOB, run:ID, run:*, "
                                      "backfill:ID, backfill:*, alerts or definitions"};
    }
  }
  return out;
}

bool is_wanted(const std::vector<Topic>& topics, const Message& message) {
  return topics.empty() || std::ranges::any_of(topics, [&](const Topic& topic) {
           if (topic.kind != message.kind) return false;
           switch (topic.kind) {
             case Topic::Kind::asset:
               return glob_match(topic.pattern, message.entity);
             case Topic::Kind::run:
             case Topic::Kind::backfill:
               return topic.pattern == "*" || topic.pattern == message.entity;
             case Topic::Kind::alerts:
             case Topic::Kind::definitions:
               return true;
           }
           return false;
         });
}

KindSet kinds_of_changes() {
  return kinds_of<fact::DefinitionsLoaded, fact::RunQueued, fact::RequestJoined, fact::StepStarted,
                  fact::StepRunning, fact::StopRequested, fact::AttemptEnded, fact::StepEnded,
                  fact::RunEnded, fact::BackfillQueued, fact::BackfillChanged,
                  fact::BackfillSkipped, fact::BackfillJoined, fact::Alerted,
                  fact::EventRejected>();
}

Messages changes(const View& view, const std::vector<FactRecord>& facts, const Snapshot* before,
                 Sequence since, Sequence upto, Names& names) {
  Messages out;
  Gatherer gatherer{names};
  for (const FactRecord& record : facts) gatherer.take(record);
  gatherer.compare(view, before, since, upto);
  gatherer.finish(view, out);
  add_assets(view, before, since, upto, out);
  std::ranges::sort(out, {}, [](const auto& message) { return message->sequence; });
  return out;
}

}  // namespace freshet::api
