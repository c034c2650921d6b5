// Bodies of webhooks, of every format: either events of their asset, whose parts are read again, or
// a problem that says what is wrong.  An input is a line "FORMAT RULES", a digit each, headers,
// "name: value" a line, an empty line, the body.
#include "api/hook.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "api/hook_body.hpp"
#include "api/intake.hpp"
#include "api/json_text.hpp"
#include "base/text.hpp"
#include "fuzz.hpp"

namespace freshet::api {
namespace {

using fuzz::require;

/// What its definition says, from nothing at all to all there is.
AssetDefinition hook(std::uint8_t format, std::uint8_t rules) {
  AssetDefinition out;
  out.key = "ref/rates", out.external = true;
  out.source.kind = SourceKind::webhook;
  WebhookSource& source = out.source.webhook;
  source.format = static_cast<WebhookSource::Format>(format % 5);
  source.signature = static_cast<WebhookSource::Signature>(rules % 5);
  if ((rules & 1U) != 0) source.each = "$.rows";
  if ((rules & 2U) != 0) source.partition = "$.day", source.data_version = "header:x-version";
  if ((rules & 4U) != 0) source.id = "header:x-id", source.match = {{"header:x-env", {"prod"}}};
  return out;
}

bool is_text(const http::Headers& headers, std::string_view body) {
  return is_utf8(body) && std::ranges::all_of(headers, [](const auto& header) {
           return is_utf8(header.first) && is_utf8(header.second);
         });
}

void judge(fuzz::Input input) {
  const std::string line = input.line();
  const auto digit = [&](std::size_t at) {
    return static_cast<std::uint8_t>(at < line.size() ? line[at] - '0' : 0);
  };
  const AssetDefinition asset = hook(digit(0), digit(1));
  http::Headers headers;
  for (std::string each = input.line(); !each.empty(); each = input.line()) {
    const std::size_t colon = each.find(':');
    if (colon == std::string::npos) continue;
    headers.emplace_back(each.substr(0, colon),
                         std::string{trim(std::string_view{each}.substr(colon + 1))});
  }
  const std::string& body = input.rest();
  const HookReading reading = read_hook(asset, headers, body);
  require(reading.events.size() + reading.ignored <= events_max,
          "a request has not too many events", body);
  for (const input::Event& event : reading.events) {
    require(event.asset == asset.key && event.source == asset.key, "an event is of its asset",
            body);
    require(parse_json(event.body).has_value(), "what is kept of an event is JSON", event.body);
    const KeptHook kept = read_kept_hook(event.body);
    if (kept.is_whole && !is_text(headers, body)) continue;  // what is kept is JSON
    if (kept.is_cut) continue;
    const HookReading again = reread_hook(asset, event.body);
    require(again.events.size() == 1, "what is kept is an event", event.body);
    const input::Event& same = again.events.front();
    if (event.error.starts_with("id ")) continue;  // that header is not missed any more
    if (!is_utf8(event.data_version)) continue;    // what is kept is JSON
    require(same.error == event.error && same.partition == event.partition &&
                same.data_version == event.data_version,
            "what is kept is the same event", event.body);
  }
}

}  // namespace
}  // namespace freshet::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  freshet::api::judge({data, size});
  return 0;
}
