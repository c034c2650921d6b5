#include "api/intake.hpp"

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/body_reader.hpp"
#include "api/cloud_event.hpp"
#include "api/json_text.hpp"
#include "api/problem.hpp"
#include "base/text.hpp"
#include "freshet/definitions.hpp"
#include "freshet/engine.hpp"
#include "freshet/result.hpp"
#include "http/message.hpp"

namespace freshet::api {

std::vector<ColumnVersion> columns_of(BodyReader& body) {
  std::vector<ColumnVersion> out;
  for (auto& [name, version] : body.pairs("columns"))
    out.push_back({std::move(name), DataVersion{version_hash(version)}});
  return out;
}

namespace {

Intake read_plain(const Json& json, const std::string& pointer, std::vector<Fault>& faults) {
  using Kind = input::Event::Kind;
  BodyReader body{json, pointer, faults};
  body.expect_only({"kind", "asset", "partition", "data_version", "columns", "metadata", "id",
                    "name", "passed", "severity"});
  input::Event event{.source = "api"};
  event.asset = body.required("asset");
  event.partition = body.text("partition");
  event.id = body.text("id");
  event.data_version = body.text_or_number("data_version");
  event.columns = columns_of(body);
  if (const Json* metadata = body.object("metadata")) event.metadata = dump(*metadata);
  const std::string kind = body.text("kind");
  if (kind == "materialization") {
    event.kind = Kind::materialization;
  } else if (kind == "observation") {
    event.kind = Kind::observation;
  } else if (kind == "check") {
    event.kind = Kind::check;
    event.check = body.required("name");
    const auto passed = body.flag("passed");
    if (!body.has("passed")) body.fault("passed", "is missing: want true or false");
    event.passed = passed.value_or(false);
    const std::string severity = body.text("severity");
    if (severity == "warn") {
      event.severity = CheckSeverity::warn;
    } else if (!severity.empty() && severity != "error") {
      body.fault("severity", "want \"warn\" or \"error\"");
    }
  } else if (body.has("kind")) {
    body.fault("kind", "want \"materialization\", \"observation\" or \"check\"");
  }
  event.body = dump(json);
  Intake out{.asset = event.asset};
  out.event = std::move(event);
  return out;
}

enum class Form : std::uint8_t { plain, structured, batched, binary, unknown };

std::string media_type(const http::Headers& headers) {
  const auto header = http::find_header(headers, "content-type").value_or("");
  std::string media{trim(header.substr(0, header.find(';')))};
  for (char& c : media) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return media;
}

Form form_of(const http::Headers& headers) {
  const std::string media = media_type(headers);
  if (media == "application/cloudevents+json") return Form::structured;
  if (media == "application/cloudevents-batch+json") return Form::batched;
  if (media.starts_with("application/cloudevents")) return Form::unknown;
  for (const auto& [name, value] : headers) {
    if (name.starts_with("ce-")) return Form::binary;
  }
  return media.empty() || media == "application/json" ? Form::plain : Form::unknown;
}

/// The attributes from the headers, and the data from the body.
Result<Json> gather_binary(const http::Headers& headers, std::string_view body) {
  Json event = Json::object();
  for (const auto& [name, value] : headers) {
    if (!name.starts_with("ce-")) continue;
    auto text = decode_attribute(value);
    if (!text) {
      return Error{Errc::invalid, "header " + name + ": not UTF-8, percent-encoded"};
    }
    event[name.substr(3)] = *std::move(text);
  }
  const std::string media = media_type(headers);
  if (!body.empty() && (media == "application/json" || media.ends_with("+json"))) {
    FRESHET_TRY(event["data"], parse_json(body));
  }
  return fine(std::move(event));
}

Problem malformed(std::string detail) {
  return {.code = "malformed_event", .detail = std::move(detail)};
}

}  // namespace

IntakeResult read_events(const http::Headers& headers, std::string_view body,
                         std::string_view asset) {
  const Form form = form_of(headers);
  if (form == Form::unknown) {
    return {.items = {},
            .problem = Problem{.status = 415,
                               .code = "unsupported_media_type",
                               .detail = "want application/json, application/cloudevents+json, "
                                         "application/cloudevents-batch+json, or ce- headers"}};
  }
  Result<Json> json = form == Form::binary ? gather_binary(headers, body) : parse_json(body);
  if (!json) return {.items = {}, .problem = malformed(json.error().message)};

  const bool is_list = json->is_array();
  if (is_list ? form == Form::structured || form == Form::binary
              : form == Form::batched || !json->is_object()) {
    return {.items = {},
            .problem = malformed(form == Form::batched      ? "want a list of CloudEvents"
                                 : form == Form::structured ? "want a CloudEvent: a JSON object"
                                                            : "want a report or a list of them")};
  }
  const std::size_t count = is_list ? json->size() : 1;
  if (count > events_max) {
    return {.items = {},
            .problem = Problem{
                .status = 413,
                .code = "too_many_events",
                .detail = "want at most " + std::to_string(events_max) + " events in one request"}};
  }
  IntakeResult out;
  std::vector<Fault> faults;
  for (std::size_t i = 0; i < count; ++i) {
    const Json& item = is_list ? (*json)[i] : *json;
    const std::string pointer = is_list ? '/' + std::to_string(i) : "";
    if (!item.is_object()) {
      faults.push_back({pointer, "want an object"});
    } else if (form != Form::plain || item.contains("specversion")) {
      out.items.push_back(read_cloud_event(item, pointer, asset, faults));
    } else if (!asset.empty()) {
      faults.push_back({pointer, "want a CloudEvent, which has a specversion"});
    } else {
      out.items.push_back(read_plain(item, pointer, faults));
    }
  }
  if (!faults.empty()) {
    out.items.clear();
    out.problem = malformed((faults.front().pointer.empty() ? "" : faults.front().pointer + ": ") +
                            faults.front().detail);
    out.problem->errors = std::move(faults);
  }
  return out;
}

std::optional<std::string> decode_attribute(std::string_view value) {
  std::string out;
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (value[at] != '%') {
      out += value[at];
      continue;
    }
    const auto byte = hex_decode(value.substr(at + 1, 2));
    if (!byte || byte->size() != 1) return std::nullopt;
    out += *byte;
    at += 2;
  }
  if (!is_utf8(out)) return std::nullopt;
  return out;
}

}  // namespace freshet::api
