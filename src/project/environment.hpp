// What ${NAME} in a definition file stands for.  Pure: the environment is a parameter, never the
// process's own.
#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::project {

/// Looks up a variable; nullopt where it is not set.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

struct Substitution {
  struct Problem {
    std::size_t offset;  ///< Byte in the text that went in.
    std::string message;
  };
  std::string text;
  std::string used;  ///< "NAME=value" of each replacement, for the fingerprint.
  std::vector<Problem> problems;
};

/// Replaces ${NAME} and ${NAME:-default} (the default where NAME is unset or empty); $${ is a
/// literal ${. A variable that is not set and has no default is a problem, and is replaced by
/// nothing.
[[nodiscard]] Substitution substitute(std::string_view text, const Environment& environment);

}  // namespace freshet::project
