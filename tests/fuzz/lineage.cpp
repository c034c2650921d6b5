// Events of OpenLineage: either what is wrong with its place, or events for known assets that are
// the same each time.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "api/json_text.hpp"
#include "api/lineage_event.hpp"
#include "api/lineage_memory.hpp"
#include "api/lineage_translation.hpp"
#include "freshet/engine.hpp"
#include "fuzz.hpp"
#include "model/dataset_names.hpp"

namespace freshet::api {
namespace {

using fuzz::require;

std::shared_ptr<const Snapshot> shop() {
  auto definitions = std::make_shared<Definitions>();
  definitions->project = "shop";
  AssetDefinition orders;
  orders.key = "crm/orders", orders.project = "shop", orders.external = true;
  orders.checks.emplace_back().name = "not_null_id";
  AssetDefinition made;
  made.key = "marts/revenue", made.project = "shop", made.command = {"make"};
  definitions->assets = {orders, made};
  definitions->lineage.datasets = {{"postgres://*", "crm.public.{table}", "crm/{table}"}};
  const Input load = input::Load{.graph = *Graph::build({definitions})};
  Engine engine{EngineOptions{}};
  static_cast<void>(engine.step({&load, 1}, Instant{}));
  return engine.snapshot();
}

void judge(const std::string& body) {
  static const auto snapshot = shop();
  static const DatasetNames names{snapshot->graph};
  const auto json = parse_json(body);
  if (!json) return;
  LineageRead read = read_lineage(*json, "/0");
  if (!read.event) {
    require(!read.fault.detail.empty() && read.fault.pointer.starts_with("/0"),
            "a fault is told with its place", body);
    return;
  }
  const LineageMeaning meaning = translate(*read.event, names, *snapshot);
  for (const input::Event& event : meaning.events) {
    require(event.asset == "crm/orders", "an event is of an asset that others write", body);
    require(!event.id.empty() && event.source == "openlineage", "an event is known again", body);
    const auto metadata = parse_json(event.metadata);
    require(metadata && metadata->is_object(), "metadata is a JSON object", event.metadata);
    require(read_lineage(*parse_json(event.body), "").event.has_value(),
            "an event's body is an event", event.body);
  }
  LineageMemory memory;
  const auto first = memory.take(*read.event, *snapshot, Instant{}).events;
  const auto again = memory.take(*read.event, *snapshot, Instant{}).events;
  require(first.size() == meaning.events.size() && again.size() == first.size(),
          "what a run said before adds nothing to itself", body);
  for (std::size_t i = 0; i < first.size(); ++i)
    require(first[i].id == again[i].id, "the same event has the same id", body);
}

}  // namespace
}  // namespace freshet::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  freshet::api::judge(freshet::fuzz::Input{data, size}.rest());
  return 0;
}
