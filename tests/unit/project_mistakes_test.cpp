// Every mistake is found, at its very place, and says what would be right.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "project_helpers.hpp"

namespace freshet::project {
namespace {

using testing::HasSubstr;

struct Mistake {
  const char* name;
  std::string text;
  std::string place;    ///< "line:column" in /p/freshet.yaml
  std::string message;  ///< A part of it.
};

void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.name; }

class AMistake : public testing::TestWithParam<Mistake> {};

TEST_P(AMistake, IsReportedOnceAtItsPlace) {
  LoadOptions options;
  options.check_automation = [](std::string_view expression, bool) {
    std::vector<Diagnostic> found;
    if (const std::size_t at = expression.find("61"); at != std::string::npos) {
      found.push_back({.place = {.line = 1, .column = static_cast<int>(at) + 1},
                       .message = "minute 61 is out of range 0-59"});
    }
    return found;
  };
  const LoadResult result = load_text(GetParam().text, options);
  ASSERT_EQ(result.diagnostics.size(), 1U) << all(result);
  EXPECT_EQ(result.diagnostics[0].severity, Diagnostic::Severity::error);
  EXPECT_FALSE(result.definitions.has_value());
  EXPECT_THAT(format(result.diagnostics[0]),
              testing::StartsWith("/p/freshet.yaml:" + GetParam().place + ": error: "));
  EXPECT_THAT(result.diagnostics[0].message, HasSubstr(GetParam().message));
}

std::string repeat(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

/// Each level names the one before ten times.
std::string alias_bomb() {
  std::string out = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string up = "*a" + std::to_string(i - 1);
    out += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + up + repeat(", " + up, 9) +
           "]\n";
  }
  return out;
}

/// One asset with more fields.
std::string asset(const std::string& fields) { return "assets:\n  - key: a\n    " + fields; }

const std::vector<Mistake> kSyntax{
    {"UnterminatedQuote", "assets:\n  - key: \"a\n    deps: [b]\n", "2:10",
     "this quote is never closed"},
    {"Tab", "assets:\n\t- key: a\n", "2:1", "a tab cannot indent"},
    {"OpenBracket", "assets: [{key: a}\npools: {}\n", "2:1",
     "a comma or ] is missing: the [ of line 1, column 9"},
    {"OpenBrace", "assets: [{key: a]\n", "1:17", "a comma or } is missing"},
    {"ColonInText", "project: a: b\n", "1:11", "a colon and space cannot stand here"},
    {"WrongIndentation", "assets:\n  - key: a\n   command: [x]\n", "3:4", "does not line up"},
    {"OpenAtTheEndOfALine", "assets:\n  - {key\n", "3:1", "a comma or } is missing"},
    {"OpenAtTheEndOfAText", "assets:\n  - {k\u00e9y", "2:9", "a comma or } is missing"},
    {"MissingColon", "project: x\nassets\n", "2:1", "no `key: value`"},
    {"AtSign", "project: @x\n", "1:10", "a value cannot begin with @"},
    {"UnknownEscape", "project: \"\\d\"\n", "1:11", "no such escape"},
    {"NotUtf8", "project: a\nprefix: \"caf\xE9 \"\n", "2:13", "not UTF-8"},
    {"ControlCharacter", "project: a\nprefix: \"a\x01\"\n", "2:11", "control character"},
    {"SecondDocument", "project: a\n---\nproject: b\n", "2:1", "a second document"},
    {"UnknownAlias", "pools: *there\n", "1:8", "*there names nothing"},
    {"AliasInsideItself", "pools: &p {a: *p}\n", "1:15", "stands inside what it names"},
    {"AliasBomb", alias_bomb(), "6:45", "aliases stand for more than 1000000 values"},
    {"DepthBomb", "assets: " + repeat("[", 5000), "1:72", "nested more than 64 levels deep"},
    {"CustomTag", "project: !env NAME\n", "1:10", "tags such as !env"},
    {"MergeKey", "x: &x {a: 1}\npools: {<<: *x}\n", "2:9", "merge keys"},
    {"ListAsKey", "pools: {[a]: 1}\n", "1:9", "a key must be a text"},
    {"DuplicateKey", "project: a\nprefix: b\nproject: c\n", "3:1",
     "\"project\" is given twice: first at line 1, column 1"},
    {"DuplicateKeyInFlow", "pools: {a: 1, b: 2, a: 3}\n", "1:21", "first at line 1, column 9"},
};

const std::vector<Mistake> kFields{
    {"RootIsAList", "- key: a\n", "1:1", "project must be a mapping"},
    {"UnknownTopField", "asets: []\n", "1:1",
     "unknown field \"asets\" in project: did you mean \"assets\"?"},
    {"UnknownField", asset("automaton: eager\n"), "3:5",
     "unknown field \"automaton\" in asset: did you mean \"automation\"?"},
    {"UnknownFieldFarFromAll", asset("retries: {zzzzzz: 1}\n"), "3:15",
     "it takes max, backoff, delay or max_delay"},
    {"MissingKey", "assets:\n  - command: [x]\n", "2:5", "asset needs the field \"key\""},
    {"MissingWithin", asset("freshness: {warn: 1h}\n"), "3:16",
     "freshness needs within, or a deadline"},
    {"DeadlineThatIsNoCron", asset("freshness: {deadline: \"9 o'clock\"}\n"), "3:27",
     "freshness.deadline: "},
    {"TimezoneWithoutDeadline", asset("freshness: {within: 1h, timezone: UTC}\n"), "3:39",
     "timezone belongs to deadline, which is not given"},
    {"BackfillPolicyUnknown", asset("backfill_policy: each\n"), "3:22",
     "single_run, or {multi_run: {n: 30}}"},
    {"BackfillOfNone", asset("backfill_policy: {multi_run: {n: 0}}\n"), "3:38",
     "from 1 to 1000000"},
    {"CommandAsText", asset("command: echo \"hi\"\n"), "3:14", R"(write [sh, -c, "echo \"hi\""])"},
    {"EmptyCommand", asset("command: []\n"), "3:14", "command is empty"},
    {"BadDuration", asset("timeout: 5 minutes\n"), "3:14",
     "timeout must be a duration such as 500ms, 10s, 30m, 1h, 2d or 1w, not \"5 minutes\""},
    {"NoTimeAtAll", asset("timeout: 0s\n"), "3:14", "longer than nothing"},
    {"BadPriority", asset("priority: high\n"), "3:15",
     "priority must be a whole number, not \"high\""},
    {"QuotedPriority", asset("priority: \"1\"\n"), "3:15", "priority must be a whole number"},
    {"BadBoolean", asset("checks: [{name: c, blocking: yes}]\n"), "3:34",
     "blocking must be true or false, not \"yes\""},
    {"BadSeverity", asset("checks: [{name: c, severity: eror}]\n"), "3:34",
     "severity must be warn or error, not \"eror\": did you mean \"error\"?"},
    {"CheckTwice", asset("checks: [{name: c}, {name: c}]\n"), "3:32",
     "check \"c\" is given twice: first at line 3, column 21"},
    {"CheckAutomationWithoutCommand", asset("checks: [{name: c, automation: eager}]\n"), "3:36",
     "has an automation but no command"},
    {"CheckAutomation", asset("checks: [{name: c, command: [c], automation: on 61}]\n"), "3:53",
     "minute 61"},
    {"CheckTimeoutWithoutCommand", asset("checks: [{name: c, timeout: 1m}]\n"), "3:33",
     "has a timeout but no command"},
    {"WarnNotBeforeWithin", asset("freshness: {within: 1h, warn: 60m}\n"), "3:35",
     "freshness.warn (1h) must be less than freshness.within (1h)"},
    {"RetriesOutOfRange", asset("retries: {max: -1}\n"), "3:20", "max must be from 0 to 1000"},
    {"RetriesDelays", asset("retries: {max: 1, delay: 1h, max_delay: 1m}\n"), "3:45",
     "retries.max_delay (1m) must not be less than retries.delay (1h)"},
    {"Backoff", asset("retries: {backoff: linear}\n"), "3:24",
     "backoff must be constant or exponential"},
    {"Executor", asset("executor: docker\n"), "3:15",
     "executor \"docker\" is not available in this version; local is"},
    {"ExecutorObject", asset("executor: {slurm: {}}\n"), "3:15",
     "executor \"slurm\" is not available"},
    {"Contract", asset("contract: a.odcs.yaml\n"), "3:5",
     "\"contract\" is not available in this version"},
    {"Templates", "templates: {}\n", "1:1", "\"templates\" is not available in this version"},
    {"KafkaWithoutBrokers", "sources: [{asset: a, kafka: {topic: t}}]\n", "1:29",
     "kafka needs the field \"brokers\""},
    {"KafkaField", "sources: [{asset: a, kafka: {brokers: b, topic: t, partition: date}}]\n",
     "1:63", "\"date\" names no field of a message: want a path into it such as $.order.date"},
    {"KafkaMatchField", "sources: [{asset: a, kafka: {brokers: b, topic: t, match: {$a: x}}}]\n",
     "1:60", "\"$a\" names no field of a message"},
    {"KafkaFrom", "sources: [{asset: a, kafka: {brokers: b, topic: t, from: yesterday}}]\n", "1:58",
     "earliest, latest, or a time"},
    {"KafkaConfig",
     "sources: [{asset: a, kafka: {brokers: b, topic: t, config: {bootstrap.servers: c}}}]\n",
     "1:61", "bootstrap.servers is set by freshet: write brokers"},
    {"KafkaFormatWithoutRegistry",
     "sources: [{asset: a, kafka: {brokers: b, topic: t, format: avro}}]\n", "1:60",
     "this format needs a schema registry: write registry"},
    {"KafkaKeyFormatWithoutRegistry",
     "sources: [{asset: a, kafka: {brokers: b, topic: t, key_format: protobuf}}]\n", "1:64",
     "this format needs a schema registry: write registry"},
    {"KafkaKeyFormat", "sources: [{asset: a, kafka: {brokers: b, topic: t, key_format: xml}}]\n",
     "1:64", "key_format must be text, json, avro or protobuf"},
    {"KafkaPathIntoTextKey",
     "sources:\n- asset: a\n  kafka:\n    brokers: b\n    topic: t\n    partition: key.id\n  partitions: {static: [x]}\n",
     "6:16",
     "\"key.id\" looks into the key, which is text: write key_format: json, avro or protobuf"},
    {"KafkaMatchIntoTextKey",
     "sources:\n- asset: a\n  kafka:\n    brokers: b\n    topic: t\n    match:\n      key.id: 7\n",
     "7:7", "\"key.id\" looks into the key, which is text"},
    {"KafkaRegistry", "sources: [{asset: a, kafka: {brokers: b, topic: t, registry: host:8081}}]\n",
     "1:62", "a URL such as http://registry:8081"},
    {"KafkaCount", "sources: [{asset: a, kafka: {brokers: b, topic: t, count: 0}}]\n", "1:59",
     "a number from 1"},
    {"KafkaBrokerWithoutAName", "sources: [{asset: a, kafka: {brokers: \"k:1, :9092\", topic: t}}]\n",
     "1:39", "brokers: \":9092\" names no host: want HOST:PORT"},
    {"KafkaBrokersThatAreNone", "sources: [{asset: a, kafka: {brokers: \"\", topic: t}}]\n", "1:39",
     "names no host"},
    {"KafkaBrokersBesideNothing", "sources: [{asset: a, kafka: {brokers: \"k:1,\", topic: t}}]\n",
     "1:39", "names no host"},
    {"KafkaPortOutOfRange", "sources: [{asset: a, kafka: {brokers: \"k:65536\", topic: t}}]\n", "1:39",
     "\"k:65536\": a port is a number from 1 to 65535"},
    {"KafkaPortNone", "sources: [{asset: a, kafka: {brokers: \"SSL://k:\", topic: t}}]\n", "1:39",
     "\"k:\": a port is a number"},
    {"KafkaAddressWithoutBrackets", "sources: [{asset: a, kafka: {brokers: \"::1:9092\", topic: t}}]\n",
     "1:39", "\"::1:9092\" names no host"},
    {"KafkaHostOfTwoWords", "sources: [{asset: a, kafka: {brokers: \"k 1\", topic: t}}]\n", "1:39",
     "\"k 1\" is no host"},
    {"KafkaTopicOfOtherLetters", "sources: [{asset: a, kafka: {brokers: k, topic: \"größe\"}}]\n",
     "1:49", "topic must be a name of a-z, A-Z, 0-9, ., _ and -, of at most 249 characters, not"},
    {"KafkaTopicEmpty", "sources: [{asset: a, kafka: {brokers: k, topic: \"\"}}]\n", "1:49",
     "topic must be a name"},
    {"KafkaTopicDot", "sources: [{asset: a, kafka: {brokers: k, topic: ..}}]\n", "1:49",
     "topic must be a name"},
    {"KafkaTopicTooLong",
     "sources: [{asset: a, kafka: {brokers: k, topic: " + repeat("t", 250) + "}}]\n", "1:49",
     "at most 249 characters"},
    {"LineageTopic", "openlineage: {kafka: {brokers: k, topic: a b}}\n", "1:42",
     "topic must be a name"},
    {"PublishedBroker", "publish: [{name: x, to: {kafka: {brokers: \"k:0\", topic: t}}}]\n", "1:43",
     "a port is a number"},
    {"KafkaRegistryPort",
     "sources: [{asset: a, kafka: {brokers: b, topic: t, registry: \"http://u:hid@r:x/\"}}]\n", "1:62",
     "registry: \"r:x\": a port is a number"},
    {"KafkaWindowAndSettle",
     "sources: [{asset: a, kafka: {brokers: b, topic: t, window: 1m, settle: 1s}}]\n", "1:72",
     "settle would be ignored: window ends an update by the clock"},
    {"KafkaWindowAndMaxWait",
     "sources: [{asset: a, kafka: {brokers: b, topic: t, window: 1m, max_wait: 1s}}]\n", "1:74",
     "max_wait would be ignored"},
    {"KafkaPartitionOfNone",
     "sources: [{asset: a, kafka: {brokers: b, topic: t, partition: $.a}}]\n", "1:63",
     "partition needs `partitions` beside `kafka`"},
    {"KafkaPartitionsWithoutPartition",
     "sources: [{asset: a, kafka: {brokers: b, topic: t}, partitions: {static: [x]}}]\n", "1:29",
     "write partition, the field that says which"},
    {"HookPartitionOfNone", "sources: [{asset: a, webhook: {partition: $.a}}]\n", "1:43",
     "partition needs `partitions` beside `webhook`"},
    {"HookPartitionsWithoutPartition",
     "sources: [{asset: a, webhook: {id: $.a}, partitions: {static: [x]}}]\n", "1:31",
     "write partition, the field that says which"},
    {"FileWithoutAPath", "sources: [{asset: a, file: {path: \"\"}}]\n", "1:35",
     "path is empty: name the files"},
    {"FileThatIsAFolder", "sources: [{asset: a, file: {path: in/}}]\n", "1:35",
     "path must name files, not a folder: write in/*"},
    {"ServerPort", "sources: [{asset: a, file: {path: \"sftp://u@h:99999/x\"}}]\n", "1:35",
     "path: \"h:99999\": a port is a number"},
    {"ServerWithoutAName", "sources: [{asset: a, file: {path: \"sftp://u@/x\"}}]\n", "1:35",
     "names no host"},
    {"BucketEndpoint", "sources: [{asset: a, file: {path: \"s3://b/x\", endpoint: \"h:9000\"}}]\n", "1:57",
     "endpoint must be a URL such as http://storage:9000"},
    {"BucketEndpointPort",
     "sources: [{asset: a, file: {path: \"s3://b/x\", endpoint: \"http://h:-1\"}}]\n", "1:57",
     "endpoint: \"h:-1\": a port is a number"},
    {"TableWithoutAPath", "sources: [{asset: a, table: {format: delta, path: \"\"}}]\n", "1:51",
     "path is empty"},
    {"DatabaseNoTables", "sources: [{asset: a, database: {url: 'postgresql:///x', tables: []}}]\n",
     "1:65", "tables is empty"},
    {"DatabasePort", "sources: [{asset: a, database: {url: 'postgresql://h:65536/x', table: t}}]\n",
     "1:38", "a port is a number from 1 to 65535"},
    {"HookSignatureWithoutSecret", "sources: [{asset: a, webhook: {signature: github}}]\n", "1:43",
     "signature needs secret"},
    {"HookToleranceWithoutTime",
     "sources: [{asset: a, webhook: {format: github, secret: s, tolerance: 5m}}]\n", "1:70",
     "tolerance belongs to a signature with a time"},
    {"HookWithEmptyToken", "sources: [{asset: a, webhook: {token: \"\"}}]\n", "1:39",
     "token is empty: anybody would be let in"},
    {"HookFieldOfTopics", "sources: [{asset: a, webhook: {partition: key}}]\n", "1:43",
     "is of topics only"},
    {"HookEachOfHeader", "sources: [{asset: a, webhook: {each: \"header:x\"}}]\n", "1:38",
     "each is a path into the body"},
    {"HookFormat", "sources: [{asset: a, webhook: {format: gitlab}}]\n", "1:40", "github"},
    {"FileWithPartitionsAndNoCapture",
     "sources: [{asset: a, partitions: {static: [x]}, file: {path: in/*.csv}}]\n", "1:62",
     "write {NAME} for the part that does, as in \"landing/{date}/*.csv\""},
    {"FileWithACaptureAndNoPartitions", "sources: [{asset: a, file: {path: \"in/{date}.csv\"}}]\n",
     "1:35", "{date} says the partition, and the asset has none"},
    {"FileWithAPartitionAndNoPartitions",
     "sources: [{asset: a, file: {path: in/*.csv, partition: x}}]\n", "1:56",
     "the asset has no partitions"},
    {"FileWithSeveralCaptures",
     "sources: [{asset: a, partitions: {static: [x]}, file: {path: \"{b}/{c}.csv\"}}]\n", "1:62",
     "say which make the partition's key, as in partition: \"{b}\""},
    {"FileWithAnUnknownCapture",
     "sources: [{asset: a, partitions: {static: [x]}, file: {path: \"{date}.csv\", partition: "
     "\"{dat}\"}}]\n",
     "1:87", "{dat} is not in the path; did you mean {date}?"},
    {"FileWithTooManyParts",
     "sources: [{asset: a, partitions: {static: [x]}, file: {path: \"{b}/{c}.csv\", partition: "
     "\"{b}|{c}\"}}]\n",
     "1:88", "partition must have a part for each dimension"},
    {"FileWithOtherDimensions",
     "sources: [{asset: a, partitions: {multi: [{name: day, daily: {start: \"2026-01-01\"}}, "
     "{name: region, static: [x]}]}, file: {path: \"{date}/{region}.csv\"}}]\n",
     "1:130", "the partition's key has the parts day|region"},
    {"FileWithAPathAsMarker", "sources: [{asset: a, file: {path: x, done: a/b}}]\n", "1:44",
     "done must be the name of a file in the folder of the others"},
    {"FileThatIsNeverPolled", "sources: [{asset: a, file: {path: x, poll: 0s}}]\n", "1:44",
     "poll must be"},
    {"FileOfAnUnknownScheme", "sources: [{asset: a, file: {path: \"ftp://h/x\"}}]\n", "1:35",
     "path begins with ftp://: want files here (a path), s3://BUCKET/... or sftp://USER@HOST/..."},
    {"FileHereWithAnEndpoint", "sources: [{asset: a, file: {path: x, endpoint: \"http://h\"}}]\n",
     "1:48", "endpoint is for files in a bucket"},
    {"FileInABucketWithAPassword",
     "sources: [{asset: a, file: {path: \"s3://b/x\", password: p}}]\n", "1:57",
     "password is for files on a server"},
    {"BucketWithoutFiles", "sources: [{asset: a, file: {path: \"s3://b/\"}}]\n", "1:35",
     "path must name files, as s3://BUCKET/folder/*.csv"},
    {"SeveralServers", "sources: [{asset: a, file: {path: \"sftp://h*/x\"}}]\n", "1:35",
     "path must name one server"},
    {"PasswordInAPath", "sources: [{asset: a, file: {path: \"sftp://u:p@h/x\"}}]\n", "1:35",
     "path holds a password: write it as password: \"${NAME}\""},
    {"AccessKeyAlone", "sources: [{asset: a, file: {path: \"s3://b/x\", access_key: k}}]\n", "1:28",
     "access_key and secret_key belong together"},
    {"TableOfAnUnknownFormat", "sources: [{asset: a, table: {format: hudi, path: x}}]\n", "1:38",
     "delta"},
    {"DuckLakeWithoutATable", "sources: [{asset: a, table: {format: ducklake, path: x}}]\n", "1:29",
     "write table: SCHEMA.NAME"},
    {"DeltaWithATable", "sources: [{asset: a, table: {format: delta, path: x, table: t}}]\n",
     "1:61", "table is for ducklake"},
    {"DuckLakeInMySql",
     "sources: [{asset: a, table: {format: ducklake, path: \"mysql://h/d\", table: t}}]\n", "1:54",
     "a DuckLake catalog in MySQL is not available in this version: want a file of SQLite, or"},
    {"DuckLakeWithAScheme",
     "sources: [{asset: a, table: {format: ducklake, path: \"sqlite:///d\", table: t}}]\n", "1:54",
     "path must be that of the file alone, without sqlite:"},
    {"DuckLakeInABucket",
     "sources: [{asset: a, table: {format: ducklake, path: \"s3://b/d\", table: t}}]\n", "1:54",
     "path must be the catalog of the DuckLake, which is a file of SQLite here"},
    {"DuckLakeWithAPasswordThatIsNotEncoded",
     "sources: [{asset: a, table: {format: ducklake, path: \"postgresql://u:p/w@h/d\", table: t}}]\n",
     "1:54",
     "path must be postgresql://USER@HOST:PORT/DATABASE; percent-encode the characters : / ? # @"},
    {"TableOnAServer", "sources: [{asset: a, table: {format: delta, path: \"sftp://h/t\"}}]\n", "1:51",
     "path must be a folder of this machine, or s3://BUCKET/FOLDER"},
    {"TableInNoBucket", "sources: [{asset: a, table: {format: delta, path: \"s3:///t\"}}]\n", "1:51",
     "path must name a bucket: s3://BUCKET/FOLDER"},
    {"TablesInABucket", "sources: [{asset: a, table: {format: iceberg, path: \"s3://b/*\"}}]\n",
     "1:53", "path must name one folder"},
    {"TableHereWithARegion",
     "sources: [{asset: a, table: {format: delta, path: x, region: r}}]\n", "1:62",
     "region is for tables in a bucket, whose path begins with s3://"},
    {"TableInABucketWithHalfOfTheKeys",
     "sources: [{asset: a, table: {format: delta, path: \"s3://b/t\", secret_key: k}}]\n", "1:29",
     "access_key and secret_key belong together"},
    {"TableWithPartitions",
     "sources: [{asset: a, partitions: {static: [x]}, table: {format: delta, path: x}}]\n", "1:56",
     "a snapshot is of the whole table"},
    {"DatabaseWithoutUrl",
     "sources: [{asset: a, database: {notify: c}}]\n", "1:32",
     "database needs the field \"url\""},
    {"DatabaseOfAnotherKind",
     "sources: [{asset: a, database: {url: 'oracle://u:hidden@db/x', notify: c}}]\n", "1:38",
     "url must be postgresql://USER@HOST:PORT/DATABASE, mysql://USER@HOST:PORT/DATABASE or sqlite:PATH"},
    {"DatabaseWithNothingToFollow",
     "sources: [{asset: a, database: {url: 'postgresql:///x'}}]\n", "1:32",
     "needs what to follow: tables, query or notify"},
    {"DatabaseQueryAndTables",
     "sources: [{asset: a, database: {url: 'postgresql:///x', table: t, query: select 1}}]\n", "1:32",
     "a query and tables are two ways"},
    {"DatabaseTableAndTables",
     "sources: [{asset: a, database: {url: 'postgresql:///x', table: t, tables: [u]}}]\n", "1:75",
     "table and tables are the same"},
    {"DatabaseTableName",
     "sources: [{asset: a, database: {url: 'postgresql:///x', table: b.}}]\n", "1:64",
     "want SCHEMA.NAME"},
    {"DatabaseTablesAndNotify",
     "sources: [{asset: a, database: {url: 'postgresql:///x', table: t, notify: c}}]\n", "1:32",
     "leave notify out"},
    {"DatabaseSlot",
     "sources: [{asset: a, database: {url: 'postgresql:///x', table: t, slot: Big}}]\n", "1:73",
     "a name of a-z, 0-9 and _"},
    {"DatabasePollOfTables",
     "sources: [{asset: a, database: {url: 'postgresql:///x', table: t, poll: 5s}}]\n", "1:32",
     "poll is for a query"},
    {"DatabaseColumnsOfAQuery",
     "sources: [{asset: a, database: {url: 'postgresql:///x', query: select 1, columns: [a]}}]\n", "1:32",
     "columns are of tables"},
    {"DatabaseVersionOfTables",
     "sources: [{asset: a, database: {url: 'postgresql:///x', table: t, data_version: v}}]\n", "1:32",
     "data_version is a column of the query"},
    {"DatabasePartitionOfNothing",
     "sources: [{asset: a, database: {url: 'postgresql:///x', notify: c, partition: p}, partitions: {static: [x]}}]\n", "1:32",
     "partition is a column of the query or of the tables"},
    {"DatabasePartitionWithoutPartitions",
     "sources: [{asset: a, database: {url: 'postgresql:///x', table: t, partition: p}}]\n", "1:78",
     "partition needs `partitions`"},
    {"DatabasePartitionsWithoutPartition",
     "sources: [{asset: a, database: {url: 'postgresql:///x', table: t}, partitions: {static: [x]}}]\n", "1:32",
     "write partition, the column"},
    {"DatabaseTablesOfMySql",
     "sources: [{asset: a, database: {url: 'mysql://db/x', table: t}}]\n", "1:32",
     "MySQL does not tell which table a commit changed"},
    {"DatabaseNotifyOfMySql",
     "sources: [{asset: a, database: {url: 'mysql://db/x', notify: c}}]\n", "1:32",
     "notify is PostgreSQL's"},
    {"DatabaseMySqlWithoutQuery",
     "sources: [{asset: a, database: {url: 'mysql://db/x'}}]\n", "1:32",
     "needs a query to ask MySQL"},
    {"DatabaseTablesOfSqlite",
     "sources: [{asset: a, database: {url: 'sqlite:x.db', tables: [t]}}]\n", "1:32",
     "SQLite does not tell which table"},
    {"TwoSourceKinds", "sources: [{asset: a, webhook: {}, file: {path: x}}]\n", "1:11",
     "a source is of one kind"},
    {"AutomationWithoutCommand", asset("automation: eager\n"), "3:17",
     "automation needs a command"},
    {"DefaultAutomationWithoutCommand", "defaults: {automation: eager}\nassets: [{key: a}]\n",
     "2:16", "automation: null"},
    {"Automation", asset("automation: 'on_cron(\"61 * * * *\")'\n    command: [x]\n"), "3:27",
     "minute 61 is out of range"},
    {"AutomationAfterUmlauts", asset("automation: ü & on_cron(\"61 * * * *\")\n    command: [x]\n"),
     "3:31", "minute 61"},
    {"AutomationInABlock",
     asset("automation: |-\n      on_cron(\"61 * * * *\")\n    command: [x]\n"), "3:17",
     "minute 61"},
    {"DefaultsWithKey", "defaults: {key: a}\n", "1:12", "defaults may not hold \"key\""},
    {"VariableName", asset("environment: {1A: x}\n"), "3:19", "\"1A\" is not a variable's name"},
    {"ReservedVariable", asset("environment: {FRESHET_RUN_ID: x}\n"), "3:19",
     "FRESHET_RUN_ID is set by freshet"},
    {"PoolOfNone", "pools: {w: 0}\n", "1:12",
     "pool w must allow at least 1 step at a time, not \"0\""},
    {"ProjectName", "project: a b\n", "1:10", "project must be a name of letters, digits, _ and -"},
    {"WaitWithoutMaxAge",
     "sources: [{asset: b}]\n" + asset("deps: [{asset: b, wait_until: \"04:00\"}]\n"), "4:35",
     "wait_until needs max_age"},
    {"TimeOfDay",
     "sources: [{asset: b}]\n" + asset("deps: [{asset: b, max_age: 1h, wait_until: \"4 am\"}]\n"),
     "4:48", "wait_until must be a time of day"},
    {"TimeZone",
     "sources: [{asset: b}]\n" +
         asset("deps: [{asset: b, max_age: 1h, wait_until: \"04:00\", timezone: Europe/Viena}]\n"),
     "4:67", "Europe/Vienna"},
    {"Then",
     "sources: [{asset: b}]\n" +
         asset("deps: [{asset: b, max_age: 1h, wait_until: \"04:00\", then: fail}]\n"),
     "4:63", "then must be provisional"},
    {"TwoPartitionings", asset("partitions: {static: [x], dynamic: y}\n"), "3:17",
     "partitions takes exactly one of static, hourly"},
    {"PartitionKey", asset("partitions: {static: [\"a|b\"]}\n"), "3:27",
     "a partition key must be a text without |"},
    {"PartitionTwice", asset("partitions: {static: [x, y, x]}\n"), "3:33",
     "partition \"x\" is listed twice"},
    {"TwoDimensionsOfTime",
     asset("partitions: {multi: [{name: d, daily: {start: \"2026-01-01\"}}, {name: h, hourly: "
           "{start: \"2026-01-01\"}}]}\n"),
     "3:67",
     "dimension \"h\": one dimension of time windows is all that multi may have, and \"d\""},
    {"DimensionName", asset("partitions: {multi: [{name: \"a|b\", static: [x]}]}\n"), "3:33",
     "name must be a text without |"},
    {"PartitionsOfLongAgo", asset("partitions: {daily: {start: \"0999-01-01\"}}\n"), "3:33",
     "between the years 1000 and 2999"},
    {"MappingOfMappings",
     "sources: [{asset: b}]\n" + asset("deps: [{asset: b, mapping: {multi: {d: {multi: {}}}}}]\n"),
     "4:44", "cannot be multi again"},
    {"FarOffset",
     "sources: [{asset: b}]\n" +
         asset("deps: [{asset: b, mapping: {time_window: {start_offset: -2000000}}}]\n"),
     "4:61", "a number of windows from -1000000"},
    {"PartitionStart", asset("partitions: {daily: {start: tomorrow}}\n"), "3:33",
     "start must be a date such as \"2026-01-31\""},
    {"PartitionCron",
     asset("partitions: {cron: {schedule: \"61 * * * *\", start: \"2026-01-01\"}}\n"), "3:36",
     "minute 61 is out of range"},
    {"PartitionsEndBeforeTheyStart",
     asset("partitions: {daily: {start: \"2026-01-02\", end: \"2026-01-01\"}}\n"), "3:52",
     "end must be later than start"},
    {"Mapping", "sources: [{asset: b}]\n" + asset("deps: [{asset: b, mapping: lst}]\n"), "4:32",
     "did you mean last?"},
    {"ColumnTwice", asset("columns: [x, {name: y}, x]\n"), "3:29", "column \"x\" is given twice"},
    {"ColumnWithoutName", asset("columns: [{type: int}]\n"), "3:15",
     "column needs the field \"name\""},
    {"ColumnName", asset("columns: [\"\"]\n"), "3:15", "a name without control characters"},
    {"ColumnOfLists", asset("columns: [[x]]\n"), "3:15", "a column must be a name or a mapping"},
    {"ColumnField", asset("columns: [{name: x, typ: int}]\n"), "3:25", "did you mean \"type\"?"},
    {"ColumnOfNoAsset", asset("columns: [{name: x, from: [{columns: y}]}]\n"), "3:32",
     "column_origin needs the field \"asset\""},
    {"ColumnOfNoDependency",
     "sources: [{asset: raw/orders}]\n" + asset("deps: [raw/orders]\n    columns: [{name: x, from: "
                                                "[{asset: raw/order, columns: y}]}]\n"),
     "5:40",
     "column \"x\" comes from \"raw/order\", which is not among its asset's deps: did you mean "
     "\"raw/orders\"?"},
    {"ColumnOfASource",
     "sources: [{asset: s, columns: [{name: x, from: [{asset: b, columns: [y]}]}]}]\n", "1:57",
     "column \"x\" comes from \"b\", but others make a source"},
    {"MissingVariable", "project: a\nprefix: \"x-${STAGE}\"\n", "2:12",
     "environment variable STAGE is not set"},
    {"OpenVariable", "project: a\nprefix: x${STAGE\n", "2:10", "is never closed by }"},
};

const std::vector<Mistake> kMeaning{
    {"BadKey", "assets: [{key: \"a b\"}]\n", "1:16", "\"a b\" is not a key"},
    {"EmptySegment", "assets: [{key: a//b}]\n", "1:16", "is not a key"},
    {"DotSegment", "assets: [{key: a/../b}]\n", "1:16", "is not a key"},
    {"LongKey", "assets: [{key: " + repeat("k", 256) + "}]\n", "1:16", "at most 255 bytes"},
    {"ReservedEnding", "assets: [{key: a/history}, {key: a}]\n", "1:16",
     "cannot stand beside \"a\" (/p/freshet.yaml:1:34)"},
    {"DefinedTwice", "sources:\n  - asset: a\nassets:\n  - key: a\n", "4:10",
     "key \"a\" is defined twice: first at /p/freshet.yaml:2:12"},
    {"UnknownDependency", "assets: [{key: raw/orders}, {key: b, deps: [raw/order]}]\n", "1:45",
     "\"b\" depends on \"raw/order\", which nothing defines: did you mean \"raw/orders\"?"},
    {"UnknownDependencyFarFromAll", "assets: [{key: b, deps: [{asset: elsewhere}]}]\n", "1:34",
     "define it under assets or sources"},
    {"DependencyTwice", "assets: [{key: a}, {key: b, deps: [a, {asset: a}]}]\n", "1:47",
     "dependency \"a\" is listed twice: first at /p/freshet.yaml:1:36"},
    {"ColumnOfAnUnknownColumn",
     "sources: [{asset: s, columns: [price, quantity]}]\nassets:\n  - {key: a, deps: [s], columns: "
     "[{name: x, from: [{asset: s, columns: [price, quantty]}]}]}\n",
     "3:80",
     "column \"x\" comes from the column \"quantty\" of \"s\", which declares no such column: did "
     "you mean \"quantity\"?"},
    {"DefaultColumns", "defaults: {columns: [x]}\n", "1:12", "defaults may not hold \"columns\""},
    {"Cycle",
     "assets:\n  - {key: c, deps: [a]}\n  - {key: a, deps: [x, b]}\n  - {key: b, deps: [c]}\n  - "
     "key: x\n",
     "2:21", "dependency cycle: c → a → b → c"},
    {"DependsOnItself", "assets: [{key: a, deps: [a]}]\n", "1:26", "dependency cycle: a → a"},
    {"TwoWriters", "assets: [{key: a, writes: out/x.csv}, {key: b, writes: [y, ./out//x.csv]}]\n",
     "1:45", "two writers: \"a\" and \"b\" both write"},
    {"TwoWritersOfATable",
     "assets: [{key: a, writes: [sales.fact]}, {key: b, writes: [sales.fact]}]\n", "1:48",
     "two writers: \"a\" and \"b\" both write \"sales.fact\""},
    {"SelfTrigger",
     "sources:\n  - {asset: s, file: {path: \"in/*.csv\"}}\nassets:\n  - {key: a, deps: [s]}\n  - "
     "{key: b, deps: [a], writes: [./in/b.csv]}\n",
     "2:13", "s → a → b → s would run for ever"},
    {"SelfTriggerByFolder",
     "sources:\n  - {asset: s, file: {path: \"in/x/*.csv\"}}\nassets:\n  - {key: a, deps: [s], "
     "writes: [in/]}\n",
     "2:13", "s → a → s"},
    {"SelfTriggerByEqualGlob",
     "sources:\n  - {asset: s, file: {path: \"in/*.csv\"}}\nassets:\n  - {key: a, deps: [s], "
     "writes: [\"in/*.csv\"]}\n",
     "2:13", "s → a → s"},
    {"UnknownPool", "pools: {warehouse: 2}\nassets: [{key: a, pool: warehous}]\n", "2:16",
     "the pool \"warehous\", which is not in `pools`: did you mean \"warehouse\"?"},
    {"RenamedFromALivingOne", "assets: [{key: a}, {key: b, renamed_from: a}]\n", "1:26",
     "which is still defined"},
    {"RenamedByTwo", "assets: [{key: a, renamed_from: z}, {key: b, renamed_from: z}]\n", "1:43",
     "are both renamed_from \"z\""},
};

std::string name_of(const testing::TestParamInfo<Mistake>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Syntax, AMistake, testing::ValuesIn(kSyntax), name_of);
INSTANTIATE_TEST_SUITE_P(Fields, AMistake, testing::ValuesIn(kFields), name_of);
INSTANTIATE_TEST_SUITE_P(Meaning, AMistake, testing::ValuesIn(kMeaning), name_of);

TEST(Mistakes, HaveAPlaceAlsoWhereAnAssetHasNoKey) {
  const LoadResult result = load_text("defaults:\n  automation: eager\nassets:\n  - group: a\n");
  EXPECT_EQ(result.diagnostics.size(), 2U) << all(result);
  for (const Diagnostic& diagnostic : result.diagnostics) {
    EXPECT_EQ(diagnostic.place, (Place{.file = "/p/freshet.yaml", .line = 4, .column = 5}))
        << format(diagnostic);
  }
}

TEST(Mistakes, AreAllReportedAtOnceAndInOrder) {
  const LoadResult result = load_text(R"(project: telco
pools: {warehouse: 0}
defaults: {timeout: soon}
sources:
  - {asset: raw/orders, contract: x}
assets:
  - key: a
    deps: [c]
    comand: [x]
  - key: b
    deps: [a, raw/ordes]
    command: run it
  - key: c
    deps: [b]
    priority: 1.5
  - {key: b}
)");
  EXPECT_EQ(
      all(result),
      R"(/p/freshet.yaml:2:20: error: pool warehouse must allow at least 1 step at a time, not "0"
/p/freshet.yaml:3:21: error: timeout must be a duration such as 500ms, 10s, 30m, 1h, 2d or 1w, not "soon"
/p/freshet.yaml:5:25: error: "contract" is not available in this version
/p/freshet.yaml:8:12: error: dependency cycle: a → c → b → a (each needs the next)
/p/freshet.yaml:9:5: error: unknown field "comand" in asset: did you mean "command"?
/p/freshet.yaml:11:15: error: "b" depends on "raw/ordes", which nothing defines: did you mean "raw/orders"?
/p/freshet.yaml:12:14: error: command must be a list, since there is no shell: write [sh, -c, "run it"], or each word as one item
/p/freshet.yaml:15:15: error: priority must be a whole number, not "1.5"
/p/freshet.yaml:16:11: error: key "b" is defined twice: first at /p/freshet.yaml:10:10
)");
  EXPECT_EQ(result.unsupported, std::vector<std::string>{"contract"});
}

TEST(Mistakes, CyclesThatShareAnAssetAreEachReported) {
  const LoadResult result =
      load_text("assets: [{key: a, deps: [b, c]}, {key: b, deps: [a]}, {key: c, deps: [a]}]\n");
  EXPECT_EQ(all(result),
            "/p/freshet.yaml:1:26: error: dependency cycle: a → b → a (each needs the next)\n"
            "/p/freshet.yaml:1:29: error: dependency cycle: a → c → a (each needs the next)\n");
}

TEST(Mistakes, ALongCycleIsShortenedInTheMiddle) {
  std::string text = "assets:\n";
  for (int i = 0; i < 1000; ++i) {
    text +=
        "  - {key: k" + std::to_string(i) + ", deps: [k" + std::to_string((i + 1) % 1000) + "]}\n";
  }
  const LoadResult result = load_text(text);
  ASSERT_EQ(result.diagnostics.size(), 1U);
  EXPECT_THAT(result.diagnostics[0].message, HasSubstr("k12 → (975 more) → k988"));
  EXPECT_THAT(result.diagnostics[0].message, HasSubstr("k999 → k0 (each"));
}

TEST(Warnings, LeaveTheDefinitionsValid) {
  const LoadResult result = load_text(R"(include: [none/*.yaml]
assets:
  - {key: a, checks: [{name: c, severity: warn, blocking: true}]}
  - {key: b, partitions: {daily: {start: "2026-01-01", end: "2040-01-01", timezone: Europe/Vienna}}}
)");
  EXPECT_EQ(
      all(result),
      "/p/freshet.yaml:1:11: warning: include \"none/*.yaml\" matches no file\n"
      "/p/freshet.yaml:3:59: warning: check \"c\" blocks nothing: only a failure with severity "
      "error does\n"
      "/p/freshet.yaml:4:61: warning: from 2038 on the zone data knows no summer time: windows "
      "of Europe/Vienna may be off by an hour\n");
  EXPECT_TRUE(result.definitions.has_value());
}

}  // namespace
}  // namespace freshet::project
