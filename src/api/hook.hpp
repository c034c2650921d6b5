// What a webhook's body says of its asset: events, by the source's rules.
#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/engine.hpp"
#include "http/message.hpp"

namespace freshet::api {

struct HookReading {
  /// Those that cannot be read have an error; what is not of the source's format is a single one.
  std::vector<input::Event> events;
  std::size_t ignored{};  ///< Parts that do not match, or are no news of data.
};

/// Reads what was sent to `asset`, whose source is a webhook.  What the format says stands for what
/// the definition leaves out:
/// - cloudevents: id and source; data.data_version and data.partition, as POST events reads them;
/// - s3: a record each of AWS and MinIO, created or removed objects; the object's key with its
///   version or ETag as data version, and its key and sequencer, where there is one, as id; also
///   as Amazon SNS passes them on, which an event with an error asks people to confirm;
/// - github: X-GitHub-Delivery as id, the commit of a push as data version; a ping is no news;
/// - alertmanager: an alert each; its fingerprint, status and start as id and data version.
/// Of a form (application/x-www-form-urlencoded) its field `payload` is read.  What was signed
/// together with its time and has no id gets one, see signed_id.  Pure; any thread.
[[nodiscard]] HookReading read_hook(const AssetDefinition& asset, const http::Headers& headers,
                                    std::string_view body);

/// The same of what was kept with an event: one part of such a body, or all of it if it could not
/// be read, with the headers that its rules named; the others are gone, and what was asked of them
/// held.
[[nodiscard]] HookReading reread_hook(const AssetDefinition& asset, std::string_view kept);

}  // namespace freshet::api
