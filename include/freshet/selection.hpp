// Which assets an expression such as `+marts/revenue and not tag:pii` means.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/graph.hpp"
#include "freshet/result.hpp"

namespace freshet {

struct Snapshot;

/// A parsed selection; cheap to copy, safe to share.
///
///   *                                 every asset
///   marts/revenue  "marts/*"          one asset, or a glob: `*` within a segment, `**` across
///   key:  group:  kind:  owner:       by glob
///   tag:NAME  tag:NAME=VALUE
///   project:  code_location:          which are the same
///   column:                           has a declared column of that name
///   partitions:                       none, time, static, dynamic, multi, or a cadence; of several
///                                     dimensions one is enough
///   automation:                       none, any, or what its expression begins with: eager,
///                                     on_cron, on_missing, lazy, a part of these such as cron, or
///                                     custom for all others
///   group:<null>                      has none; so for kind, owner, tag, column
///   +x  x+  2+x  x+1  +x+             with upstream, downstream, up to a depth
///   roots(x)  sinks(x)                those of x with nothing of x upstream, downstream of them
///   and  or  not  ( )                 in this order of binding: not, and, or
///
/// Only the running system can answer
///
///   status:       missing, fresh, stale as in `data`; partial: some of its partitions are there,
///                 others are missing; idle, waiting, running as in `work`; failed: its latest step
///                 failed, also if it runs again; paused; provisional; late, warning: too old, or
///                 nearly, by its freshness policy
///   data:  work:  freshness:          the field of an asset's state
///   automation:paused
class Selection {
 public:
  /// Errors name the column (from 1) and the nearest valid word.
  static Result<Selection> parse(std::string_view text);

  /// What only the running system can answer, such as `status:stale`; false for "no".
  using State = std::function<bool(Rank, std::string_view attribute, std::string_view value)>;

  /// Ranks of the selected assets, ascending.  A key that does not exist is Errc::not_found, with
  /// the nearest one; without a state, what needs it is Errc::unsupported.
  [[nodiscard]] Result<std::vector<Rank>> select(const Graph& graph, const State& state = {}) const;
  /// Of the snapshot's graph, with its state.
  [[nodiscard]] Result<std::vector<Rank>> select(const Snapshot& snapshot) const;

  /// The error of selecting without a state; nullopt where the graph is enough.
  [[nodiscard]] std::optional<Error> needs_state() const;

  /// The expression in its canonical spelling.
  [[nodiscard]] std::string text() const;

  struct Node;

 private:
  std::shared_ptr<const Node> root_;
};

/// The words that an attribute such as `status` takes; empty where it takes any text.
[[nodiscard]] std::span<const std::string_view> selection_words(std::string_view attribute);

/// The column, from 1 in characters, that an error of parse or select names; nullopt where it names
/// none.
[[nodiscard]] std::optional<std::size_t> selection_column(std::string_view message);

/// One way to go on with an expression that is being written.
struct SelectionCompletion {
  std::string text;    ///< To be put in place of what is from `from` up to `to`.
  std::string detail;  ///< For people: what it means, or how many assets it is.
  std::size_t from{};  ///< In bytes …
  std::size_t to{};    ///< … the first that stays.
};

/// What may stand at `cursor`, in bytes: attributes, their values, keys, operators; the likeliest
/// first.  Empty where nothing may, or the text before is wrong already.
[[nodiscard]] std::vector<SelectionCompletion> complete_selection(const Snapshot& snapshot,
                                                                  std::string_view text,
                                                                  std::size_t cursor,
                                                                  std::size_t count_max = 20);

}  // namespace freshet
