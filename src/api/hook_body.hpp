// What stands around the JSON of a webhook: forms, Amazon's envelope, and what is kept of it to be
// read again.  Pure; any thread.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "api/json_text.hpp"
#include "http/message.hpp"

namespace freshet::api {

/// The JSON in the field `payload` of a form (application/x-www-form-urlencoded), as GitHub sends
/// it unless told otherwise; nullopt: it is no such form.
[[nodiscard]] std::optional<std::string> form_payload(const http::Headers& headers,
                                                      std::string_view body);

/// Whether this is what Amazon SNS sends: a message as text within an object of its own.
[[nodiscard]] bool is_sns(const Json& json);
/// What a person has to do about a message of SNS that is no notification; "" of one that is.
[[nodiscard]] std::string wanted_by_sns(const Json& envelope);

/// What was sent, or a part of it, as it is kept with an event that is rejected.
struct KeptHook {
  http::Headers headers;
  std::string text;
  bool is_whole{false};  ///< All that was sent, as it was.
  bool is_cut{false};    ///< It was too long to be kept whole.
};

/// Of a part: JSON, without headers nothing else than itself.
[[nodiscard]] std::string keep_part(const http::Headers& headers, const Json& part);
/// Of all that was sent, whatever it is.
[[nodiscard]] std::string keep_whole(const http::Headers& headers, std::string_view body);
/// Reads what those two wrote.
[[nodiscard]] KeptHook read_kept_hook(std::string_view text);

}  // namespace freshet::api
