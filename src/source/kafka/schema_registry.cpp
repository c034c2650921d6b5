#include "source/kafka/schema_registry.hpp"

#include <nlohmann/json.hpp>

#include "source/kafka/http_get.hpp"
#include "source/kafka/logical.hpp"

namespace freshet::kafka {

using Json = nlohmann::json;

namespace {

constexpr Seconds believed_for{10};
constexpr std::size_t references_max = 200;

std::string text_of(const Json& json, const char* field) {
  const auto found = json.find(field);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::string path_of(const SchemaName& name) {
  if (const auto* number = std::get_if<std::uint32_t>(&name))
    return "/schemas/ids/" + std::to_string(*number);
  const auto& guid = std::get<SchemaGuid>(name);
  return "/schemas/guids/" + uuid_text({guid.data(), guid.size()});
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

/// What one schema and those that it refers to are gathered by.
struct SchemaRegistry::Fetch {
  const std::string& url;
  const std::string& shown;
  Millis timeout;
  const std::atomic<bool>& stop;

  /// Errc::not_found: the registry says that it has no such thing.
  [[nodiscard]] Result<Json> get(const std::string& path) const {
    const std::string what = "schema registry " + shown + path + ": ";
    auto answer = http_get(url + path, timeout, stop);
    if (!answer) return Error{Errc::io, what + answer.error().message};
    if (answer->status == 404) return Error{Errc::not_found, what + "there is none (HTTP 404)"};
    const std::string status = "HTTP " + std::to_string(answer->status);
    if (answer->status == 401 || answer->status == 403)
      return Error{Errc::io, what + status + ": write user and password into its URL"};
    Json json = Json::parse(answer->body, nullptr, false);
    if (answer->status != 200) return Error{Errc::io, what + status};
    if (!json.is_object()) return Error{Errc::io, what + "its answer is no JSON object"};
    return Result<Json>{boost::system::in_place_value, std::move(json)};
  }

  /// Puts all that `schema` refers to into `out`, what is needed first at the front.
  Result<void> add_references(const Json& schema, std::set<std::string>& seen,
                              std::vector<SchemaText>& out) const {
    for (const Json& each : schema.value("references", Json::array())) {
      if (!each.is_object()) continue;
      const std::string name = text_of(each, "name");
      if (!seen.insert(name).second) continue;
      if (seen.size() > references_max)
        return Error{Errc::invalid, "schema: it refers to too many others"};
      const std::string version = each.contains("version") ? each["version"].dump() : "latest";
      FRESHET_TRY(const Json found, get("/subjects/" + path_segment(text_of(each, "subject")) +
                                        "/versions/" + path_segment(version)));
      if (const auto added = add_references(found, seen, out); !added) return added.error();
      out.push_back({name, text_of(found, "schema")});
    }
    return {};
  }
};

SchemaRegistry::SchemaRegistry(std::string url, const Clock& clock)
    : url_{without_slash(std::move(url))}, shown_{without_slash(shown_url(url_))}, clock_{clock} {}

std::optional<Result<std::shared_ptr<const Schema>>> SchemaRegistry::find(
    const SchemaId& id) const {
  const std::scoped_lock lock{mutex_};
  const auto found = known_.find(id);
  if (found == known_.end()) return std::nullopt;
  const Entry& entry = found->second;
  if (!entry.schema && clock_.steady() > entry.at + believed_for) return std::nullopt;
  return entry.schema;
}

Result<void> SchemaRegistry::fetch(const SchemaId& id, Millis timeout,
                                   const std::atomic<bool>& stop) {
  auto schema = build({url_, shown_, timeout, stop}, id);
  if (!schema && schema.error().code == Errc::io) return schema.error();
  const std::scoped_lock lock{mutex_};
  known_.insert_or_assign(id, Entry{std::move(schema), clock_.steady()});
  return {};
}

Result<std::shared_ptr<const Schema>> SchemaRegistry::build(const Fetch& fetch,
                                                            const SchemaId& id) const {
  const std::string path = path_of(id.name);
  FRESHET_TRY(const Json json, fetch.get(path));
  const std::string type = json.contains("schemaType") ? text_of(json, "schemaType") : "AVRO";
  const bool is_avro = id.format == KafkaSource::Format::avro;
  if (type != (is_avro ? "AVRO" : "PROTOBUF")) {
    return Error{Errc::invalid, "schema registry " + shown_ + path + ": it is of type " + type +
                                    ", and the source says it is " +
                                    (is_avro ? "avro" : "protobuf")};
  }
  std::vector<SchemaText> references;
  std::set<std::string> seen;
  if (const auto added = fetch.add_references(json, seen, references); !added) return added.error();
  auto schema = is_avro ? make_avro_schema(references, text_of(json, "schema"))
                        : make_protobuf_schema(references, text_of(json, "schema"));
  if (!schema) {
    return Error{Errc::invalid, "schema registry " + shown_ + path + ": " + schema.error().message};
  }
  return schema;
}

bool needs_registry(const KafkaSource& source) {
  const auto needs = [](KafkaSource::Format format) {
    return format == KafkaSource::Format::avro || format == KafkaSource::Format::protobuf;
  };
  return needs(source.format) || needs(source.key_format);
}

std::shared_ptr<SchemaRegistry> make_registry(const KafkaSource& source, const Clock& clock) {
  if (!needs_registry(source)) return nullptr;
  return std::make_shared<SchemaRegistry>(source.registry, clock);
}

}  // namespace freshet::kafka
