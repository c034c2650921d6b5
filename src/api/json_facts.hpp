// How a fact looks as JSON: the fields that `describe` names, with keys for ids and words for
// enums.
#pragma once
#include <nlohmann/json_fwd.hpp>

#include "api/json_text.hpp"
#include "api/view.hpp"
#include "freshet/facts.hpp"
#include "freshet/rows.hpp"

namespace freshet::api {

/// `id` (the sequence, as text), `at`, `type` (the fact's kind), then its fields.  A member is
/// `asset` and `partition`, a step `run` and `step`; hashes are left out.  Any thread.
[[nodiscard]] Json fact_json(const FactRecord& record, Names& names);

/// As `GET events` shows it: with `kind` materialization, observation, check or rejected.
[[nodiscard]] Json event_json(const FactRecord& record, Names& names);

/// Of fact::Alerted; what came of telling people of it is a question of its own.
[[nodiscard]] Json alert_json(const FactRecord& record, Names& names);
/// Of one that is open.
[[nodiscard]] Json open_alert_json(const AlertRow& row, Names& names);

/// Without its tree, which is a question of its own.
[[nodiscard]] Json decision_json(const FactRecord& record, Names& names);

}  // namespace freshet::api
