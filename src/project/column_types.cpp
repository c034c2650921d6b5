// Columns of an asset: their names and types, and the columns of dependencies that they are made
// from.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "freshet/definitions.hpp"
#include "project/object_type.hpp"
#include "project/reader.hpp"
#include "project/types.hpp"
#include "project/values.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {
namespace {

struct ColumnDraft {
  ColumnDefinition column;
  std::vector<AssetDraft::Origin> origins;
};

struct OriginDraft {
  std::string asset;
  Place place;  ///< Of the asset's key.
  std::vector<ColumnOrigin> columns;
};

/// Column names are the storage's: anything that can be printed.
void read_name(Reader& reader, const Node& node, std::string& out) {
  const std::string_view text = node.is_scalar() ? node.text() : std::string_view{};
  const bool is_name = !text.empty() && std::ranges::none_of(text, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (is_name) {
    out = text;
  } else {
    reader.expected(node, "a name without control characters");
  }
}

void set_name(Reader& reader, const Node& node, void* object) {
  read_name(reader, node, static_cast<ColumnDraft*>(object)->column.name);
}

/// Field::set for a member of the column inside a draft.
template <auto Member, auto Read>
void set_column(Reader& reader, const Node& node, void* object) {
  Read(reader, node, static_cast<ColumnDraft*>(object)->column.*Member);
}

void set_asset(Reader& reader, const Node& node, void* object) {
  auto& draft = *static_cast<OriginDraft*>(object);
  draft.place = reader.place(node);
  read_text(reader, node, draft.asset);
}

void set_origin_columns(Reader& reader, const Node& node, void* object) {
  auto& draft = *static_cast<OriginDraft*>(object);
  const auto read_one = [&](const Node& item) {
    ColumnOrigin origin{.line = item.line(), .line_column = item.column()};
    read_name(reader, item, origin.column);
    if (!origin.column.empty()) draft.columns.push_back(std::move(origin));
  };
  if (node.is_scalar()) {
    read_one(node);
  } else {
    read_list(reader, node, read_one);
  }
}

void set_from(Reader& reader, const Node& node, void* object) {
  auto& draft = *static_cast<ColumnDraft*>(object);
  read_list(reader, node, [&](const Node& item) {
    OriginDraft origin;
    reader.read(column_origin_type, item, origin);
    if (origin.asset.empty()) return;
    for (ColumnOrigin& column : origin.columns) {
      column.asset = origin.asset;
      draft.column.from.push_back(std::move(column));
    }
    draft.origins.push_back({.asset = std::move(origin.asset), .place = std::move(origin.place)});
  });
}

constexpr std::array<Field, 5> kColumnFields{{
    {.name = "name",
     .help = "Of the column; unique within its asset.",
     .required = true,
     .example = R"("amount")",
     .set = set_name},
    {.name = "type",
     .help = "In the words of whatever stores it.",
     .example = R"("bigint")",
     .set = set_column<&ColumnDefinition::type, read_text>},
    {.name = "description",
     .help = "What the column means, for people.",
     .set = set_column<&ColumnDefinition::description, read_text>},
    {.name = "tags",
     .shape = Shape::tags,
     .help = "Names with values, or a list of names.",
     .example = R"(["pii"])",
     .set = set_column<&ColumnDefinition::tags, read_tags>},
    {.name = "from",
     .shape = Shape::objects,
     .help = "Columns of dependencies that it is made from.",
     .example = R"([{"asset": "raw/orders", "columns": ["price", "quantity"]}])",
     .object = &column_origin_type,
     .set = set_from},
}};

constexpr std::array<Field, 2> kOriginFields{{
    {.name = "asset",
     .shape = Shape::key,
     .help = "Key of one of the asset's deps.",
     .required = true,
     .example = R"("raw/orders")",
     .set = set_asset},
    {.name = "columns",
     .shape = Shape::texts,
     .help = "Names of its columns; where it declares any, these must be among them.",
     .required = true,
     .example = R"(["price", "quantity"])",
     .set = set_origin_columns},
}};

}  // namespace

constinit const ObjectType column_type{.name = "column",
                                       .help = "A column of an asset.",
                                       .fields = kColumnFields,
                                       .tag = &type_tag<ColumnDraft>};
constinit const ObjectType column_origin_type{
    .name = "column_origin",
    .help = "Columns of a dependency that a column is made from.",
    .fields = kOriginFields,
    .tag = &type_tag<OriginDraft>};

void read_columns(Reader& reader, const Node& node, AssetDraft& draft) {
  std::unordered_set<std::string> names;
  read_list(reader, node, [&](const Node& item) {
    ColumnDraft read;
    if (item.is_scalar()) {
      read_name(reader, item, read.column.name);
    } else if (item.is_map()) {
      reader.read(column_type, item, read);
    } else {
      reader.error(item, "a column must be a name or a mapping, not " + describe(item));
    }
    const std::string& name = read.column.name;
    for (AssetDraft::Origin& origin : read.origins) {
      origin.column = name;
      draft.origins.push_back(std::move(origin));
    }
    if (name.empty()) return;
    if (!names.insert(name).second) {
      const Node* place = item.find("name");
      reader.error(place == nullptr ? item : *place, "column \"" + name + "\" is given twice");
      return;
    }
    draft.asset.columns.push_back(std::move(read.column));
  });
}

void check_origins(Reader& reader, const AssetDraft& draft) {
  const std::vector<Dependency>& deps = draft.asset.deps;
  for (const AssetDraft::Origin& origin : draft.origins) {
    if (std::ranges::find(deps, origin.asset, &Dependency::key) != deps.end()) continue;
    std::string message = "column \"" + origin.column + "\" comes from \"" + origin.asset + "\", ";
    if (draft.asset.external) {
      message += "but others make a source: leave `from` out";
    } else {
      message += "which is not among its asset's deps";
      std::vector<std::string_view> keys;
      for (const Dependency& dependency : deps) keys.push_back(dependency.key);
      const auto meant = nearest(origin.asset, keys);
      message += meant ? ": did you mean \"" + *meant + "\"?" : ": add it there";
    }
    reader.diagnose({.place = origin.place, .message = std::move(message)});
  }
}

}  // namespace freshet::project
