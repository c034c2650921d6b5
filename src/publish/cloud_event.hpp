// What happened to an asset as a CloudEvent 1.0, in its JSON form.  Pure, but for reading history.
#pragma once
#include <optional>
#include <string>

#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "publish/origin.hpp"
#include "publish/scope.hpp"

namespace freshet::publish {

struct CloudEvent {
  std::string subject;  ///< Key of the asset.
  std::string body;     ///< Compact JSON.
};
/// nullopt for facts that say nothing of the kind, or of no asset in scope.
[[nodiscard]] Result<std::optional<CloudEvent>> cloud_event(const FactRecord& record,
                                                            const std::string& id,
                                                            const Scope& scope, Reader& history,
                                                            const Origin& origin);

}  // namespace freshet::publish
