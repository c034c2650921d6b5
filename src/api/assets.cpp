// Many assets at once: the list, and the graph.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "api/asset_list.hpp"
#include "api/call.hpp"
#include "api/cursor.hpp"
#include "api/handlers.hpp"
#include "api/json_text.hpp"
#include "api/json_views.hpp"
#include "api/problem.hpp"
#include "api/rendered.hpp"
#include "api/route.hpp"
#include "api/view.hpp"
#include "freshet/facts.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/selection.hpp"
#include "freshet/snapshot.hpp"

namespace freshet::api {
namespace {

/// Which of all assets a list is about, as a mark by rank.
Result<std::vector<bool>> wanted(const View& view, const std::string& select,
                                 const std::string& status) {
  std::vector<bool> marks(view.graph().size(), select.empty());
  if (!select.empty()) {
    FRESHET_TRY(const std::vector<Rank> ranks, view.select(select));
    for (const Rank rank : ranks) marks[rank.value] = true;
  }
  if (!status.empty()) {
    FRESHET_TRY(const std::vector<Rank> ranks, view.select("status:" + status));
    std::vector<bool> both(marks.size());
    for (const Rank rank : ranks) both[rank.value] = marks[rank.value];
    marks = std::move(both);
  }
  return marks;
}

Result<std::string> assets_page(const Call& call, std::size_t limit) {
  FRESHET_TRY(const AssetList list, list_of_assets(call, limit));
  std::string items;
  for (const Rank rank : list.ranks)
    items += (items.empty() ? "\n" : ",\n") + dump(asset_json(call.view, rank));
  const std::string next = list.next_cursor.empty() ? "null" : '"' + list.next_cursor + '"';
  return "{\"items\":[" + items + "],\"next_cursor\":" + next +
         ",\"total\":" + std::to_string(list.total) + "}\n";
}

std::string graph_text(const View& view) {
  std::string out = "{\"assets\":[";
  for (std::uint32_t i = 0; i < view.graph().size(); ++i) {
    out += (i == 0 ? "\n" : ",\n") + dump(node_json(view.graph(), Rank{i}));
  }
  Json projects = Json::array();
  for (const auto& project : view.graph().projects()) projects.push_back(project->project);
  return out + "],\"projects\":" + dump(projects) + "}\n";
}

}  // namespace

Result<AssetList> list_of_assets(const Call& call, std::size_t limit) {
  const View& view = call.view;
  const std::string status = call.query("status");
  const auto known = selection_words("status");
  if (!status.empty() && std::ranges::find(known, status) == known.end()) {
    std::string want;
    for (const std::string_view word : known)
      want += (want.empty() ? "" : ", ") + std::string{word};
    return Error{Errc::invalid, "query value status=" + status + ": want one of " + want};
  }
  FRESHET_TRY(const std::vector<bool> marks, wanted(view, call.query("select"), status));
  const auto by_key = view.catalog->by_key();
  auto at = by_key.begin();
  if (const std::string cursor = call.query("cursor"); !cursor.empty()) {
    FRESHET_TRY(const std::string last, decode_cursor(call.list_name(), cursor));
    at = std::ranges::upper_bound(by_key, std::string_view{last}, {}, [&](Rank rank) {
      return std::string_view{view.graph().asset(rank).key};
    });
  }
  AssetList out{.total = static_cast<std::size_t>(std::ranges::count(marks, true))};
  for (; at != by_key.end(); ++at) {
    if (!marks[at->value]) continue;
    if (out.ranks.size() == limit) {
      out.next_cursor = encode_cursor(call.list_name(), view.graph().asset(out.ranks.back()).key);
      break;
    }
    out.ranks.push_back(*at);
  }
  return out;
}

void fail_list(Call& call, const Error& error) {
  Problem problem = to_problem(error);
  if (error.code == Errc::invalid) problem = {.code = "query_invalid", .detail = problem.detail};
  if (error.code == Errc::not_found) problem.status = 422, problem.code = "asset_unknown";
  call.fail(problem);
}

void list_assets(const CallPtr& call) {
  const auto limit = call->number("limit", 100, 1'000);
  if (!limit) return call->fail_query(limit.error());
  send_rendered(call, etag_of(call->view.snapshot->sequence),
                [call, limit = *limit] { return assets_page(*call, limit); });
}

void get_graph(const CallPtr& call) {
  send_rendered(call, etag_of(call->view.catalog->since()),
                [view = call->view]() -> Result<std::string> { return graph_text(view); });
}

}  // namespace freshet::api
