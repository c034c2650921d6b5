// How a receiver can tell that a request comes from us and is not an old one sent again.
#pragma once
#include <string>
#include <string_view>

#include "freshet/time.hpp"

namespace freshet::notify {

/// "t=1767225600,v1=HEX": HEX is HMAC-SHA256, by the secret, of the seconds since 1970, a dot and
/// the body.
[[nodiscard]] std::string signature(std::string_view secret, Instant at, std::string_view body);

}  // namespace freshet::notify
