// Where the assets of a drawing stand: part of the graph, or all of it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "api/asset_list.hpp"
#include "api/call.hpp"
#include "api/context.hpp"
#include "api/handlers.hpp"
#include "api/layouts.hpp"
#include "api/text_cache.hpp"
#include "api/view.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"

namespace freshet::api {
namespace {

using Kind = LayoutQuery::Kind;

struct Asked {
  std::string_view name;
  Kind kind;
};
/// The query values that say what is drawn; one of them is given.
constexpr Asked subjects[] = {{"focus", Kind::around},
                              {"from", Kind::between},
                              {"impact", Kind::impact},
                              {"select", Kind::selected},
                              {"view", Kind::all}};

Result<Rank> asset_of(const Call& call, std::string_view name) {
  const std::string key = call.query(name);
  if (key.empty()) {
    return Error{Errc::invalid, "query value " + std::string{name} + ": want an asset's key"};
  }
  const auto rank = call.view.find(key);
  if (!rank) return Error{Errc::not_found, call.view.unknown(key)};
  return *rank;
}

Result<LayoutQuery> query_of(const Call& call) {
  const auto is_given = [&](const Asked& each) {
    return call.target.query_value(each.name).has_value();
  };
  const auto* const asked = std::ranges::find_if(subjects, is_given);
  if (std::ranges::count_if(subjects, is_given) != 1) {
    return Error{Errc::invalid,
                 "layout: want one of focus=KEY, from=KEY with to=KEY, impact=KEY, "
                 "select=EXPRESSION, view=all or view=overview"};
  }
  LayoutQuery out{.kind = asked->kind,
                  .select = call.query("select"),
                  .is_folded = call.query("fold") != "0",
                  .is_compact = call.flag("compact")};
  constexpr std::size_t depth_max = 1'000;
  const std::size_t limit = out.kind == Kind::around ? 150 : 500;
  FRESHET_TRY(out.limit, call.number("limit", limit, LayoutQuery::nodes_max));
  FRESHET_TRY(const std::size_t up, call.number("up", 2, depth_max, 0));
  FRESHET_TRY(const std::size_t down, call.number("down", 2, depth_max, 0));
  if (out.kind == Kind::around) {
    FRESHET_TRY(out.focus, asset_of(call, "focus"));
    out.up = static_cast<std::uint32_t>(up);
    out.down = static_cast<std::uint32_t>(down);
  }
  if (out.kind == Kind::impact) {
    FRESHET_TRY(out.focus, asset_of(call, "impact"));
    out.down = std::numeric_limits<std::uint32_t>::max();
  }
  out.other = out.focus;
  if (out.kind == Kind::between) {
    FRESHET_TRY(out.focus, asset_of(call, "from"));
    FRESHET_TRY(out.other, asset_of(call, "to"));
  }
  if (out.kind == Kind::all) {
    const std::string view = call.query("view");
    if (view != "all" && view != "overview") {
      return Error{Errc::invalid, "query value view=" + view + ": want all or overview"};
    }
    if (view == "overview") out.kind = Kind::overview;
  }
  return out;
}

bool is_whole(const LayoutQuery& query) {
  return query.kind == Kind::all || query.kind == Kind::overview;
}

struct Rendered {
  std::string etag;
  TextCache::Text text;
};

/// For the pool.
Result<Rendered> rendered(const Call& call, const LayoutQuery& query) {
  Context& context = *call.context;
  const auto shape = context.layouts.shape(call.view);
  std::string etag = etag_of(shape->since);
  if (is_whole(query)) {
    auto text = context.texts.get(call.request.target + ' ' + etag,
                                  [&] { return context.layouts.whole(shape, query); });
    return Rendered{std::move(etag), std::move(text)};
  }
  FRESHET_TRY(const PickedPart part, pick_part(call.view, *shape, query));
  std::string shown;
  for (std::size_t i = 0; i < part.nodes.size(); ++i) {
    shown += std::to_string(part.nodes[i].node) + (part.apart[i] ? '!' : ' ');
  }
  etag += '-' + std::to_string(version_hash(shown));
  auto text = context.texts.get(call.request.target + ' ' + etag,
                                [&] { return part_text(*shape, part, query); });
  return Rendered{std::move(etag), std::move(text)};
}

}  // namespace

void get_layout(const CallPtr& call) {
  auto query = query_of(*call);
  if (!query) return fail_list(*call, query.error());
  if (is_whole(*query) && call->is_known(etag_of(call->view.catalog->since()))) return;
  offload<Result<Rendered>>(
      call, [call, query = std::move(*query)] { return rendered(*call, query); },
      [call](const Result<Rendered>& done) {
        if (!done) return fail_list(*call, done.error());
        call->is_kept = true;
        if (!call->is_known(done->etag)) call->send_text(*done->text, done->etag);
      });
}

}  // namespace freshet::api
