// How alerts look as JSON, in a chat, and as lines of text.  Pure.
#pragma once
#include <string>

#include "notify/alert.hpp"

namespace freshet::notify {

/// One line: "failure: marts/revenue failed: exit_code".
[[nodiscard]] std::string headline(const Alert& alert);
/// Of one alert its headline; of several how many there are of which kind.
[[nodiscard]] std::string headline(const Delivery& delivery);

/// For programs; the fields are in README.md.  At most 1,000 alerts are listed.
[[nodiscard]] std::string json_body(const Delivery& delivery);

/// For Slack's incoming webhooks, and others that take the same: `text` for notifications, `blocks`
/// for the chat.
[[nodiscard]] std::string slack_body(const Delivery& delivery);

/// For a mail: a paragraph for each of at most 100 alerts.
[[nodiscard]] std::string text_body(const Delivery& delivery);

}  // namespace freshet::notify
