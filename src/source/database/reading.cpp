#include "source/database/reading.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/hash.hpp"
#include "base/text.hpp"

namespace freshet::database {
namespace {

using Json = nlohmann::json;
constexpr std::size_t version_bytes_max = 128;  ///< What is longer is a fingerprint instead.

Result<std::size_t> find_column(const Answer& answer, const std::string& name, const char* field) {
  const auto found = std::ranges::find(answer.columns, name);
  if (found != answer.columns.end())
    return static_cast<std::size_t>(found - answer.columns.begin());
  std::string message = std::string{field} + ": the query has no column \"" + name + '"';
  if (const auto meant = nearest(name, answer.columns))
    message += ": did you mean \"" + *meant + "\"?";
  return Error{Errc::invalid, std::move(message)};
}

/// The values of some rows: a single one as it is, else as JSON.
std::string version_of(const std::vector<std::vector<std::optional<std::string>>>& rows) {
  if (rows.empty()) return "no rows";
  if (rows.size() == 1 && rows.front().size() == 1) {
    const auto& value = rows.front().front();
    if (!value) return "null";
    if (!value->empty() && value->size() <= version_bytes_max) return *value;
  }
  const auto json_of = [](const std::vector<std::optional<std::string>>& row) {
    Json out = Json::array();
    for (const auto& value : row) out.push_back(value ? Json(*value) : Json());
    return out;
  };
  Json all = json_of(rows.front());
  if (rows.size() > 1) {
    all = Json::array();
    for (const auto& row : rows) all.push_back(json_of(row));
  }
  std::string text = all.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() <= version_bytes_max) return text;
  const std::string hash = to_text(content_hash(text));
  return rows.size() == 1 ? hash : std::to_string(rows.size()) + " rows, " + hash;
}

Result<PartitionKeys::Key> key_of(const std::optional<std::string>& value,
                                  const std::string& column, const PartitionKeys& keys) {
  if (!value || value->empty())
    return Error{Errc::invalid, "partition: \"" + column + "\" is " + (value ? "empty" : "NULL") +
                                    " in a row of the query's answer: leave such rows out"};
  auto key = keys.of(*value);
  if (!key) return Error{Errc::invalid, "partition: " + key.error().message};
  return key;
}

}  // namespace

Result<Readings> read_answer(const Answer& answer, const DatabaseSource& source,
                             const PartitionKeys& keys) {
  std::optional<std::size_t> partition, version;
  if (!source.partition.empty()) {
    FRESHET_TRY(partition, find_column(answer, source.partition, "partition"));
  }
  if (!source.data_version.empty()) {
    FRESHET_TRY(version, find_column(answer, source.data_version, "data_version"));
  }
  Readings out;
  std::vector<std::vector<std::vector<std::optional<std::string>>>> rows;  // of each reading
  std::map<std::string, std::size_t> places;
  std::set<std::string> misfits;
  if (!partition) out.all.emplace_back(), rows.emplace_back();
  for (const auto& row : answer.rows) {
    std::size_t place = 0;
    if (partition) {
      const auto& value = row[*partition];
      const auto key = key_of(value, source.partition, keys);
      if (!key) {
        if (misfits.insert(key.error().message).second)
          out.misfits.push_back({.value = value.value_or(""), .reason = key.error().message});
        continue;
      }
      place = places.try_emplace(key->text, out.all.size()).first->second;
      if (place == out.all.size()) {
        out.all.push_back({.partition = key->text, .from = key->from, .version = {}});
        rows.emplace_back();
      }
    }
    std::vector<std::optional<std::string>> values;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (version ? i == *version : i != partition) values.push_back(row[i]);
    }
    rows[place].push_back(std::move(values));
  }
  for (std::size_t i = 0; i < out.all.size(); ++i) out.all[i].version = version_of(rows[i]);
  return out;
}

}  // namespace freshet::database
