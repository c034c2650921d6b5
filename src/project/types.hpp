// The descriptor table: every kind of object that a definition file may hold.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "freshet/definitions.hpp"
#include "project/object_type.hpp"
#include "project/reader.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {

/// An asset or a source while its fields are read.
struct AssetDraft {
  AssetDefinition asset;
  /// Whether asset.automation stands in the file as it is, so that an offset in it is a column.
  bool automation_is_verbatim{false};
  /// Fields of `source` that were given, for saying that there are two.
  int source_kinds{0};
  /// Assets that columns come from, with the column and the place, to be found among the deps.
  struct Origin {
    std::string column;
    std::string asset;
    Place place;
  };
  std::vector<Origin> origins;
};

/// A file's top level; the nodes borrow from its tree.
struct FileDraft {
  std::string project;
  std::string prefix;
  const Node* include{};
  const Node* defaults{};
  const Node* sources{};
  const Node* assets{};
  const Node* alerts{};
  const Node* lineage{};
  const Node* publications{};
  std::map<std::string, std::uint32_t> pools;
};

extern const ObjectType file_type;         // FileDraft
extern const ObjectType asset_type;        // AssetDraft
extern const ObjectType source_type;       // AssetDraft
extern const ObjectType file_source_type;  // FileSource
extern const ObjectType kafka_source_type;  // KafkaSource
extern const ObjectType table_source_type;  // TableSource
extern const ObjectType database_source_type;  // DatabaseSource
extern const ObjectType webhook_type;      // WebhookSource
extern const ObjectType dependency_type;   // Dependency and what belongs to it
extern const ObjectType check_type;        // CheckDefinition
extern const ObjectType column_type;       // ColumnDefinition and where it comes from
extern const ObjectType column_origin_type;
extern const ObjectType freshness_type;   // FreshnessPolicy
extern const ObjectType retries_type;     // RetryPolicy
extern const ObjectType backfill_type;    // BackfillPolicy
extern const ObjectType multi_run_type;   // BackfillPolicy
extern const ObjectType partitions_type;  // PartitionsDefinition
extern const ObjectType window_type;
extern const ObjectType cron_window_type;
extern const ObjectType dimension_type;
extern const ObjectType dynamic_type;
extern const ObjectType mapping_type;  // MappingDefinition
extern const ObjectType time_window_mapping_type;
extern const ObjectType alert_type;           // AlertRoute
extern const ObjectType alert_receiver_type;  // AlertRoute
extern const ObjectType alert_webhook_type;   // AlertRoute::Webhook
extern const ObjectType alert_email_type;     // AlertRoute::Email
extern const ObjectType openlineage_type;     // LineageIntake
extern const ObjectType openlineage_kafka_type;
extern const ObjectType dataset_rule_type;      // DatasetRule
extern const ObjectType publish_type;           // Publication
extern const ObjectType publish_receiver_type;  // Publication
extern const ObjectType publish_http_type;      // Publication
extern const ObjectType publish_kafka_type;     // Publication

/// All of the above, the file first.
[[nodiscard]] std::span<const ObjectType* const> object_types();

/// What does not fit together in a topic.
void check_kafka(Reader& reader, const Node& node, const KafkaSource& kafka);
/// What does not fit together in a webhook; format's own signature is filled in.
void check_webhook(Reader& reader, const Node& node, WebhookSource& webhook);
void read_database(Reader& reader, const Node& node, DatabaseSource& out);
/// That a source that is a database says of each change which of its partitions it concerns.
void check_database_partitions(Reader& reader, const Node& source, const AssetDefinition& asset);
/// The same for a topic or a webhook.
void check_event_partitions(Reader& reader, const Node& source, const AssetDefinition& asset);
void read_partitions(Reader& reader, const Node& node, std::optional<PartitionsDefinition>& out);
/// Its text: a word (identity, all, last) as it is, anything else as JSON.
void read_mapping(Reader& reader, const Node& node, MappingDefinition& out);
void read_dependencies(Reader& reader, const Node& node, std::vector<Dependency>& out);
/// Into the draft's columns and origins.
void read_columns(Reader& reader, const Node& node, AssetDraft& draft);
/// That each origin is among the deps.  Requires that these have been read.
void check_origins(Reader& reader, const AssetDraft& draft);
void read_checks(Reader& reader, const Node& node, std::vector<CheckDefinition>& out);
/// Reports what is wrong with an expression that begins at `place`; if it is verbatim there, each
/// at its own column.
void check_automation(Reader& reader, const std::string& expression, const Place& place,
                      bool is_verbatim, bool of_check);
void read_freshness(Reader& reader, const Node& node, std::optional<FreshnessPolicy>& out);
void read_retries(Reader& reader, const Node& node, RetryPolicy& out);
void read_backfill_policy(Reader& reader, const Node& node, BackfillPolicy& out);
/// Appends those that have a name.
void read_alerts(Reader& reader, const Node& node, std::vector<AlertRoute>& out);
void read_lineage(Reader& reader, const Node& node, LineageIntake& out);
/// Appends those that have a name.
void read_publications(Reader& reader, const Node& node, std::vector<Publication>& out);

/// `defaults` as an asset that others begin with, and which of its fields were given.
struct Defaults {
  AssetDraft draft;
  FieldSet given{0};
};
[[nodiscard]] Defaults read_defaults(Reader& reader, const Node* node);
/// Lets an included file's defaults replace the project's, field by field.
[[nodiscard]] Defaults merge(const Defaults& outer, const Defaults& inner);

/// One item of `assets` or `sources`; nullopt where not even its key can be told.
[[nodiscard]] std::optional<AssetDefinition> read_asset(Reader& reader, const Node& node,
                                                        const Defaults& defaults);
/// That what a source says of files fits together.  Requires that its partitions have been read.
void check_file_source(Reader& reader, const Node& source, const AssetDefinition& asset);
/// The same for what it says of a table.
void check_table_source(Reader& reader, const Node& source, const AssetDefinition& asset);
[[nodiscard]] std::optional<AssetDefinition> read_source(Reader& reader, const Node& node);

}  // namespace freshet::project
