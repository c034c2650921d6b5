#include "api/hook.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "api/hook_signature.hpp"
#include "api/intake.hpp"
#include "api/json_text.hpp"
#include "base/text.hpp"
#include "model/field_path.hpp"
#include "model/field_value.hpp"
#include "model/partition/text.hpp"

namespace freshet::api {
namespace {

using Format = WebhookSource::Format;

constexpr const char* kept_headers = "#headers";  ///< Of what is kept of a part: those it needs …
constexpr const char* kept_body = "#body";        ///< … and the part.

/// One part of a body, with what its format says of it.
struct Part {
  const Json* json;
  std::string partition, data_version, id;
  bool is_news{true};
};

std::string text_at(const Json& json, std::string_view path) {
  const auto field = parse_field_path(path);
  FRESHET_ASSERT(field);
  return text_in(&json, field->steps).value_or("");
}

/// The header that a field of the definition names, in lower case.
std::optional<std::string> header_of(const std::string& field) {
  const auto path = parse_field_path(field);
  if (!path || path->kind != FieldPath::Kind::header) return std::nullopt;
  std::string name = path->name;
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name;
}

/// Of the definition; those of a definition that was loaded can be parsed.
std::optional<std::string> value_of(const std::string& field, const http::Headers& headers,
                                    const Json& json) {
  if (const auto header = header_of(field)) {
    const auto found = http::find_header(headers, *header);
    return found ? std::optional{std::string{*found}} : std::nullopt;
  }
  const auto path = parse_field_path(field);
  return path ? text_in(&json, path->steps) : std::nullopt;
}

class HookReader {
 public:
  HookReader(const AssetDefinition& asset, const http::Headers& headers)
      : asset_{asset}, source_{asset.source.webhook}, headers_{headers} {}

  HookReading read(std::string_view body) && {
    signed_id_ = signed_id(source_, headers_, body);
    if (source_.format == Format::cloudevents) {
      read_cloud_events(body);
      return std::move(out_);
    }
    const auto json = parse_json(body);
    if (!json) {
      refuse(json.error().message);
      return std::move(out_);
    }
    switch (source_.format) {
      case Format::json:
      case Format::cloudevents:
        each_of(*json, [&](const Json& one) { take({.json = &one}); });
        break;
      case Format::github:
        read_github(*json);
        break;
      case Format::s3:
        read_s3(*json);
        break;
      case Format::alertmanager:
        read_alerts(*json);
        break;
    }
    return std::move(out_);
  }

  HookReading read_part(std::string_view text) && {
    is_part_ = true;
    const auto json = parse_json(text);
    if (source_.format == Format::cloudevents) {
      read_cloud_events(text);
    } else if (!json) {
      refuse(json.error().message);
    } else if (source_.format == Format::s3) {
      take_record(*json);
    } else if (source_.format == Format::alertmanager) {
      take_alert(*json);
    } else {
      take({.json = &*json, .data_version = github_version(*json)});
    }
    return std::move(out_);
  }

 private:
  void refuse(std::string detail) {
    out_.problem = Problem{.status = 422, .code = "malformed_event", .detail = std::move(detail)};
  }

  /// The members of the list that `each` names; else the body.
  template <class Take>
  void each_of(const Json& json, Take take) {
    if (source_.each.empty()) return take(json);
    const auto path = parse_field_path(source_.each);
    const Json* list = path ? find_in(&json, path->steps) : nullptr;
    if (list == nullptr || !list->is_array())
      return refuse("each: there is no list at " + source_.each);
    each_in(*list, source_.each, take);
  }

  template <class Take>
  void each_in(const Json& list, const std::string& name, Take take) {
    if (list.size() > events_max) {
      return refuse(name + ": want at most " + std::to_string(events_max) + " events, not " +
                    std::to_string(list.size()));
    }
    for (const Json& one : list) take(one);
  }

  void read_github(const Json& json) {
    const auto header = [&](std::string_view name) {
      return std::string{http::find_header(headers_, name).value_or("")};
    };
    each_of(json, [&](const Json& one) {
      take({.json = &one,
            .data_version = github_version(one),
            .id = source_.each.empty() ? header("x-github-delivery") : "",
            .is_news = header("x-github-event") != "ping"});
    });
  }

  /// The commit of a push.
  [[nodiscard]] std::string github_version(const Json& json) const {
    return source_.format == Format::github ? text_at(json, "$.after") : "";
  }

  void read_alerts(const Json& json) {
    const auto alerts = json.is_object() ? json.find("alerts") : json.end();
    if (alerts == json.end() || !alerts->is_array())
      return refuse("want Alertmanager's body: an object with the list \"alerts\"");
    each_in(*alerts, "alerts", [&](const Json& alert) { take_alert(alert); });
  }

  void take_alert(const Json& alert) {
    const std::string state = text_at(alert, "$.fingerprint") + ':' + text_at(alert, "$.status") +
                              ':' + text_at(alert, "$.startsAt");
    take({.json = &alert, .data_version = state, .id = state});
  }

  void read_s3(const Json& json) {
    if (text_at(json, "$.Event") == "s3:TestEvent") {
      ++out_.ignored;
      return;
    }
    const auto records = json.is_object() ? json.find("Records") : json.end();
    if (records == json.end() || !records->is_array())
      return refuse("want a notification of S3: an object with the list \"Records\"");
    each_in(*records, "Records", [&](const Json& record) { take_record(record); });
  }

  void take_record(const Json& record) {
    const std::string name = text_at(record, "$.eventName");
    const bool is_news = name.find("ObjectCreated") != std::string::npos ||
                         name.find("ObjectRemoved") != std::string::npos;
    const std::string key = text_at(record, "$.s3.object.key");
    std::string version = text_at(record, "$.s3.object.versionId");
    if (version.empty() || version == "null") version = text_at(record, "$.s3.object.eTag");
    // Objects with one content have one ETag: only with its key it says which one came.
    if (!version.empty()) version.insert(0, key + ' ');
    // Without a sequencer nothing tells two writes of one object apart.
    const std::string sequencer = text_at(record, "$.s3.object.sequencer");
    take({.json = &record,
          .data_version = std::move(version),
          .id = sequencer.empty() ? ""
                                  : text_at(record, "$.s3.bucket.name") + '/' + key + ' ' +
                                        sequencer + ' ' + name,
          .is_news = is_news});
  }

  void read_cloud_events(std::string_view body) {
    // A part is structured, whatever it came as.
    IntakeResult read = read_events(is_part_ ? http::Headers{} : headers_, body, asset_.key);
    if (read.problem) {
      out_.problem = std::move(read.problem);
      return;
    }
    for (const Intake& item : read.items) {
      const input::Event& event = *item.event;
      const Json json = Json::parse(event.body, nullptr, false);
      take({.json = &json,
            .partition = event.partition,
            .data_version = event.data_version,
            .id = event.source + ' ' + event.id});
    }
  }

  void take(Part part) {
    const std::size_t number = taken_++;
    if (!part.is_news || !matches(*part.json)) {
      ++out_.ignored;
      return;
    }
    if (part.id.empty() && !signed_id_.empty())
      part.id = number == 0 ? signed_id_ : signed_id_ + ' ' + std::to_string(number);
    input::Event event{.kind = input::Event::Kind::observation,
                       .asset = asset_.key,
                       .partition = std::move(part.partition),
                       .data_version = std::move(part.data_version),
                       .source = asset_.key,
                       .id = std::move(part.id),
                       .body = kept(*part.json)};
    set(event, "partition", source_.partition, event.partition, *part.json);
    set(event, "data_version", source_.data_version, event.data_version, *part.json);
    // Of a part whose headers were not kept, its replay has an id of its own.
    const auto header = is_part_ ? header_of(source_.id) : std::nullopt;
    if (!header || http::find_header(headers_, *header))
      set(event, "id", source_.id, event.id, *part.json);
    if (!event.partition.empty() && event.error.empty()) place(event);
    out_.events.push_back(std::move(event));
  }

  /// What is to be read again, if the event is rejected: with the headers that its rules name.
  [[nodiscard]] std::string kept(const Json& json) const {
    Json headers = Json::object();
    for (const std::string& field : {source_.partition, source_.data_version, source_.id}) {
      const auto name = field.empty() ? std::nullopt : header_of(field);
      const auto value = name ? http::find_header(headers_, *name) : std::nullopt;
      if (value) headers[*name] = *value;
    }
    if (headers.empty()) return dump(json);
    return dump(Json{{kept_headers, std::move(headers)}, {kept_body, json}});
  }

  [[nodiscard]] bool matches(const Json& json) const {
    return std::ranges::all_of(source_.match, [&](const auto& each) {
      if (is_part_ && each.first.starts_with("header:")) return true;
      const auto value = value_of(each.first, headers_, json);
      return value && std::ranges::find(each.second, *value) != each.second.end();
    });
  }

  void set(input::Event& event, std::string_view name, const std::string& field, std::string& out,
           const Json& json) {
    if (field.empty() || !event.error.empty()) return;
    auto value = value_of(field, headers_, json);
    if (value && !value->empty()) {
      out = *std::move(value);
    } else {
      event.error = std::string{name} + ' ' + field + " is not in what was sent";
    }
  }

  /// A time or a date means the window in which it lies.
  void place(input::Event& event) const {
    const auto partitions = PartitionText::make(asset_.partitions);
    const auto key = partitions ? partitions->read(event.partition) : partitions.error();
    if (key) {
      event.partition = key->text;
    } else {
      event.error = "partition " + source_.partition + " is " + key.error().message;
    }
  }

  const AssetDefinition& asset_;
  const WebhookSource& source_;
  const http::Headers& headers_;
  bool is_part_{false};
  std::string signed_id_;  ///< "": none.
  std::size_t taken_{};    ///< Parts so far.
  HookReading out_;
};

}  // namespace

HookReading read_hook(const AssetDefinition& asset, const http::Headers& headers,
                      std::string_view body) {
  return HookReader{asset, headers}.read(body);
}

HookReading read_hook_part(const AssetDefinition& asset, std::string_view part) {
  http::Headers headers;
  const auto json = parse_json(part);
  const bool has_headers = json && json->is_object() && json->size() == 2 &&
                           json->contains(kept_headers) && json->contains(kept_body) &&
                           (*json)[kept_headers].is_object();
  if (!has_headers) return HookReader{asset, headers}.read_part(part);
  for (const auto& [name, value] : (*json)[kept_headers].items()) {
    if (value.is_string()) headers.emplace_back(name, value.get<std::string>());
  }
  return HookReader{asset, headers}.read_part(dump((*json)[kept_body]));
}

}  // namespace freshet::api
