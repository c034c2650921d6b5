#include "source/database/commit_intake.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <ranges>
#include <utility>

#include "base/steady_at.hpp"

namespace freshet::database {

using Json = nlohmann::json;

namespace {

constexpr std::size_t entries_max = 1'000;  ///< That wait together.
constexpr std::size_t rejected_max = 100;
constexpr std::size_t open_max = 1'000;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool is_open(const std::optional<Instant>& from, Instant wall) { return from && *from > wall; }

}  // namespace

std::string Position::text() const {
  Json out{{"system", system},           {"slot", slot},     {"follows", follows},
           {"publication", publication}, {"tables", tables}, {"lsn", to_text(lsn)}};
  if (!lost.empty()) out["lost"] = lost;
  for (const auto& [key, window] : open) {
    out["open"][key] = {{"version", window.version},
                        {"commits", window.commits},
                        {"rows", window.rows},
                        {"from", format_instant(window.from)}};
  }
  return dump(out);
}

std::optional<Position> Position::parse(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto lsn = parse_lsn(json.value("lsn", ""));
  if (!lsn) return std::nullopt;
  Position out{.system = json.value("system", ""),
               .slot = json.value("slot", ""),
               .follows = json.value("follows", ""),
               .publication = json.value("publication", ""),
               .tables = json.value("tables", ""),
               .lost = json.value("lost", ""),
               .lsn = *lsn,
               .open = {}};
  const Json open = json.value("open", Json::object());
  for (const auto& [key, window] : open.items()) {
    const auto from = parse_instant(window.value("from", ""));
    if (!from) continue;
    out.open[key] = {.version = window.value("version", ""),
                     .commits = window.value("commits", std::uint64_t{}),
                     .rows = window.value("rows", std::uint64_t{}),
                     .from = *from};
  }
  return out;
}

CommitIntake::CommitIntake(std::string asset, const DatabaseSource& source, Position position)
    : asset_{std::move(asset)},
      settle_{source.settle},
      max_wait_{source.max_wait.value_or(10 * source.settle)},
      column_{source.partition},
      position_{std::move(position)} {
  for (const std::string& table : source.tables)
    database_ += (database_.empty() ? "" : ", ") + table;
  if (database_.empty()) database_ = "publication " + source.publication;
}

CommitIntake::Entry& CommitIntake::entry_of(const std::string& partition) {
  std::size_t place = entries_.size();
  if (settle_ != Micros{0}) place = places_.try_emplace(partition, place).first->second;
  if (place == entries_.size()) entries_.push_back({.partition = partition});
  return entries_[place];
}

void CommitIntake::lose(std::string reason, SteadyTime now) {
  first_ = now - max_wait_;
  is_moved_ = true;
  position_.lost = std::move(reason);
}

void CommitIntake::take_all(Position position, const std::vector<PartitionKeys::Key>& partitions,
                            Lsn end, const std::string& reason, SteadyTime now) {
  if (is_empty()) first_ = now;
  last_ = now;
  is_moved_ = true;
  position.open = std::move(position_.open);
  position_ = std::move(position);
  for (const PartitionKeys::Key& key : partitions) {
    Entry& entry = entry_of(key.text);
    entry.version = to_text(end);
    entry.from = key.from;
    entry.first = entry.last = end;
    entry.reason = reason;
  }
}

void CommitIntake::take(CommittedChanges changes, SteadyTime now) {
  if (changes.end <= position_.lsn) return;
  ++commits_;
  const bool was_empty = is_empty();
  position_.lsn = changes.end;
  if (changes.partitions.empty() && changes.emptied.empty() && changes.errors.empty() &&
      changes.misfits.empty()) {
    ++ignored_;
    return;
  }
  if (was_empty) first_ = now;
  last_ = now;
  const std::string version = to_text(changes.commit);
  if (!changes.emptied.empty()) {
    entries_.push_back({.every = true,
                        .version = version,
                        .commits = 1,
                        .first = changes.commit,
                        .last = changes.commit,
                        .reason = "truncate of " + changes.emptied});
    places_.clear();  // what changes from now on is told behind it
  }
  for (const auto& [partition, what] : changes.partitions) {
    Entry& entry = entry_of(partition);
    if (entry.commits == 0 && entry.reason.empty()) entry.first = changes.commit;
    entry.last = changes.commit;
    entry.version = version;
    entry.from = what.from;
    ++entry.commits;
    entry.rows += what.rows;
  }
  for (const std::string& error : changes.errors) {
    if (rejected_.size() >= rejected_max) continue;
    rejected_.push_back(rejection(version, error));
  }
  for (const Misfit& misfit : changes.misfits) {
    if (rejected_.size() >= rejected_max) continue;
    rejected_.push_back(
        refusal_of(asset_, misfit, dump({{"commit", version}, {column_, misfit.value}})));
  }
}

input::Event CommitIntake::rejection(const std::string& commit, const std::string& why) const {
  return {.kind = input::Event::Kind::observation,
          .asset = asset_,
          .source = asset_,
          .body = dump({{"commit", commit}}),
          .error = commit + ": " + why};
}

bool CommitIntake::is_full() const { return entries_.size() >= entries_max; }

std::optional<SteadyTime> CommitIntake::due(SteadyTime now, Instant wall) const {
  std::optional<SteadyTime> out;
  if (!is_empty()) {
    out =
        settle_ == Micros{0} || is_full() ? first_ : std::min(last_ + settle_, first_ + max_wait_);
  }
  for (const auto& [key, window] : position_.open) {
    const SteadyTime at = steady_at(now, wall, window.from);
    if (!out || at < *out) out = at;
  }
  return out;
}

input::Event CommitIntake::event_of(const Entry& entry) const {
  Json metadata{{"tables", database_},
                {"commits", entry.commits},
                {"rows", entry.rows},
                {"lsn", {to_text(entry.first), to_text(entry.last)}}};
  if (!entry.reason.empty()) metadata["reason"] = entry.reason;
  std::string text = dump(metadata);
  return {.kind = input::Event::Kind::observation,
          .asset = asset_,
          .partition = entry.partition,
          .every = entry.every,
          .data_version = entry.version,
          .metadata = text,
          .source = asset_,
          .body = text,  // where the engine has no such partition, one still finds the commits
          .only_if_changed = true};
}

CommitIntake::Next CommitIntake::after(Instant wall) const {
  Next out{.position = position_, .far = {}};
  auto& all = out.position.open;
  std::erase_if(all, [&](const auto& each) { return each.second.from <= wall; });
  for (const Entry& entry : entries_) {
    if (!is_open(entry.from, wall)) continue;
    Position::Open& open = all[entry.partition];
    open = {.version = entry.version,
            .commits = open.commits + entry.commits,
            .rows = open.rows + entry.rows,
            .from = *entry.from};
  }
  if (all.size() <= open_max) return out;
  std::vector<std::pair<Instant, std::string>> late;
  for (const auto& [key, open] : all) late.emplace_back(open.from, key);
  std::ranges::sort(late, std::greater{});
  late.resize(all.size() - open_max);
  for (auto& [from, key] : late) {
    all.erase(key);
    out.far.push_back(std::move(key));
  }
  return out;
}

Batch CommitIntake::make_batch(Instant wall) const {
  const Next next = after(wall);
  Batch out{.events = {}, .cursor = next.position.text()};
  for (const auto& [partition, window] : position_.open) {
    if (window.from > wall) continue;
    const auto lsn = parse_lsn(window.version).value_or(position_.lsn);
    out.events.push_back(event_of({.partition = partition,
                                   .version = window.version,
                                   .from = window.from,
                                   .commits = window.commits,
                                   .rows = window.rows,
                                   .first = lsn,
                                   .last = lsn,
                                   .reason = {}}));
  }
  for (const Entry& entry : entries_) {
    if (!is_open(entry.from, wall)) out.events.push_back(event_of(entry));
  }
  out.events.insert(out.events.end(), rejected_.begin(), rejected_.end());
  for (const std::string& key : next.far | std::views::take(rejected_max))
    out.events.push_back(rejection(to_text(position_.lsn),
                                   key + ": changes of more than " + std::to_string(open_max) +
                                       " windows that do not exist yet are not kept: correct the "
                                       "times in column \"" +
                                       column_ + "\", or name another column"));
  return out;
}

void CommitIntake::told(Instant wall) {
  position_ = after(wall).position;
  entries_.clear();
  places_.clear();
  rejected_.clear();
  is_moved_ = false;
}

}  // namespace freshet::database
