// Dagster Pipes: what a process is told, and what is understood of what it says.
#include <gmock/gmock.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "exec/pipes/message.hpp"
#include "exec/pipes/message_reader.hpp"
#include "exec/pipes/metadata.hpp"
#include "exec/pipes/pipes.hpp"
#include "exec/process/environment.hpp"
#include "exec/process/launch.hpp"
#include "exec/process/outcome.hpp"
#include "exec_fixture.hpp"
#include "freshet/definitions.hpp"

namespace freshet {
namespace {

using Method = PipesMessage::Method;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string shared_data(const std::string& name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread.
  const char* folder = std::getenv("FRESHET_SHARED_DATA");
  return (folder != nullptr ? std::string{folder} : FRESHET_SOURCE_DIR "/../shared/data") + '/' +
         name;
}

std::string envelope(const std::string& method, const std::string& params) {
  return R"({"__dagster_pipes_version":"0.1","method":")" + method + R"(","params":)" + params +
         "}";
}

PipesMessage parse(const std::string& method, const std::string& params) {
  return parse_pipes_message(envelope(method, params));
}

PipesContext example_context() {
  return {.asset_keys = {"magenta/cdr"},
          .code_versions = {{"magenta/cdr", "c1"}},
          .provenance = {{"magenta/cdr", std::nullopt}},
          .partition_key = "2025-11-05",
          .run_id = "r-1",
          .job_name = "j",
          .extras = R"({"env": "small"})"};
}

TEST(PipesBootstrap, IsWhatTheReferenceWrites) {
  EXPECT_EQ(pipes_bootstrap(R"({"path": "/tmp/dp/context"})"),
            "eJyrVipILMlQslJQ0i/JLdBPKdBPzs8rSa0oUaoFAHtACT8=");
  EXPECT_EQ(
      pipes_bootstrap(R"({"path": "/tmp/dp/messages", "include_stdio_in_messages": false})"),
      "eJyrVipILMlQslJQ0i/JLdBPKdDPTS0uTkxPLVbSUVDKzEvOKU1JjS8uScnMj8/Mi4dLWimkJeYUp9YCAMpYFto=");
}

TEST(PipesContextJson, IsTheReferencesExample) {
  std::ifstream file{shared_data("pipes/context.json")};
  if (!file) GTEST_SKIP() << "no " << shared_data("pipes/context.json");
  EXPECT_EQ(json::parse(pipes_context_json(example_context())), json::parse(file));
}

TEST(PipesContextJson, HasAllTenKeysAlways) {
  const json context = json::parse(pipes_context_json({.run_id = "r"}));
  EXPECT_EQ(context, json::parse(R"({"asset_keys": null, "code_version_by_asset_key": null,
      "provenance_by_asset_key": null, "partition_key": null, "partition_key_range": null,
      "partition_time_window": null, "run_id": "r", "job_name": null, "retry_number": 0,
      "extras": {}})"));
}

TEST(PipesContextJson, WritesWhatIsThere) {
  PipesContext what = example_context();
  what.asset_keys = {"b", "a"};
  what.provenance = {{"a", PipesProvenance{"c", {{"up", "v1"}}, true}}};
  what.partition_key_range = {{"k", "k"}};
  what.partition_time_window = {{"2025-11-05T00:00:00+00:00", "2025-11-06T00:00:00+00:00"}};
  what.retry_number = 2;
  what.extras = "[1]";
  const json context = json::parse(pipes_context_json(what));
  EXPECT_EQ(context["asset_keys"], (json{"a", "b"}));
  EXPECT_EQ(context["provenance_by_asset_key"]["a"],
            json::parse(R"({"code_version": "c", "input_data_versions": {"up": "v1"},
                            "is_user_provided": true})"));
  EXPECT_EQ(context["partition_key_range"], json::parse(R"({"start": "k", "end": "k"})"));
  EXPECT_EQ(context["partition_time_window"]["end"], "2025-11-06T00:00:00+00:00");
  EXPECT_EQ(context["retry_number"], 2);
  EXPECT_EQ(context["extras"], json::object());
}

struct MetadataCase {
  const char* name;
  const char* value;
  const char* want;
};
class PipesMetadata : public testing::TestWithParam<MetadataCase> {};
TEST_P(PipesMetadata, GetsATypeForEachValue) {
  const auto& [name, value, want] = GetParam();
  EXPECT_EQ(normalize_pipes_metadata(json::parse(R"({"m":)" + std::string{value} + "}")),
            R"({"m":)" + std::string{want} + "}");
}
INSTANTIATE_TEST_SUITE_P(
    Table, PipesMetadata,
    testing::Values(
        MetadataCase{"Int", R"({"type":"__infer__","raw_value":3})", R"({"type":"int","value":3})"},
        MetadataCase{"Float", R"({"type":"__infer__","raw_value":3.5})",
                     R"({"type":"float","value":3.5})"},
        MetadataCase{"Bool", R"({"type":"__infer__","raw_value":true})",
                     R"({"type":"bool","value":true})"},
        MetadataCase{"Null", R"({"type":"__infer__","raw_value":null})",
                     R"({"type":"null","value":null})"},
        MetadataCase{"Text", R"({"type":"__infer__","raw_value":"x"})",
                     R"({"type":"text","value":"x"})"},
        MetadataCase{"Object", R"({"type":"__infer__","raw_value":{"a":1}})",
                     R"({"type":"json","value":{"a":1}})"},
        MetadataCase{"Array", R"({"type":"__infer__","raw_value":[1]})",
                     R"({"type":"json","value":[1]})"},
        MetadataCase{"Named", R"({"type":"url","raw_value":"http://x"})",
                     R"({"type":"url","value":"http://x"})"},
        MetadataCase{"Job", R"({"type":"job","raw_value":"j"})", R"({"type":"job","value":"j"})"},
        MetadataCase{"FloatWrittenAsInteger", R"({"type":"float","raw_value":1})",
                     R"({"type":"float","value":1.0})"},
        MetadataCase{"Large", R"({"type":"__infer__","raw_value":9007199254740993})",
                     R"({"type":"int","value":9007199254740993})"},
        MetadataCase{"Plain", "5", R"({"type":"int","value":5})"},
        MetadataCase{"PlainObject", R"({"a":1})", R"({"type":"json","value":{"a":1}})"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(PipesMetadataAsAWhole, MayBeMissingOrOfTheWrongKind) {
  EXPECT_EQ(normalize_pipes_metadata(nullptr), "{}");
  EXPECT_EQ(normalize_pipes_metadata(json::array({1})),
            R"({"metadata":{"type":"json","value":[1]}})");
}

TEST(PipesMessage, ReadsAMaterialization) {
  const PipesMessage message = parse(
      "report_asset_materialization",
      R"({"asset_key":"a/b","data_version":"v","metadata":{"n":{"type":"__infer__","raw_value":1}}})");
  EXPECT_EQ(message.method, Method::materialization);
  EXPECT_EQ(message.asset_key, "a/b");
  EXPECT_EQ(message.data_version, "v");
  EXPECT_EQ(message.json, R"({"n":{"type":"int","value":1}})");
}

TEST(PipesMessage, ReadsWhichColumnsWereRead) {
  using Reads = std::vector<std::pair<std::string, std::vector<std::string>>>;
  const auto reads = [](const std::string& value) {
    return parse("report_asset_materialization",
                 R"({"asset_key":"a","metadata":{"freshet/columns_read":)" + value + "}}")
        .columns_read;
  };
  EXPECT_EQ(reads(R"({"raw_value":{"up/a":["x","y"],"b":[]},"type":"json"})"),
            (Reads{{"b", {}}, {"up/a", {"x", "y"}}}));
  EXPECT_EQ(reads(R"({"up/a":["x"]})"), (Reads{{"up/a", {"x"}}}));
  EXPECT_EQ(reads(R"({"a":["x",1],"b":"x"})"), (Reads{{"a", {}}, {"b", {}}})) << "then anything";
  EXPECT_EQ(reads("{}"), Reads{});
  EXPECT_EQ(reads("7"), std::nullopt);
  EXPECT_EQ(parse("report_asset_materialization", R"({"asset_key":"a"})").columns_read,
            std::nullopt);
}

TEST(PipesMessage, ReadsAMaterializationThatSaysLittle) {
  const PipesMessage message = parse("report_asset_materialization", "null");
  EXPECT_EQ(message.method, Method::materialization);
  EXPECT_EQ(message.asset_key, "");
  EXPECT_EQ(message.data_version, std::nullopt);
  EXPECT_EQ(message.json, "{}");
}

TEST(PipesMessage, KeepsNumbersThatJsonDoesNotKnow) {
  const PipesMessage message = parse(
      "report_asset_materialization",
      R"({"asset_key":"NaN \" NaN","metadata":{"m":{"type":"float","raw_value":NaN},"i":-Infinity}})");
  ASSERT_EQ(message.method, Method::materialization);
  EXPECT_EQ(message.asset_key, "NaN \" NaN");
  EXPECT_EQ(json::parse(message.json)["m"]["value"], "NaN");
  EXPECT_EQ(json::parse(message.json)["i"]["value"], "-Infinity");
}

TEST(PipesMessage, ReadsACheck) {
  PipesMessage message = parse(
      "report_asset_check",
      R"({"asset_key":"a","check_name":"c","passed":true,"severity":"WARN","metadata":null})");
  EXPECT_EQ(message.method, Method::check);
  EXPECT_EQ(message.check_name, "c");
  EXPECT_TRUE(message.passed);
  EXPECT_EQ(message.severity, CheckSeverity::warn);
  EXPECT_EQ(message.json, "{}");
  message = parse("report_asset_check", R"({"asset_key":"a","check_name":"c","passed":false})");
  EXPECT_FALSE(message.passed);
  EXPECT_EQ(message.severity, CheckSeverity::error);
}

TEST(PipesMessage, ReadsALog) {
  const PipesMessage message = parse("log", R"({"message":"hi","level":"warning"})");
  EXPECT_EQ(message.method, Method::log);
  EXPECT_EQ(message.text, "hi");
  EXPECT_EQ(message.level, "WARNING");
  EXPECT_EQ(parse("log", R"({"message":{"a":1}})").text, R"({"a":1})");
  EXPECT_EQ(parse("log", R"({"message":"x","level":7})").level, "INFO");
}

TEST(PipesMessage, ReadsTheRest) {
  EXPECT_EQ(parse("opened", R"({"extras":{"a":1}})").json, R"({"a":1})");
  EXPECT_EQ(parse("opened", "{}").json, "{}");
  EXPECT_EQ(parse("report_custom_message", R"({"payload":[1,"x"]})").json, R"([1,"x"])");
  const PipesMessage stream =
      parse("log_external_stream", R"({"stream":"stderr","text":"a\nb","extras":{}})");
  EXPECT_EQ(stream.method, Method::external_stream);
  EXPECT_EQ(stream.stream, "stderr");
  EXPECT_EQ(stream.text, "a\nb");
}

struct ClosedCase {
  const char* name;
  const char* params;
  const char* want;
};
class PipesClosed : public testing::TestWithParam<ClosedCase> {};
TEST_P(PipesClosed, SaysWithWhichException) {
  const PipesMessage message = parse("closed", GetParam().params);
  EXPECT_EQ(message.method, Method::closed);
  EXPECT_EQ(message.text, GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(
    Table, PipesClosed,
    testing::Values(
        ClosedCase{"Python", "{}", ""}, ClosedCase{"Rust", "null", ""},
        ClosedCase{"RustDirect", R"({"message":"m","stack":["f\n"],"name":"N"})", "N: m\nf"},
        ClosedCase{"TypeScriptText",
                   R"({"exception":{"message":"m","stack":[],"name":null,"cause":null}})", "m"},
        ClosedCase{"JavaContext",
                   R"({"exception":{"message":"m","name":"N","stack":["f"],"context":[],"cause":)"
                   R"({"message":"c","stack":null,"name":"C","context":[]}}})",
                   "N: m\nf\nCaused by: C: c"},
        ClosedCase{"PythonContext",
                   R"({"exception":{"message":"m","context":{"message":"before"}}})",
                   "m\nWhile handling: before"}),
    [](const auto& c) { return std::string{c.param.name}; });

struct ProblemCase {
  const char* name;
  std::string line;
  const char* why;
};
class PipesProblem : public testing::TestWithParam<ProblemCase> {};
TEST_P(PipesProblem, IsReported) {
  const PipesMessage message = parse_pipes_message(GetParam().line);
  EXPECT_EQ(message.method, Method::problem);
  EXPECT_THAT(message.text, StartsWith(GetParam().why));
  EXPECT_LE(message.text.size(), 300U);
}
INSTANTIATE_TEST_SUITE_P(
    Table, PipesProblem,
    testing::Values(
        ProblemCase{"NoJson", "hello", "not JSON"}, ProblemCase{"NoObject", "[]", "not an object"},
        ProblemCase{"HalfALine", R"({"__dagster_pipes_version":"0.1","meth)", "not JSON"},
        ProblemCase{"NoUtf8", "\"\xff\"", "not JSON"},
        ProblemCase{"NoVersion", R"({"method":"log","params":{}})", "no __dagster_pipes_version"},
        ProblemCase{"OtherVersion", R"({"__dagster_pipes_version":"9","method":"log","params":{}})",
                    "want __dagster_pipes_version"},
        ProblemCase{"NoMethod", R"({"__dagster_pipes_version":"0.1","params":{}})", "no method"},
        ProblemCase{"NoParams", R"({"__dagster_pipes_version":"0.1","method":"log"})", "no params"},
        ProblemCase{"ParamsOfWrongKind", envelope("log", "3"), "params is no object"},
        ProblemCase{"UnknownMethod", envelope("dance", "{}"), "unknown method"},
        ProblemCase{"KeyOfWrongKind",
                    envelope("report_asset_materialization", R"({"asset_key":3})"),
                    "asset_key is no text"},
        ProblemCase{"CheckWithoutName", envelope("report_asset_check", R"({"passed":true})"),
                    "check_name"},
        ProblemCase{"CheckWithoutResult", envelope("report_asset_check", R"({"check_name":"c"})"),
                    "passed is missing"},
        ProblemCase{"Deep", std::string(500'000, '['), "nested too deeply"},
        ProblemCase{"Long", std::string(500'000, 'x'), "not JSON"}),
    [](const auto& c) { return std::string{c.param.name}; });

// --- The file ---

std::vector<Method> methods(const std::vector<ReadMessage>& messages) {
  std::vector<Method> result;
  result.reserve(messages.size());
  for (const ReadMessage& read : messages) result.push_back(read.message.method);
  return result;
}

const std::string kThree = envelope("opened", "{}") + "\n" + envelope("log", R"({"message":"ä"})") +
                           "\r\n\n" + envelope("closed", "null") + "\n";

TEST(MessageReader, ReadsTheTypeScriptClientsTranscript) {
  std::ifstream file{shared_data("pipes/messages_ts_client.jsonl")};
  if (!file) GTEST_SKIP() << "no " << shared_data("pipes/messages_ts_client.jsonl");
  std::stringstream text;
  text << file.rdbuf();
  MessageReader reader;
  const auto messages = reader.feed(text.str());
  ASSERT_THAT(methods(messages), ElementsAre(Method::opened, Method::log, Method::materialization,
                                             Method::check, Method::custom, Method::closed));
  EXPECT_EQ(messages[2].message.data_version, "v-abc");
  EXPECT_EQ(messages[2].message.json, R"({"note":{"type":"text","value":"hello"},)"
                                      R"("row_count":{"type":"int","value":100}})");
  EXPECT_EQ(messages[3].message.check_name, "no_nulls");
  EXPECT_TRUE(messages[3].message.passed);
  EXPECT_EQ(messages[4].message.json, R"({"progress":0.5})");
  EXPECT_EQ(messages.back().offset_after, text.str().size());
}

TEST(MessageReader, ReadsTheSameHoweverTheBytesArrive) {
  MessageReader reader;
  std::vector<ReadMessage> messages;
  for (const char c : kThree) {
    for (ReadMessage& read : reader.feed({&c, 1})) messages.push_back(std::move(read));
  }
  ASSERT_THAT(methods(messages), ElementsAre(Method::opened, Method::log, Method::closed));
  EXPECT_EQ(messages[1].message.text, "ä");
  EXPECT_TRUE(reader.finish().empty());
}

TEST(MessageReader, GoesOnFromEachOffsetItGave) {
  MessageReader reader;
  const auto messages = reader.feed(kThree);
  for (std::size_t read = 0; read < messages.size(); ++read) {
    const std::uint64_t offset = messages[read].offset_after;
    MessageReader next{offset};
    EXPECT_EQ(next.position(), offset);
    EXPECT_EQ(next.feed(std::string_view{kThree}.substr(offset)).size(),
              messages.size() - read - 1);
  }
}

TEST(MessageReader, TakesALastLineWithoutItsEnd) {
  MessageReader reader;
  EXPECT_TRUE(reader.feed(envelope("opened", "{}")).empty());
  const auto last = reader.finish();
  ASSERT_THAT(methods(last), ElementsAre(Method::opened));
  EXPECT_EQ(last[0].offset_after, reader.position());
  EXPECT_TRUE(reader.finish().empty());
}

TEST(MessageReader, ReportsALastLineThatWasCutOff) {
  MessageReader reader;
  EXPECT_TRUE(reader.feed(R"({"__dagster_pipes_version":"0)").empty());
  EXPECT_THAT(methods(reader.finish()), ElementsAre(Method::problem));
}

TEST(MessageReader, SkipsALineOfThreeMebibytes) {
  const std::string text = kThree + envelope("log", '"' + std::string(3 << 20, 'x') + '"') + "\n" +
                           envelope("opened", "{}") + "\n";
  MessageReader reader;
  std::vector<ReadMessage> messages;
  for (std::size_t at = 0; at < text.size(); at += 65'536) {
    for (ReadMessage& read : reader.feed(std::string_view{text}.substr(at, 65'536))) {
      messages.push_back(std::move(read));
    }
  }
  ASSERT_THAT(methods(messages), ElementsAre(Method::opened, Method::log, Method::closed,
                                             Method::problem, Method::opened));
  EXPECT_THAT(messages[3].message.text, HasSubstr("longer than 1 MiB"));
  EXPECT_EQ(messages.back().offset_after, text.size());
}

TEST(MessageReader, ReadsALineOfExactlyTheLimit) {
  const std::size_t frame = envelope("log", R"({"message":""})").size();
  const std::string line = envelope(
      "log", R"({"message":")" + std::string(MessageReader::kLineMax - frame, 'x') + "\"}");
  ASSERT_EQ(line.size(), MessageReader::kLineMax);
  MessageReader reader;
  EXPECT_THAT(methods(reader.feed(line + "\n")), ElementsAre(Method::log));
  EXPECT_THAT(methods(reader.feed("x" + line + "\n")), ElementsAre(Method::problem));
}

TEST(MessageReader, StopsAtTheFilesLimitAndSaysSoOnce) {
  const std::string line(65'535, ' ');
  MessageReader reader;
  std::vector<ReadMessage> messages;
  while (!reader.is_full()) {
    for (ReadMessage& read : reader.feed(line + "\n")) messages.push_back(std::move(read));
  }
  ASSERT_THAT(methods(messages), ElementsAre(Method::problem));
  EXPECT_TRUE(reader.feed(envelope("opened", "{}") + "\n").empty());
  EXPECT_TRUE(reader.finish().empty());
  MessageReader next{messages[0].offset_after};
  EXPECT_TRUE(next.is_full());
  EXPECT_TRUE(next.feed(line).empty());
}

TEST(MessageReader, HearsOnlyTheFirstClose) {
  MessageReader reader;
  const auto messages = reader.feed(envelope("closed", R"({"message":"m","name":"N"})") + "\n" +
                                    envelope("closed", "null") + "\n" +
                                    envelope("log", R"({"message":"late"})") + "\n");
  ASSERT_THAT(methods(messages), ElementsAre(Method::closed, Method::log));
  EXPECT_EQ(messages[0].message.text, "N: m");
}

// --- The environment ---

using Variables = std::vector<std::pair<std::string, std::string>>;

TEST(StepEnvironment, IsCleanAndItsLaterPartsWin) {
  const EnvironmentParts parts{.daemon = {{"PATH", "/bin"}, {"HOME", "/h"}, {"SECRET", "s"}},
                               .declared = {{"HOME", "/mine"},
                                            {"X", "1"},
                                            {"FRESHET_ASSET", "no"},
                                            {"FRESHET_PARTITION", "no"},
                                            {"DAGSTER_PIPES_CONTEXT", "no"}},
                               .run_id = "0R",
                               .asset = "a/b",
                               .attempt = 2,
                               .project_directory = "/p",
                               .attempt_directory = "/s"};
  const Variables pipes = pipes_environment("/s");
  ASSERT_EQ(pipes.size(), 2U);
  const Variables want{pipes[0],
                       pipes[1],
                       {"FRESHET_ASSET", "a/b"},
                       {"FRESHET_ATTEMPT", "2"},
                       {"FRESHET_PROJECT_DIR", "/p"},
                       {"FRESHET_RUN_ID", "0R"},
                       {"HOME", "/mine"},
                       {"PATH", "/bin"},
                       {"X", "1"}};
  EXPECT_EQ(step_environment(parts), want);
}

TEST(StepEnvironment, NamesThePartition) {
  const auto variables = step_environment({.partition = "2026-01-01"});
  EXPECT_THAT(variables, testing::Contains(std::pair<std::string, std::string>{"FRESHET_PARTITION",
                                                                               "2026-01-01"}));
}

TEST(ParseEnvironment, TakesNamesAndValues) {
  const char* const strings[]{"A=1", "B=", "C=x=y", "broken", "=x", nullptr};
  const std::map<std::string, std::string> want{{"A", "1"}, {"B", ""}, {"C", "x=y"}};
  EXPECT_EQ(parse_environment(strings), want);
}

// --- With a real client's own means ---

TEST_F(ExecTest, APythonProcessFindsItsContextAndIsHeard) {
  Launch what = launch({"python3", "-c", R"(
import base64, json, os, zlib
load = lambda name: json.loads(zlib.decompress(base64.b64decode(os.environ[name])))
context = json.load(open(load('DAGSTER_PIPES_CONTEXT')['path']))
messages = load('DAGSTER_PIPES_MESSAGES')
assert messages['include_stdio_in_messages'] is False, messages
assert len(context) == 10, context
def send(method, params):
    with open(messages['path'], 'a') as file:
        file.write(json.dumps({'__dagster_pipes_version': '0.1', 'method': method, 'params': params}) + '\n')
send('opened', {'extras': {}})
send('report_asset_materialization', {'asset_key': context['asset_keys'][0], 'data_version': None,
     'metadata': {'mean': {'type': '__infer__', 'raw_value': float('nan')}}})
send('closed', {})
)"});
  const char* search = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe)
  EnvironmentParts parts{.run_id = "r", .asset = "magenta/cdr", .attempt_directory = attempt()};
  if (search != nullptr) parts.daemon["PATH"] = search;
  what.environment = step_environment(parts);
  what.context = pipes_context_json(example_context());
  const Outcome outcome = run(what);
  EXPECT_EQ(outcome.code, 0) << outcome.text << read("attempt/stderr");
  ASSERT_EQ(heard().messages.size(), 3U);
  EXPECT_EQ(heard().messages[1].method, Method::materialization);
  EXPECT_EQ(heard().messages[1].asset_key, "magenta/cdr");
  EXPECT_EQ(heard().messages[1].json, R"({"mean":{"type":"text","value":"NaN"}})");
  EXPECT_EQ(heard().messages[2].method, Method::closed);
}

}  // namespace
}  // namespace freshet
