#include "freshet/snapshot.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "freshet/facts.hpp"
#include "freshet/ids.hpp"
#include "freshet/partitions.hpp"
#include "freshet/selection.hpp"
#include "model_graphs.hpp"

namespace freshet {
namespace {

/// A snapshot of one asset in a state.
Snapshot snapshot_of(const std::function<void(AssetState&)>& change) {
  Snapshot out;
  out.graph = test::graph({test::asset("a")});
  auto chunk = std::make_shared<Snapshot::Chunk>();
  AssetState& state = (*chunk)[0];
  state.data = DataState::fresh;
  change(state);
  out.chunks.push_back(std::move(chunk));
  return out;
}

/// Of the partitions 1 to 3, those that are there.
std::shared_ptr<const PartitionView> partitions(std::uint32_t first, std::uint32_t last) {
  auto out = std::make_shared<PartitionView>();
  out->existing = PartitionSet::range(1, 0, 1, 3);
  if (first != 0) out->updated = PartitionSet::range(1, 0, first, last);
  return out;
}

struct StateCase {
  const char* name;
  std::function<void(AssetState&)> change;
  std::vector<std::string> words;  ///< All words of `status:` that hold.
};
void PrintTo(const StateCase& c, std::ostream* out) { *out << c.name; }

class SelectionByStatus : public testing::TestWithParam<StateCase> {};
TEST_P(SelectionByStatus, FindsItByTheWordsThatHold) {
  const Snapshot snapshot = snapshot_of(GetParam().change);
  std::vector<std::string> found;
  for (const std::string_view word : selection_words("status")) {
    const auto selection = Selection::parse("status:" + std::string{word});
    if (!selection.value().select(snapshot).value().empty()) found.emplace_back(word);
  }
  EXPECT_EQ(found, GetParam().words);
}
INSTANTIATE_TEST_SUITE_P(
    Table, SelectionByStatus,
    testing::Values(StateCase{"never_made",
                              [](AssetState& s) { s.data = DataState::missing; },
                              {"missing", "idle"}},
                    StateCase{"quiet", [](AssetState&) {}, {"fresh", "idle"}},
                    StateCase{"queued",
                              [](AssetState& s) { s.work = WorkState::waiting; },
                              {"fresh", "waiting"}},
                    StateCase{"tried_again",
                              [](AssetState& s) {
                                s.data = DataState::stale;
                                s.work = WorkState::running;
                                s.failed = true;
                              },
                              {"stale", "running", "failed"}},
                    StateCase{"failed",
                              [](AssetState& s) {
                                s.work = WorkState::failed;
                                s.failed = true;
                              },
                              {"fresh", "failed"}},
                    StateCase{"paused",
                              [](AssetState& s) {
                                s.work = WorkState::paused;
                                s.paused = true;
                              },
                              {"fresh", "paused"}},
                    StateCase{"paused_and_running",
                              [](AssetState& s) {
                                s.work = WorkState::running;
                                s.paused = true;
                              },
                              {"fresh", "running", "paused"}},
                    StateCase{"provisional",
                              [](AssetState& s) { s.provisional = true; },
                              {"fresh", "idle", "provisional"}},
                    StateCase{"late",
                              [](AssetState& s) { s.freshness = FreshnessState::fail; },
                              {"fresh", "idle", "late"}},
                    StateCase{"nearly_late",
                              [](AssetState& s) { s.freshness = FreshnessState::warn; },
                              {"fresh", "idle", "warning"}},
                    StateCase{"some_partitions",
                              [](AssetState& s) { s.partitions = partitions(2, 3); },
                              {"fresh", "partial", "idle"}},
                    StateCase{"all_partitions",
                              [](AssetState& s) { s.partitions = partitions(1, 3); },
                              {"fresh", "idle"}},
                    StateCase{"no_partitions",
                              [](AssetState& s) {
                                s.data = DataState::missing;
                                s.partitions = partitions(0, 0);
                              },
                              {"missing", "idle"}}),
    [](const auto& info) { return std::string{info.param.name}; });

TEST(SelectionBySnapshot, AnswersTheFieldsOfAState) {
  const Snapshot snapshot = snapshot_of([](AssetState& s) {
    s.work = WorkState::running;
    s.freshness = FreshnessState::warn;
    s.paused = true;
  });
  const auto holds = [&](const char* text) {
    return !Selection::parse(text).value().select(snapshot).value().empty();
  };
  EXPECT_TRUE(holds("data:fresh and work:running and freshness:warn and automation:paused"));
  EXPECT_FALSE(holds("data:missing or data:stale or work:paused or freshness:fail"));
  EXPECT_FALSE(holds("automation:any"));
}

/// What an asset's state is called is what a selection calls it.
TEST(SelectionBySnapshot, TakesEveryWordOfAState) {
  const auto takes = [](const char* attribute, std::string_view word) {
    return Selection::parse(std::string{attribute} + ':' + std::string{word}).has_value();
  };
  for (const auto data : {DataState::missing, DataState::fresh, DataState::stale})
    EXPECT_TRUE(takes("data", to_text(data)) && takes("status", to_text(data))) << to_text(data);
  for (const auto work : {WorkState::idle, WorkState::waiting, WorkState::running,
                          WorkState::failed, WorkState::paused})
    EXPECT_TRUE(takes("work", to_text(work)) && takes("status", to_text(work))) << to_text(work);
  for (const auto freshness : {FreshnessState::none, FreshnessState::unknown, FreshnessState::pass,
                               FreshnessState::warn, FreshnessState::fail})
    EXPECT_TRUE(takes("freshness", to_text(freshness))) << to_text(freshness);
}

}  // namespace
}  // namespace freshet
