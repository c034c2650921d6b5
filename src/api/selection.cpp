// What an expression that is being written means, and how it may go on.
#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/call.hpp"
#include "api/columns_text.hpp"
#include "api/context.hpp"
#include "api/handlers.hpp"
#include "api/json_text.hpp"
#include "api/view.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/selection.hpp"

namespace freshet::api {
namespace {

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }

/// Where a character begins, in bytes; the end for those beyond it.
std::size_t byte_at(std::string_view text, std::size_t character) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (begins_character(text[at]) && character-- == 0) break;
  }
  return at;
}

std::size_t character_at(std::string_view text, std::size_t byte) {
  return static_cast<std::size_t>(std::ranges::count_if(text.substr(0, byte), begins_character));
}

Json error_json(const Error& error) {
  const auto column = selection_column(error.message);
  return {{"position", column ? Json(*column - 1) : Json{}}, {"message", error.message}};
}

Json completions_json(const View& view, std::string_view text, std::size_t cursor) {
  Json out = Json::array();
  for (SelectionCompletion& each :
       complete_selection(*view.snapshot, text, byte_at(text, cursor))) {
    out.push_back({{"text", std::move(each.text)},
                   {"detail", std::move(each.detail)},
                   {"from", character_at(text, each.from)},
                   {"to", character_at(text, each.to)}});
  }
  return out;
}

std::string selection_answer(const View& view, const std::string& text, std::size_t cursor,
                             bool with_ranks) {
  const auto found = view.select(text);
  ObjectText out;
  out.add_raw("valid", found ? "true" : "false");
  out.add_raw("error", found ? "null" : dump(error_json(found.error())));
  out.add("total", found ? found->size() : 0);
  if (found && with_ranks) {
    out.add("ranks", *found | std::views::transform([](Rank rank) { return rank.value; }));
  }
  out.add("catalog", view.catalog->since().value);
  out.add_raw("completions", dump(completions_json(view, text, cursor)));
  return out.take() + '\n';
}

}  // namespace

void get_selection(const CallPtr& call) {
  const std::string text = call->query("text");
  const auto cursor = call->number("cursor", text.size(), 1'000'000, 0);
  if (!cursor) return call->fail_query(cursor.error());
  offload<std::string>(
      call,
      [view = call->view, text, cursor = *cursor, with_ranks = call->flag("ranks")] {
        return selection_answer(view, text, cursor, with_ranks);
      },
      [call](std::string body) { call->send_text(std::move(body), ""); });
}

}  // namespace freshet::api
