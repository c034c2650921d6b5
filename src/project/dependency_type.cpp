// Dependencies of an asset: a key, or an object with the rule of the edge.
#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "freshet/definitions.hpp"
#include "project/object_type.hpp"
#include "project/reader.hpp"
#include "project/types.hpp"
#include "project/values.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {
namespace {

struct DependencyDraft {
  Dependency dependency;
  std::string then;
};

void set_asset(Reader& reader, const Node& node, void* object) {
  Dependency& dependency = static_cast<DependencyDraft*>(object)->dependency;
  dependency.place = reader.place(node);
  read_text(reader, node, dependency.key);
}

/// A setter for a member of the rule.
template <auto Member, auto Read>
void set_rule(Reader& reader, const Node& node, void* object) {
  Read(reader, node, static_cast<DependencyDraft*>(object)->dependency.rule.*Member);
}

void set_mapping(Reader& reader, const Node& node, void* object) {
  read_mapping(reader, node, static_cast<DependencyDraft*>(object)->dependency.mapping);
}

void set_columns(Reader& reader, const Node& node, void* object) {
  std::vector<std::string>& columns = static_cast<DependencyDraft*>(object)->dependency.columns;
  read_texts(reader, node, columns);
  std::ranges::sort(columns);
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
}

constexpr std::array<Field, 7> kFields{{
    {.name = "asset",
     .shape = Shape::key,
     .help = "Key of the asset or source that is needed.",
     .required = true,
     .example = R"("ref/fx_rates")",
     .set = set_asset},
    {.name = "max_age",
     .shape = Shape::duration,
     .help =
         "The latest delivery of the dependency must be younger than this, else automation waits.",
     .example = R"("12h")",
     .set = set_rule<&EdgeRule::max_age, read_optional_duration>},
    {.name = "wait_until",
     .shape = Shape::time_of_day,
     .help = "Local time of day from which on an older delivery will do. Needs max_age.",
     .example = R"("04:00")",
     .set = set_rule<&EdgeRule::wait_until, read_time_of_day>},
    {.name = "then",
     .shape = Shape::text,
     .help =
         "What becomes of a result that was made from an older delivery: it is marked provisional.",
     .choices = "provisional",
     .example = R"("provisional")",
     .set = set_member<&DependencyDraft::then, read_text>},
    {.name = "timezone",
     .shape = Shape::time_zone,
     .help = "Of wait_until; UTC by default.",
     .example = R"("Europe/Vienna")",
     .set = set_rule<&EdgeRule::timezone, read_time_zone>},
    {.name = "mapping",
     .shape = Shape::mapping,
     .help = "Which partitions of the dependency one partition needs; inferred by default.",
     .example = R"("last")",
     .object = &mapping_type,
     .set = set_mapping},
    {.name = "columns",
     .shape = Shape::texts,
     .help = "Columns that are read of it; a change that touches none of them is no update. Any by "
             "default.",
     .example = R"(["customer_id", "city"])",
     .set = set_columns},
}};

void check_rule(Reader& reader, const Node& node) {
  const Node* wait = node.find("wait_until");
  if (wait != nullptr && node.find("max_age") == nullptr) {
    reader.error(*wait, "wait_until needs max_age: what is old enough to be waited for?");
  }
  for (const char* name : {"then", "timezone"}) {
    const Node* value = node.find(name);
    if (value != nullptr && wait == nullptr) {
      reader.error(*value, std::string{name} + " belongs to wait_until, which is not given");
    }
  }
}

}  // namespace

constinit const ObjectType dependency_type{
    .name = "dependency",
    .help = "A dependency with a rule: what must hold before it may be used.",
    .fields = kFields,
    .tag = &type_tag<DependencyDraft>};

void read_dependencies(Reader& reader, const Node& node, std::vector<Dependency>& out) {
  const auto read_one = [&](const Node& item) {
    DependencyDraft draft;
    if (item.is_scalar()) {
      set_asset(reader, item, &draft);
    } else if (item.is_map()) {
      reader.read(dependency_type, item, draft);
      check_rule(reader, item);
    } else {
      reader.error(item, "a dependency must be an asset's key or a mapping, not " + describe(item));
    }
    if (!draft.dependency.key.empty()) out.push_back(std::move(draft.dependency));
  };
  out.clear();
  if (node.is_scalar()) {
    read_one(node);
    return;
  }
  if (node.is_sequence()) out.reserve(node.children().size());
  read_list(reader, node, read_one);
}

}  // namespace freshet::project
