// What a webhook's body says of its asset: events, by the source's rules.
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "api/problem.hpp"
#include "freshet/definitions.hpp"
#include "freshet/engine.hpp"
#include "http/message.hpp"

namespace freshet::api {

struct HookReading {
  std::vector<input::Event> events;  ///< Those that cannot be read have an error.
  std::size_t ignored{};             ///< Parts that do not match, or are no news of data.
  std::optional<Problem> problem;    ///< Nothing is taken in: it is not of the source's format.
};

/// Reads what was sent to `asset`, whose source is a webhook.  What the format says stands for what
/// the definition leaves out:
/// - cloudevents: id and source; data.data_version and data.partition, as POST events reads them;
/// - s3: a record each of AWS and MinIO, created or removed objects; the object's key with its
///   version or ETag as data version, and its key and sequencer, where there is one, as id;
/// - github: X-GitHub-Delivery as id, the commit of a push as data version; a ping is no news;
/// - alertmanager: an alert each; its fingerprint, status and start as id and data version.
/// What was signed together with its time and has no id gets one, see signed_id.  Pure; any thread.
[[nodiscard]] HookReading read_hook(const AssetDefinition& asset, const http::Headers& headers,
                                    std::string_view body);

/// The same of one part of such a body, as it was kept with an event: with the headers that gave it
/// its partition, version or id; the others are gone, and what was asked of them held.
[[nodiscard]] HookReading read_hook_part(const AssetDefinition& asset, std::string_view part);

}  // namespace freshet::api
