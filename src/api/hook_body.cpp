#include "api/hook_body.hpp"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <utility>

#include "api/intake.hpp"
#include "base/text.hpp"

namespace freshet::api {
namespace {

constexpr const char* kept_headers = "#headers";
constexpr const char* kept_part = "#body";
constexpr const char* kept_whole = "#whole";  ///< As text, since it need not be JSON.
constexpr const char* kept_is_cut = "#cut";
constexpr std::size_t kept_bytes_max = 60'000;  ///< The engine keeps 64 KiB of an event.

constexpr std::string_view form_type = "application/x-www-form-urlencoded";

Json object_of(const http::Headers& headers) {
  Json out = Json::object();
  for (const auto& [name, value] : headers) out[name] = value;
  return out;
}

std::string string_in(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

}  // namespace

std::optional<std::string> form_payload(const http::Headers& headers, std::string_view body) {
  const auto type = http::find_header(headers, "content-type");
  if (!type || trim(type->substr(0, type->find(';'))) != form_type) return std::nullopt;
  // curl calls JSON a form, too, if it is not told what it sends.
  const std::string_view text = trim(body);
  if (text.starts_with('{') || text.starts_with('[')) return std::nullopt;
  constexpr std::string_view field = "payload=";
  for (const std::string_view each : split(text, '&')) {
    if (!each.starts_with(field)) continue;
    std::string value{each.substr(field.size())};
    std::ranges::replace(value, '+', ' ');
    return decode_attribute(value);
  }
  return std::nullopt;
}

bool is_sns(const Json& json) {
  return json.is_object() && !string_in(json, "Type").empty() &&
         !string_in(json, "TopicArn").empty();
}

std::string wanted_by_sns(const Json& envelope) {
  const std::string type = string_in(envelope, "Type");
  if (type == "Notification") return "";
  const std::string topic = string_in(envelope, "TopicArn");
  const std::string url = string_in(envelope, "SubscribeURL");
  const std::string visit =
      url.starts_with("https://") ? "open " + url : "open the SubscribeURL that it sent";
  if (type == "SubscriptionConfirmation") {
    return "Amazon SNS asks whether " + topic +
           " may send here, and sends nothing until somebody confirms it: " + visit;
  }
  if (type == "UnsubscribeConfirmation") {
    return "Amazon SNS sends nothing of " + topic +
           " any more, since the subscription was ended; to have it again, " + visit;
  }
  return "want a notification of Amazon SNS, not a \"" + type + '"';
}

std::string keep_part(const http::Headers& headers, const Json& part) {
  if (headers.empty()) return dump(part);
  return dump(Json{{kept_headers, object_of(headers)}, {kept_part, part}});
}

std::string keep_whole(const http::Headers& headers, std::string_view body) {
  Json out{{kept_headers, object_of(headers)}};
  // As JSON it is longer, and by how much depends on what it is.
  for (std::size_t size = std::min(body.size(), kept_bytes_max);; size /= 2) {
    out[kept_whole] = body.substr(0, size);
    if (size < body.size()) out[kept_is_cut] = true;
    std::string text = dump(out);
    if (text.size() <= kept_bytes_max || size == 0) return text;
  }
}

KeptHook read_kept_hook(std::string_view text) {
  KeptHook out{.headers = {}, .text = std::string{text}};
  const auto json = parse_json(text);
  if (!json || !json->is_object() || !json->contains(kept_headers)) return out;
  const Json& headers = (*json)[kept_headers];
  const bool is_whole = json->contains(kept_whole) && (*json)[kept_whole].is_string();
  const bool is_cut = is_whole && json->contains(kept_is_cut);
  const std::size_t size = is_cut ? 3 : 2;
  if (json->size() != size || !headers.is_object() || (!is_whole && !json->contains(kept_part)))
    return out;
  for (const auto& [name, value] : headers.items()) {
    if (value.is_string()) out.headers.emplace_back(name, value.get<std::string>());
  }
  out.text = is_whole ? (*json)[kept_whole].get<std::string>() : dump((*json)[kept_part]);
  out.is_whole = is_whole;
  out.is_cut = is_cut;
  return out;
}

}  // namespace freshet::api
