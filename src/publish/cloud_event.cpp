#include "publish/cloud_event.hpp"

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <variant>

namespace freshet::publish {
namespace {

using Json = nlohmann::json;

constexpr std::size_t partitions_max = 10'000;  ///< Of one step that are listed.

struct Said {
  std::string_view type;  ///< "": nothing.
  MemberId member;
  PartitionSet range;
  StepId step;
  Json data = Json::object();
};

Said said(std::string_view type, MemberId member, const PartitionSet& range, StepId step,
          Json data) {
  return {.type = type, .member = member, .range = range, .step = step, .data = std::move(data)};
}

void add(Json& data, const char* name, const std::string& text) {
  if (!text.empty()) data[name] = text;
}

void add_metadata(Json& data, const std::string& metadata) {
  Json parsed = Json::parse(metadata, nullptr, false);
  if (parsed.is_object()) data["metadata"] = std::move(parsed);
}

Said of(const fact::Updated& f) {
  Json data{{"changed", f.changed}};
  add(data, "data_version", f.data_version);
  add(data, "reported_by", f.source);
  add_metadata(data, f.metadata);
  return said(f.kind == UpdateKind::materialization ? "freshet.asset.materialized"
                                                    : "freshet.asset.observed",
              f.member, f.range, f.step, std::move(data));
}

Said of(const fact::CheckRecorded& f) {
  Json data{{"check", f.name},
            {"passed", f.passed},
            {"severity", f.severity == CheckSeverity::warn ? "warn" : "error"}};
  add_metadata(data, f.metadata);
  return said(f.passed ? "freshet.check.passed" : "freshet.check.failed", f.member, f.range, f.step,
              std::move(data));
}

Said of(const fact::FreshnessChanged& f) {
  return said("freshet.asset.freshness", f.member, {}, {}, {{"state", freshet::to_text(f.state)}});
}

/// Of steps only what went wrong: what went well is told by what it wrote.
Result<Said> of(const fact::StepEnded& f, Reader& history) {
  using Found = Result<Said>;
  const bool failed = f.status == StepStatus::failed || f.status == StepStatus::lost;
  if (f.attempt == 0 || (!failed && f.status != StepStatus::canceled)) return Found{Said{}};
  FRESHET_TRY(const StepRow row, history.step(f.step));
  Json data{{"attempt", f.attempt}, {"reason", freshet::to_text(f.reason)}};
  if (f.exit_code != 0) data["exit_code"] = f.exit_code;
  add(data, "check", row.check);
  add(data, "text", f.text);
  return Found{boost::system::in_place_value,
               said(failed ? "freshet.step.failed" : "freshet.step.canceled", row.member, row.range,
                    f.step, std::move(data))};
}

Result<Said> of(const FactRecord& record, Reader& history) {
  using Found = Result<Said>;
  if (const auto* f = std::get_if<fact::Updated>(&record.fact))
    return Found{boost::system::in_place_value, of(*f)};
  if (const auto* f = std::get_if<fact::CheckRecorded>(&record.fact))
    return Found{boost::system::in_place_value, of(*f)};
  if (const auto* f = std::get_if<fact::FreshnessChanged>(&record.fact))
    return Found{boost::system::in_place_value, of(*f)};
  if (const auto* f = std::get_if<fact::StepEnded>(&record.fact)) return of(*f, history);
  return Found{Said{}};
}

}  // namespace

Result<std::optional<CloudEvent>> cloud_event(const FactRecord& record, const std::string& id,
                                              const Scope& scope, Reader& history,
                                              const Origin& origin) {
  using Found = Result<std::optional<CloudEvent>>;
  FRESHET_TRY(Said what, of(record, history));
  const auto rank = what.type.empty() ? std::nullopt : scope.find(what.member.asset);
  if (!rank) return Found{std::nullopt};
  const AssetDefinition& asset = scope.asset(*rank);
  what.data["asset"] = asset.key;
  add(what.data, "partition", scope.key_of(*rank, what.member.partition));
  if (!what.range.empty()) {
    Json keys = Json::array();
    what.range.for_each([&](PartitionId partition) {
      keys.push_back(scope.key_of(*rank, partition));
      return keys.size() < partitions_max;
    });
    what.data["partitions"] = std::move(keys);
  }
  if (what.step.run.value != 0) {
    what.data["run"] = freshet::to_text(what.step.run);
    what.data["step"] = what.step.number;
  }
  const Json event{{"specversion", "1.0"},
                   {"id", id},
                   {"source", "freshet://" + asset.project},
                   {"type", what.type},
                   {"subject", asset.key},
                   {"time", format_instant(record.at)},
                   {"datacontenttype", "application/json"},
                   {"freshetversion", origin.version},
                   {"data", std::move(what.data)}};
  return Found{boost::system::in_place_value,
               CloudEvent{asset.key, event.dump(-1, ' ', false, Json::error_handler_t::replace)}};
}

}  // namespace freshet::publish
