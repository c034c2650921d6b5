// The attributes of the selection language, and the words that some of them take.
#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/text.hpp"
#include "freshet/definitions.hpp"
#include "freshet/graph.hpp"
#include "freshet/ids.hpp"
#include "freshet/partitions.hpp"
#include "freshet/selection.hpp"
#include "model/selection_node.hpp"

namespace freshet {
namespace {

constexpr std::array<std::string_view, 12> status_words{
    "missing", "fresh",  "stale",  "partial",     "idle", "waiting",
    "running", "failed", "paused", "provisional", "late", "warning"};
constexpr std::array<std::string_view, 3> data_words{"missing", "fresh", "stale"};
constexpr std::array<std::string_view, 5> work_words{"idle", "waiting", "running", "failed",
                                                     "paused"};
constexpr std::array<std::string_view, 5> freshness_words{"none", "unknown", "pass", "warn",
                                                          "fail"};
constexpr std::array<std::string_view, 10> partitions_words{
    "none", "time", "static", "dynamic", "multi", "hourly", "daily", "weekly", "monthly", "cron"};
constexpr std::array<std::string_view, 8> automation_words{
    "none", "any", "paused", "eager", "on_cron", "on_missing", "lazy", "custom"};
/// What an expression may begin with; custom stands for all else.
constexpr std::span heads = std::span{automation_words}.subspan<3>();

std::string_view head_of(std::string_view expression) {
  const std::size_t begin = std::min(expression.find_first_not_of(" \t\r\n("), expression.size());
  expression.remove_prefix(begin);
  const std::string_view word =
      expression.substr(0, expression.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"));
  const auto found = std::ranges::find(heads, word);
  return found == heads.end() ? heads.back() : *found;
}

/// Whether a value means a head: its name, three characters of it or more, or a glob.
bool means_head(std::string_view value, std::string_view head) {
  constexpr std::size_t part_min = 3;
  if (is_glob(value)) return glob_match(value, head);
  return value == head || (value.size() >= part_min && head.find(value) != std::string_view::npos);
}

std::string_view cadence_word(Cadence cadence) {
  switch (cadence) {
    case Cadence::hourly:
      return "hourly";
    case Cadence::daily:
      return "daily";
    case Cadence::weekly:
      return "weekly";
    case Cadence::monthly:
      return "monthly";
    case Cadence::cron:
      return "cron";
  }
  return "";
}

bool is_dimension(const DimensionDefinition& dimension, std::string_view value) {
  if (std::holds_alternative<StaticKeys>(dimension.of)) return value == "static";
  if (std::holds_alternative<DynamicKeys>(dimension.of)) return value == "dynamic";
  return value == "time" ||
         value == cadence_word(std::get<WindowsDefinition>(dimension.of).cadence);
}

}  // namespace

std::span<const SelectionAttribute> selection_attributes() {
  static constexpr SelectionAttribute attributes[] = {
      {"key", AttributeSubject::key, "assets by key, or by a glob of keys"},
      {"group", AttributeSubject::group, "assets of a group"},
      {"kind", AttributeSubject::kind, "assets of a kind"},
      {"owner", AttributeSubject::owner, "assets of an owner"},
      {"tag", AttributeSubject::tag, "assets with a tag: NAME, or NAME=VALUE"},
      {"project", AttributeSubject::project, "assets of a project"},
      {"code_location", AttributeSubject::project, "the same as project"},
      {"column", AttributeSubject::column, "assets with a column of that name"},
      {"partitions", AttributeSubject::partitions, "how they are cut", partitions_words},
      {"automation", AttributeSubject::automation, "what requests them", automation_words},
      {"status", AttributeSubject::state, "how they are, in one word", status_words},
      {"data", AttributeSubject::state, "how their data is", data_words},
      {"work", AttributeSubject::state, "what is done about them", work_words},
      {"freshness", AttributeSubject::state, "what their policy says", freshness_words},
  };
  return attributes;
}

void each_value(const AssetDefinition& asset, AttributeSubject subject,
                const std::function<void(const std::string&)>& call) {
  const auto add = [&](const std::string& value) {
    if (!value.empty()) call(selection_value_text(value));
  };
  switch (subject) {
    case AttributeSubject::group:
      return add(asset.group);
    case AttributeSubject::kind:
      std::ranges::for_each(asset.kinds, add);
      return;
    case AttributeSubject::owner:
      std::ranges::for_each(asset.owners, add);
      return;
    case AttributeSubject::tag:
      for (const auto& [name, value] : asset.tags) {
        add(name);
        if (!value.empty()) call(selection_value_text(name) + '=' + selection_value_text(value));
      }
      return;
    case AttributeSubject::project:
      return add(asset.project);
    case AttributeSubject::column:
      std::ranges::for_each(asset.columns, add, &ColumnDefinition::name);
      return;
    case AttributeSubject::key:
    case AttributeSubject::partitions:
    case AttributeSubject::automation:
    case AttributeSubject::state:
      return;
  }
}

bool is_word_of(const SelectionAttribute& attribute, std::string_view value) {
  if (std::ranges::find(attribute.words, value) != attribute.words.end()) return true;
  return attribute.subject == AttributeSubject::automation &&
         std::ranges::any_of(heads, [&](std::string_view head) { return means_head(value, head); });
}

bool is_live(const SelectionAttribute& attribute, std::string_view value) {
  return attribute.subject == AttributeSubject::state ||
         (attribute.subject == AttributeSubject::automation && value == "paused");
}

bool has_partitions(const AssetDefinition& asset, std::string_view value) {
  if (!asset.partitions) return value == "none";
  const auto& dimensions = asset.partitions->dimensions;
  if (value == "multi") return dimensions.size() > 1;
  return std::ranges::any_of(dimensions,
                             [&](const auto& each) { return is_dimension(each, value); });
}

bool has_automation(const AssetDefinition& asset, std::string_view value) {
  if (asset.automation.empty()) return value == "none";
  return value == "any" || means_head(value, head_of(asset.automation));
}

std::span<const std::string_view> selection_words(std::string_view attribute) {
  const auto attributes = selection_attributes();
  const auto found = std::ranges::find(attributes, attribute, &SelectionAttribute::name);
  FRESHET_ASSERT(found != attributes.end());
  return found->words;
}

}  // namespace freshet
