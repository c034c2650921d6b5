// How server-sent events look on the wire.
#pragma once
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "api/json_text.hpp"
#include "http/event_stream.hpp"
#include "http/message.hpp"

namespace freshet::api {

inline constexpr std::string_view sse_comment = ": \n\n";

/// `id` "" for none.
[[nodiscard]] std::string sse_event(std::string_view kind, std::string_view id, const Json& data);

/// 200 with the stream; without one (HEAD) just its headers.
[[nodiscard]] http::Response sse_response(std::shared_ptr<http::EventStream> stream);

}  // namespace freshet::api
