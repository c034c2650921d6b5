// Small graphs for the tests of module model.
#pragma once
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/graph.hpp"
#include "freshet/ids.hpp"

namespace freshet::test {

inline AssetDefinition asset(std::string key, std::initializer_list<const char*> deps = {}) {
  AssetDefinition out;
  out.key = std::move(key);
  out.project = "p";
  for (const char* dep : deps) {
    out.deps.emplace_back();
    out.deps.back().key = dep;
  }
  return out;
}

inline std::shared_ptr<const Definitions> project(std::vector<AssetDefinition> assets,
                                                  std::string name = "p") {
  Definitions out;
  out.project = name;
  for (AssetDefinition& each : assets) each.project = name;
  out.assets = std::move(assets);
  return std::make_shared<const Definitions>(std::move(out));
}

/// Requires that there is no mistake in them.
inline std::shared_ptr<const Graph> graph(std::vector<AssetDefinition> assets) {
  return Graph::build({project(std::move(assets))}).value();
}

inline std::vector<std::string> keys(const Graph& graph, const std::vector<Rank>& ranks) {
  std::vector<std::string> out;
  for (const Rank rank : ranks) out.push_back(graph.asset(rank).key);
  return out;
}

/// `size` assets a0 … in an order of definition that has nothing to do with the dependencies;
/// fan-in up to `fan_in`, now and then the same dependency twice.
inline std::vector<AssetDefinition> random_assets(std::mt19937& random, std::size_t size,
                                                  std::size_t fan_in) {
  std::vector<AssetDefinition> out;
  for (std::size_t i = 0; i < size; ++i) {
    AssetDefinition each = asset("a" + std::to_string(i));
    const std::size_t deps = i == 0 ? 0 : random() % (fan_in + 1);
    for (std::size_t k = 0; k < deps; ++k) {
      each.deps.emplace_back();
      each.deps.back().key = "a" + std::to_string(random() % i);
    }
    each.group = std::string{"g"} + std::to_string(random() % 3);
    if (random() % 2 == 0) each.kinds = {"dbt"};
    out.push_back(std::move(each));
  }
  for (std::size_t i = size; i > 1; --i) std::swap(out[i - 1], out[random() % i]);
  return out;
}

}  // namespace freshet::test
