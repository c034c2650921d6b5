// A drawn graph, and how it looks as JSON.  Pixels; nodes and boxes by their top left corner.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "freshet/ids.hpp"
#include "freshet/layout.hpp"

namespace freshet::api {

struct Drawing {
  struct Node {
    std::uint32_t asset{};  ///< Rank; of a stack, the first.
    layout::Place place;
    layout::Size size;
    std::int32_t level{};  ///< Steps from the focus, negative upstream.
    std::uint32_t more_up{}, more_down{};
    std::vector<std::uint32_t> stack{};  ///< Ranks; empty for one asset alone.
  };
  struct Line {
    layout::Edge edge;  ///< Of indices in `nodes`.
    std::vector<std::int32_t> points;
    bool back{};
  };
  struct Box {
    std::int32_t group{-1};  ///< Number in the catalog …
    std::int64_t asset{-1};  ///< … or the rank of one that is in no group.
    layout::Place place;
    layout::Size size;
    std::uint32_t count{};
  };

  Sequence catalog;
  std::int32_t width{}, height{};
  std::vector<Node> nodes{};
  bool is_part{};  ///< Nodes say their level, what is left out beside them, and stacks.
  std::vector<Line> lines{};
  std::vector<Box> boxes{};
  std::vector<layout::Bundle> bundles{};
  std::size_t bundles_left_out{};
  std::optional<layout::Neighbourhood> reach{};
  std::size_t total{};  ///< Assets that are meant, drawn or not.
};

[[nodiscard]] std::string drawing_text(const Drawing& drawing);

}  // namespace freshet::api
