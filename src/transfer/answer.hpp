// What a receiver's answer to a message means, and how it is told to people.  Pure.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::transfer {

constexpr std::size_t answer_max = 300;  ///< Bytes of an answer that are told.

/// What says that this very message is wrong, and not the receiver or the way to it.
[[nodiscard]] bool is_refusal(long status);

/// "HTTP 503: out of order"; of 2xx, the status alone.
[[nodiscard]] std::string told(long status, std::string_view answer);

/// One line that people can read, without what must not be read.
[[nodiscard]] std::string clean(std::string_view text, const std::vector<std::string>& secrets);

}  // namespace freshet::transfer
