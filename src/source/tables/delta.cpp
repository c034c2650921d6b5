// Delta Lake: _delta_log/00000000000000000042.json is the commit of version 42.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "source/tables/folder.hpp"
#include "source/tables/snapshot.hpp"

namespace freshet::tables {

using Json = nlohmann::json;

namespace {

constexpr std::size_t digits = 20;

/// Of a commit, or of a checkpoint, which outlives its commit.
std::optional<std::uint64_t> version_of(std::string_view name) {
  if (name.size() <= digits || name[digits] != '.') return std::nullopt;
  const std::string_view rest = name.substr(digits);
  if (rest != ".json" && !rest.starts_with(".checkpoint.")) return std::nullopt;
  return number_of(name.substr(0, digits));
}

/// "00000000000000000042", what its files begin with.
std::string prefix_of(std::uint64_t version) {
  std::string out = std::to_string(version);
  return out.insert(0, digits - out.size(), '0');
}

std::uint64_t count_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

/// What the commit did.
Json summary_of(std::uint64_t version, std::string_view commit) {
  Json out{{"version", version}};
  std::uint64_t files = 0, bytes = 0, rows = 0, removed = 0;
  for (const std::string_view line : split(commit, '\n')) {
    const Json action = Json::parse(line, nullptr, false);
    if (!action.is_object()) continue;
    if (action.contains("commitInfo") && action["commitInfo"].is_object()) {
      const Json& info = action["commitInfo"];
      if (info.contains("operation")) out["operation"] = info["operation"];
      if (info.contains("timestamp")) out["timestamp"] = info["timestamp"];
    } else if (action.contains("add") && action["add"].is_object()) {
      const Json& add = action["add"];
      ++files;
      bytes += count_of(add, "size");
      if (const auto stats = add.find("stats"); stats != add.end() && stats->is_string()) {
        const Json parsed = Json::parse(stats->get_ref<const std::string&>(), nullptr, false);
        if (parsed.is_object()) rows += count_of(parsed, "numRecords");
      }
    } else if (action.contains("remove")) {
      ++removed;
    }
  }
  out["files_added"] = files;
  out["files_removed"] = removed;
  out["bytes_added"] = bytes;
  out["rows_added"] = rows;
  return out;
}

}  // namespace

Look look_at_delta(Folder& folder, const std::string& known) {
  const std::string log = "_delta_log";
  auto from = number_of(std::string_view{known}.substr(0, known.find('-')));
  if (!from) {
    const auto checkpoint = folder.read(log + "/_last_checkpoint");
    if (!checkpoint) return {.error = checkpoint.error().message, .snapshot = {}};
    const Json json = Json::parse(checkpoint->value_or(""), nullptr, false);
    if (json.is_object() && json.contains("version")) from = count_of(json, "version");
  }
  auto names = folder.names(log, from ? prefix_of(*from) : "");
  auto newest = names ? newest_of(*names, version_of) : std::nullopt;
  if (names && !newest && from) {  // A table that was made anew, perhaps.
    names = folder.names(log, "");
    newest = names ? newest_of(*names, version_of) : std::nullopt;
  }
  if (!names) return {.error = names.error().message, .snapshot = {}};
  if (!newest) return {};
  const std::uint64_t version = newest->number;
  const auto commit = folder.read(log + '/' + prefix_of(version) + ".json");
  if (!commit) return {.error = commit.error().message, .snapshot = {}};
  const std::string content = commit->value_or(newest->name);
  return {
      .error = {},
      .snapshot = Snapshot{
          .version = std::to_string(version) + '-' + to_text(content_hash(content)).substr(0, 8),
          .metadata =
              summary_of(version, content).dump(-1, ' ', false, Json::error_handler_t::replace)}};
}

}  // namespace freshet::tables
