// What news from outside led to: the requests of what depends on it.
#pragma once
#include <nlohmann/json_fwd.hpp>

#include "api/json_text.hpp"
#include "api/view.hpp"
#include "freshet/facts.hpp"
#include "freshet/history.hpp"

namespace freshet::api {

/// As event_json, with `effects`: [{run, backfill, assets, count, withheld, later}], what was
/// decided in the very moment in which it was taken in; else what first read it, or of what is cut,
/// one of the partitions that it is about.
Json event_with_effects(const FactRecord& event, Names& names, Reader& reader);

}  // namespace freshet::api
