// The top level of a definition file.
#include <array>
#include <span>

#include "project/object_type.hpp"
#include "project/reader.hpp"
#include "project/types.hpp"
#include "project/values.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {
namespace {

/// Keeps the node for later: what it holds is read when the whole project is known.
template <auto Member>
void keep(Reader& /*reader*/, const Node& node, void* object) {
  static_cast<FileDraft*>(object)->*Member = &node;
}

/// Refuses what says something about the whole project anywhere but in its own file.
template <void (*Set)(Reader&, const Node&, void*)>
void only_in_project_file(Reader& reader, const Node& node, void* object) {
  if (reader.role() == Reader::Role::included_file) {
    reader.error(node, "this concerns the whole project: it belongs in freshet.yaml");
    return;
  }
  Set(reader, node, object);
}

void set_project(Reader& reader, const Node& node, void* object) {
  if (!is_word(node.text(), "_-")) {
    reader.expected(node, "a name of letters, digits, _ and -");
    return;
  }
  static_cast<FileDraft*>(object)->project = node.text();
}

constexpr auto set_prefix = set_member<&FileDraft::prefix, read_text>;
constexpr auto set_pools = set_member<&FileDraft::pools, read_limits>;

// clang-format off
constexpr std::array kFields = std::to_array<Field>({
    {.name = "project", .help = "Its name: letters, digits, _ and -; that of the folder by default.",
     .example = R"("telco")", .set = only_in_project_file<set_project>},
    {.name = "include", .shape = Shape::texts,
     .help = "Further files with sources, assets and defaults of their own; * stays within a folder, ** crosses.",
     .example = R"(["assets/**/*.yaml"])", .set = only_in_project_file<keep<&FileDraft::include>>},
    {.name = "prefix", .help = "Put before every key of the project, with a /.",
     .example = R"("telco")", .set = only_in_project_file<set_prefix>},
    {.name = "pools", .shape = Shape::limits, .help = "How many steps that name a pool may run at once.",
     .example = R"({"warehouse": 4})", .set = only_in_project_file<set_pools>},
    {.name = "defaults", .shape = Shape::object,
     .help = "Fields of every asset that does not give its own; an asset's own value replaces the default "
             "whole, null removes it. Sources take none.",
     .example = R"({"owners": ["team:platform"], "retries": {"max": 2}})", .object = &asset_type,
     .set = keep<&FileDraft::defaults>},
    {.name = "sources", .shape = Shape::objects, .help = "External assets, and how their change is noticed.",
     .example = R"([{"asset": "raw/orders", "webhook": {}}])", .object = &source_type,
     .set = keep<&FileDraft::sources>},
    {.name = "assets", .shape = Shape::objects, .help = "What is made, from what, and how.",
     .example = R"([{"key": "marts/revenue", "deps": ["raw/orders"], "command": ["python3", "revenue.py"]}])",
     .object = &asset_type, .set = keep<&FileDraft::assets>},
    {.name = "alerts", .shape = Shape::objects, .help = "Who is told of failures, of what is too old, and of checks.",
     .example = R"([{"name": "oncall", "to": {"webhook": {"url": "https://example.com/alerts"}}}])",
     .object = &alert_type, .set = keep<&FileDraft::alerts>},
    {.name = "openlineage", .shape = Shape::object,
     .help = "Which assets the datasets of others are that tell of them by OpenLineage, at /api/v1/lineage or in a topic.",
     .example = R"({"datasets": [{"namespace": "postgres://db:5432", "name": "crm.public.{table}", "asset": "crm/{table}"}]})",
     .object = &openlineage_type, .set = only_in_project_file<keep<&FileDraft::lineage>>},
    {.name = "publish", .shape = Shape::objects, .help = "Who is told of what happens: as OpenLineage, or as CloudEvents.",
     .example = R"([{"name": "catalog", "to": {"http": {"url": "https://marquez.example.com/api/v1/lineage"}}}])",
     .object = &publish_type, .set = keep<&FileDraft::publications>},
    {.name = "dbt", .shape = Shape::unavailable},
    {.name = "executors", .shape = Shape::unavailable},
    {.name = "generate", .shape = Shape::unavailable},
    {.name = "io_managers", .shape = Shape::unavailable},
    {.name = "python", .shape = Shape::unavailable},
    {.name = "resources", .shape = Shape::unavailable},
    {.name = "templates", .shape = Shape::unavailable},
});
// clang-format on

constexpr std::array kTypes = std::to_array<const ObjectType*>(
    {&file_type,      &asset_type,          &source_type,        &file_source_type,
     &table_source_type, &database_source_type,
     &kafka_source_type, &webhook_type,   &dependency_type,     &column_type,        &column_origin_type,
     &check_type,     &freshness_type,      &retries_type,       &backfill_type,
     &multi_run_type, &partitions_type,     &window_type,        &cron_window_type,
     &dimension_type, &dynamic_type,        &mapping_type,       &time_window_mapping_type,
     &alert_type,     &alert_receiver_type, &alert_webhook_type, &alert_email_type,
     &openlineage_type, &openlineage_kafka_type, &dataset_rule_type, &publish_type,
     &publish_receiver_type, &publish_http_type, &publish_kafka_type});

}  // namespace

constinit const ObjectType file_type{
    .name = "project",
    .help = "A Freshet project: freshet.yaml, or a file that it includes.",
    .fields = kFields,
    .tag = &type_tag<FileDraft>};

std::span<const ObjectType* const> object_types() { return kTypes; }

}  // namespace freshet::project
