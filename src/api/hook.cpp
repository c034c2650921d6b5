#include "api/hook.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "api/hook_body.hpp"
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
    if (!is_replay_) message_id_ = signed_id(source_, headers_, body);
    const auto payload = form_payload(headers_, body);
    read_body(payload ? *payload : body);
    if (!fault_.empty()) reject(body);
    return std::move(out_);
  }

  HookReading reread(const KeptHook& kept) && {
    is_replay_ = true;
    is_part_ = !kept.is_whole;
    if (kept.is_cut) {
      refuse("what was sent is too long to be kept whole: have it sent again");
    } else if (kept.is_whole) {
      return std::move(*this).read(kept.text);
    } else {
      read_part(kept.text);
    }
    if (!fault_.empty()) reject(kept.text);
    return std::move(out_);
  }

 private:
  void read_body(std::string_view body) {
    if (source_.format == Format::cloudevents) return read_cloud_events(body);
    const auto json = parse_json(body);
    if (!json) return refuse(json.error().message);
    switch (source_.format) {
      case Format::json:
      case Format::cloudevents:
        each_of(*json, [&](const Json& one) { take({.json = &one}); });
        break;
      case Format::github:
        read_github(*json);
        break;
      case Format::s3:
        if (is_sns(*json)) return read_sns(*json);
        read_s3(*json);
        break;
      case Format::alertmanager:
        read_alerts(*json);
        break;
    }
  }

  void read_part(std::string_view text) {
    if (source_.format == Format::cloudevents) return read_cloud_events(text);
    const auto json = parse_json(text);
    if (!json) return refuse(json.error().message);
    if (source_.format == Format::s3) {
      take_record(*json);
    } else if (source_.format == Format::alertmanager) {
      take_alert(*json);
    } else {
      take({.json = &*json, .data_version = github_version(*json)});
    }
  }

  void refuse(std::string why) { fault_ = std::move(why); }

  /// What cannot be read is one event, with its reason: to send it again would not help, and here
  /// it can be read once the rules fit.
  void reject(std::string_view body) {
    std::string id = message_id_.empty() ? header("x-github-delivery") : message_id_;
    out_.events = {{.kind = input::Event::Kind::observation,
                    .asset = asset_.key,
                    .source = asset_.key,
                    .id = std::move(id),
                    .body = keep_whole(headers_of_whole(), body),
                    .error = std::move(fault_)}};
  }

  [[nodiscard]] std::string header(std::string_view name) const {
    return std::string{http::find_header(headers_, name).value_or("")};
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

  /// Amazon SNS passes on what a bucket tells, as text.
  void read_sns(const Json& envelope) {
    if (std::string wanted = wanted_by_sns(envelope); !wanted.empty())
      return refuse(std::move(wanted));
    if (message_id_.empty()) message_id_ = text_at(envelope, "$.MessageId");
    const auto json = parse_json(text_at(envelope, "$.Message"));
    if (!json) return refuse("Message of Amazon SNS: " + json.error().message);
    read_s3(*json);
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
    if (read.problem) return refuse(std::move(read.problem->detail));
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
    if (part.id.empty() && !message_id_.empty())
      part.id = number == 0 ? message_id_ : message_id_ + ' ' + std::to_string(number);
    input::Event event{.kind = input::Event::Kind::observation,
                       .asset = asset_.key,
                       .partition = std::move(part.partition),
                       .data_version = std::move(part.data_version),
                       .source = asset_.key,
                       .id = std::move(part.id),
                       .body = keep_part(headers_of_rules(), *part.json)};
    set(event, "partition", source_.partition, event.partition, *part.json);
    set(event, "data_version", source_.data_version, event.data_version, *part.json);
    // Where its header was not kept, a replay has an id of its own.
    const auto name = is_replay_ ? header_of(source_.id) : std::nullopt;
    if (!name || http::find_header(headers_, *name))
      set(event, "id", source_.id, event.id, *part.json);
    if (!event.partition.empty() && event.error.empty()) place(event);
    out_.events.push_back(std::move(event));
  }

  /// Those that rules name: what is rejected is to be read again.
  [[nodiscard]] http::Headers headers_of_rules() const {
    http::Headers out;
    for (const std::string& field : {source_.partition, source_.data_version, source_.id})
      keep(field.empty() ? std::nullopt : header_of(field), out);
    return out;
  }

  /// And those that say what a body is.
  [[nodiscard]] http::Headers headers_of_whole() const {
    http::Headers out = headers_of_rules();
    for (const auto& [field, values] : source_.match) keep(header_of(field), out);
    for (const auto& [name, value] : headers_) {
      const bool is_said = name == "content-type" || name == "x-github-event" ||
                           name == "x-github-delivery" || name.starts_with("ce-");
      if (is_said) keep(name, out);
    }
    return out;
  }

  void keep(const std::optional<std::string>& name, http::Headers& out) const {
    constexpr auto secret = std::to_array<std::string_view>(
        {"authorization", "cookie", "token", "secret", "signature", "password", "api-key"});
    if (!name || std::ranges::any_of(secret, [&](std::string_view word) {
          return name->find(word) != std::string::npos;
        }))
      return;  // what says who sent it is nobody's to read
    const auto value = http::find_header(headers_, *name);
    if (value && !http::find_header(out, *name)) out.emplace_back(*name, *value);
  }

  [[nodiscard]] bool matches(const Json& json) const {
    return std::ranges::all_of(source_.match, [&](const auto& each) {
      const auto header = is_replay_ ? header_of(each.first) : std::nullopt;
      if (header && !http::find_header(headers_, *header)) return true;
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
  bool is_replay_{false};  ///< Of its headers, only those that were kept are there.
  bool is_part_{false};
  std::string message_id_;  ///< Of all that was sent; "": none.
  std::string fault_;       ///< Nothing is taken in: it is not of the source's format.
  std::size_t taken_{};     ///< Parts so far.
  HookReading out_;
};

}  // namespace

HookReading read_hook(const AssetDefinition& asset, const http::Headers& headers,
                      std::string_view body) {
  return HookReader{asset, headers}.read(body);
}

HookReading reread_hook(const AssetDefinition& asset, std::string_view kept) {
  const KeptHook hook = read_kept_hook(kept);
  return HookReader{asset, hook.headers}.reread(hook);
}

}  // namespace freshet::api
