#include "api/source_watch.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "api/json_views.hpp"
#include "freshet/time.hpp"

namespace freshet::api {
namespace {

/// Leaves out what is not given.
class Said {
 public:
  void add(const char* name, const std::string& text) {
    if (!text.empty()) out_[name] = text;
  }
  void add(const char* name, const std::vector<std::string>& texts) {
    if (!texts.empty()) out_[name] = texts;
  }
  void add(const char* name, const FieldMatch& match) {
    if (!match.empty()) out_[name] = match;
  }
  void add(const char* name, Micros duration) { out_[name] = seconds(duration); }
  void add(const char* name, const std::optional<Micros>& duration) {
    if (duration) add(name, *duration);
  }
  [[nodiscard]] Json take() { return std::move(out_); }

 private:
  Json out_ = Json::object();
};

const char* word(KafkaSource::Format format) {
  switch (format) {
    case KafkaSource::Format::text:
      return "text";
    case KafkaSource::Format::json:
      return "json";
    case KafkaSource::Format::avro:
      return "avro";
    case KafkaSource::Format::protobuf:
      return "protobuf";
  }
  return "";
}
const char* word(TableSource::Format format) {
  switch (format) {
    case TableSource::Format::delta:
      return "delta";
    case TableSource::Format::iceberg:
      return "iceberg";
    case TableSource::Format::ducklake:
      return "ducklake";
  }
  return "";
}
const char* word(WebhookSource::Format format) {
  switch (format) {
    case WebhookSource::Format::json:
      return "json";
    case WebhookSource::Format::cloudevents:
      return "cloudevents";
    case WebhookSource::Format::s3:
      return "s3";
    case WebhookSource::Format::github:
      return "github";
    case WebhookSource::Format::alertmanager:
      return "alertmanager";
  }
  return "";
}

/// A path of this machine, or an address.
std::string place(const std::string& path) {
  return path.find("://") == std::string::npos ? path : without_secrets(path);
}

}  // namespace

std::string without_secrets(std::string_view url) {
  if (url.starts_with("sqlite:")) return std::string{url};
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return "";
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t begin = scheme + 3;
  const std::string_view authority = url.substr(begin, url.find('/', begin) - begin);
  const std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return std::string{url};
  const std::string_view user = authority.substr(0, authority.find(':'));
  std::string out{url.substr(0, begin)};
  // One with a colon only behind the @ has no password.
  out += user.size() < at ? user : authority.substr(0, at);
  out += url.substr(begin + at);
  return out;
}

Json watch_json(const SourceDefinition& source) {
  Said said;
  switch (source.kind) {
    case SourceKind::none:
      break;
    case SourceKind::webhook:
      said.add("format", std::string{word(source.webhook.format)});
      said.add("each", source.webhook.each);
      said.add("match", source.webhook.match);
      said.add("partition", source.webhook.partition);
      break;
    case SourceKind::file:
      said.add("path", place(source.file.path));
      said.add("partition", source.file.partition);
      said.add("done", source.file.done);
      said.add("settle", source.file.settle);
      said.add("poll", source.file.poll);
      break;
    case SourceKind::kafka:
      said.add("topic", source.kafka.topic);
      said.add("brokers", source.kafka.brokers);
      said.add("format", std::string{word(source.kafka.format)});
      if (source.kafka.key_format != KafkaSource::Format::text)
        said.add("key_format", std::string{word(source.kafka.key_format)});
      said.add("match", source.kafka.match);
      said.add("partition", source.kafka.partition);
      said.add("from", source.kafka.from);
      said.add("settle", source.kafka.settle);
      break;
    case SourceKind::database:
      said.add("url", without_secrets(source.database.url));
      said.add("tables", source.database.tables);
      said.add("query", source.database.query);
      said.add("notify", source.database.notify);
      said.add("partition", source.database.partition);
      said.add("settle", source.database.settle);
      said.add("poll", source.database.poll);
      break;
    case SourceKind::table:
      said.add("format", std::string{word(source.table.format)});
      said.add("path", place(source.table.path));
      said.add("table", source.table.table);
      said.add("settle", source.table.settle);
      said.add("poll", source.table.poll);
      break;
  }
  return said.take();
}

}  // namespace freshet::api
