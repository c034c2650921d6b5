// Columns that others are made from: where a dependency declares its columns, each must be one.
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "freshet/definitions.hpp"
#include "project/validation.hpp"

namespace freshet::project {
namespace {

/// Finds columns of the dependencies of one asset.
class Columns {
 public:
  bool has(const AssetDefinition& asset, std::string_view name) {
    if (asset.columns.size() <= kSmall) {
      return std::ranges::find(asset.columns, name, &ColumnDefinition::name) != asset.columns.end();
    }
    auto& names = names_[&asset];
    if (names.empty()) {
      for (const ColumnDefinition& column : asset.columns) names.insert(column.name);
    }
    return names.contains(name);
  }

 private:
  static constexpr std::size_t kSmall = 32;
  std::unordered_map<const AssetDefinition*, std::unordered_set<std::string_view>> names_;
};

}  // namespace

void Validation::check_columns() {
  for (Number n = 0; n < assets_.size(); ++n) {
    Columns columns;
    for (const ColumnDefinition& column : asset(n).columns) {
      for (const ColumnOrigin& origin : column.from) {
        const Number up = find(origin.asset);
        if (up == kNone || asset(up).columns.empty() || columns.has(asset(up), origin.column)) {
          continue;
        }
        std::string message = "column \"" + column.name + "\" comes from the column \"" +
                              origin.column + "\" of \"" + origin.asset +
                              "\", which declares no such column";
        if (const std::string meant = nearest_column(origin.column, asset(up)); !meant.empty()) {
          message += ": did you mean \"" + meant + "\"?";
        }
        report(assets_[n].project,
               {.file = asset(n).place.file, .line = origin.line, .column = origin.line_column},
               std::move(message));
      }
    }
  }
}

}  // namespace freshet::project
