#include "api/catalog.hpp"

#include <cstddef>
#include <cstdint>
#include <ranges>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/call.hpp"
#include "api/columns_text.hpp"
#include "api/context.hpp"
#include "api/handlers.hpp"
#include "api/json_views.hpp"
#include "api/rendered.hpp"
#include "api/view.hpp"
#include "freshet/definitions.hpp"
#include "freshet/graph.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"

namespace freshet::api {
namespace {

using Number = std::int32_t;
using Numbers = std::vector<Number>;

/// Texts by number, in the order in which they are first met.
class Dictionary {
 public:
  /// -1 for "".
  [[nodiscard]] Number number(std::string_view text) {
    if (text.empty()) return -1;
    const auto [found, is_new] =
        numbers_.try_emplace(std::string{text}, static_cast<Number>(texts_.size()));
    if (is_new) texts_.push_back(found->first);
    return found->second;
  }
  [[nodiscard]] Numbers numbers(const std::vector<std::string>& texts) {
    Numbers out;
    out.reserve(texts.size());
    for (const std::string& text : texts) out.push_back(number(text));
    return out;
  }
  [[nodiscard]] const std::vector<std::string_view>& texts() const { return texts_; }

 private:
  std::unordered_map<std::string, Number> numbers_;
  std::vector<std::string_view> texts_;  // of the keys of numbers_
};

auto assets_of(const Graph& graph) {
  return std::views::iota(std::uint32_t{0}, static_cast<std::uint32_t>(graph.size())) |
         std::views::transform(
             [&graph](std::uint32_t i) -> const AssetDefinition& { return graph.asset(Rank{i}); });
}

Numbers tag_numbers(Dictionary& tags, const AssetDefinition& asset) {
  Numbers out;
  for (const auto& [name, value] : asset.tags) {
    out.push_back(tags.number(value.empty() ? name : name + ':' + value));
  }
  return out;
}

}  // namespace

std::vector<std::int32_t> group_numbers(const Graph& graph) {
  Dictionary groups;
  Numbers out;
  out.reserve(graph.size());
  for (const AssetDefinition& asset : assets_of(graph)) out.push_back(groups.number(asset.group));
  return out;
}

std::string catalog_text(const Catalog& catalog, const std::string& instance) {
  const Graph& graph = *catalog.graph();
  Dictionary projects, groups, kinds, owners, tags, sources, partition_texts, automations;
  Numbers project, group, source, partitions, automation;
  std::vector<Numbers> kind, owner, tag;
  for (const AssetDefinition& asset : assets_of(graph)) {
    project.push_back(projects.number(asset.project));
    group.push_back(groups.number(asset.group));
    kind.push_back(kinds.numbers(asset.kinds));
    owner.push_back(owners.numbers(asset.owners));
    tag.push_back(tag_numbers(tags, asset));
    source.push_back(sources.number(to_text(asset.source.kind)));
    partitions.push_back(asset.partitions ? partition_texts.number(asset.partitions->text) : -1);
    automation.push_back(automations.number(asset.automation));
  }
  const auto of_each = [&graph](auto question) {
    return assets_of(graph) | std::views::transform(question);
  };
  const auto ranks_upstream = [&graph](std::uint32_t i) {
    return graph.upstream(Rank{i}) | std::views::transform([](Rank rank) { return rank.value; });
  };
  ObjectText out;
  out.add("sequence", catalog.since().value).add("instance", std::string_view{instance});
  out.add("projects", projects.texts()).add("groups", groups.texts());
  out.add("kinds", kinds.texts()).add("owners", owners.texts()).add("tags", tags.texts());
  out.add("sources", sources.texts()).add("partition_texts", partition_texts.texts());
  out.add("automations", automations.texts());
  out.add("key", of_each([](const AssetDefinition& a) { return std::string_view{a.key}; }));
  out.add("project", project).add("group", group);
  out.add("kind", kind).add("owner", owner).add("tag", tag).add("source", source);
  out.add("external", of_each(&AssetDefinition::external));
  out.add("partitions", partitions).add("automation", automation);
  out.add("checks", of_each([](const AssetDefinition& a) { return a.checks.size(); }));
  out.add("has_freshness",
          of_each([](const AssetDefinition& a) { return a.freshness.has_value(); }));
  out.add("deps", std::views::iota(std::uint32_t{0}, static_cast<std::uint32_t>(graph.size())) |
                      std::views::transform(ranks_upstream));
  return out.take() + '\n';
}

void get_catalog(const CallPtr& call) {
  const std::string etag = etag_of(call->view.catalog->since());
  call->is_kept = true;
  send_rendered(call, etag, [call, etag]() -> Result<std::string> {
    return *call->context->texts.get("catalog " + etag, [&] {
      return catalog_text(*call->view.catalog, call->context->options.instance);
    });
  });
}

}  // namespace freshet::api
