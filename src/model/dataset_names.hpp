// Which dataset of OpenLineage an asset is, and which assets a dataset is.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/graph.hpp"
#include "model/dataset_pattern.hpp"

namespace freshet {

struct Dataset {
  std::string name_space;  ///< "postgres://db:5432"
  std::string name;        ///< "crm.public.orders"
  friend bool operator==(const Dataset&, const Dataset&) = default;
};

/// As OpenLineage's naming has it, where producers differ: s3a:// is s3://, postgresql:// is
/// postgres://, file://HOST is file.
[[nodiscard]] Dataset normalized(std::string_view name_space, std::string_view name);

/// What a rule says, ready to be asked.
class DatasetMapping {
 public:
  /// Errc::invalid says which of its texts is wrong, and how.
  [[nodiscard]] static Result<DatasetMapping> make(const DatasetRule& rule);
  struct Target {
    std::string key;
    std::string partition;  ///< What `{partition}` stands for; "" without one.
  };
  [[nodiscard]] std::optional<Target> asset_of(const Dataset& dataset) const;
  /// nullopt where the key does not fit, or too much of the dataset is left open.
  [[nodiscard]] std::optional<Dataset> dataset_of(std::string_view key,
                                                  std::string_view partition) const;

 private:
  DatasetMapping(DatasetPattern space, DatasetPattern name, DatasetPattern asset)
      : space_{std::move(space)}, name_{std::move(name)}, asset_{std::move(asset)} {}
  DatasetPattern space_, name_, asset_;
};

/// Of one graph, by the rules of all its projects, then by what sources read and assets write.
/// Immutable; any thread.
class DatasetNames {
 public:
  explicit DatasetNames(std::shared_ptr<const Graph> graph);

  struct Found {
    Rank rank;
    std::string partition;  ///< "" where the dataset's name says none.
  };
  /// All assets that are this dataset; those of the first way that leads to any.
  [[nodiscard]] std::vector<Found> find(std::string_view name_space, std::string_view name) const;
  /// What others call it; "freshet://PROJECT" and its key where nothing says otherwise.
  [[nodiscard]] Dataset dataset_of(Rank rank, std::string_view partition = {}) const;
  [[nodiscard]] const std::shared_ptr<const Graph>& graph() const { return graph_; }

 private:
  struct Place {
    std::string name_space;
    std::string glob;
    Rank rank;
  };
  std::shared_ptr<const Graph> graph_;
  std::vector<DatasetMapping> rules_;
  std::unordered_map<std::string, std::vector<Rank>> exact_;  ///< By namespace, line end, name.
  std::vector<Place> globs_;
  std::unordered_map<std::uint32_t, Dataset> own_;  ///< By rank: what it is known as.
};

}  // namespace freshet
