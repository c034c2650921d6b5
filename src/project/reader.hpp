// How an object is read by its descriptor: unknown fields, missing ones, wrong kinds, each with its
// place.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/result.hpp"
#include "project/load_options.hpp"
#include "project/object_type.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {

/// What was found while reading; shared by the files of one project.
struct Report {
  std::vector<Diagnostic> diagnostics;
  std::vector<std::string> unsupported;
};

/// Reads the objects of one file.
class Reader {
 public:
  enum class Role : std::uint8_t { project_file, included_file, graph };

  /// The report and the options are borrowed; options.file and .directory are those of the file.
  Reader(Role role, const LoadOptions& options, Report& report)
      : role_{role}, options_{options}, report_{report} {}

  [[nodiscard]] Role role() const { return role_; }
  [[nodiscard]] const LoadOptions& options() const { return options_; }
  [[nodiscard]] Place place(const Node& at) const;

  void error(const Node& at, std::string message);
  void warning(const Node& at, std::string message);
  void diagnose(Diagnostic diagnostic) { report_.diagnostics.push_back(std::move(diagnostic)); }
  /// An error on something that is right and not built; `feature` is the word for it.
  void unsupported(const Node& at, std::string feature, std::string message);
  /// "<field> must be <what>, not <what stands there>".
  void expected(const Node& at, std::string_view what);
  /// What `expected` calls the value, where it is not a field's.
  void call_it(std::string_view name) { field_ = name; }

  /// Reads `node` into `object` and returns the fields that were given (null counts as given, and
  /// leaves the object's value as it is).  Every mistake is reported, none ends the reading.
  template <class T>
  FieldSet read(const ObjectType& type, const Node& node, T& object) {
    FRESHET_ASSERT(type.tag == &type_tag<T>);
    return read_object(type, node, &object, false);
  }

  /// The same for a block of defaults: nothing is required, and only what can be copied is allowed.
  template <class T>
  FieldSet read_defaults(const ObjectType& type, const Node& node, T& object) {
    FRESHET_ASSERT(type.tag == &type_tag<T>);
    return read_object(type, node, &object, true);
  }

 private:
  FieldSet read_object(const ObjectType& type, const Node& node, void* object, bool defaults);
  bool check_choice(const Field& field, const Node& value);
  void unknown_field(const ObjectType& type, const Node& key);
  void check_given(const ObjectType& type, const Node& node, FieldSet given, FieldSet null);

  Role role_;
  const LoadOptions& options_;
  Report& report_;
  std::string_view field_;  // being read, for messages
};

/// What stands there, for messages: `"text"`, `a list`, `a mapping`, `nothing`.
[[nodiscard]] std::string describe(const Node& node);

}  // namespace freshet::project
