#include "api/stream.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "api/call.hpp"
#include "api/changes.hpp"
#include "api/context.hpp"
#include "api/handlers.hpp"
#include "api/json_text.hpp"
#include "api/route.hpp"
#include "api/sse.hpp"
#include "api/view.hpp"
#include "base/text.hpp"
#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/snapshot.hpp"
#include "http/event_stream.hpp"

namespace freshet::api {

struct Streams::Subscriber {
  std::vector<Topic> topics;
  std::shared_ptr<http::EventStream> stream{std::make_shared<http::EventStream>()};
  std::optional<Messages> held{};  ///< Given: what it missed is being read, this comes after.

  void tell(const std::shared_ptr<const Message>& message) {
    if (!stream->open() || !is_wanted(topics, *message)) return;
    if (held) {
      held->push_back(message);
    } else if (!stream->push(message->text)) {
      stream->close();
    }
  }
};

namespace {

/// Everything after `from`, as messages; nullopt where history could not be read.
std::optional<Messages> missed(const View& view, Sequence from, Reader& reader) {
  const Sequence upto = view.snapshot->sequence;
  FactQuery query{.kinds = kinds_of_changes(),
                  .upto = upto,
                  .after = from,
                  .order = FactQuery::Order::oldest_first,
                  .limit = 1'000};
  std::vector<FactRecord> facts;
  for (std::optional<Sequence> next = from; next;) {
    query.after = *next;
    auto page = reader.facts(query);
    if (!page) return std::nullopt;
    std::ranges::move(page->facts, std::back_inserter(facts));
    next = page->next;
  }
  Names names{view, &reader};
  return changes(view, facts, nullptr, from, upto, names);
}

Result<std::optional<Sequence>> parse_from(const Call& call) {
  std::string text{call.request.header("last-event-id").value_or("")};
  if (text.empty()) text = call.query("from");
  if (text.empty()) return std::optional<Sequence>{};
  std::uint64_t number{};
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc{} || end != text.data() + text.size()) {
    return Error{Errc::invalid,
                 "stream from \"" + text + "\": want a sequence, as the id of an event"};
  }
  return std::optional{Sequence{number}};
}

}  // namespace

void Streams::publish(const View& now, const std::vector<FactRecord>& facts) {
  if (facts.empty()) return;
  const Sequence since =
      told_upto_.value == 0 ? Sequence{facts.front().sequence.value - 1} : told_upto_;
  const std::shared_ptr<const Snapshot> before = std::exchange(told_, now.snapshot);
  told_upto_ = facts.back().sequence;
  forget_closed();
  if (subscribers_.empty()) return;
  Names names{now};
  const Messages messages = changes(now, facts, before.get(), since, told_upto_, names);
  for (const auto& subscriber : subscribers_) {
    for (const auto& message : messages) subscriber->tell(message);
  }
}

void Streams::add(const CallPtr& call, std::vector<Topic> topics, std::optional<Sequence> from) {
  if (call->request.method == "HEAD") return call->send(sse_response(nullptr));
  forget_closed();
  const auto subscriber = std::make_shared<Subscriber>(Subscriber{.topics = std::move(topics)});
  const Sequence now = call->view.snapshot->sequence;
  const bool is_lost = from && (*from > now || now.value - from->value > resume_max);
  const Json hello{{"sequence", now.value},
                   {"instance", call->context->options.instance},
                   {"version", call->context->options.version}};
  // Whoever resumes keeps its place until it has what it missed.
  const std::string id = from && !is_lost ? "" : std::to_string(now.value);
  static_cast<void>(subscriber->stream->push("retry: 2000\n" + sse_event("hello", id, hello)));
  if (is_lost) {
    const Json reset{{"sequence", now.value}, {"reason", "too far back: read everything anew"}};
    static_cast<void>(subscriber->stream->push(sse_event("reset", id, reset)));
  }
  subscribers_.push_back(subscriber);
  call->send(sse_response(subscriber->stream));
  if (from && !is_lost && *from < now) resume(call, subscriber, *from);
}

void Streams::resume(const CallPtr& call, const std::shared_ptr<Subscriber>& subscriber,
                     Sequence from) {
  subscriber->held.emplace();
  read<std::optional<Messages>>(
      call, [view = call->view, from](Reader& reader) { return missed(view, from, reader); },
      [subscriber](std::optional<Messages> messages) {
        const Messages held = *std::exchange(subscriber->held, std::nullopt);
        if (!messages) return subscriber->stream->close();
        for (const auto& message : *messages) subscriber->tell(message);
        for (const auto& message : held) subscriber->tell(message);
      });
}

void Streams::forget_closed() {
  std::erase_if(subscribers_, [](const auto& each) { return !each->stream->open(); });
}

void Streams::heartbeat() {
  for (const auto& each : subscribers_) {
    if (each->stream->open() && !each->stream->push(sse_comment)) each->stream->close();
  }
  forget_closed();
}

void Streams::end() {
  for (const auto& each : std::exchange(subscribers_, {})) each->stream->close();
}

void get_stream(const CallPtr& call) {
  auto topics = parse_topics(call->query("topics"));
  if (!topics) return call->fail_query(topics.error());
  const auto from = parse_from(*call);
  if (!from) return call->fail_query(from.error());
  for (const Topic& topic : *topics) {
    if (topic.kind != Topic::Kind::asset || is_glob(topic.pattern)) continue;
    if (call->view.find(topic.pattern)) continue;
    return call->fail(
        {.status = 404, .code = "asset_not_found", .detail = call->view.unknown(topic.pattern)});
  }
  call->context->streams.add(call, std::move(*topics), *from);
}

}  // namespace freshet::api
