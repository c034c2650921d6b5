#include "api/openapi.hpp"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "api/gate.hpp"
#include "api/json_text.hpp"
#include "api/route.hpp"
#include "base/text.hpp"
#include "freshet/result.hpp"

namespace freshet::api {
namespace {

struct QueryValue {
  std::string_view name;
  std::string_view type;
  std::string_view description;
};

constexpr QueryValue query_values[] = {
    {"select", "string",
     "A selection: `+marts/revenue and not tag:pii`, `status:late`, `partitions:daily`."},
    {"status", "string",
     "Of assets, a word that `status:` takes in a selection; of runs several, by commas."},
    {"token", "string", "The source's token, of senders that cannot set a header."},
    {"cause", "string", "`automation`, `person` or `retry`, several by commas."},
    {"error", "string", "Only runs with a failed step of this `fingerprint`; see /failures."},
    {"px", "integer", "Columns at most: as many as there are pixels."},
    {"rows", "integer", "Rows at most."},
    {"row_filter", "string", "Only rows whose name contains this."},
    {"asset", "string", "Only runs that have a step of this asset; only events of it, or of several, by commas."},
    {"backfill", "string", "Only runs of this backfill; `none`: only those of no backfill."},
    {"state", "string", "Only those: `missing`, `fresh`, `stale`, `failed` or `in_progress`."},
    {"partition", "string", "Key of a partition; the newest by default."},
    {"partitions", "string", "Only those: keys, ranges and `*`, as `2026-01-01...2026-01-31`."},
    {"order", "string", "`ascending` or `descending`."},
    {"upto", "integer", "Id of an event: nothing later is told of."},
    {"day", "string", "`YYYY-MM-DD`; the present day by default."},
    {"days", "integer", "How many days, up to 60, of which `day` is the last."},
    {"timezone", "string", "In which days begin and end, such as `Europe/Vienna`; else UTC."},
    {"limit", "integer", "Items at most."},
    {"count", "boolean", "`0`: stop at the limit instead of counting further."},
    {"cursor", "string",
     "Of a list, `next_cursor` of the page before; of a selection, a place in it, in characters."},
    {"text", "string", "A selection, as far as it is written."},
    {"ranks", "boolean", "Also which assets these are."},
    {"wait", "integer", "Seconds to wait at most, up to 60, for it to end."},
    {"until", "string", "What to wait for: `terminal`."},
    {"stream", "string",
     "`stdout`, `stderr`, or both in one order with `both`; `lines` has both by default, others "
     "`stdout`."},
    {"attempt", "integer", "From 1; the latest by default."},
    {"from_line", "integer", "The first line, from 1; of `lines` also from the end, as -100."},
    {"level", "string",
     "Only lines at least as serious: `debug`, `info`, `warning` or `error`, as guessed from the "
     "text."},
    {"regex", "boolean", "`q` is a regular expression, as RE2 has them."},
    {"case", "boolean", "With 0, upper and lower case are the same."},
    {"follow", "boolean",
     "Go on as server-sent events `lines` and `end` until the step has ended."},
    {"q", "string", "The text to find."},
    {"rejected", "boolean", "Only reports that could not be used."},
    {"kind", "string",
     "Only such: `materialization`, `observation`, `check` or `rejected`, several by commas."},
    {"effects", "boolean", "Also what each led to, as `effects`."},
    {"topics", "string",
     "By commas: `asset:KEY`, `asset:GLOB`, `run:ID`, `run:*`, `backfill:ID`, `backfill:*`, "
     "`alerts`, `definitions`."},
    {"from", "string",
     "Where to begin: of a time an instant, of a layout an asset's key, of the stream a sequence "
     "after which to go on; so does the header Last-Event-ID."},
    {"to", "string", "Where to end: an instant, or a key of an asset or a partition."},
    {"codes", "boolean", "Numbers instead of words and instants, for who draws many assets."},
    {"focus", "string", "Key of the asset whose neighbourhood is drawn."},
    {"up", "integer", "Levels upstream of the focus; 2 by default."},
    {"down", "integer", "Levels downstream of the focus; 2 by default."},
    {"impact", "string", "Key of the asset of which all that is downstream is drawn."},
    {"view", "string",
     "The whole graph: `all` of it, or an `overview` of its groups. Partitions: a `list`, or counted "
     "in `bars`."},
    {"fold", "boolean", "With 0, assets that are alike are not drawn as a stack."},
    {"compact", "boolean", "Smaller cards."},
    {"ticket", "string", "As `freshet open` got it."},
};

Json parameter_json(std::string_view name) {
  const auto found = std::ranges::find(query_values, name, &QueryValue::name);
  FRESHET_ASSERT(found != std::end(query_values));
  return {{"name", name},
          {"in", "query"},
          {"description", found->description},
          {"schema", {{"type", found->type}}}};
}

/// "/api/v1/assets/{key...}" → "/api/v1/assets/{key}".
std::string path_of(std::string_view pattern) {
  std::string path{pattern};
  if (const std::size_t rest = path.find("...}"); rest != std::string::npos) path.erase(rest, 3);
  return path;
}

Json parameters_of(const Route& route) {
  Json out = Json::array();
  for (const std::string_view part : split(route.pattern, '/')) {
    if (!part.starts_with('{')) continue;
    const bool is_key = part.ends_with("...}");
    const std::string_view name = part.substr(1, part.size() - (is_key ? 5 : 2));
    Json parameter{
        {"name", name}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}};
    if (is_key) {
      parameter["description"] = "An asset's key; its slashes are literal, `%2F` is refused.";
    }
    out.push_back(std::move(parameter));
  }
  if (!route.query.empty()) {
    for (const std::string_view name : split(route.query, ',')) out.push_back(parameter_json(name));
  }
  if (route.is_repeatable) {
    out.push_back({{"name", "Idempotency-Key"},
                   {"in", "header"},
                   {"description", "The same key with the same request gets the same answer."},
                   {"schema", {{"type", "string"}, {"minLength", 1}, {"maxLength", 255}}}});
  }
  return out;
}

Json schema_ref(std::string_view name) {
  return {{"$ref", "#/components/schemas/" + std::string{name}}};
}

Json content_of(std::string_view response) {
  if (response.find('/') != std::string_view::npos) {
    return {{std::string{response}, {{"schema", {{"type", "string"}}}}}};
  }
  return {{"application/json", {{"schema", schema_ref(response)}}}};
}

Json request_of(const Route& route) {
  Json content{{"application/json", {{"schema", schema_ref(route.request)}}}};
  if (route.request == "EventReports") {
    content["application/cloudevents+json"] = {{"schema", schema_ref("CloudEvent")}};
    content["application/cloudevents-batch+json"] = {
        {"schema", {{"type", "array"}, {"items", schema_ref("CloudEvent")}}}};
  }
  return {{"required", true}, {"content", std::move(content)}};
}

bool is_exempt(const Route& route) {
  return std::ranges::find(exempt_paths, route.pattern) != std::end(exempt_paths);
}

Json operation_of(const Route& route) {
  Json responses = Json::object();
  responses[std::to_string(route.status)] = {{"description", "As asked."},
                                             {"content", content_of(route.response)}};
  if (route.pattern == "/readyz") {
    responses["503"] = {{"description", "Not ready."}, {"content", content_of(route.response)}};
  }
  responses["default"] = {
      {"description", "What is wrong."},
      {"content", {{"application/problem+json", {{"schema", schema_ref("Problem")}}}}}};
  Json out{{"summary", route.summary},
           {"parameters", parameters_of(route)},
           {"responses", std::move(responses)}};
  if (!route.request.empty()) out["requestBody"] = request_of(route);
  if (is_exempt(route)) out["security"] = Json::array();
  return out;
}

}  // namespace

Json openapi_document(std::span<const Route> table) {
  const Json known = schemas();
  Json paths = Json::object();
  for (const Route& route : table) {
    for (const std::string_view name : {route.response, route.request}) {
      const bool is_schema = !name.empty() && name.find('/') == std::string_view::npos;
      FRESHET_ASSERT(!is_schema || known.contains(name));
    }
    std::string method{route.method};
    std::ranges::transform(method, method.begin(),
                           [](char c) { return static_cast<char>(c - 'A' + 'a'); });
    paths[path_of(route.pattern)][method] = operation_of(route);
  }
  return {
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "Freshet"},
        {"version", "1"},
        {"description",
         "Keeps every data asset fresh, the moment its inputs change. Instants are RFC 3339 in "
         "UTC, durations seconds; every answer names in `Freshet-Sequence` the sequence that "
         "it is true at."}}},
      {"security", Json::array({{{"token", Json::array()}}, {{"session", Json::array()}}})},
      {"paths", std::move(paths)},
      {"components",
       {{"schemas", known},
        {"securitySchemes",
         {{"token", {{"type", "http"}, {"scheme", "bearer"}}},
          {"session", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "freshet_INSTANCE"}}}}}}}};
}

}  // namespace freshet::api
