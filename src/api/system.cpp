// The daemon itself: what it is, what it holds, and what it last said.
#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "api/call.hpp"
#include "api/context.hpp"
#include "api/handlers.hpp"
#include "api/json_text.hpp"
#include "api/json_views.hpp"
#include "api/log_level.hpp"
#include "api/route.hpp"
#include "api/view.hpp"
#include "base/log.hpp"
#include "freshet/history.hpp"
#include "freshet/result.hpp"
#include "freshet/service.hpp"
#include "freshet/snapshot.hpp"

namespace freshet::api {
namespace {

Json projects_json(const std::vector<ProjectStatus>& projects) {
  Json out = Json::array();
  for (const ProjectStatus& project : projects) {
    out.push_back({{"name", project.name},
                   {"directory", project.directory},
                   {"assets", project.assets},
                   {"loaded_at", instant_json(project.loaded_at)},
                   {"valid", project.is_valid},
                   {"diagnostics", diagnostics_json(project.diagnostics).at("diagnostics")}});
  }
  return out;
}

Json config_json(const std::vector<ConfigValue>& config) {
  Json out = Json::array();
  for (const ConfigValue& value : config) {
    out.push_back({{"name", value.name},
                   {"value", value.value},
                   {"origin", value.origin == ConfigValue::Origin::option ? "option" : "default"}});
  }
  return out;
}

Json pools_json(const Snapshot& snapshot) {
  Json out = Json::object();
  for (const auto& [name, pool] : snapshot.pools) {
    out[name.empty() ? "slots" : name] = {
        {"limit", pool.limit}, {"used", pool.used}, {"waiting", pool.waiting}};
  }
  return out;
}

Json system_json(const Context& context, const View& view, const StoreSizes& sizes) {
  const SystemStatus system = context.service.system();
  const EngineFigures& engine = system.engine;
  return {{"version", context.options.version},
          {"instance", context.options.instance},
          {"started_at", instant_json(system.started_at)},
          {"uptime", seconds(system.uptime)},
          {"sequence", view.snapshot->sequence.value},
          {"projects", projects_json(system.projects)},
          {"store",
           {{"path", system.store_path},
            {"database_bytes", sizes.database_bytes},
            {"free_bytes", sizes.free_bytes},
            {"wal_bytes", sizes.wal_bytes},
            {"last_sequence", sizes.last.value}}},
          {"engine",
           {{"inputs", engine.inputs},
            {"slow_inputs", engine.slow_inputs},
            {"longest_input", seconds(engine.longest_input)},
            {"facts", engine.facts},
            {"commits", engine.commits},
            {"queue", engine.queue}}},
          {"pools", pools_json(*view.snapshot)},
          {"streams", {{"clients", context.streams.size()}, {"logs", context.follows.size()}}},
          {"config", config_json(system.config)}};
}

}  // namespace

void get_system(const CallPtr& call) {
  read<Result<StoreSizes>>(
      call, [](Reader& reader) { return reader.sizes(); },
      [call](const Result<StoreSizes>& sizes) {
        if (!sizes) return call->fail(sizes.error());
        call->send_json(200, system_json(*call->context, call->view, *sizes));
      });
}

void get_system_log(const CallPtr& call) {
  const auto limit = call->number("limit", 500, logged_lines_max);
  const auto level = parse_level(call->query("level"));
  if (!limit) return call->fail_query(limit.error());
  if (!level) return call->fail_query(level.error());
  std::vector<LoggedLine> lines = logged_lines();
  if (*level) {
    std::erase_if(lines, [&](const LoggedLine& line) {
      const auto its = parse_level(line.level);
      return !its || *its < *level;
    });
  }
  Json items = Json::array();
  for (std::size_t i = lines.size() - std::min(lines.size(), *limit); i < lines.size(); ++i) {
    items.push_back({{"at", instant_json(lines[i].at)},
                     {"level", lines[i].level},
                     {"logger", lines[i].logger},
                     {"text", lines[i].text}});
  }
  call->send_json(200, {{"items", std::move(items)}});
}

}  // namespace freshet::api
