// Which assets an expression such as `+marts/revenue and not tag:pii` means.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/graph.hpp"
#include "freshet/result.hpp"

namespace freshet {

/// A parsed selection; cheap to copy, safe to share.
///
///   *                       every asset                 key:"marts/*"  by glob (`*` within a
///   segment, `**` across) marts/revenue           one asset, or a glob        group: kind: owner:
///   tag:name tag:name=value +x  x+  2+x  x+1  +x+   with upstream/downstream, to a depth and or
///   not ( )          in this order of binding: not, and, or roots(x) sinks(x)       those of x
///   with nothing of x upstream / downstream of them
class Selection {
 public:
  /// Errors name the column (from 1) and the nearest valid word.
  static Result<Selection> parse(std::string_view text);

  /// A word that only the running system can answer, such as `status:stale`; false for "no".
  using State = std::function<bool(Rank, std::string_view attribute, std::string_view value)>;

  /// Ranks of the selected assets, ascending.  A key that does not exist is Errc::not_found, with
  /// the nearest one.
  [[nodiscard]] Result<std::vector<Rank>> select(const Graph& graph, const State& state = {}) const;

  /// The expression in its canonical spelling.
  [[nodiscard]] std::string text() const;

  struct Node;

 private:
  std::shared_ptr<const Node> root_;
};

}  // namespace freshet
