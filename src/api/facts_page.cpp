#include "api/facts_page.hpp"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "api/call.hpp"
#include "api/context.hpp"
#include "api/cursor.hpp"
#include "api/json_text.hpp"
#include "api/route.hpp"
#include "api/view.hpp"
#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"

namespace freshet::api {

void send_facts(const CallPtr& call, FactQuery query,
                Json (*to_json)(const FactRecord& record, Names& names)) {
  const std::string etag = etag_of(call->view.snapshot->sequence);
  if (call->is_known(etag)) return;
  const auto limit = call->number("limit", 100, 1'000);
  if (!limit) return call->fail_query(limit.error());
  query.limit = *limit;
  query.upto = call->view.snapshot->sequence;
  if (const std::string upto = call->query("upto"); !upto.empty()) {
    const auto given = call->number("upto", 0, std::size_t{1} << 53);
    if (!given) return call->fail_query(given.error());
    query.upto = std::min(query.upto, Sequence{*given});
  }
  if (const std::string cursor = call->query("cursor"); !cursor.empty()) {
    const auto position = decode_number_cursor(call->list_name(), cursor);
    if (!position)
      return call->fail({.code = "cursor_invalid", .detail = position.error().message});
    const bool is_newest_first = query.order == FactQuery::Order::newest_first;
    (is_newest_first ? query.before : query.after) = Sequence{*position};
  }
  read<Result<std::string>>(
      call,
      [call, query, to_json](Reader& reader) -> Result<std::string> {
        FRESHET_TRY(const FactPage page, reader.facts(query));
        Names names{call->view, &reader};
        Json body{{"items", Json::array()}, {"next_cursor", nullptr}};
        for (const FactRecord& record : page.facts) body["items"].push_back(to_json(record, names));
        if (page.next) body["next_cursor"] = encode_cursor(call->list_name(), page.next->value);
        return dump(body) + '\n';
      },
      [call, etag](Result<std::string> body) {
        if (!body) return call->fail(body.error());
        call->send_text(std::move(*body), etag);
      });
}

}  // namespace freshet::api
