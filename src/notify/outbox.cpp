#include "notify/outbox.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "freshet/selection.hpp"
#include "model/partition/space.hpp"

namespace freshet::notify {
namespace {

constexpr Micros delay_first{std::chrono::seconds{2}};
constexpr Micros delay_max{std::chrono::hours{1}};
constexpr std::size_t page = 500;

std::string name_of(const Route& route) { return *route.project + '/' + route.definition->name; }

/// As the page has it: each segment percent-encoded.
std::string path_of(std::string_view key) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : key) {
    const auto u = static_cast<unsigned char>(c);
    const bool plain = (u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') || (u >= 'a' && u <= 'z') ||
                       c == '-' || c == '_' || c == '.' || c == '~' || c == '/';
    if (plain) {
      out += c;
    } else {
      out += {'%', digits[u >> 4U], digits[u & 15U]};
    }
  }
  return out;
}

Alert make(AssetId asset, PartitionId partition, StepId step, const Looks& looks) {
  Alert out;
  if (step.run.value != 0) out.step = step;
  const Directory::Asset* known = looks.directory.find(asset);
  if (known == nullptr) return out;
  out.asset = known->key;
  out.owners = known->owners;
  if (!looks.base_url.empty()) out.url = looks.base_url + "/#/assets/" + path_of(known->key);
  if (!known->rank || partition.value == 0) return out;
  const auto& cut = looks.snapshot.state(*known->rank).partitions;
  if (cut && cut->space->shape() == unpack(partition).shape)
    out.partition = cut->space->key(partition);
  return out;
}

Alert make(const FactRecord& record, const fact::Alerted& f, const Looks& looks) {
  Alert out = make(f.asset, f.partition, f.step, looks);
  out.id = record.sequence, out.at = record.at, out.kind = f.kind;
  out.check = f.check, out.text = f.text;
  if (f.kind == AlertKind::recovery) out.over = f.over;
  return out;
}

bool is_for(const Route& route, const fact::Alerted& f, const Directory& directory) {
  if (f.kind == AlertKind::test)
    return f.project == *route.project && f.route == route.definition->name;
  if (f.muted || !wants(*route.definition, f.kind)) return false;
  if (f.kind == AlertKind::recovery && !wants(*route.definition, f.over)) return false;
  return directory.is_about(route, f.asset);
}

bool is_muted(const AlertsView& view, const AlertRow& row) {
  return row.muted || std::ranges::binary_search(view.mutes, row.asset, {}, &MuteRow::asset);
}

/// How often it was time to repeat an alert until then.
std::int64_t repetitions(const AlertRow& row, Micros repeat, Instant until) {
  return until <= row.at ? 0 : (until - row.at) / repeat;
}

template <class Each>
void each_open(const Route& route, const Looks& looks, Each each) {
  const AlertsView& view = *looks.snapshot.alerts;
  for (const auto& row : view.open) {
    if (wants(*route.definition, row->kind) && looks.directory.is_about(route, row->asset) &&
        !is_muted(view, *row)) {
      each(*row);
    }
  }
}

}  // namespace

Micros delay_after(std::uint32_t failures) {
  FRESHET_ASSERT(failures >= 1);
  return failures > 16 ? delay_max : std::min(delay_first * (1 << (failures - 1)), delay_max);
}

bool wants(const AlertRoute& route, AlertKind kind) {
  return route.kinds.empty() || std::ranges::find(route.kinds, kind) != route.kinds.end();
}

void Directory::update(const Snapshot& snapshot) {
  if (graph_ == snapshot.graph) return;
  graph_ = snapshot.graph;
  for (auto& [id, asset] : assets_) asset.rank.reset();
  std::uint32_t last = 0;
  for (std::uint32_t i = 0; i < graph_->size(); ++i) {
    const AssetDefinition& definition = graph_->asset(Rank{i});
    const AssetId id = snapshot.state(Rank{i}).asset;
    assets_[id] = {definition.key, definition.owners, Rank{i}};
    last = std::max(last, id.value);
  }
  routes_.clear(), complaints_.clear();
  for (const auto& project : graph_->projects()) {
    for (const AlertRoute& definition : project->alerts) {
      const Route& route = routes_.emplace_back(&project->project, &definition);
      std::vector<bool>& selected = selected_[name_of(route)];
      if (selected.size() <= last) selected.resize(last + 1U);
      std::vector<bool> chosen(graph_->size(), !definition.select.empty());
      if (definition.select.empty()) {
        for (std::uint32_t i = 0; i < graph_->size(); ++i)
          chosen[i] = graph_->asset(Rank{i}).project == project->project;
      } else {
        const auto parsed = Selection::parse(definition.select);
        const auto ranks = parsed ? parsed->select(*graph_) : parsed.error();
        if (ranks) {
          chosen.assign(graph_->size(), false);
          for (const Rank rank : *ranks) chosen[rank.value] = true;
        } else {
          complaints_.push_back(name_of(route) + ": " + ranks.error().message);
        }
      }
      for (std::uint32_t i = 0; i < graph_->size(); ++i)
        selected[snapshot.state(Rank{i}).asset.value] = chosen[i];
    }
  }
}

bool Directory::is_about(const Route& route, AssetId asset) const {
  const auto found = selected_.find(name_of(route));
  return found != selected_.end() && asset.value < found->second.size() &&
         found->second[asset.value];
}

const Directory::Asset* Directory::find(AssetId asset) const {
  const auto found = assets_.find(asset);
  return found == assets_.end() ? nullptr : &found->second;
}

Result<Batch> news_of(const Route& route, Sequence told, const Looks& looks, Reader& history,
                      Instant now) {
  Batch out{.passed = told};
  while (true) {
    FRESHET_TRY(const FactPage found, history.facts({.kinds = kinds_of<fact::Alerted>(),
                                                     .upto = looks.snapshot.sequence,
                                                     .after = out.passed,
                                                     .order = FactQuery::Order::oldest_first,
                                                     .limit = page}));
    for (const FactRecord& record : found.facts) {
      const auto& f = std::get<fact::Alerted>(record.fact);
      if (is_for(route, f, looks.directory)) {
        // The clock may have been set back: what lies behind one that is told is told as well.
        if (record.at + tried_for <= now && out.alerts.empty()) {
          out.late.push_back(record.sequence);
        } else {
          out.has_test = out.has_test || f.kind == AlertKind::test;
          out.alerts.push_back(make(record, f, looks));
        }
      }
      out.passed = record.sequence;
      if (out.alerts.size() + out.late.size() == together_max) break;
    }
    if (!found.next || out.alerts.size() + out.late.size() >= together_max) break;
    out.passed = std::max(out.passed, *found.next);
  }
  if (out.alerts.empty()) {
    if (out.late.empty()) out.passed = std::max(out.passed, looks.snapshot.alerts->last);
    return out;
  }
  if (out.alerts.size() <= singly_max) out.alerts.resize(1);
  out.upto = out.alerts.back().id;
  return out;
}

Batch repetitions_of(const Route& route, Instant told, const Looks& looks, Instant now) {
  Batch out;
  if (!route.definition->repeat) return out;
  const Micros repeat = *route.definition->repeat;
  each_open(route, looks, [&](const AlertRow& row) {
    const std::int64_t due = repetitions(row, repeat, now);
    if (due <= repetitions(row, repeat, told) || out.alerts.size() == together_max) return;
    Alert alert = make(row.asset, row.partition, row.step, looks);
    alert.id = row.sequence, alert.at = row.at, alert.kind = row.kind;
    alert.check = row.check, alert.text = row.text;
    alert.repetition = static_cast<std::uint64_t>(due);
    out.alerts.push_back(std::move(alert));
  });
  std::ranges::sort(out.alerts, {}, &Alert::id);
  if (!out.alerts.empty()) out.repeats = now;
  return out;
}

std::optional<Instant> next_repetition(const Route& route, Instant told, const Looks& looks) {
  if (!route.definition->repeat) return std::nullopt;
  const Micros repeat = *route.definition->repeat;
  std::optional<Instant> next;
  each_open(route, looks, [&](const AlertRow& row) {
    const Instant at = row.at + repeat * (repetitions(row, repeat, told) + 1);
    if (!next || at < *next) next = at;
  });
  return next;
}

std::string delivery_id(const std::string& instance, const Route& route,
                        const std::vector<Alert>& alerts) {
  std::string id = instance + '/' + name_of(route) + '/' + std::to_string(alerts.front().id.value);
  if (alerts.size() > 1) id += '-' + std::to_string(alerts.back().id.value);
  if (alerts.front().repetition != 0) id += 'r' + std::to_string(alerts.front().repetition);
  return id;
}

}  // namespace freshet::notify
