#include "api/view.hpp"

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "freshet/estimate.hpp"
#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "freshet/selection.hpp"
#include "freshet/snapshot.hpp"
#include "freshet/time.hpp"
#include "model/partition/space.hpp"

namespace freshet::api {

Catalog::Catalog(const Snapshot& first) : graph_{first.graph}, since_{first.sequence} {
  for (std::uint32_t i = 0; i < graph_->size(); ++i) {
    const std::uint32_t id = first.state(Rank{i}).asset.value;
    if (id >= ranks_.size()) ranks_.resize(id + 1);
    ranks_[id] = i + 1;
  }
}

std::optional<Rank> Catalog::rank_of(AssetId asset) const {
  if (asset.value >= ranks_.size() || ranks_[asset.value] == 0) return std::nullopt;
  return Rank{ranks_[asset.value] - 1};
}

std::span<const Rank> Catalog::by_key() const {
  std::call_once(sorted_, [this] {
    by_key_.resize(graph_->size());
    for (std::uint32_t i = 0; i < by_key_.size(); ++i) by_key_[i] = Rank{i};
    std::ranges::sort(by_key_, {},
                      [this](Rank r) { return std::string_view{graph_->asset(r).key}; });
  });
  return by_key_;
}

Sequence View::revision(Rank rank) const {
  return std::max(state(rank).revision, catalog->since());
}

const ActiveRun* View::run(RunId id) const {
  const auto found = snapshot->runs.find(id);
  return found == snapshot->runs.end() ? nullptr : found->second.get();
}

const StepRow* View::step(StepId id) const {
  const ActiveRun* active = run(id.run);
  if (active == nullptr) return nullptr;
  const auto found = std::ranges::find(active->steps, id, &StepRow::step);
  return found == active->steps.end() ? nullptr : &*found;
}

std::string View::code_text(AssetId asset, CodeVersion code) const {
  if (code.value == 0) return "";
  if (const auto rank = snapshot ? catalog->rank_of(asset) : std::nullopt) {
    const std::string& present = graph().asset(*rank).code_version;
    if (!present.empty() && version_hash(present) == code.value) return present;
  }
  return std::to_string(code.value);
}

std::optional<Millis> View::usual(const StepRow& step) const {
  if (snapshot == nullptr || !step.check.empty() || !step.range.empty()) return std::nullopt;
  const auto rank = catalog->rank_of(step.member.asset);
  if (!rank || !state(*rank).durations) return std::nullopt;
  const auto estimate = estimate_duration(state(*rank).durations->worked);
  return estimate ? std::optional{estimate->p50} : std::nullopt;
}

Result<std::vector<Rank>> View::select(std::string_view expression) const {
  FRESHET_TRY(const Selection selection, Selection::parse(expression));
  return selection.select(*snapshot);
}

std::string View::unknown(std::string_view key) const {
  std::vector<std::string_view> keys;
  keys.reserve(graph().size());
  for (std::uint32_t i = 0; i < graph().size(); ++i) keys.push_back(graph().asset(Rank{i}).key);
  const auto near = nearest(key, keys);
  return "no asset \"" + std::string{key} + "\" is defined" +
         (near ? "; did you mean \"" + *near + "\"?" : "");
}

bool can_run(const AssetDefinition& definition) {
  return !definition.external && !definition.command.empty();
}

const std::string& Names::key(AssetId asset) {
  static const std::string none;
  if (asset.value == 0) return none;
  if (view_) {
    if (const auto rank = view_.catalog->rank_of(asset)) return view_.graph().asset(*rank).key;
  }
  const auto [found, is_new] = gone_.try_emplace(asset);
  if (is_new && reader_ != nullptr) {
    const auto page =
        reader_->facts({.asset = asset, .kinds = kinds_of<fact::AssetKnown>(), .limit = 1});
    if (page && !page->facts.empty()) {
      found->second = std::get<fact::AssetKnown>(page->facts.front().fact).key;
    }
  }
  return found->second;
}

std::optional<std::string> Names::partition(MemberId member) const {
  if (member.partition.value == 0 || !view_) return std::nullopt;
  const auto rank = view_.catalog->rank_of(member.asset);
  if (!rank) return std::nullopt;
  const auto& partitions = view_.state(*rank).partitions;
  if (!partitions || partitions->space->shape() != unpack(member.partition).shape)
    return std::nullopt;
  return partitions->space->key(member.partition);
}

}  // namespace freshet::api
