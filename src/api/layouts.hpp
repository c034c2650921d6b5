// The graph as it is drawn: which part of it, and where each asset stands.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "api/view.hpp"
#include "freshet/ids.hpp"
#include "freshet/layout.hpp"
#include "freshet/result.hpp"

namespace freshet::api {

/// What `GET layout` asks for.
struct LayoutQuery {
  enum class Kind : std::uint8_t { around, between, impact, selected, all, overview };
  static constexpr std::size_t nodes_max = 2'000;  ///< Of a part of the graph.

  Kind kind{Kind::all};
  Rank focus;          ///< Of around and impact; one end of between.
  Rank other;          ///< The other end.
  std::string select;  ///< Of selected.
  std::uint32_t up{}, down{};
  std::size_t limit{};
  bool is_folded{true};
  bool is_compact{false};
};

/// A part of the graph that was picked to be drawn.
struct PickedPart {
  std::vector<layout::Neighbour> nodes;         ///< By rank.
  std::vector<bool> apart;                      ///< By place in `nodes`: never in a stack.
  std::optional<layout::Neighbourhood> around;  ///< How far it reaches, where it has a focus.
  std::size_t total{};                          ///< Assets that are meant, drawn or not.
};

/// All of one catalog's graph, as layouts know it.
struct Shape {
  Sequence since;
  layout::Net net;
  std::vector<std::uint32_t>
      groups;                   ///< By rank: the number in the catalog; empty: there are none.
  std::vector<AssetId> assets;  ///< By rank.
};

/// Layouts of whole graphs, each made from the one before, so that what did not change stays where
/// it was.  Any thread.
class Layouts {
 public:
  [[nodiscard]] std::shared_ptr<const Shape> shape(const View& view);

  /// JSON of one of the whole graph.
  [[nodiscard]] std::string whole(const std::shared_ptr<const Shape>& shape,
                                  const LayoutQuery& query);

 private:
  template <class T>
  struct Earlier {
    std::shared_ptr<const Shape> shape;
    T layout;
  };
  template <class T>
  using Slot = std::optional<Earlier<T>>;
  /// The last of each kind; nodes as cards, or as compact ones.
  struct Slots {
    Slot<layout::Layout> layered;
    Slot<layout::Grouped> grouped;
    Slot<layout::Overview> overview;
  };

  template <class T, class Make>
  T made_after(Slot<T>& slot, const std::shared_ptr<const Shape>& shape, const Make& make);

  std::mutex mutex_;
  std::shared_ptr<const Shape> shape_;  // of the newest catalog; guarded by the mutex
  Slots cards_, compact_;               // so are these
};

/// Errors are the asker's: a selection that is none, or that means too much.
[[nodiscard]] Result<PickedPart> pick_part(const View& view, const Shape& shape,
                                           const LayoutQuery& query);
/// JSON of a part.
[[nodiscard]] std::string part_text(const Shape& shape, const PickedPart& part,
                                    const LayoutQuery& query);

}  // namespace freshet::api
