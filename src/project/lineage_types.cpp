// OpenLineage and events out: which datasets assets are, where events of others come from, and whom
// outcomes are told to.  What may be a secret is never shown in a message.
#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/selection.hpp"
#include "model/dataset_names.hpp"
#include "project/files.hpp"
#include "project/addresses.hpp"
#include "project/object_type.hpp"
#include "project/reader.hpp"
#include "project/types.hpp"
#include "project/values.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {
namespace {

void read_filled(Reader& reader, const Node& node, std::string& out) {
  read_text(reader, node, out);
  if (node.is_scalar() && node.text().empty()) reader.expected(node, "a text that is not empty");
}

/// Of librdkafka, but for what would take from us the say in what is certain.
void read_properties(Reader& reader, const Node& node, std::map<std::string, std::string>& out) {
  if (!node.is_map()) {
    reader.expected(node, "a mapping of librdkafka's properties to their values");
    return;
  }
  each_entry(node, [&](const Node& key, const Node& value) {
    const std::string name{key.text()};
    for (const char* own :
         {"bootstrap.servers", "metadata.broker.list", "enable.auto.commit", "auto.offset.reset",
          "enable.auto.offset.store", "enable.idempotence", "acks", "request.required.acks"}) {
      if (name != own) continue;
      reader.error(key, name + " is set by freshet" +
                            (name == "bootstrap.servers" ? ": write brokers" : ""));
      return;
    }
    if (value.is_scalar()) {
      out[name] = value.text();
    } else {
      reader.error(value, name + " must be a text, not " + describe(value));
    }
  });
}

// --- What others tell.

void set_datasets(Reader& reader, const Node& node, void* object) {
  reader.call_it("datasets");
  read_list(reader, node, [&](const Node& item) {
    DatasetRule rule;
    reader.read(dataset_rule_type, item, rule);
    if (rule.dataset_namespace.empty() || rule.name.empty() || rule.asset.empty()) return;
    if (const auto mapping = DatasetMapping::make(rule); !mapping) {
      reader.error(item, mapping.error().message);
      return;
    }
    static_cast<LineageIntake*>(object)->datasets.push_back(std::move(rule));
  });
}

// --- Whom we tell.

void set_name(Reader& reader, const Node& node, void* object) {
  if (!is_word(node.text(), "_.-")) {
    reader.expected(node, "letters, digits, _, . and -");
    return;
  }
  static_cast<Publication*>(object)->name = node.text();
}

void set_format(Reader& /*reader*/, const Node& node, void* object) {
  static_cast<Publication*>(object)->format = node.text() == "cloudevents"
                                                  ? Publication::Format::cloudevents
                                                  : Publication::Format::openlineage;
}

void set_select(Reader& reader, const Node& node, void* object) {
  auto& select = static_cast<Publication*>(object)->select;
  read_text(reader, node, select);
  if (const auto parsed = Selection::parse(select); node.is_scalar() && !parsed)
    reader.error(node, "select: " + parsed.error().message);
}

void set_to(Reader& reader, const Node& node, void* object) {
  reader.read(publish_receiver_type, node, *static_cast<Publication*>(object));
}

void set_http(Reader& reader, const Node& node, void* object) {
  auto& publication = *static_cast<Publication*>(object);
  publication.target = Publication::Target::http;
  reader.read(publish_http_type, node, publication);
}

void set_url(Reader& reader, const Node& node, void* object) {
  auto& url = static_cast<Publication*>(object)->url;
  read_text(reader, node, url);
  if (!node.is_scalar()) return;
  const std::string_view text = url;
  const std::size_t scheme = text.starts_with("http://") ? 7 : text.starts_with("https://") ? 8 : 0;
  const bool is_plain = std::ranges::none_of(
      text, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; });
  if (scheme == 0 || text.size() == scheme || text[scheme] == '/' || !is_plain)
    reader.error(node, "url must begin with http:// or https:// and name a host");
}

void set_token(Reader& reader, const Node& node, void* object) {
  auto& token = static_cast<Publication*>(object)->token;
  read_text(reader, node, token);
  if (std::ranges::any_of(
          token, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; })) {
    reader.error(node, "token must be one line");
    token.clear();
  }
}

void set_kafka(Reader& reader, const Node& node, void* object) {
  auto& publication = *static_cast<Publication*>(object);
  publication.target = Publication::Target::kafka;
  reader.read(publish_kafka_type, node, publication);
}

void set_file(Reader& reader, const Node& node, void* object) {
  auto& publication = *static_cast<Publication*>(object);
  publication.target = Publication::Target::file;
  read_filled(reader, node, publication.path);
  if (!publication.path.empty())
    publication.path = join_path(reader.options().directory, publication.path);
}

template <class T>
constexpr std::array<Field, 3> topic_fields(std::string_view what) {
  return {{{.name = "brokers",
            .help = "Where the cluster is first asked: HOST:PORT, several separated by commas.",
            .required = true,
            .example = R"("localhost:9092")",
            .set = set_member<&T::brokers, read_brokers>},
           {.name = "topic",
            .help = what,
            .required = true,
            .example = R"("openlineage")",
            .set = set_member<&T::topic, read_topic>},
           {.name = "config",
            .shape = Shape::variables,
            .help = "Properties of librdkafka, such as for SASL and TLS.",
            .example = R"({"security.protocol": "sasl_ssl", "sasl.password": "${KAFKA_PASSWORD}"})",
            .set = set_member<&T::config, read_properties>}}};
}
constexpr auto kIntakeTopicFields = topic_fields<LineageIntake>("That events are read from.");
constexpr auto kPublishTopicFields = topic_fields<Publication>("That events are written to.");

void set_intake_kafka(Reader& reader, const Node& node, void* object) {
  reader.read(openlineage_kafka_type, node, *static_cast<LineageIntake*>(object));
}

// clang-format off
constexpr std::array kLineageFields = std::to_array<Field>({
    {.name = "datasets", .shape = Shape::objects,
     .help = "Which assets the datasets of others are; the first rule counts that leads to one. What sources read needs "
             "none, and neither does a dataset that is called as an asset is.",
     .example = R"([{"namespace": "postgres://db:5432", "name": "crm.public.{table}", "asset": "crm/{table}"}])",
     .object = &dataset_rule_type, .set = set_datasets},
    {.name = "kafka", .shape = Shape::object, .help = "A topic that others write OpenLineage events to.",
     .example = R"({"brokers": "localhost:9092", "topic": "openlineage"})", .object = &openlineage_kafka_type,
     .set = set_intake_kafka},
});

constexpr std::array kRuleFields = std::to_array<Field>({
    {.name = "namespace", .help = "Of the dataset; {part} is something that varies and is carried over, * something that "
                                  "varies and is not.", .required = true,
     .example = R"("postgres://db:5432")", .set = set_member<&DatasetRule::dataset_namespace, read_filled>},
    {.name = "name", .help = "Of the dataset, likewise; {partition} is the key of the asset's partition.", .required = true,
     .example = R"("crm.public.{table}")", .set = set_member<&DatasetRule::name, read_filled>},
    {.name = "asset", .help = "Its whole key, with the parts of the others.", .required = true,
     .example = R"("crm/{table}")", .set = set_member<&DatasetRule::asset, read_filled>},
});

constexpr std::array kPublishFields = std::to_array<Field>({
    {.name = "name", .help = "Letters, digits, _, . and -; unique within the project.", .required = true,
     .example = R"("catalog")", .set = set_name},
    {.name = "format", .help = "openlineage (the default): runs of steps; cloudevents: what came of them, one event each.",
     .choices = "openlineage|cloudevents", .example = R"("cloudevents")", .set = set_format},
    {.name = "to", .shape = Shape::object, .help = "Who is told.", .required = true,
     .example = R"({"http": {"url": "https://marquez.example.com/api/v1/lineage"}})", .object = &publish_receiver_type,
     .set = set_to},
    {.name = "select", .help = "Of which assets: a selection, such as tag:critical; those of the project by default, \"*\" "
                               "for those of all projects.",
     .example = R"("tag:critical")", .set = set_select},
});

constexpr std::array kReceiverFields = std::to_array<Field>({
    {.name = "http", .shape = Shape::object, .help = "An HTTP POST for each event.",
     .example = R"({"url": "https://marquez.example.com/api/v1/lineage"})", .object = &publish_http_type, .set = set_http},
    {.name = "kafka", .shape = Shape::object, .help = "A topic.",
     .example = R"({"brokers": "localhost:9092", "topic": "openlineage"})", .object = &publish_kafka_type, .set = set_kafka},
    {.name = "file", .help = "From the folder of the file that says so, or absolute: one event a line is appended.",
     .example = R"("events.jsonl")", .set = set_file},
});

constexpr std::array kHttpFields = std::to_array<Field>({
    {.name = "url", .help = "Where to; http or https. Redirects are not followed.", .required = true,
     .example = R"("https://marquez.example.com/api/v1/lineage")", .set = set_url},
    {.name = "token", .help = "Shown as a bearer token.", .example = R"("${MARQUEZ_KEY}")", .set = set_token},
});
// clang-format on

}  // namespace

constinit const ObjectType openlineage_type{.name = "openlineage",
                                            .help = "What others tell by OpenLineage.",
                                            .fields = kLineageFields,
                                            .tag = &type_tag<LineageIntake>};
constinit const ObjectType openlineage_kafka_type{.name = "openlineage_kafka",
                                                  .help = "A topic of OpenLineage events.",
                                                  .fields = kIntakeTopicFields,
                                                  .tag = &type_tag<LineageIntake>};
constinit const ObjectType dataset_rule_type{.name = "dataset_rule",
                                             .help = "Which asset a dataset is.",
                                             .fields = kRuleFields,
                                             .tag = &type_tag<DatasetRule>};
constinit const ObjectType publish_type{.name = "publish",
                                        .help = "A receiver of what happens.",
                                        .fields = kPublishFields,
                                        .tag = &type_tag<Publication>};
constinit const ObjectType publish_receiver_type{.name = "publish_receiver",
                                                 .help = "Who is told.",
                                                 .fields = kReceiverFields,
                                                 .tag = &type_tag<Publication>,
                                                 .exactly_one_from = 0};
constinit const ObjectType publish_http_type{.name = "publish_http",
                                             .help = "An HTTP request for each event.",
                                             .fields = kHttpFields,
                                             .tag = &type_tag<Publication>};
constinit const ObjectType publish_kafka_type{.name = "publish_kafka",
                                              .help = "A topic to write to.",
                                              .fields = kPublishTopicFields,
                                              .tag = &type_tag<Publication>};

void read_lineage(Reader& reader, const Node& node, LineageIntake& out) {
  reader.call_it("openlineage");
  reader.read(openlineage_type, node, out);
}

void read_publications(Reader& reader, const Node& node, std::vector<Publication>& out) {
  reader.call_it("publish");
  read_list(reader, node, [&](const Node& item) {
    Publication publication;
    reader.read(publish_type, item, publication);
    if (publication.name.empty()) return;
    if (std::ranges::find(out, publication.name, &Publication::name) != out.end()) {
      reader.error(item, "\"" + publication.name + "\" is given twice under publish");
      return;
    }
    out.push_back(std::move(publication));
  });
}

}  // namespace freshet::project
