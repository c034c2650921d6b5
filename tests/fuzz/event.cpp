// Reports from outside: either events, whose texts are JSON again, or a problem that says what is
// wrong and where.  An input is a request's headers, "name: value" a line, an empty line, the body.
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "api/intake.hpp"
#include "api/json_text.hpp"
#include "base/text.hpp"
#include "fuzz.hpp"

namespace freshet::api {
namespace {

using fuzz::require;

bool is_object(const std::string& text) {
  const auto json = parse_json(text);
  return json.has_value() && json->is_object();
}

void judge_problem(const Problem& problem, const std::string& body) {
  require(problem.status == 400 || problem.status == 413 || problem.status == 415,
          "a problem is the client's", body);
  require(!problem.code.empty() && !problem.detail.empty(), "a problem is told", body);
  for (const Fault& fault : problem.errors) {
    require(!fault.detail.empty(), "a fault is told", body);
    require(fault.pointer.empty() || fault.pointer.starts_with('/'), "a fault has a pointer", body);
  }
  require(to_response(problem).status == problem.status, "a problem is an answer", body);
}

/// As plain reports, the form that a rejected event is sent again in.
void judge_event(const input::Event& event) {
  require(event.metadata.empty() || is_object(event.metadata), "metadata is a JSON object",
          event.metadata);
  require(is_object(event.body), "a body is a JSON object", event.body);
  const auto again = read_events({}, event.body);
  require(!again.problem && again.items.size() == 1 && again.items.front().event.has_value(),
          "an event's body is an event", event.body);
  const input::Event& same = *again.items.front().event;
  require(same.asset == event.asset && same.kind == event.kind && same.id == event.id &&
              same.source == event.source && same.data_version == event.data_version &&
              same.metadata == event.metadata && same.check == event.check &&
              same.passed == event.passed && same.severity == event.severity,
          "an event's body is the same event", event.body);
  require(same.body == event.body, "a body is its own", event.body);
}

void judge(fuzz::Input input) {
  http::Headers headers;
  for (std::string line = input.line(); !line.empty(); line = input.line()) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    std::string name = line.substr(0, colon);
    for (char& c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    headers.emplace_back(std::move(name),
                         std::string{trim(std::string_view{line}.substr(colon + 1))});
  }
  const std::string& body = input.rest();
  const IntakeResult result = read_events(headers, body);
  require(result.items.size() <= events_max, "a request has not too many events", body);
  if (result.problem) {
    require(result.items.empty(), "of a request with a problem nothing is taken", body);
    judge_problem(*result.problem, body);
    return;
  }
  for (const Intake& item : result.items) {
    require(item.event.has_value() == item.error.empty(), "either an event or why not", body);
    if (!item.event) continue;
    require(item.event->asset == item.asset && !item.asset.empty(), "an event is of an asset",
            body);
    judge_event(*item.event);
  }
}

}  // namespace
}  // namespace freshet::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  freshet::api::judge({data, size});
  return 0;
}
