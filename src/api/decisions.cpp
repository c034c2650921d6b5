// Recorded decisions: what was decided about an asset, and what it was decided from.
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "api/call.hpp"
#include "api/context.hpp"
#include "api/facts_page.hpp"
#include "api/handlers.hpp"
#include "api/json_facts.hpp"
#include "api/json_text.hpp"
#include "api/json_views.hpp"
#include "api/problem.hpp"
#include "api/route.hpp"
#include "api/view.hpp"
#include "freshet/engine.hpp"
#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/partitions.hpp"
#include "freshet/result.hpp"
#include "freshet/service.hpp"
#include "freshet/time.hpp"

namespace freshet::api {
namespace {

constexpr std::uint64_t keys_max = 10;        ///< At each end of a set.
constexpr std::size_t looked_back_max = 200;  ///< Decisions, for since when.

Json members_json(AssetId asset, const std::optional<PartitionSet>& set, const Names& names) {
  if (!set) return nullptr;
  Json keys = Json::array();
  const std::uint64_t size = set->size();
  for (std::uint64_t i = 0; i < size; ++i) {
    if (size > 2 * keys_max && i == keys_max) i = size - keys_max;
    if (const auto key = names.partition({asset, *set->at(i)})) keys.push_back(*key);
  }
  return {{"count", size}, {"keys", std::move(keys)}};
}

/// Since when each part has said what it says: back to the first decision that tells otherwise.
/// Decisions are recorded when something is requested or an answer turns, so a part may have
/// turned, and back, in between.
class Since {
 public:
  Since(const FactRecord& record, const std::vector<FactRecord>& earlier) {
    const auto& now = std::get<fact::Decided>(record.fact);
    for (const std::uint64_t packed : now.tree) at_.emplace(packed, record.at);
    std::vector<std::uint64_t> going_on = now.tree;
    for (const FactRecord& one : earlier) {
      const auto& then = std::get<fact::Decided>(one.fact);
      if (then.check != now.check) continue;
      if (then.expression != now.expression) break;
      std::erase_if(going_on, [&](std::uint64_t packed) {
        return std::ranges::find(then.tree, packed) == then.tree.end();
      });
      for (const std::uint64_t packed : going_on) at_[packed] = one.at;
    }
  }
  [[nodiscard]] Instant of(std::uint64_t packed) const { return at_.at(packed); }

 private:
  std::map<std::uint64_t, Instant> at_;
};

/// `next` counts nodes from the end of the record: a node stands behind its children.
Json tree_json(const Explanation::Node& node, const fact::Decided& decided, const Since& since,
               std::size_t& next, const Names& names) {
  const std::uint64_t packed = decided.tree[--next];
  const AssetId asset{static_cast<std::uint32_t>(packed >> 2U)};
  Json children = Json::array();
  for (auto it = node.children.rbegin(); it != node.children.rend(); ++it)
    children.push_back(tree_json(*it, decided, since, next, names));
  std::reverse(children.begin(), children.end());
  return {{"label", node.label},
          {"asset", node.target.empty() ? Json{} : Json(node.target)},
          {"held", node.held},
          {"since", instant_json(since.of(packed))},
          {"candidates", members_json(asset, node.candidates, names)},
          {"holding", members_json(asset, node.holding, names)},
          {"children", std::move(children)}};
}

Result<std::string> decision_text(const View& view, const Service& service, Sequence id,
                                  Reader& reader) {
  FRESHET_TRY(const FactRecord record, reader.fact(id));
  const auto* decided = std::get_if<fact::Decided>(&record.fact);
  if (decided == nullptr) return Error{Errc::not_found, "it is of another kind"};
  FRESHET_TRY(const FactPage earlier, reader.facts({.asset = decided->asset,
                                                    .kinds = kinds_of<fact::Decided>(),
                                                    .before = id,
                                                    .limit = looked_back_max}));
  Names names{view, &reader};
  Json body = decision_json(record, names);
  body["members"] = members_json(decided->asset, decided->members, names);
  body["tree"] = nullptr;
  const auto tree =
      service.decision_tree(*decided, [&](AssetId asset) { return names.key(asset); });
  if (tree) {
    std::size_t next = decided->tree.size();
    body["tree"] = tree_json(*tree, *decided, Since{record, earlier.facts}, next, names);
  }
  return dump(body) + '\n';
}

}  // namespace

void get_decision(const CallPtr& call) {
  const std::string& text = call->parameter("id");
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto fail = [call, text] {
    call->fail({.status = 404,
                .code = "decision_not_found",
                .detail = "there is no decision \"" + text + "\"; they are kept for 30 days"});
  };
  if (error != std::errc{} || end != text.data() + text.size() || number == 0 ||
      Sequence{number} > call->view.snapshot->sequence) {
    return fail();
  }
  const Sequence id{number};
  const std::string etag = etag_of(id);
  if (call->is_known(etag)) return;
  read<Result<std::string>>(
      call,
      [view = call->view, &service = call->context->service, id](Reader& reader) {
        return decision_text(view, service, id, reader);
      },
      [call, etag, fail](Result<std::string> body) {
        if (body) return call->send_text(std::move(*body), etag);
        if (body.error().code == Errc::not_found) return fail();
        call->fail(body.error());
      });
}

}  // namespace freshet::api
