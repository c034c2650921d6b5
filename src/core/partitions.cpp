// How members of one asset depend on those of another, and which partitions exist.
#include <algorithm>
#include <string>
#include <utility>

#include "core/state.hpp"

namespace freshet {

using namespace core;  // NOLINT: the state's own words

namespace {

struct Held {
  std::shared_ptr<const PartitionRegistry> registry;
  std::shared_ptr<const PartitionSpace> space;
};

/// Windows of one name come to exist at the same instants; "" without windows.
std::string series_of(const PartitionsDefinition& definition) {
  for (const DimensionDefinition& dimension : definition.dimensions) {
    const auto* windows = std::get_if<WindowsDefinition>(&dimension.of);
    if (windows == nullptr) continue;
    return "windows|" + std::to_string(static_cast<int>(windows->cadence)) + "|" +
           windows->schedule + "|" + windows->timezone + "|" + format_duration(windows->offset);
  }
  return {};
}

}  // namespace

const PartitionMapping* Engine::State::mapping(Rank down, std::size_t dep) const {
  if (mappings.empty()) return nullptr;
  const auto it = mappings.find(id_of[down.value]);
  return it == mappings.end() ? nullptr : it->second[dep].get();
}

bool Engine::State::is_identity(Rank down, std::size_t dep) const {
  const PartitionMapping* m = mapping(down, dep);
  return m == nullptr || m->form() == PartitionMapping::Form::identity ||
         m->form() == PartitionMapping::Form::none;
}

// The plain forms take the sets that are there, whose copies share; the others compute.
PartitionMapping::Upstream Engine::State::upstream_of(Rank down, std::size_t dep,
                                                      const PartitionSet& of) const {
  const PartitionMapping* m = mapping(down, dep);
  if (m == nullptr || m->form() == PartitionMapping::Form::none)
    return {.needed = of, .lacking = {}};
  const AssetId up = id_of[graph->upstream(down)[dep].value];
  if (m->form() == PartitionMapping::Form::all) {
    return {.needed = of.empty() ? PartitionSet{} : universe(up), .lacking = {}};
  }
  if (m->form() == PartitionMapping::Form::identity && of.is_subset_of(cut(up)->universe))
    return {.needed = of, .lacking = {}};
  return m->upstream(of, window_time());
}

PartitionSet Engine::State::downstream_of(Rank down, std::size_t dep,
                                          const PartitionSet& of) const {
  const PartitionMapping* m = mapping(down, dep);
  if (m == nullptr || m->form() == PartitionMapping::Form::none) return of;
  const AssetId a = id_of[down.value];
  if (m->form() == PartitionMapping::Form::all) return of.empty() ? of : universe(a);
  if (m->form() == PartitionMapping::Form::identity) return of & cut(a)->universe;
  return m->downstream(of, window_time());
}

PartitionSet Engine::State::downstream_of(Rank up, Rank down, const PartitionSet& of) const {
  if (mappings.empty()) return of;
  const auto deps = graph->upstream(down);
  PartitionSet out;
  for (std::size_t i = 0; i < deps.size(); ++i) {
    if (deps[i] == up) out |= downstream_of(down, i, of);
  }
  return out;
}

void Engine::State::bind_partitions() {
  mappings.clear();
  for (auto& [name, one] : series) one.users.clear();
  for (auto& p : partitions) {
    if (p) p->space = nullptr;
  }
  for (std::uint32_t i = 0; i < graph->size(); ++i) {
    const AssetId a = id_of[i];
    const auto& definition = graph->asset(Rank{i}).partitions;
    if (!definition) continue;
    Partitions& mine = parts(a);
    // Readers of a snapshot may outlive the engine: a space keeps the registry that it borrows.
    auto held = std::make_shared<Held>(
        Held{registry, PartitionSpace::bind(*definition, dynamic, *registry)});
    mine.bind({held, held->space.get()});
    Instant until = window_time();
    if (const std::string name = series_of(*definition); !name.empty()) {
      Series& one = series[name];
      if (!one.known) one.until = window_time();
      one.users.push_back(a);
      until = one.until;
    }
    mine.exist(mine.space->universe(until));
  }
  for (std::uint32_t i = 0; i < graph->size(); ++i) {
    const AssetId a = id_of[i];
    const auto deps = graph->upstream(Rank{i});
    const bool any =
        is_cut(a) || std::ranges::any_of(deps, [&](Rank up) { return is_cut(id_of[up.value]); });
    if (!any) continue;
    auto& maps = mappings[a];
    const auto space = is_cut(a) ? cut(a)->space : nullptr;
    for (std::size_t d = 0; d < deps.size(); ++d) {
      const AssetId up = id_of[deps[d].value];
      const auto theirs = is_cut(up) ? cut(up)->space : nullptr;
      auto made = make_mapping(graph->asset(Rank{i}).deps[d].mapping, space, theirs);
      FRESHET_ASSERT(made);  // validated when the definitions were loaded
      maps.push_back(*std::move(made));
    }
  }
}

PartitionSet Engine::State::below(Rank down, int depth, Rank up, const PartitionSet& of) const {
  if (depth == 0) return down == up ? of : PartitionSet{};
  PartitionSet out;
  const auto deps = graph->upstream(down);
  for (std::size_t d = 0; d < deps.size(); ++d) {
    const PartitionSet found = below(deps[d], depth - 1, up, of);
    if (!found.empty()) out |= downstream_of(down, d, found);
  }
  return out;
}

PartitionSet Engine::State::related(AssetId from, AssetId to, const PartitionSet& of) const {
  if (from == to || of.empty() || mappings.empty()) return of;
  const Rank last = rank_of[to.value];
  // A dependency's own mapping decides, whatever other ways there are.
  const auto direct = [&](Rank down, Rank above) {
    const auto deps = graph->upstream(down);
    const auto it = std::ranges::find(deps, above);
    return it == deps.end() ? std::nullopt
                            : std::optional{static_cast<std::size_t>(it - deps.begin())};
  };
  if (const auto d = direct(rank_of[from.value], last))
    return upstream_of(rank_of[from.value], *d, of).needed;
  if (const auto d = direct(last, rank_of[from.value])) return downstream_of(last, *d, of);
  const bool up = last < rank_of[from.value];
  std::map<Rank, PartitionSet> front{{rank_of[from.value], of}};
  while (!front.empty()) {
    const auto node = front.extract(up ? std::prev(front.end()) : front.begin());
    const Rank rank = node.key();
    if (rank == last) return node.mapped();
    if (up) {
      const auto deps = graph->upstream(rank);
      for (std::size_t d = 0; d < deps.size(); ++d) {
        if (deps[d] >= last) front[deps[d]] |= upstream_of(rank, d, node.mapped()).needed;
      }
    } else {
      for (const Rank down : graph->downstream(rank)) {
        if (down <= last) front[down] |= downstream_of(rank, down, node.mapped());
      }
    }
  }
  if (are_alike(from, to)) return of & universe(to);
  const auto inferred = make_mapping({}, is_cut(from) ? cut(from)->space : nullptr,
                                     is_cut(to) ? cut(to)->space : nullptr);
  return inferred ? (*inferred)->upstream(of, window_time()).needed : universe(to);
}

PartitionSet Engine::State::watched_by(const Watcher& watcher, Rank up,
                                       const PartitionSet& of) const {
  const AssetId subject = place_of[watcher.subject.value];
  const bool whole =
      watcher.depth == core::Program::all_upstream || (!watcher.itself && !watcher.direct);
  if (mappings.empty() || whole) return universe(subject);
  const PartitionSet lower = below(watcher.base, watcher.depth, up, of);
  return watcher.itself ? lower & universe(subject)
                        : related(id_of[watcher.base.value], subject, lower) & universe(subject);
}

/// Windows that came to exist by `until` are there from now on.
void Engine::State::advance_windows(const std::string& name, Instant until) {
  Series& one = series[name];
  const Instant before = one.until;
  one.until = until, one.known = true;
  windows_until = std::max(windows_until, until);
  for (const AssetId a : one.users) {
    Partitions& p = *cut(a);
    PartitionSet universe = p.space->universe(until);
    if (universe == p.universe) continue;
    const PartitionSet added = universe - p.universe;
    // What was among the latest is not any more, and the other way round.
    PartitionSet latest = p.space->latest(before, lookback) | p.space->latest(until, lookback);
    p.exist(std::move(universe));
    change(a, static_cast<std::uint16_t>(changed_missing | changed_members), added);
    change(a, changed_window, latest | added);
    revise(a);
    // What reads the last partition reads another one now.
    const Rank rank = rank_of[a.value];
    for (const Rank down : graph->downstream(rank)) {
      const auto& deps = graph->asset(down).deps;
      const bool moves = std::ranges::any_of(deps, [&](const Dependency& dep) {
        return dep.mapping.text.find("last") != std::string::npos;
      });
      const AssetId d = id_of[down.value];
      if (moves)
        spread_staleness(d, is_cut(d) ? cut(d)->materialized : PartitionSet{PartitionId{}});
    }
  }
}

}  // namespace freshet
