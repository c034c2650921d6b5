#include "api/sse.hpp"

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "api/json_text.hpp"
#include "http/event_stream.hpp"
#include "http/message.hpp"

namespace freshet::api {

std::string sse_event(std::string_view kind, std::string_view id, const Json& data) {
  std::string out;
  if (!id.empty()) out.append("id: ").append(id).append("\n");
  out.append("event: ").append(kind).append("\ndata: ").append(dump(data)).append("\n\n");
  return out;
}

http::Response sse_response(std::shared_ptr<http::EventStream> stream) {
  return {.headers = {{"content-type", "text/event-stream"}, {"x-accel-buffering", "no"}},
          .stream = std::move(stream)};
}

}  // namespace freshet::api
