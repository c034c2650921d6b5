// How the change of an external asset is noticed, as definition files say it.
//
// Fields of messages are written as model/field_path.hpp reads them: `$.a.b`, key, header:NAME,
// timestamp.  Texts that are marked as secrets go nowhere but to whom they are meant for.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/time.hpp"

namespace freshet {

/// Field → values that count.
using FieldMatch = std::map<std::string, std::vector<std::string>>;

/// How a place that speaks S3 is reached; "": as the environment says (AWS_ACCESS_KEY_ID and so
/// on).
struct BucketAccess {
  std::string endpoint;  ///< http(s)://HOST:PORT; "": Amazon's.
  std::string region;    ///< "": us-east-1.
  std::string access_key;
  std::string secret_key;  ///< Secret.
  friend bool operator==(const BucketAccess&, const BucketAccess&) = default;
};

/// Watches files: here, in a bucket (s3://BUCKET/GLOB), or on a server (sftp://USER@HOST/GLOB).
struct FileSource {
  std::string path;  ///< A file or a glob; here: absolute, or relative to the defining file's
                     ///< folder.  `{date}` is a part of a name that belongs to the partition.
  Micros settle{
      std::chrono::milliseconds{500}};  ///< Quiet time after the last change before it counts.
  std::string partition;  ///< Key made of captures, "{date}|{region}"; "": of all, in their order.
  std::string done;  ///< Name of the file beside the others that says they are whole; "": none.
  std::optional<Micros> poll;  ///< Look that often; nullopt: as often as the place needs it.
  BucketAccess bucket;         ///< Of s3://.
  // Of a server.
  std::string password;     ///< Secret; "": by key.
  std::string key_file;     ///< Private key; "": the agent's.
  std::string known_hosts;  ///< "": ~/.ssh/known_hosts.
  friend bool operator==(const FileSource&, const FileSource&) = default;
};

/// Reads a Kafka topic.
struct KafkaSource {
  enum class Format : std::uint8_t { text, json, avro, protobuf };
  std::string brokers;  ///< "HOST:PORT", several separated by commas.
  std::string topic;
  Micros settle{
      std::chrono::milliseconds{500}};  ///< Quiet time that ends a batch; 0: each message is one.
  std::optional<Micros> max_wait;  ///< From a batch's first message; nullopt: ten times settle.
  std::uint32_t count{};           ///< So many messages are a batch; 0: however many.
  std::optional<Micros> window;    ///< A batch ends with such a stretch of the clock instead.
  FieldMatch match;
  std::string partition;            ///< Field; "": the asset is not cut.
  std::string data_version;         ///< Field; "": the offset.
  std::string id;                   ///< Field; "": none.
  std::string from{"earliest"};     ///< Or "latest", or RFC 3339: where reading begins.
  Format format{Format::json};      ///< Not text.
  Format key_format{Format::text};  ///< Of the messages' keys.
  std::string registry;  ///< URL of the schema registry; a secret if it has a user in it.
  bool debezium{false};  ///< Messages are Debezium's change events.
  std::map<std::string, std::string> config;  ///< Of librdkafka; may hold secrets.
  friend bool operator==(const KafkaSource&, const KafkaSource&) = default;
};

/// Follows tables of a database.  PostgreSQL tells of commits by itself; of any database a query
/// is asked again and again.
struct DatabaseSource {
  std::string url;  ///< postgresql://…, mysql://…, sqlite:PATH; a secret if it has a password.
  std::vector<std::string> tables;   ///< SCHEMA.NAME; PostgreSQL: by logical decoding.
  std::vector<std::string> columns;  ///< Only changes of these count; empty: of any.
  std::string slot;                  ///< Of replication; "": made from the asset's key.
  std::string publication;           ///< "": likewise.
  std::string notify;                ///< Channel whose notifications call for a look; "": none.
  std::string query;                 ///< Its rows are the state of the data.
  std::string partition;             ///< Column, of the query or the table; "": not cut.
  std::string data_version;          ///< Column of the query; "": all but the partition's.
  Micros settle{std::chrono::milliseconds{100}};  ///< Quiet time after a change.
  std::optional<Micros> max_wait;                 ///< nullopt: ten times settle.
  std::optional<Micros> poll;                     ///< Ask that often; nullopt: 10 s where needed.
  friend bool operator==(const DatabaseSource&, const DatabaseSource&) = default;
};

/// Watches a table that keeps its own snapshots: the latest one's number is the data version.
struct TableSource {
  enum class Format : std::uint8_t { delta, iceberg, ducklake };
  Format format{Format::delta};
  std::string path;     ///< Folder of the table, here or s3://BUCKET/FOLDER; of DuckLake, its
                        ///< catalog: a file, or postgresql://…, a secret if it has a password.
  std::string table;    ///< SCHEMA.NAME; of DuckLake.
  BucketAccess bucket;  ///< Of s3://.
  Micros settle{std::chrono::milliseconds{100}};
  std::optional<Micros> poll;  ///< nullopt: as often as the place needs it.
  friend bool operator==(const TableSource&, const TableSource&) = default;
};

/// Is told over HTTP: POST /api/v1/hooks/{asset}.
struct WebhookSource {
  enum class Format : std::uint8_t { json, cloudevents, s3, github, alertmanager };
  enum class Signature : std::uint8_t { none, github, standard, stripe, freshet };
  Format format{Format::json};
  std::string token;   ///< Secret that the sender shows; "": the daemon's own tokens are asked for.
  std::string secret;  ///< That the sender signs with; "": nothing is signed.
  Signature signature{Signature::none};       ///< How it says so.
  Micros tolerance{std::chrono::minutes{5}};  ///< How far the signed time may be from now.
  std::string each;  ///< Path of the list whose members are an event each; "": the body is one.
  FieldMatch match;
  std::string partition, data_version, id;  ///< Fields; "": as the format has it, or none.
  friend bool operator==(const WebhookSource&, const WebhookSource&) = default;
};

enum class SourceKind : std::uint8_t { none, webhook, file, kafka, database, table };
[[nodiscard]] std::string_view to_text(SourceKind kind);  ///< Field of the definition; "": none.

struct SourceDefinition {
  SourceKind kind{SourceKind::none};
  FileSource file;          ///< For kind file.
  KafkaSource kafka;        ///< For kind kafka.
  DatabaseSource database;  ///< For kind database.
  TableSource table;        ///< For kind table.
  WebhookSource webhook;    ///< For kind webhook.
  friend bool operator==(const SourceDefinition&, const SourceDefinition&) = default;
};

/// Which asset a dataset of OpenLineage is.
struct DatasetRule {
  std::string dataset_namespace;  ///< As OpenLineage has it, "postgres://db:5432"; may hold `*`.
  std::string name;               ///< Likewise; `{part}` is carried over to `asset`.
  std::string asset;              ///< Key, "crm/{part}".
  friend bool operator==(const DatasetRule&, const DatasetRule&) = default;
};

/// What OpenLineage tells us beside its endpoint.
struct LineageIntake {
  std::vector<DatasetRule> datasets;          ///< The first that fits.
  std::string brokers, topic;                 ///< Kafka; "": none.
  std::map<std::string, std::string> config;  ///< Of librdkafka; may hold secrets.
  friend bool operator==(const LineageIntake&, const LineageIntake&) = default;
};

/// Whom outcomes are told to.
struct Publication {
  enum class Format : std::uint8_t { openlineage, cloudevents };
  enum class Target : std::uint8_t { http, kafka, file };
  std::string name;  ///< Unique within its project.
  Format format{Format::openlineage};
  Target target{Target::http};
  std::string url;                            ///< Of http.
  std::string token;                          ///< Secret: sent as a bearer token; "" for none.
  std::string brokers, topic;                 ///< Of kafka.
  std::map<std::string, std::string> config;  ///< Of librdkafka; may hold secrets.
  std::string path;                           ///< Of a file, absolute: one event a line.
  std::string select;                         ///< "": the assets of its own project.
  friend bool operator==(const Publication&, const Publication&) = default;
};

}  // namespace freshet
