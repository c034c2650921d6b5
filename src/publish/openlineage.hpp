// An attempt of a step as an event of OpenLineage 2-0-2.  Pure.
#pragma once
#include <string>
#include <string_view>

#include "publish/attempt.hpp"
#include "publish/origin.hpp"
#include "publish/scope.hpp"

namespace freshet::publish {

/// RFC 9562, version 8: the same for the same text.
[[nodiscard]] std::string uuid_of(std::string_view text);

/// Compact JSON.  The same attempt has the same run id in all its events.
[[nodiscard]] std::string openlineage_event(const Attempt& attempt, const Scope& scope,
                                            const Origin& origin);
/// Its events in one place, in their order.
[[nodiscard]] std::string openlineage_key(const Attempt& attempt, const Scope& scope,
                                          const Origin& origin);

}  // namespace freshet::publish
