// A page of facts as a list's answer.
#pragma once
#include <functional>
#include <nlohmann/json_fwd.hpp>

#include "api/call.hpp"
#include "freshet/history.hpp"

namespace freshet::api {

/// Reads a page by the request's `cursor`, `limit` and `upto`, an event's id, and answers {items,
/// next_cursor}.  The query says which facts; its bounds and limit are set here.
void send_facts(const CallPtr& call, FactQuery query,
                Json (*to_json)(const FactRecord& record, Names& names));

/// What of such a page is wanted, where its query cannot say that.
struct FactsAs {
  std::function<Json(const FactRecord& record, Names& names, Reader& reader)> to_json;
  /// Facts of these kinds, of whatever asset, stand among those of the query's asset.
  KindSet also{};
  /// Given: many facts may be read for a page, which may still be short, or empty.
  std::function<bool(const FactRecord& record)> is_wanted;
};
void send_facts(const CallPtr& call, FactQuery query, FactsAs as);

}  // namespace freshet::api
