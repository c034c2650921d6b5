#include "api/partition_bars.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/call.hpp"
#include "api/context.hpp"
#include "api/json_text.hpp"
#include "api/json_views.hpp"
#include "api/route.hpp"
#include "freshet/partitions.hpp"
#include "freshet/result.hpp"
#include "freshet/snapshot.hpp"
#include "freshet/time.hpp"
#include "model/partition/space.hpp"

namespace freshet::api {
namespace {

constexpr std::size_t columns_max = 4'000;
constexpr std::size_t rows_max = 1'000;
constexpr std::size_t cells_max = 200'000;

Error wrong(std::string_view name, const std::string& value, const std::string& reason) {
  return Error{Errc::invalid, "query value " + std::string{name} + "=" + value + ": " + reason};
}

/// So many places, cut into columns that differ by one place at most.
class Columns {
 public:
  Columns(std::uint64_t places, std::size_t columns_at_most)
      : places_{places}, count_{std::min<std::uint64_t>(places, columns_at_most)} {}

  [[nodiscard]] std::size_t count() const { return static_cast<std::size_t>(count_); }
  [[nodiscard]] std::uint64_t begin(std::uint64_t column) const {
    return places_ * column / count_;
  }
  /// Adds places first..last, both included, to the columns that they are in.
  void add(std::vector<std::uint32_t>& counts, std::uint64_t first, std::uint64_t last) const {
    std::uint64_t column = ((first + 1) * count_ - 1) / places_;
    while (first <= last) {
      const std::uint64_t end = std::min(begin(column + 1), last + 1);
      counts[column] += static_cast<std::uint32_t>(end - first);
      first = end;
      ++column;
    }
  }

 private:
  std::uint64_t places_;
  std::uint64_t count_;
};

/// `runs_of(set, each)` calls each(row, first, last) with the runs of places that a set has.
template <class RunsOf>
void count(const PartitionView& p, const PartitionSet& chosen, std::vector<Bars::Row>& rows,
           const Columns& columns, RunsOf runs_of) {
  const PartitionSet existing = p.existing & chosen;
  const auto tally = [&](std::vector<std::uint32_t> Bars::Row::* counts, const PartitionSet& set) {
    for (Bars::Row& row : rows) (row.*counts).resize(columns.count());
    runs_of(set, [&](std::size_t row, std::uint64_t first, std::uint64_t last) {
      columns.add(rows[row].*counts, first, last);
    });
  };
  tally(&Bars::Row::size, existing);
  tally(&Bars::Row::missing, existing - p.updated);
  tally(&Bars::Row::stale, ((p.stale_code & existing) | (p.stale_data & existing)) |
                               (p.stale_dependencies & existing));
  tally(&Bars::Row::failed, p.failed & existing);
  tally(&Bars::Row::in_progress, p.in_progress & existing);
}

Result<Bars> bars_over_time(const PartitionView& p, const BarsQuery& query) {
  const PartitionSpace& space = *p.space;
  Bars out{.time = true};
  std::unordered_map<std::uint32_t, std::size_t> row_of;  // by combination
  for (const std::uint32_t combination : space.combinations()) {
    const std::string_view name = space.combination_key(combination);
    if (name.find(query.row_filter) == std::string_view::npos) continue;
    ++out.rows_total;
    if (out.rows.size() == query.rows) continue;
    row_of.emplace(combination, out.rows.size());
    out.rows.push_back({.name = std::string{name}});
  }
  const auto edge = [&](std::string_view name, const std::string& key,
                        std::uint32_t otherwise) -> Result<std::uint32_t> {
    if (key.empty()) return otherwise;
    auto window = space.windows()->parse(key);
    if (!window) return wrong(name, key, window.error().message);
    return *window;
  };
  const std::uint32_t least = p.existing.empty() ? 1 : unpack(*p.existing.first()).cell;
  const std::uint32_t most = p.existing.empty() ? 0 : unpack(*p.existing.last()).cell;
  FRESHET_TRY(std::uint32_t first, edge("from", query.from, least));
  FRESHET_TRY(std::uint32_t last, edge("to", query.to, most));
  if (!query.from.empty() && !query.to.empty() && first > last)
    return wrong("from", query.from, "want no later window than to=" + query.to);
  first = std::max(first, least);
  last = std::min(last, most);
  if (first > last) return out;
  const Columns columns{std::uint64_t{last - first} + 1, query.columns};
  PartitionSet chosen;
  for (const auto& [combination, row] : row_of)
    chosen.add_range(space.shape(), combination, first, last);
  count(p, chosen, out.rows, columns, [&](const PartitionSet& set, const auto& each) {
    set.for_each_range(
        [&](std::uint32_t, std::uint32_t combination, std::uint32_t begin, std::uint32_t end) {
          each(row_of.at(combination), begin - first, end - first);
          return true;
        });
  });
  for (std::size_t i = 0; i < columns.count(); ++i) {
    const auto key_at = [&](std::uint64_t place) {
      return space.windows()->key(first + static_cast<std::uint32_t>(place));
    };
    out.first.push_back(key_at(columns.begin(i)));
    out.last.push_back(key_at(columns.begin(i + 1) - 1));
  }
  return out;
}

/// Neighbouring places whose keys have neighbouring numbers, which is how keys get theirs.
struct Stretch {
  std::uint32_t number{};
  std::uint32_t size{};
  std::uint64_t place{};
};

std::vector<Stretch> stretches_of(std::span<const std::uint32_t> numbers) {
  std::vector<Stretch> out;
  for (std::size_t place = 0; place < numbers.size(); ++place) {
    if (!out.empty() && out.back().number + out.back().size == numbers[place]) {
      ++out.back().size;
    } else {
      out.push_back({numbers[place], 1, place});
    }
  }
  std::ranges::sort(out, {}, &Stretch::number);
  return out;
}

Result<Bars> bars_over_keys(const PartitionView& p, const BarsQuery& query) {
  const PartitionSpace& space = *p.space;
  const std::span<const std::uint32_t> numbers = space.combinations();
  Bars out{};
  if (query.row_filter.empty()) {
    out.rows_total = 1;
    if (query.rows > 0) out.rows.emplace_back();
  }
  const auto edge = [&](std::string_view name, const std::string& key,
                        std::uint64_t otherwise) -> Result<std::uint64_t> {
    if (key.empty()) return otherwise;
    const auto id = space.find(key, Instant{});
    if (!id) return wrong(name, key, id.error().message);
    return std::uint64_t{space.position(unpack(*id).cell).value_or(0)};
  };
  if (numbers.empty()) return out;
  FRESHET_TRY(const std::uint64_t first, edge("from", query.from, 0));
  FRESHET_TRY(const std::uint64_t last, edge("to", query.to, numbers.size() - 1));
  if (first > last) return wrong("from", query.from, "want no later key than to=" + query.to);
  const Columns columns{last - first + 1, query.columns};
  const std::vector<Stretch> stretches = stretches_of(numbers);
  count(p, p.existing, out.rows, columns, [&](const PartitionSet& set, const auto& each) {
    if (out.rows.empty()) return;
    set.for_each_range([&](std::uint32_t, std::uint32_t, std::uint32_t begin, std::uint32_t end) {
      auto at = std::ranges::upper_bound(stretches, begin, {}, &Stretch::number);
      if (at != stretches.begin()) --at;
      for (; at != stretches.end() && at->number <= end; ++at) {
        if (at->number + at->size <= begin) continue;
        const std::uint64_t low = at->place + (std::max(begin, at->number) - at->number);
        const std::uint64_t high =
            at->place + (std::min(end, at->number + at->size - 1) - at->number);
        if (high < first || low > last) continue;
        each(0, std::max(low, first) - first, std::min(high, last) - first);
      }
      return true;
    });
  });
  for (std::size_t i = 0; i < columns.count(); ++i) {
    const auto key_at = [&](std::uint64_t place) {
      return std::string{space.combination_key(numbers[first + place])};
    };
    out.first.push_back(key_at(columns.begin(i)));
    out.last.push_back(key_at(columns.begin(i + 1) - 1));
  }
  return out;
}

Json bars_json(const PartitionView& partitions, Bars bars) {
  Json rows = Json::array();
  for (Bars::Row& row : bars.rows) {
    rows.push_back({{"name", std::move(row.name)},
                    {"size", row.size},
                    {"missing", row.missing},
                    {"stale", row.stale},
                    {"failed", row.failed},
                    {"in_progress", row.in_progress}});
  }
  return {{"total", partitions.existing.size()}, {"counts", partition_counts_json(partitions)},
          {"columns", bars.first.size()},        {"first", std::move(bars.first)},
          {"last", std::move(bars.last)},        {"rows", std::move(rows)},
          {"rows_total", bars.rows_total},       {"time", bars.time}};
}

}  // namespace

Result<Bars> count_bars(const PartitionView& partitions, const BarsQuery& query) {
  return partitions.space->windows() != nullptr ? bars_over_time(partitions, query)
                                                : bars_over_keys(partitions, query);
}

void send_partition_bars(const CallPtr& call, std::shared_ptr<const PartitionView> partitions) {
  const auto columns = call->number("px", 600, columns_max);
  if (!columns) return call->fail_query(columns.error());
  const auto rows = call->number("rows", 50, rows_max);
  if (!rows) return call->fail_query(rows.error());
  if (*columns * *rows > cells_max) {
    return call->fail({.code = "query_invalid",
                       .detail = "query values px and rows: want at most " +
                                 std::to_string(cells_max) + " when multiplied"});
  }
  BarsQuery query{.columns = *columns,
                  .rows = *rows,
                  .from = call->query("from"),
                  .to = call->query("to"),
                  .row_filter = call->query("row_filter")};
  offload<Result<std::string>>(
      call,
      [partitions = std::move(partitions), query = std::move(query)]() -> Result<std::string> {
        FRESHET_TRY(Bars bars, count_bars(*partitions, query));
        return dump(bars_json(*partitions, std::move(bars))) + '\n';
      },
      [call](Result<std::string> body) {
        if (!body) return call->fail_query(body.error());
        call->send_text(std::move(*body), {});
      });
}

}  // namespace freshet::api
