// A page of facts as a list's answer.
#pragma once
#include <nlohmann/json_fwd.hpp>

#include "api/call.hpp"
#include "freshet/history.hpp"

namespace freshet::api {

/// Reads a page by the request's `cursor`, `limit` and `upto`, an event's id, and answers {items,
/// next_cursor}.  The query says which facts; its bounds and limit are set here.
void send_facts(const CallPtr& call, FactQuery query,
                Json (*to_json)(const FactRecord& record, Names& names));

}  // namespace freshet::api
