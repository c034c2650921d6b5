// Which failures are the same, and what is different about them.  Pure; for the pool.
#pragma once
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "freshet/history.hpp"
#include "freshet/ids.hpp"

namespace freshet::api {

/// What a step is like: names with a value each, such as "cause" and "retry".
struct Attribute {
  std::string name;
  std::string value;
  bool of_asset{false};  ///< Only comparable between steps of one asset, as code versions are.
};
using AttributesOf = std::function<std::vector<Attribute>(const EndedStep&)>;

/// A value that is more frequent among the steps of a group than among all others.
struct Difference {
  std::string attribute;
  std::string value;
  double share{};   ///< Of the group's steps, 0 to 1 …
  double others{};  ///< … and of the others.
};

struct ErrorGroup {
  std::string fingerprint;
  std::vector<const EndedStep*> steps;  ///< Those given, the latest first.
  std::vector<Difference> differences;  ///< The most telling first.
};

struct ErrorGroups {
  std::vector<ErrorGroup> groups;  ///< The largest first.
  std::size_t count{};             ///< Of all groups, listed or not.
};

/// `failed` and `others`, which succeeded, are borrowed.  A value is told where at least six tenths
/// of a group's steps have it, and three tenths more than of the others.
[[nodiscard]] ErrorGroups group_errors(std::span<const EndedStep> failed,
                                       std::span<const EndedStep> others,
                                       const AttributesOf& attributes_of, std::size_t groups_max);

}  // namespace freshet::api
