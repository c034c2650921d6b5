// A selection that parses has a canonical text, which parses to itself and selects the same; any
// other has an error with a place.
#include "freshet/selection.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "freshet/snapshot.hpp"
#include "fuzz.hpp"
#include "model_graphs.hpp"

namespace freshet {
namespace {

using fuzz::require;

const Graph& small_graph() {
  static const auto graph = [] {
    std::vector<AssetDefinition> assets{test::asset("2"), test::asset("raw/orders"),
                                        test::asset("marts/orders", {"raw/orders", "2"}),
                                        test::asset("marts/revenue", {"marts/orders"}),
                                        test::asset("a b\"\\", {"marts/revenue"})};
    assets[1].group = "raw";
    assets[1].tags = {{"pii", ""}, {"tier", "gold"}};
    assets[2].owners = {"team@example.org"};
    assets[2].kinds = {"sql"};
    assets[2].automation = "on_cron(\"@daily\")";
    assets[2].columns = {{.name = "a b"}, {.name = "id"}};
    assets[3].automation = "eager";
    assets[3].partitions = {.dimensions = {{.of = WindowsDefinition{}}}, .text = "daily"};
    return test::graph(std::move(assets));
  }();
  return *graph;
}

bool state(Rank rank, std::string_view attribute, std::string_view value) {
  return (rank.value + attribute.size() + value.size()) % 2 == 0;
}

const Snapshot& small_snapshot() {
  static const Snapshot snapshot = [] {
    Snapshot out;
    out.graph = {std::shared_ptr<const Graph>{}, &small_graph()};
    out.chunks.push_back(std::make_shared<const Snapshot::Chunk>());
    return out;
  }();
  return snapshot;
}

/// Characters of a text that may not be UTF-8.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

void judge_error(const Error& error, std::string_view text) {
  constexpr std::string_view mark = " at column ";
  require(is_utf8(error.message) || !is_utf8(text), "a message is UTF-8", text);
  require(error.message.starts_with("selection"), "an error says that it is of a selection", text);
  const std::size_t at = error.message.rfind(mark);
  if (at == std::string::npos) {  // of the text as a whole
    require(error.message.find(": want ") != std::string::npos, "an error has a column", text);
    return;
  }
  std::size_t column{};
  std::from_chars(error.message.data() + at + mark.size(),
                  error.message.data() + error.message.size(), column);
  require(column >= 1 && column <= characters(text) + 1, "a column lies in the text", text);
}

void judge(const std::string& text) {
  const auto parsed = Selection::parse(text);
  if (!parsed) {
    judge_error(parsed.error(), text);
    return;
  }
  const std::string canonical = parsed->text();
  const auto again = Selection::parse(canonical);
  require(again.has_value(), "a canonical text parses", canonical);
  require(again->text() == canonical, "a canonical text is its own", canonical);

  const auto of_graph = parsed->select(small_graph());
  if (const auto live = parsed->needs_state()) {
    judge_error(*live, text);
    require(!of_graph, "what only a running system knows is not answered without", text);
  } else {
    require(of_graph || of_graph.error().code != Errc::unsupported, "a graph is enough", text);
  }
  const auto selected = parsed->select(small_graph(), state);
  const auto same = again->select(small_graph(), state);
  require(selected.has_value() == same.has_value(), "a canonical text fails alike", text);
  if (!selected) {
    judge_error(selected.error(), text);
    return;
  }
  require(*selected == *same, "a canonical text selects the same", canonical);
  require(std::ranges::adjacent_find(*selected, std::greater_equal{}) == selected->end(),
          "ranks ascend", text);
}

/// Whether what is written so far is right, or becomes right by what follows.
bool selection_ends_well(const std::string& text) {
  const auto parsed = Selection::parse(text);
  if (parsed) return true;
  const auto column = selection_column(parsed.error().message);
  return !column || *column == characters(text) + 1 ||
         parsed.error().message.find("never closed") != std::string::npos;
}

void judge_completions(const std::string& text, std::size_t cursor) {
  for (const SelectionCompletion& each : complete_selection(small_snapshot(), text, cursor)) {
    require(each.from <= cursor && cursor <= each.to && each.to <= text.size(),
            "a completion is at the cursor", text);
    std::string done = text.substr(0, each.from) + each.text;
    require(done.size() > each.from && is_utf8(done), "a completion is a text", done);
    require(cursor < text.size() || selection_ends_well(done), "a completion can go on", done);
  }
}

}  // namespace
}  // namespace freshet

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{data, data + size};
  freshet::judge(text);
  for (const std::size_t cursor : {size, size / 2}) freshet::judge_completions(text, cursor);
  return 0;
}
