// What a change of some assets bears upon, and what bears upon that.
#include <algorithm>

#include "core/rows.hpp"

namespace freshet {

using namespace core;  // NOLINT: the state's own words

namespace {

/// Ranks that were marked, and those of them whose neighbours have not been looked at.
class Marks {
 public:
  explicit Marks(std::size_t size) : marked_(size) {}
  void add(Rank rank) {
    if (std::exchange(marked_[rank.value], 1) != 0) return;
    ranks_.push_back(rank);
  }
  /// Calls for each that is marked, also while it marks more.
  template <class F>
  void for_each(F&& each) {
    for (std::size_t i = 0; i < ranks_.size(); ++i) each(ranks_[i]);
  }
  [[nodiscard]] std::vector<Rank> ascending() && {
    std::ranges::sort(ranks_);
    return std::move(ranks_);
  }

 private:
  std::vector<std::uint8_t> marked_;
  std::vector<Rank> ranks_;
};

/// Whether a condition looks at more than what lies upstream of it and the assets that it names: at
/// what lies downstream, or at what a selection means.
bool looks_around(const Program& program, const AssetDefinition& asset) {
  if (program.asks_freshness) return true;
  if (asset.automation.find("any_downstream_conditions") != std::string::npos) return true;
  return std::ranges::any_of(program.nodes, [](const Program::Node& node) {
    return node.condition->allow || node.condition->ignore;
  });
}

}  // namespace

Excerpt Engine::excerpt(const std::vector<std::string>& changed) const {
  const State& s = *state_;
  FRESHET_ASSERT(s.graph != nullptr);
  Marks marks{s.graph->size()};
  for (const std::string& key : changed) {
    if (const auto rank = s.graph->find(key)) marks.add(*rank);
  }
  marks.for_each([&](Rank rank) {
    for (const Rank down : s.graph->downstream(rank)) marks.add(down);
    const auto watchers = s.watchers.find(s.id_of[rank.value]);
    if (watchers == s.watchers.end()) return;
    for (const Watcher& watcher : watchers->second)
      marks.add(s.rank_of[s.place_of[watcher.subject.value].value]);
  });
  bool whole = false;
  marks.for_each([&](Rank rank) {
    for (const Rank up : s.graph->upstream(rank)) marks.add(up);
    std::vector<AssetId> subjects = s.checks_with_automation(s.id_of[rank.value]);
    subjects.push_back(s.id_of[rank.value]);
    for (const AssetId subject : subjects) {
      const auto& program = s.programs[subject.value];
      if (!program || whole) continue;
      whole = looks_around(*program, s.graph->asset(rank));
      for (const Program::Reach& reach : program->reaches) {
        const auto named = reach.key.empty() ? std::nullopt : s.graph->find(reach.key);
        if (named) marks.add(*named);
      }
    }
  });
  Excerpt out;
  add_common_rows(s, out.rows);
  if (whole) {
    out.graph = s.graph;
    for (std::uint32_t i = 1; i < s.keys.size(); ++i) add_rows(s, AssetId{i}, out.rows);
    return out;
  }
  const std::vector<Rank> ranks = std::move(marks).ascending();
  out.graph = Graph::part(s.graph, ranks);
  for (const Rank rank : ranks) {
    const AssetId a = s.id_of[rank.value];
    add_rows(s, a, out.rows);
    for (const AssetId check : s.checks_with_automation(a)) add_rows(s, check, out.rows);
  }
  return out;
}

}  // namespace freshet
