#include "publish/feed.hpp"

#include <algorithm>
#include <utility>

#include "publish/attempt.hpp"
#include "publish/cloud_event.hpp"
#include "publish/openlineage.hpp"

namespace freshet::publish {
namespace {

constexpr std::size_t page = 500;

Result<std::optional<Message>> message_of(const FactRecord& record, const Publication& publication,
                                          const Scope& scope, Reader& history,
                                          const Origin& origin) {
  using Found = Result<std::optional<Message>>;
  Message out{.sequence = record.sequence, .at = record.at};
  out.id = origin.instance + ':' + std::to_string(record.sequence.value);
  switch (publication.format) {
    case Publication::Format::openlineage: {
      FRESHET_TRY(const auto attempt, attempt_of(record, scope, history));
      if (!attempt) return Found{std::nullopt};
      out.key = openlineage_key(*attempt, scope, origin);
      out.content_type = "application/json";
      out.body = openlineage_event(*attempt, scope, origin);
      break;
    }
    case Publication::Format::cloudevents: {
      FRESHET_TRY(auto event, cloud_event(record, out.id, scope, history, origin));
      if (!event) return Found{std::nullopt};
      out.key = std::move(event->subject);
      out.content_type = "application/cloudevents+json";
      out.body = std::move(event->body);
      break;
    }
  }
  return Found{boost::system::in_place_value, std::move(out)};
}

}  // namespace

const KindSet& kinds_told(Publication::Format format) {
  static const KindSet attempts =
      kinds_of<fact::StepStarted, fact::AttemptEnded, fact::StepEnded>();
  static const KindSet outcomes =
      kinds_of<fact::Updated, fact::CheckRecorded, fact::FreshnessChanged, fact::StepEnded>();
  return format == Publication::Format::openlineage ? attempts : outcomes;
}

KindSet all_kinds_told() {
  return kinds_told(Publication::Format::openlineage) |
         kinds_told(Publication::Format::cloudevents);
}

Result<Feed> feed_of(const Publication& publication, Sequence told, const Scope& scope,
                     Reader& history, const Origin& origin) {
  Feed out{.passed = told};
  const Sequence upto = scope.snapshot().sequence;
  if (upto <= told) return Result<Feed>{boost::system::in_place_value, std::move(out)};
  FRESHET_TRY(const FactPage found, history.facts({.asset = {},
                                                   .run = {},
                                                   .kinds = kinds_told(publication.format),
                                                   .upto = upto,
                                                   .after = told,
                                                   .order = FactQuery::Order::oldest_first,
                                                   .limit = page}));
  for (const FactRecord& record : found.facts) {
    FRESHET_TRY(auto message, message_of(record, publication, scope, history, origin));
    if (message) out.messages.push_back(*std::move(message));
  }
  out.is_more = found.next.has_value();
  out.passed = found.next ? *found.next : upto;
  return Result<Feed>{boost::system::in_place_value, std::move(out)};
}

}  // namespace freshet::publish
