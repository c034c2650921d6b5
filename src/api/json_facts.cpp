#include "api/json_facts.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "api/json_text.hpp"
#include "api/json_views.hpp"
#include "api/view.hpp"
#include "freshet/definitions.hpp"
#include "freshet/facts.hpp"
#include "freshet/ids.hpp"
#include "freshet/sentence.hpp"
#include "freshet/time.hpp"

namespace freshet::api {
namespace {

std::string_view to_word(CheckSeverity severity) {
  return severity == CheckSeverity::error ? "error" : "warn";
}

/// Fills an object with a struct's fields.  A visitor for `describe`.
class Fields {
 public:
  Fields(Json& out, Names& names) : out_{out}, names_{names} {}

  void operator()(std::string_view name, AssetId asset) {
    asset_ = asset;
    out_[std::string{name}] = key(asset);
  }
  /// Of the asset that came before.
  void operator()(std::string_view name, PartitionId id) {
    const auto partition = names_.partition({asset_, id});
    out_[std::string{name}] = partition && !partition->empty() ? Json(*partition) : Json{};
  }
  void operator()(std::string_view /*name*/, MemberId member) {
    out_["asset"] = key(member.asset);
    const auto partition = names_.partition(member);
    out_["partition"] = partition ? Json(*partition) : Json{};
  }
  /// How many there are; which is a question of its own.
  void operator()(std::string_view name, const PartitionSet& set) {
    if (name != "range" || !set.empty()) out_[std::string{name}] = set.size();
  }
  void operator()(std::string_view /*name*/, StepId step) {
    out_["run"] = run_id_json(step.run);
    out_["step"] = step.run.value == 0 ? Json{} : Json(step.number);
  }
  void operator()(std::string_view name, RunId run) { out_[std::string{name}] = run_id_json(run); }
  void operator()(std::string_view name, BackfillId id) {
    out_[std::string{name}] = id.value == 0 ? Json{} : Json(to_text(id));
  }
  void operator()(std::string_view name, const std::optional<BackfillId>& id) {
    out_[std::string{name}] = id ? Json(to_text(*id)) : Json{};
  }
  void operator()(std::string_view name, const std::optional<RunId>& run) {
    out_[std::string{name}] = run ? run_id_json(*run) : Json{};
  }
  void operator()(std::string_view name, Sequence sequence) {
    out_[std::string{name}] = sequence.value;
  }
  // Hashes of texts tell people nothing.
  void operator()(std::string_view /*name*/, DataVersion /*version*/) {}
  void operator()(std::string_view /*name*/, CodeVersion /*version*/) {}
  void operator()(std::string_view /*name*/, std::uint64_t /*hash*/) {}
  void operator()(std::string_view /*name*/, const std::vector<std::uint64_t>& /*numbers*/) {}

  void operator()(std::string_view name, Instant at) { out_[std::string{name}] = instant_json(at); }
  void operator()(std::string_view name, const std::string& text) {
    if (name == "metadata") {
      // What is stored came in as a JSON object, whatever became of it.
      Json value = text.empty() ? Json{} : Json::parse(text, nullptr, false);
      out_["metadata"] = value.is_discarded() ? Json{} : std::move(value);
    } else {
      out_[std::string{name}] = text;
    }
  }
  void operator()(std::string_view name, const std::vector<std::string>& texts) {
    out_[std::string{name}] = texts;
  }
  /// In place of the text that older ones were recorded with.
  void operator()(std::string_view /*name*/, const Sentence& said) {
    if (!said.empty()) out_.update(sentence_json(said));
  }
  void operator()(std::string_view name, Reason reason) {
    out_[std::string{name}] = reason_json(reason);
  }
  template <class T>
    requires std::is_enum_v<T>
  void operator()(std::string_view name, T value) {
    if constexpr (requires { to_text(value); }) {
      out_[std::string{name}] = to_text(value);
    } else {
      out_[std::string{name}] = to_word(value);
    }
  }
  template <class T>
    requires std::is_arithmetic_v<T>
  void operator()(std::string_view name, T value) {
    out_[std::string{name}] = value;
  }
  void operator()(std::string_view name, const std::vector<Sequence>& facts) {
    Json& list = out_[std::string{name}] = Json::array();
    for (const Sequence fact : facts) list.push_back(std::to_string(fact.value));
  }
  void operator()(std::string_view name, const std::vector<StepId>& steps) {
    Json& list = out_[std::string{name}] = Json::array();
    for (const StepId step : steps) {
      list.push_back({{"run", to_text(step.run)}, {"step", step.number}});
    }
  }
  template <class T>
    requires requires(const T& value, Fields& fields) { T::describe(value, fields); }
  void operator()(std::string_view name, const T& value) {
    Json& item = out_[std::string{name}] = Json::object();
    Fields fields{item, names_};
    T::describe(value, fields);
  }
  template <class T>
    requires requires(const T& value, Fields& fields) { T::describe(value, fields); }
  void operator()(std::string_view name, const std::vector<T>& values) {
    Json& list = out_[std::string{name}] = Json::array();
    for (const T& value : values) {
      Json item = Json::object();
      Fields fields{item, names_};
      T::describe(value, fields);
      list.push_back(std::move(item));
    }
  }

 private:
  Json key(AssetId asset) {
    const std::string& text = names_.key(asset);
    return text.empty() ? Json{} : Json(text);
  }

  Json& out_;
  Names& names_;
  AssetId asset_;
};

}  // namespace

Json fact_json(const FactRecord& record, Names& names) {
  Json out = Json::object();
  Fields fields{out, names};
  std::visit([&]<class F>(const F& f) { F::describe(f, fields); }, record.fact);
  out["id"] = std::to_string(record.sequence.value);
  out["at"] = instant_json(record.at);
  out["type"] = kind_name(record.fact);
  return out;
}

Json event_json(const FactRecord& record, Names& names) {
  Json out = fact_json(record, names);
  if (std::holds_alternative<fact::CheckRecorded>(record.fact)) out["kind"] = "check";
  if (const auto* rejected = std::get_if<fact::EventRejected>(&record.fact)) {
    out["kind"] = "rejected";
    out["asset"] = rejected->subject;
    out.erase("subject");
  }
  return out;
}

Json open_alert_json(const AlertRow& row, Names& names) {
  const auto partition = names.partition({row.asset, row.partition});
  return {{"id", std::to_string(row.sequence.value)},
          {"at", instant_json(row.at)},
          {"kind", to_text(row.kind)},
          {"asset", names.key(row.asset)},
          {"partition", partition ? Json(*partition) : Json{}},
          {"check", row.check.empty() ? Json{} : Json(row.check)},
          {"text", row.text},
          {"run", run_id_json(row.step.run)},
          {"step", row.step.run.value == 0 ? Json{} : Json(row.step.number)},
          {"muted", row.muted}};
}

Json alert_json(const FactRecord& record, Names& names) {
  Json out = fact_json(record, names);
  const auto& f = std::get<fact::Alerted>(record.fact);
  out["check"] = f.check.empty() ? Json{} : Json(f.check);
  out["over"] = f.kind == AlertKind::recovery ? Json(to_text(f.over)) : Json{};
  out["since"] = f.since.value == 0 ? Json{} : Json(std::to_string(f.since.value));
  return out;
}

Json decision_json(const FactRecord& record, Names& names) {
  Json out = fact_json(record, names);
  out.erase("sets");
  return out;
}

}  // namespace freshet::api
