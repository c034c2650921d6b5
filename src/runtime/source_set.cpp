#include "runtime/source_set.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "model/cursor_names.hpp"
#include "model/partition/text.hpp"
#include "source/database_sources.hpp"
#include "source/file_sources.hpp"
#include "source/kafka_sources.hpp"
#include "source/remote_files.hpp"
#include "source/table_sources.hpp"

namespace freshet::runtime {

SourceMemory source_memory(const Rows& rows) {
  std::map<AssetId, std::string> cursor_of;
  std::set<AssetId> paused;
  for (const CursorRow& row : rows.of<CursorRow>()) cursor_of[row.asset] = row.cursor;
  for (const PauseRow& row : rows.of<PauseRow>()) {
    if (row.paused) paused.insert(row.asset);
  }
  SourceMemory out;
  for (const AssetRow& row : rows.of<AssetRow>()) {
    if (const auto found = cursor_of.find(row.asset); found != cursor_of.end())
      out.cursors[row.key] = found->second;
    if (paused.contains(row.asset)) out.paused.insert(row.key);
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> lineage_runs(const Rows& rows) {
  std::vector<const AnswerRow*> open;
  for (const AnswerRow& row : rows.of<AnswerRow>()) {
    if (row.key.starts_with(lineage_run_prefix) && !row.body.empty()) open.push_back(&row);
  }
  std::ranges::sort(open, {}, &AnswerRow::at);
  std::vector<std::pair<std::string, std::string>> out;
  for (const AnswerRow* row : open) out.emplace_back(row->key, row->body);
  return out;
}

void judge_partitions(SourceTest& found, const AssetDefinition& asset, Instant now) {
  const auto partitions = PartitionText::make(asset.partitions);
  if (!asset.partitions || !partitions) return;
  for (input::Event& event : found.events) {
    if (!event.error.empty() || event.partition.empty()) continue;  // "": of each that there is
    const auto read = partitions->read(event.partition);
    if (!read) {
      event.error = "partition " + read.error().message;
      continue;
    }
    const PartitionText::Key& key = *read;
    if (!key.absence.empty()) {
      event.error = "partition " + key.absence;
    } else if (key.from && *key.from > now) {
      event.error = "partition \"" + event.partition +
                    "\" is a time window that has not ended: not before " +
                    format_instant(*key.from);
    }
  }
}

SourceSet::SourceSet(boost::asio::io_context& io, const Clock& clock, SourceMemory memory,
                     const Sources::Emit& emit)
    : clock_{clock}, paused_{std::move(memory.paused)} {
  kinds_.push_back(std::make_unique<FileSources>(io, pool_, clock, emit));
  kinds_.push_back(std::make_unique<RemoteFiles>(io, clock, emit));
  kinds_.push_back(std::make_unique<TableSources>(io, pool_, clock, emit));
  kinds_.push_back(std::make_unique<DatabaseSources>(io, pool_, clock, memory.cursors, emit));
  kinds_.push_back(
      std::make_unique<KafkaSources>(io, pool_, clock, std::move(memory.cursors), emit));
}

SourceSet::~SourceSet() {
  stop();
  pool_.join();
}

void SourceSet::watch(const Graph& graph) {
  watched_ = &graph;
  for (std::uint32_t rank = 0; rank < graph.size(); ++rank) {
    const AssetDefinition& asset = graph.asset(Rank{rank});
    if (asset.renamed_from.empty()) continue;
    if (paused_.erase(asset.renamed_from) > 0) paused_.insert(asset.key);
    for (const auto& kind : kinds_) kind->renamed(asset.renamed_from, asset.key);
  }
  for (const auto& kind : kinds_) {
    Wanted wanted;
    for (std::uint32_t rank = 0; rank < graph.size(); ++rank) {
      const AssetDefinition& asset = graph.asset(Rank{rank});
      if (asset.external && kind->takes(asset.source) && !paused_.contains(asset.key))
        wanted[asset.key] = &asset;
    }
    kind->watch(wanted);
  }
}

void SourceSet::pause(const Snapshot& snapshot) {
  if (!snapshot.graph) return;
  std::set<std::string> paused;
  for (std::uint32_t rank = 0; rank < snapshot.graph->size(); ++rank) {
    const AssetDefinition& asset = snapshot.graph->asset(Rank{rank});
    if (asset.external && snapshot.state(Rank{rank}).paused) paused.insert(asset.key);
  }
  // What was being loaded when somebody paused has been put aside since.
  if (paused == paused_ && watched_ == snapshot.graph.get()) return;
  paused_ = std::move(paused);
  watch(*snapshot.graph);
}

void SourceSet::count(const std::vector<FactRecord>& facts, const Snapshot& snapshot) {
  if (!snapshot.graph) return;
  for (const FactRecord& record : facts) {
    if (const auto* updated = std::get_if<fact::Updated>(&record.fact)) {
      if (updated->step.run.value != 0) continue;
      Counts& counts = counts_[updated->member.asset];
      ++counts.events;
      counts.unchanged += updated->changed ? 0 : 1;
    } else if (const auto* rejected = std::get_if<fact::EventRejected>(&record.fact)) {
      if (const auto rank = snapshot.graph->find(rejected->subject))
        ++counts_[snapshot.state(*rank).asset].dead;
    }
  }
}

void SourceSet::stored(const std::vector<FactRecord>& facts, const Snapshot& snapshot) {
  if (!snapshot.graph) return;
  for (const FactRecord& record : facts) {
    const auto* cursor = std::get_if<fact::SourceCursor>(&record.fact);
    if (cursor == nullptr) continue;
    if (std::exchange(keys_of_, snapshot.graph) != snapshot.graph) {
      keys_.clear();
      for (std::uint32_t rank = 0; rank < snapshot.graph->size(); ++rank) {
        const AssetDefinition& asset = snapshot.graph->asset(Rank{rank});
        if (asset.external) keys_[snapshot.state(Rank{rank}).asset] = asset.key;
      }
    }
    const auto key = keys_.find(cursor->asset);
    if (key == keys_.end()) continue;
    for (const auto& kind : kinds_) kind->stored(key->second, cursor->cursor);
  }
}

bool SourceSet::look_now(const std::string& asset) {
  return std::ranges::any_of(kinds_, [&](const auto& kind) { return kind->look_now(asset); });
}

SourceTest SourceSet::test(const AssetDefinition& asset, Millis timeout) const {
  for (const auto& kind : kinds_) {
    if (!kind->takes(asset.source)) continue;
    SourceTest out = kind->test(asset, timeout);
    judge_partitions(out, asset, clock_.now());
    return out;
  }
  SourceTest out;
  out.findings = {{"events", "are sent to POST /api/v1/hooks/" + asset.key}};
  return out;
}

Result<std::vector<input::Event>> SourceSet::reread(const AssetDefinition& asset,
                                                    const std::string& body, Millis timeout) const {
  for (const auto& kind : kinds_) {
    if (kind->takes(asset.source)) return kind->reread(asset, body, timeout);
  }
  return Error{Errc::unsupported, "replay: what was told of " + asset.key + " is not kept"};
}

std::vector<SourceStatus> SourceSet::status(const Snapshot* snapshot) const {
  std::vector<SourceStatus> out;
  for (const auto& kind : kinds_) std::ranges::move(kind->status(), std::back_inserter(out));
  if (snapshot == nullptr || !snapshot->graph) return out;
  const Graph& graph = *snapshot->graph;
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    const AssetDefinition& asset = graph.asset(Rank{i});
    if (!asset.external || asset.source.kind == SourceKind::none) continue;
    const bool is_paused = paused_.contains(asset.key);
    if (!is_paused && asset.source.kind != SourceKind::webhook) continue;
    out.push_back({.asset = asset.key,
                   .kind = std::string{to_text(asset.source.kind)},
                   .state = is_paused ? "paused" : "waiting",
                   .detail = is_paused ? "a person paused it" : "POST /api/v1/hooks/" + asset.key});
  }
  for (SourceStatus& source : out) {
    source.rate = rates_.of(source.asset);
    const auto rank = graph.find(source.asset);
    if (!rank) continue;
    const AssetState& state = snapshot->state(*rank);
    source.last_event = state.updated_at;
    const auto counted = counts_.find(state.asset);
    if (counted == counts_.end()) continue;
    source.events = counted->second.events, source.unchanged = counted->second.unchanged;
    source.dead = counted->second.dead;
  }
  return out;
}

void SourceSet::stop() {
  for (const auto& kind : kinds_) kind->stop();
}

SourceTest test_source(const AssetDefinition& asset, Millis timeout) {
  struct Alone {
    boost::asio::io_context io;
    SystemClock clock;
    SourceSet set{io, clock, {}, [](const auto&, const auto&) { return false; }};
  };
  // Never destroyed: a mount that hangs must not keep the process from ending.
  static const Alone& alone = *std::make_unique<Alone>().release();
  return alone.set.test(asset, timeout);
}

}  // namespace freshet::runtime
