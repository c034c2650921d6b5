// Iceberg: metadata/v3.metadata.json, or metadata/00003-UUID.metadata.json, names the snapshots.
// Beside the former lies version-hint.text, which says 3, or lags behind.
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "freshet/result.hpp"
#include "source/tables/folder.hpp"
#include "source/tables/snapshot.hpp"

namespace freshet::tables {

using Json = nlohmann::json;

namespace {

constexpr std::string_view suffix = ".metadata.json";

std::optional<std::uint64_t> version_of(std::string_view name) {
  if (!name.ends_with(suffix)) return std::nullopt;
  name.remove_suffix(suffix.size());
  if (name.starts_with('v')) return number_of(name.substr(1));
  return number_of(name.substr(0, name.find('-')));
}

Look fail(const std::string& path, const std::string& reason) {
  return {.error = "read " + path + ": " + reason, .snapshot = {}};
}

/// What of a snapshot's summary people ask for, as numbers.
Json summary_of(const Json& snapshot) {
  Json out = Json::object();
  if (snapshot.contains("timestamp-ms")) out["timestamp"] = snapshot["timestamp-ms"];
  const auto found = snapshot.find("summary");
  if (found == snapshot.end() || !found->is_object()) return out;
  constexpr std::array<std::pair<const char*, const char*>, 4> counts{
      {{"rows", "total-records"},
       {"bytes", "total-files-size"},
       {"files", "total-data-files"},
       {"rows_added", "added-records"}}};
  for (const auto& [name, theirs] : counts) {
    const auto value = found->find(theirs);
    if (value == found->end() || !value->is_string()) continue;
    if (const auto number = number_of(value->get_ref<const std::string&>())) out[name] = *number;
  }
  if (const auto operation = found->find("operation"); operation != found->end())
    out["operation"] = *operation;
  return out;
}

struct Metadata {
  std::string path, text;
};

/// Without a listing: that of the hint, or of the last that has come after it.
Result<std::optional<Metadata>> follow_hint(Folder& folder) {
  FRESHET_TRY(const std::optional<std::string> hint, folder.read("metadata/version-hint.text"));
  auto version = hint ? number_of(trim(*hint)) : std::nullopt;
  std::optional<Metadata> out;
  for (; version; ++*version) {
    std::string path = "metadata/v" + std::to_string(*version) + std::string{suffix};
    FRESHET_TRY(std::optional<std::string> text, folder.read(path));
    if (!text) break;
    out = {.path = std::move(path), .text = *std::move(text)};
  }
  return out;
}

/// nullopt: there is none.
Result<std::optional<Metadata>> find_metadata(Folder& folder) {
  FRESHET_TRY(std::optional<Metadata> hinted, follow_hint(folder));
  if (hinted) return hinted;
  FRESHET_TRY(const std::vector<std::string> names, folder.names("metadata", ""));
  const auto newest = newest_of(names, version_of);
  if (!newest) return std::optional<Metadata>{};
  std::string path = "metadata/" + newest->name;
  FRESHET_TRY(std::optional<std::string> text, folder.read(path));
  if (!text) return std::optional<Metadata>{};
  return std::optional{Metadata{.path = std::move(path), .text = *std::move(text)}};
}

}  // namespace

Look look_at_iceberg(Folder& folder) {
  const auto found = find_metadata(folder);
  if (!found) return {.error = found.error().message, .snapshot = {}};
  if (!*found) return {};  // None, or gone again: the next look finds what came in its place.
  const auto& [path, text] = **found;
  if (path.ends_with(".gz" + std::string{suffix}))
    return fail(folder.shown(path),
                "it is compressed: set the table's write.metadata.compression-codec to none");
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object())
    return fail(folder.shown(path), "it is not JSON, or not written to its end");
  const auto current = json.find("current-snapshot-id");
  if (current == json.end() || !current->is_number_integer() || *current == -1) return {};
  Json summary = Json::object();
  for (const Json& snapshot : json.value("snapshots", Json::array())) {
    if (snapshot.is_object() && snapshot.value("snapshot-id", Json{}) == *current)
      summary = summary_of(snapshot);
  }
  return {.error = {},
          .snapshot =
              Snapshot{.version = current->dump(),
                       .metadata = summary.dump(-1, ' ', false, Json::error_handler_t::replace)}};
}

}  // namespace freshet::tables
