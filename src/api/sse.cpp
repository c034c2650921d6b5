#include "api/sse.hpp"

#include <string_view>
#include <string>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "http/message.hpp"
#include "http/event_stream.hpp"
#include "api/json_text.hpp"

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
