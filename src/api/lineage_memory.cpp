#include "api/lineage_memory.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "base/log.hpp"
#include "model/cursor_names.hpp"

namespace freshet::api {
namespace {

std::size_t bytes_of(const Json& facets, const std::vector<LineageDataset>& datasets) {
  std::size_t out = 200 + dump(facets).size();
  for (const LineageDataset& dataset : datasets)
    out += 200 + dataset.name_space.size() + dataset.name.size() + dump(dataset.facets).size();
  return out;
}

/// Those that are not `known`, by their names.
std::vector<LineageDataset> new_in(const std::vector<LineageDataset>& datasets,
                                   const std::vector<LineageDataset>& known) {
  std::set<std::pair<std::string_view, std::string_view>> names;
  for (const LineageDataset& each : known) names.insert({each.name_space, each.name});
  std::vector<LineageDataset> out;
  for (const LineageDataset& each : datasets) {
    if (names.insert({each.name_space, each.name}).second) out.push_back(each);
  }
  return out;
}

constexpr std::size_t stored_id_max = 255;

std::string key_of(const std::string& run) { return std::string{lineage_run_prefix} + run; }

Json datasets_json(const std::vector<LineageDataset>& datasets) {
  Json out = Json::array();
  for (const LineageDataset& each : datasets)
    out.push_back({{"namespace", each.name_space}, {"name", each.name}, {"facets", each.facets}});
  return out;
}
std::string stored_text(const Json& facets, const std::vector<LineageDataset>& inputs,
                        const std::vector<LineageDataset>& outputs) {
  return dump(Json{
      {"facets", facets}, {"inputs", datasets_json(inputs)}, {"outputs", datasets_json(outputs)}});
}

bool has_assertions(const LineageDataset& dataset) {
  return dataset.facets.contains("dataQualityAssertions");
}

}  // namespace

void LineageMemory::restore(std::vector<std::pair<std::string, std::string>> runs) {
  const std::scoped_lock lock{mutex_};
  restored_ = std::move(runs);
}

/// Not before the names of assets are known, by which what is too much is left out.
void LineageMemory::keep_restored(LineageTaken& taken) {
  for (const auto& [key, text] : std::exchange(restored_, {})) {
    // It is read as the event was.
    const Json said = Json::parse(text, nullptr, false);
    if (!said.is_object()) continue;
    const std::string id = key.substr(lineage_run_prefix.size());
    Json event{{"eventType", "START"},
               {"run", {{"runId", id}, {"facets", said.value("facets", Json::object())}}},
               {"job", {{"namespace", ""}, {"name", "?"}}},
               {"inputs", said.value("inputs", Json::array())},
               {"outputs", said.value("outputs", Json::array())}};
    LineageRead read = read_lineage(event, "");
    if (!read.event) continue;
    keep({.id = id,
          .facets = std::move(read.event->run_facets),
          .inputs = std::move(read.event->inputs),
          .outputs = std::move(read.event->outputs),
          .names_assets = true},
         taken);
  }
}

LineageTaken LineageMemory::take(LineageEvent event, const Snapshot& snapshot, Instant now) {
  const std::scoped_lock lock{mutex_};
  const auto names = names_of(snapshot);
  ++totals_.events;
  LineageTaken taken;
  keep_restored(taken);
  if (event.kind == LineageEvent::Kind::run) accumulate(event, taken);
  LineageMeaning meaning = translate(event, *names, snapshot);
  const bool is_step =
      event.kind == LineageEvent::Kind::run && event.type != LineageEvent::Type::other;
  totals_.other += is_step ? 0 : 1;
  totals_.ours += meaning.ours;
  totals_.updates += static_cast<std::uint64_t>(std::ranges::count_if(
      meaning.events,
      [](const input::Event& each) { return each.kind != input::Event::Kind::check; }));
  remember_unmapped(event, meaning, now);
  taken.events = std::move(meaning.events);
  return taken;
}

void LineageMemory::accumulate(LineageEvent& event, LineageTaken& taken) {
  Run run = take_out(event.run);
  const auto is_ours = [&](const LineageDataset& each) {
    return !find_assets(*names_, each).empty();
  };
  run.names_assets = run.names_assets || std::ranges::any_of(event.outputs, is_ours) ||
                     std::ranges::any_of(event.inputs, [&](const LineageDataset& each) {
                       return has_assertions(each) && is_ours(each);
                     });
  const bool is_late = run.is_complete && !is_end(event.type);
  std::vector<LineageDataset> late;
  if (is_late) late = new_in(event.outputs, run.outputs);
  run.is_ended = run.is_ended || is_end(event.type);
  run.is_complete = run.is_complete || event.type == LineageEvent::Type::complete;
  merge_facets(run.facets, event.run_facets);
  merge_datasets(run.inputs, event.inputs);
  merge_datasets(run.outputs, event.outputs);
  event.run_facets = run.facets;
  if (is_late) {
    // Events may overtake each other: what was written by a run that has completed counts.
    event.type = LineageEvent::Type::complete;
    event.inputs.clear();
    event.outputs = std::move(late);
  } else {
    event.inputs = run.inputs, event.outputs = run.outputs;
  }
  if (run.names_assets && run.id.size() <= stored_id_max)
    taken.said[key_of(run.id)] = run.is_ended ? std::string{} : text_of(run);
  keep(std::move(run), taken);
}

std::string LineageMemory::text_of(const Run& run) const {
  Json facets = run.facets;
  std::vector<LineageDataset> inputs = run.inputs, outputs = run.outputs, none;
  const auto is_foreign = [&](const LineageDataset& each) {
    return find_assets(*names_, each).empty();
  };
  std::erase_if(outputs, is_foreign);
  std::erase_if(inputs, [&](const LineageDataset& each) {
    return !has_assertions(each) || is_foreign(each);
  });
  leave_essentials(facets, none, *names_);
  std::string text = stored_text(facets, inputs, outputs);
  if (text.size() <= limits_.stored_bytes) return text;
  leave_essentials(facets, outputs, *names_);
  text = stored_text(facets, {}, outputs);
  if (text.size() <= limits_.run_bytes) return text;
  log("api").warn("openlineage: a run names too much to be known after a restart run={}", run.id);
  return {};
}

LineageMemory::Run LineageMemory::take_out(const std::string& id) {
  const auto known = by_id_.find(id);
  if (known == by_id_.end()) return {.id = id};
  const auto place = known->second;
  Run run = std::move(*place);
  bytes_ -= run.bytes;
  by_id_.erase(known);
  list_of(run).erase(place);
  return run;
}

/// Also after its end: the same event may come again, or one that it has overtaken.
void LineageMemory::keep(Run run, LineageTaken& taken) {
  run.is_short = false;
  run.bytes = bytes_of(run.facets, run.inputs) + bytes_of(Json::object(), run.outputs);
  if (run.bytes > limits_.run_bytes) shorten(run);
  bytes_ += run.bytes;
  Runs& runs = list_of(run);
  runs.push_back(std::move(run));
  by_id_[runs.back().id] = std::prev(runs.end());
  forget_what_is_too_much(taken);
}

void LineageMemory::shorten(Run& run) const {
  leave_essentials(run.facets, run.outputs, *names_);
  run.inputs.clear();
  run.is_short = true;
  run.bytes = bytes_of(run.facets, run.outputs);
}

void LineageMemory::forget_what_is_too_much(LineageTaken& taken) {
  const auto is_too_much = [&] { return by_id_.size() > limits_.runs || bytes_ > limits_.bytes; };
  while (is_too_much() && !ended_.empty()) forget(ended_);
  if (bytes_ > limits_.bytes) {
    for (Run& run : open_) {
      if (bytes_ <= limits_.bytes / 4 * 3) break;
      if (run.is_short) continue;
      bytes_ -= run.bytes;
      shorten(run);
      bytes_ += run.bytes;
    }
  }
  while (is_too_much() && !open_.empty()) {
    if (open_.front().names_assets) {
      log("api").warn("openlineage: too many runs are open, forgotten run={}", open_.front().id);
      taken.said[key_of(open_.front().id)] = {};
    }
    forget(open_);
  }
}

void LineageMemory::forget(Runs& runs) {
  bytes_ -= runs.front().bytes;
  by_id_.erase(runs.front().id);
  runs.pop_front();
}

void LineageMemory::remember_unmapped(const LineageEvent& event, const LineageMeaning& meaning,
                                      Instant now) {
  for (const LineageDataset& dataset : meaning.unmapped) {
    Unmapped& known = unmapped_[{dataset.name_space, dataset.name}];
    known.name_space = dataset.name_space, known.name = dataset.name;
    known.job = event.job_namespace + '/' + event.job;
    ++known.count;
    known.last = now;
    if (unmapped_.size() <= datasets_listed_max) continue;
    unmapped_.erase(
        std::ranges::min_element(unmapped_, {}, [](const auto& each) { return each.second.last; }));
    ++totals_.dropped;
  }
}

std::shared_ptr<const DatasetNames> LineageMemory::names_of(const Snapshot& snapshot) {
  if (names_ != nullptr && names_->graph() == snapshot.graph) return names_;
  names_ = std::make_shared<const DatasetNames>(snapshot.graph);
  std::erase_if(unmapped_, [&](const auto& each) {
    return !names_->find(each.first.first, each.first.second).empty();
  });
  return names_;
}

LineageMemory::Report LineageMemory::report() const {
  const std::scoped_lock lock{mutex_};
  Report out = totals_;
  for (const auto& [name, dataset] : unmapped_) out.datasets.push_back(dataset);
  std::ranges::sort(out.datasets, std::ranges::greater{}, &Unmapped::last);
  return out;
}

}  // namespace freshet::api
