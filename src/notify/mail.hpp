// How an alert looks as a mail: RFC 5322, with MIME where it is not plain ASCII.  Pure.
#pragma once
#include <string>

#include "freshet/definitions.hpp"
#include "freshet/time.hpp"
#include "notify/alert.hpp"

namespace freshet::notify {

/// Header and body with CRLF.  `at` is the date; the Message-ID is the delivery's, so that a second
/// attempt is known as the same mail.
[[nodiscard]] std::string mail_of(const Delivery& delivery, const AlertRoute::Email& to,
                                  Instant at);

}  // namespace freshet::notify
