// OpenLineage: events of others are taken in as any receiver of theirs does, and what could not be
// found among the assets is listed.
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "api/call.hpp"
#include "api/context.hpp"
#include "api/gzip.hpp"
#include "api/handlers.hpp"
#include "api/intake.hpp"
#include "api/json_text.hpp"
#include "api/json_views.hpp"
#include "api/lineage_event.hpp"
#include "api/lineage_memory.hpp"
#include "api/problem.hpp"
#include "api/route.hpp"
#include "freshet/engine.hpp"
#include "freshet/service.hpp"
#include "http/message.hpp"

namespace freshet::api {
namespace {

constexpr std::size_t body_max = std::size_t{64} << 20;       ///< Once it is unpacked.
constexpr std::size_t read_here_max = std::size_t{16} << 10;  ///< More is read in the pool.

/// What a request came to.
struct Read {
  std::optional<Problem> problem;  ///< Nothing of it is anything.
  std::size_t received{};
  std::vector<std::pair<std::size_t, Fault>> faults;  ///< Of those that are no events.
  std::vector<input::Event> events;
  std::map<std::string, std::string> said;  ///< As LineageTaken has it.
};

Problem malformed(std::string detail) {
  return {.code = "malformed_event", .detail = std::move(detail)};
}

/// Whatever it calls itself: producers are many, and the body tells.
Result<Json> body_of(const http::Request& request) {
  const auto coding = http::find_header(request.headers, "content-encoding").value_or("");
  if (coding.empty() || coding == "identity") return parse_json(request.body);
  if (coding != "gzip" && coding != "x-gzip")
    return Error{Errc::invalid, "Content-Encoding: want gzip or none"};
  FRESHET_TRY(const std::string text, gunzip(request.body, body_max));
  return parse_json(text);
}

Read read_body(const CallPtr& call, bool is_batch) {
  Read out;
  const auto json = body_of(call->request);
  if (!json) {
    out.problem = malformed(json.error().message);
    return out;
  }
  if (json->is_array() != is_batch) {
    out.problem = malformed(is_batch ? "want a list of events of OpenLineage"
                                     : "want one event of OpenLineage; /api/v1/lineage/batch takes "
                                       "a list of them");
    return out;
  }
  const Instant now = call->context->clock.now();
  const auto take = [&](const Json& item, const std::string& pointer, std::size_t place) {
    LineageRead read = read_lineage(item, pointer);
    if (!read.event) {
      out.faults.emplace_back(place, std::move(read.fault));
      return;
    }
    LineageTaken taken =
        call->context->lineage.take(*std::move(read.event), *call->view.snapshot, now);
    std::ranges::move(taken.events, std::back_inserter(out.events));
    for (auto& [run, said] : taken.said) out.said[run] = std::move(said);
  };
  if (is_batch && json->size() > events_max) {
    out.problem = malformed("want at most " + std::to_string(events_max) + " events, not " +
                            std::to_string(json->size()));
    return out;
  }
  out.received = is_batch ? json->size() : 1;
  if (!is_batch) {
    take(*json, "", 0);
  } else {
    for (std::size_t i = 0; i < json->size(); ++i) take((*json)[i], '/' + std::to_string(i), i);
  }
  return out;
}

void answer(const CallPtr& call, const Read& read, bool is_batch) {
  if (!is_batch) {
    if (read.faults.empty()) return call->send_json(201, {{"updates", read.events.size()}});
    const Fault& fault = read.faults.front().second;
    return call->fail({.status = 422,
                       .code = "not_openlineage",
                       .detail = (fault.pointer.empty() ? "" : fault.pointer + ": ") + fault.detail,
                       .errors = {fault}});
  }
  Json failed = Json::array();
  for (const auto& [place, fault] : read.faults) {
    failed.push_back(
        {{"index", place}, {"reason", fault.pointer + ": " + fault.detail}, {"retriable", false}});
  }
  const std::size_t wrong = read.faults.size();
  call->send_json(200, {{"status", wrong == 0 ? "success" : "partial_success"},
                        {"summary",
                         {{"received", read.received},
                          {"successful", read.received - wrong},
                          {"failed", wrong},
                          {"retriable", 0},
                          {"non_retriable", wrong}}},
                        {"failed_events", std::move(failed)}});
}

void take(const CallPtr& call, Read read, bool is_batch) {
  if (read.problem) return call->fail(*read.problem);
  if (read.events.empty() && read.said.empty()) return answer(call, read, is_batch);
  input::Report report{.events = std::move(read.events),
                       .cursors = {read.said.begin(), read.said.end()}};
  read.events.resize(report.events.size());
  // What the engine cannot use is kept among the rejected events: no concern of the sender's.
  submit(call, std::move(report),
         [call, read = std::move(read), is_batch](const Reply&) { answer(call, read, is_batch); });
}

void post(const CallPtr& call, bool is_batch) {
  // How long a compressed body is, one does not see.
  const bool is_packed = call->request.header("content-encoding").has_value();
  if (!is_packed && call->request.body.size() <= read_here_max)
    return take(call, read_body(call, is_batch), is_batch);
  offload<Read>(
      call, [call, is_batch] { return read_body(call, is_batch); },
      [call, is_batch](Read read) { take(call, std::move(read), is_batch); });
}

}  // namespace

void post_lineage(const CallPtr& call) { post(call, false); }
void post_lineage_batch(const CallPtr& call) { post(call, true); }

void get_unmapped(const CallPtr& call) {
  const LineageMemory::Report report = call->context->lineage.report();
  Json items = Json::array();
  for (const LineageMemory::Unmapped& one : report.datasets) {
    items.push_back({{"namespace", one.name_space},
                     {"name", one.name},
                     {"job", one.job},
                     {"count", one.count},
                     {"last", instant_json(one.last)}});
  }
  Json topics = Json::array();
  for (const SourceStatus& topic : call->context->service.lineage_topics()) {
    topics.push_back({{"project", topic.asset},
                      {"state", topic.state},
                      {"detail", topic.detail},
                      {"messages", topic.messages},
                      {"dead", topic.dead}});
  }
  call->send_json(200, {{"items", std::move(items)},
                        {"topics", std::move(topics)},
                        {"dropped", report.dropped},
                        {"events", report.events},
                        {"updates", report.updates},
                        {"ours", report.ours},
                        {"other", report.other}});
}

}  // namespace freshet::api
