#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "freshet/layout.hpp"
#include "freshet/result.hpp"

namespace freshet::layout {

Rows::Rows(std::size_t size, std::span<const Edge> edges) : begin_(size + 1), items_(edges.size()) {
  for (const Edge& edge : edges) ++begin_[edge.from + 1];
  for (std::size_t n = 0; n < size; ++n) begin_[n + 1] += begin_[n];
  std::vector<std::uint32_t> next{begin_.begin(), begin_.end() - 1};
  for (const Edge& edge : edges) items_[next[edge.from]++] = edge.to;
}

Net::Net(std::size_t size, std::vector<Edge> edges) : size_{size}, edges_{std::move(edges)} {
  for (const Edge& edge : edges_) FRESHET_ASSERT(edge.from < size && edge.to < size);
  std::erase_if(edges_, [](const Edge& edge) { return edge.from == edge.to; });
  if (!std::ranges::is_sorted(edges_)) std::ranges::sort(edges_);
  edges_.erase(std::ranges::unique(edges_).begin(), edges_.end());
  down_ = Rows{size, edges_};
  std::vector<Edge> turned;
  turned.reserve(edges_.size());
  for (const Edge& edge : edges_) turned.push_back({edge.to, edge.from});
  up_ = Rows{size, turned};
}

}  // namespace freshet::layout
