#include "api/drawing.hpp"

#include <ranges>
#include <string>
#include <vector>

#include "api/columns_text.hpp"
#include "freshet/layout.hpp"

namespace freshet::api {
namespace {

/// A list with an answer for each item.
template <class T, class Question>
auto column(const std::vector<T>& items, Question question) {
  return items | std::views::transform(question);
}

std::string nodes_text(const Drawing& drawing) {
  using Node = const Drawing::Node&;
  const auto& all = drawing.nodes;
  ObjectText out;
  out.add("asset", column(all, &Drawing::Node::asset));
  out.add("x", column(all, [](Node n) { return n.place.x; }));
  out.add("y", column(all, [](Node n) { return n.place.y; }));
  out.add("w", column(all, [](Node n) { return n.size.width; }));
  out.add("h", column(all, [](Node n) { return n.size.height; }));
  const std::vector<Drawing::Node> none;
  const auto& part = drawing.is_part ? all : none;
  out.add("level", column(part, &Drawing::Node::level));
  out.add("more_up", column(part, &Drawing::Node::more_up));
  out.add("more_down", column(part, &Drawing::Node::more_down));
  std::string stacks = "[";
  for (Node node : part) {
    if (stacks.size() > 1) stacks += ',';
    if (node.stack.empty()) {
      stacks += "null";
    } else {
      append_json(stacks, node.stack);
    }
  }
  return out.add_raw("stack", stacks + ']').take();
}

std::string lines_text(const std::vector<Drawing::Line>& all) {
  using Line = const Drawing::Line&;
  ObjectText out;
  out.add("from", column(all, [](Line l) { return l.edge.from; }));
  out.add("to", column(all, [](Line l) { return l.edge.to; }));
  out.add("points", column(all, &Drawing::Line::points));
  return out.add("back", column(all, &Drawing::Line::back)).take();
}

std::string boxes_text(const std::vector<Drawing::Box>& all) {
  using Box = const Drawing::Box&;
  ObjectText out;
  out.add("group", column(all, &Drawing::Box::group));
  out.add("asset", column(all, &Drawing::Box::asset));
  out.add("x", column(all, [](Box b) { return b.place.x; }));
  out.add("y", column(all, [](Box b) { return b.place.y; }));
  out.add("w", column(all, [](Box b) { return b.size.width; }));
  out.add("h", column(all, [](Box b) { return b.size.height; }));
  return out.add("count", column(all, &Drawing::Box::count)).take();
}

std::string bundles_text(const std::vector<layout::Bundle>& all) {
  ObjectText out;
  out.add("from", column(all, &layout::Bundle::from));
  out.add("to", column(all, &layout::Bundle::to));
  out.add("weight", column(all, &layout::Bundle::weight));
  return out.add("back", column(all, &layout::Bundle::back)).take();
}

std::string reach_text(const layout::Reach& reach) {
  ObjectText out;
  out.add("levels", reach.levels).add("counts", reach.counts);
  return out.add("left_out", reach.left_out).take();
}

}  // namespace

std::string drawing_text(const Drawing& drawing) {
  std::string reach = "null";
  if (drawing.reach) {
    reach = ObjectText{}
                .add_raw("up", reach_text(drawing.reach->up))
                .add_raw("down", reach_text(drawing.reach->down))
                .take();
  }
  ObjectText out;
  out.add("catalog", drawing.catalog.value);
  out.add("width", drawing.width).add("height", drawing.height);
  out.add_raw("nodes", nodes_text(drawing)).add_raw("edges", lines_text(drawing.lines));
  out.add_raw("boxes", boxes_text(drawing.boxes));
  out.add_raw("bundles", bundles_text(drawing.bundles));
  out.add("bundles_left_out", drawing.bundles_left_out);
  return out.add_raw("reach", reach).add("total", drawing.total).take() + '\n';
}

}  // namespace freshet::api
