// Assets and sources: their fields, and what must hold within one of them.
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "freshet/definitions.hpp"
#include "project/load_options.hpp"
#include "project/object_type.hpp"
#include "project/reader.hpp"
#include "project/types.hpp"
#include "project/values.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {
namespace {

/// Field::set and Field::copy for a member of the definition inside a draft.
template <auto Member, auto Read>
void set_asset(Reader& reader, const Node& node, void* object) {
  Read(reader, node, static_cast<AssetDraft*>(object)->asset.*Member);
}
template <auto Member>
void copy_asset(const void* from, void* to) {
  static_cast<AssetDraft*>(to)->asset.*Member = static_cast<const AssetDraft*>(from)->asset.*Member;
}

void set_key(Reader& reader, const Node& node, void* object) {
  AssetDefinition& asset = static_cast<AssetDraft*>(object)->asset;
  asset.place = reader.place(node);
  read_text(reader, node, asset.key);
}

void set_automation(Reader& reader, const Node& node, void* object) {
  auto& draft = *static_cast<AssetDraft*>(object);
  read_text(reader, node, draft.asset.automation);
  draft.automation_is_verbatim = node.is_verbatim();
  draft.asset.automation_place = reader.place(node);
  draft.asset.automation_place.column = node.column_of(0);
}

void copy_automation(const void* from, void* to) {
  copy_asset<&AssetDefinition::automation>(from, to);
  copy_asset<&AssetDefinition::automation_place>(from, to);
  static_cast<AssetDraft*>(to)->automation_is_verbatim =
      static_cast<const AssetDraft*>(from)->automation_is_verbatim;
}

void set_columns(Reader& reader, const Node& node, void* object) {
  read_columns(reader, node, *static_cast<AssetDraft*>(object));
}

void set_executor(Reader& reader, const Node& node, void* /*object*/) {
  if (node.is_scalar() && node.text() == "local") return;
  const Node& name = node.children().empty() ? node : node.children().front();
  reader.unsupported(node, "executor",
                     "executor " + describe(name) + " is not available in this version; local is");
}

void set_file(Reader& reader, const Node& node, void* object) {
  auto& draft = *static_cast<AssetDraft*>(object);
  ++draft.source_kinds;
  draft.asset.source.kind = SourceKind::file;
  reader.read(file_source_type, node, draft.asset.source.file);
}

void set_kafka(Reader& reader, const Node& node, void* object) {
  auto& draft = *static_cast<AssetDraft*>(object);
  ++draft.source_kinds;
  draft.asset.source.kind = SourceKind::kafka;
  KafkaSource& source = draft.asset.source.kafka;
  reader.read(kafka_source_type, node, source);
  if (node.is_map()) check_kafka(reader, node, source);
}

void set_table(Reader& reader, const Node& node, void* object) {
  auto& draft = *static_cast<AssetDraft*>(object);
  ++draft.source_kinds;
  draft.asset.source.kind = SourceKind::table;
  reader.read(table_source_type, node, draft.asset.source.table);
}

void set_database(Reader& reader, const Node& node, void* object) {
  auto& draft = *static_cast<AssetDraft*>(object);
  ++draft.source_kinds;
  draft.asset.source.kind = SourceKind::database;
  read_database(reader, node, draft.asset.source.database);
}

void set_webhook_kind(AssetDraft& draft) {
  ++draft.source_kinds;
  draft.asset.source.kind = SourceKind::webhook;
}

void set_webhook(Reader& reader, const Node& node, void* object) {
  auto& draft = *static_cast<AssetDraft*>(object);
  set_webhook_kind(draft);
  reader.read(webhook_type, node, draft.asset.source.webhook);
  check_webhook(reader, node, draft.asset.source.webhook);
}

// clang-format off
constexpr Field kGroup{
    .name = "group", .help = "One word that gathers assets in the graph.", .example = R"("marts")",
    .set = set_asset<&AssetDefinition::group, read_text>, .copy = copy_asset<&AssetDefinition::group>};
constexpr Field kDescription{
    .name = "description", .help = "What it contains, for people.",
    .set = set_asset<&AssetDefinition::description, read_text>,
    .copy = copy_asset<&AssetDefinition::description>};
constexpr Field kKinds{
    .name = "kinds", .shape = Shape::texts, .help = "What it is made of or with, such as table or dbt.",
    .example = R"(["python", "parquet"])",
    .set = set_asset<&AssetDefinition::kinds, read_texts>, .copy = copy_asset<&AssetDefinition::kinds>};
constexpr Field kOwners{
    .name = "owners", .shape = Shape::texts, .help = "Who is asked and alerted: an address, or team:name.",
    .example = R"(["team:finance"])",
    .set = set_asset<&AssetDefinition::owners, read_texts>, .copy = copy_asset<&AssetDefinition::owners>};
constexpr Field kTags{
    .name = "tags", .shape = Shape::tags, .help = "Names with values, or a list of names; for selections.",
    .example = R"({"domain": "sales"})",
    .set = set_asset<&AssetDefinition::tags, read_tags>, .copy = copy_asset<&AssetDefinition::tags>};
constexpr Field kFreshness{
    .name = "freshness", .shape = Shape::object, .help = "How old it may become; people are alerted.",
    .example = R"({"within": "1h"})", .object = &freshness_type,
    .set = set_asset<&AssetDefinition::freshness, read_freshness>,
    .copy = copy_asset<&AssetDefinition::freshness>};
constexpr Field kChecks{
    .name = "checks", .shape = Shape::objects, .help = "Tests that run at each update.",
    .example = R"([{"name": "not_empty", "command": ["python3", "check.py"], "blocking": true}])",
    .object = &check_type,
    .set = set_asset<&AssetDefinition::checks, read_checks>, .copy = copy_asset<&AssetDefinition::checks>};
constexpr Field kColumns{
    .name = "columns", .shape = Shape::named, .help = "Its columns, and which columns of its deps they are made from.",
    .example = R"(["order_id", {"name": "amount", "type": "bigint", "from": [{"asset": "raw/orders", "columns": ["price"]}]}])",
    .object = &column_type, .set = set_columns};
constexpr Field kPartitions{
    .name = "partitions", .shape = Shape::object, .help = "How it is cut: by time, by fixed or growing keys.",
    .example = R"({"daily": {"start": "2026-01-01", "timezone": "Europe/Vienna"}})",
    .object = &partitions_type,
    .set = set_asset<&AssetDefinition::partitions, read_partitions>,
    .copy = copy_asset<&AssetDefinition::partitions>};

constexpr std::array kAssetFields = std::to_array<Field>({
    {.name = "key", .shape = Shape::key, .help = "Its name: segments of letters, digits, _, . and - joined by /.",
     .required = true, .example = R"("marts/revenue")", .set = set_key},
    {.name = "deps", .shape = Shape::dependencies, .help = "What it is made from: keys, or keys with a rule.",
     .example = R"(["raw/orders", {"asset": "ref/fx_rates", "max_age": "24h"}])", .object = &dependency_type,
     .set = set_asset<&AssetDefinition::deps, read_dependencies>, .copy = copy_asset<&AssetDefinition::deps>},
    {.name = "command", .shape = Shape::command,
     .help = "Program and arguments that make it; exit 0 is success. There is no shell. Without it others "
             "make it and report it.",
     .example = R"(["python3", "revenue.py"])",
     .set = set_asset<&AssetDefinition::command, read_command>, .copy = copy_asset<&AssetDefinition::command>},
    {.name = "automation", .shape = Shape::text, .help = "When it is requested by itself: a condition, such as eager.",
     .example = R"("eager")", .set = set_automation, .copy = copy_automation},
    {.name = "code_version", .shape = Shape::text_or_number, .help = "Of what makes it; another one makes it stale.",
     .example = R"("2")",
     .set = set_asset<&AssetDefinition::code_version, read_text>,
     .copy = copy_asset<&AssetDefinition::code_version>},
    kPartitions, kColumns, kChecks, kFreshness,
    {.name = "retries", .shape = Shape::object, .help = "When a failed step is tried again; never by default.",
     .example = R"({"max": 2, "delay": "10s"})", .object = &retries_type,
     .set = set_asset<&AssetDefinition::retries, read_retries>, .copy = copy_asset<&AssetDefinition::retries>},
    {.name = "backfill_policy", .shape = Shape::backfill,
     .help = "How several partitions are cut into runs: one run each, two at a time, by default; single_run makes "
             "all of them in one step, multi_run so many, as ranges.",
     .example = R"("single_run")", .object = &backfill_type,
     .set = set_asset<&AssetDefinition::backfill, read_backfill_policy>,
     .copy = copy_asset<&AssetDefinition::backfill>},
    {.name = "timeout", .shape = Shape::duration, .help = "After which a step is stopped and has failed.",
     .example = R"("30m")",
     .set = set_asset<&AssetDefinition::timeout, read_optional_duration>,
     .copy = copy_asset<&AssetDefinition::timeout>},
    {.name = "pool", .help = "Which limit of `pools` its steps share.", .example = R"("warehouse")",
     .set = set_asset<&AssetDefinition::pool, read_text>, .copy = copy_asset<&AssetDefinition::pool>},
    {.name = "priority", .shape = Shape::integer, .help = "Greater goes first when a pool is full; 0 by default.",
     .example = "10",
     .set = set_asset<&AssetDefinition::priority, read_integer>, .copy = copy_asset<&AssetDefinition::priority>},
    {.name = "writes", .shape = Shape::texts,
     .help = "Paths or tables that it writes, so that two writers and loops through files are found.",
     .example = R"(["out/revenue.parquet"])",
     .set = set_asset<&AssetDefinition::writes, read_texts>, .copy = copy_asset<&AssetDefinition::writes>},
    {.name = "environment", .shape = Shape::variables, .help = "Variables of its process, beside the few that it always has.",
     .example = R"({"STAGE": "prod"})",
     .set = set_asset<&AssetDefinition::environment, read_variables>,
     .copy = copy_asset<&AssetDefinition::environment>},
    kGroup, kDescription, kKinds, kOwners, kTags,
    {.name = "renamed_from", .shape = Shape::key, .help = "Its former key, whole (with any prefix), whose history it carries on.",
     .example = R"("marts/sales")",
     .set = set_asset<&AssetDefinition::renamed_from, read_text>},
    {.name = "executor", .help = "Where its process runs; only local in this version.", .example = R"("local")",
     .set = set_executor, .copy = copy_asset<&AssetDefinition::executor>},
    {.name = "contract", .shape = Shape::unavailable},
    {.name = "io_manager", .shape = Shape::unavailable},
    {.name = "metadata", .shape = Shape::unavailable},
    {.name = "resources", .shape = Shape::unavailable},
    {.name = "template", .shape = Shape::unavailable},
});

constexpr std::array kSourceFields = std::to_array<Field>({
    {.name = "asset", .shape = Shape::key, .help = "Its name: segments of letters, digits, _, . and - joined by /.",
     .required = true, .example = R"("raw/orders")", .set = set_key},
    {.name = "file", .shape = Shape::object, .help = "It is files that others write; their change is noticed.",
     .example = R"({"path": "landing/*.csv", "settle": "1s"})", .object = &file_source_type, .set = set_file},
    {.name = "webhook", .shape = Shape::object, .help = "Its change is told over HTTP, to POST /api/v1/hooks/ASSET or /api/v1/events.",
     .example = R"({"secret": "${HOOK_SECRET}", "signature": "github"})", .object = &webhook_type, .set = set_webhook},
    {.name = "kafka", .shape = Shape::object, .help = "It is a Kafka topic; its messages are read.",
     .example = R"({"brokers": "localhost:9092", "topic": "orders", "settle": "1s"})", .object = &kafka_source_type, .set = set_kafka},
    {.name = "table", .shape = Shape::object, .help = "It is a table that keeps its own snapshots; a new one is noticed.",
     .example = R"({"format": "delta", "path": "lake/orders"})", .object = &table_source_type, .set = set_table},
    {.name = "database", .shape = Shape::object,
     .help = "It is tables of a database, or what a query of one answers; their change is noticed.",
     .example = R"({"url": "postgresql:///crm", "notify": "customers_changed"})", .object = &database_source_type, .set = set_database},
    kGroup, kDescription, kKinds, kOwners, kTags, kFreshness, kColumns, kChecks, kPartitions,
    {.name = "contract", .shape = Shape::unavailable},
    {.name = "metadata", .shape = Shape::unavailable},
});

// clang-format on

std::optional<AssetDefinition> finish(Reader& reader, const Node& node, AssetDraft draft) {
  if (draft.asset.key.empty()) {
    const char* field = draft.asset.external ? "asset" : "key";
    if (const Node* key = node.find(field); key != nullptr && key->is_scalar()) {
      reader.error(*key, std::string{field} + " is empty");
    }
    return std::nullopt;
  }
  draft.asset.directory = reader.options().directory;
  return std::move(draft.asset);
}

}  // namespace

constinit const ObjectType asset_type{
    .name = "asset",
    .help = "A table, file, model or report that a run can bring up to date.",
    .fields = kAssetFields,
    .tag = &type_tag<AssetDraft>};
constinit const ObjectType source_type{
    .name = "source",
    .help = "An external asset: others write it, its change is noticed.",
    .fields = kSourceFields,
    .tag = &type_tag<AssetDraft>};
Defaults read_defaults(Reader& reader, const Node* node) {
  Defaults out;
  if (node == nullptr) return out;
  if (!node->is_map()) {
    reader.error(*node, "defaults must be a mapping of an asset's fields, not " + describe(*node));
    return out;
  }
  out.given = reader.read_defaults(asset_type, *node, out.draft);
  return out;
}

Defaults merge(const Defaults& outer, const Defaults& inner) {
  Defaults out = inner;
  out.given |= outer.given;
  for (std::size_t i = 0; i < kAssetFields.size(); ++i) {
    const bool take = ((outer.given & ~inner.given) >> i & 1U) != 0;
    if (take && kAssetFields[i].copy != nullptr) kAssetFields[i].copy(&outer.draft, &out.draft);
  }
  return out;
}

std::optional<AssetDefinition> read_asset(Reader& reader, const Node& node,
                                          const Defaults& defaults) {
  AssetDraft draft;
  draft.asset.place = reader.place(node);  // its key's, where it has one
  const FieldSet given = reader.read(asset_type, node, draft);
  FieldSet taken = defaults.given & ~given;
  for (std::size_t i = 0; taken != 0; ++i, taken >>= 1U) {
    if ((taken & 1U) != 0 && kAssetFields[i].copy != nullptr) {
      kAssetFields[i].copy(&defaults.draft, &draft);
    }
  }
  if (!draft.asset.automation.empty() && draft.asset.command.empty() &&
      !reader.options().scenario) {
    Diagnostic found{.place = draft.asset.automation_place,
                     .message =
                         "automation needs a command: without one the asset is reported from "
                         "outside, and nothing can be requested"};
    if (node.find("automation") == nullptr) {
      found.place = draft.asset.place;
      found.message += " (write automation: null to leave the default out)";
    }
    reader.diagnose(std::move(found));
  }
  check_automation(reader, draft.asset.automation, draft.asset.automation_place,
                   draft.automation_is_verbatim, false);
  check_origins(reader, draft);
  return finish(reader, node, std::move(draft));
}

std::optional<AssetDefinition> read_source(Reader& reader, const Node& node) {
  AssetDraft draft;
  draft.asset.external = true;
  draft.asset.place = reader.place(node);
  reader.read(source_type, node, draft);
  if (const Node* webhook = node.find("webhook"); webhook != nullptr && webhook->is_null()) {
    set_webhook_kind(draft);  // there is nothing to say about it, so people write nothing
  }
  if (draft.source_kinds > 1) {
    reader.error(
        node,
        "a source is of one kind, and several are given: file, kafka, database, table, webhook");
  }
  check_file_source(reader, node, draft.asset);
  check_table_source(reader, node, draft.asset);
  check_database_partitions(reader, node, draft.asset);
  check_event_partitions(reader, node, draft.asset);
  check_origins(reader, draft);
  return finish(reader, node, std::move(draft));
}

}  // namespace freshet::project
