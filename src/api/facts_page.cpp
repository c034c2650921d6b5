#include "api/facts_page.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
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

namespace {

constexpr std::size_t looked_through = 500;  ///< Facts at a time, where few are wanted …
constexpr std::size_t looks_max = 40;        ///< … and so many times.

/// Those of `query`, and those of the kinds `also`, whatever their asset, in their place.
Result<FactPage> facts_of(Reader& reader, const FactQuery& query, const KindSet& also) {
  FRESHET_TRY(FactPage page, reader.facts(query));
  if (also.none()) return page;
  FactQuery other = query;
  other.asset.reset();
  other.kinds = also;
  FRESHET_TRY(FactPage more, reader.facts(other));
  const bool is_newest_first = query.order == FactQuery::Order::newest_first;
  // Behind the end of a page that goes on, the other one's facts would come too early.
  std::optional<Sequence> end = page.next;
  if (more.next && (!end || (is_newest_first ? *more.next > *end : *more.next < *end)))
    end = more.next;
  std::ranges::move(more.facts, std::back_inserter(page.facts));
  if (end) {
    std::erase_if(page.facts, [&](const FactRecord& record) {
      return is_newest_first ? record.sequence < *end : record.sequence > *end;
    });
  }
  std::ranges::sort(page.facts, [&](const FactRecord& a, const FactRecord& b) {
    return is_newest_first ? a.sequence > b.sequence : a.sequence < b.sequence;
  });
  page.next = end;
  return page;
}

Result<std::string> page_text(const Call& call, FactQuery query, const FactsAs& as,
                              Reader& reader) {
  Names names{call.view, &reader};
  Json body{{"items", Json::array()}, {"next_cursor", nullptr}};
  Json& items = body["items"];
  const std::size_t limit = query.limit;
  std::optional<Sequence> next;
  const bool may_cut = as.is_wanted || as.also.any();
  for (std::size_t looks = as.is_wanted ? looks_max : 1; looks > 0; --looks) {
    FRESHET_TRY(const FactPage page, facts_of(reader, query, as.also));
    next = page.next;
    for (const FactRecord& record : page.facts) {
      if (as.is_wanted && !as.is_wanted(record)) continue;
      items.push_back(as.to_json(record, names, reader));
      if (may_cut && items.size() == limit) {
        if (next || &record != &page.facts.back()) next = record.sequence;
        break;
      }
    }
    if (!next || items.size() == limit) break;
    query.limit = std::max(limit, looked_through);  // it was not that most are wanted
    (query.order == FactQuery::Order::newest_first ? query.before : query.after) = *next;
  }
  if (next) body["next_cursor"] = encode_cursor(call.list_name(), next->value);
  return dump(body) + '\n';
}

}  // namespace

void send_facts(const CallPtr& call, FactQuery query,
                Json (*to_json)(const FactRecord& record, Names& names)) {
  send_facts(call, query,
             {.to_json = [to_json](const FactRecord& record, Names& names,
                                   Reader& /*reader*/) { return to_json(record, names); },
              .is_wanted = {}});
}

void send_facts(const CallPtr& call, FactQuery query, FactsAs as) {
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
      [call, query, as = std::move(as)](Reader& reader) {
        return page_text(*call, query, as, reader);
      },
      [call, etag](Result<std::string> body) {
        if (!body) return call->fail(body.error());
        call->send_text(std::move(*body), etag);
      });
}

}  // namespace freshet::api
