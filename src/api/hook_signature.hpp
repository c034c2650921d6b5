// Whether a webhook comes from whom it should, and is not an old one sent again.
#pragma once
#include <string>
#include <string_view>

#include "freshet/result.hpp"
#include "freshet/sources.hpp"
#include "freshet/time.hpp"
#include "http/message.hpp"

namespace freshet::api {

/// HMAC-SHA256 over the body, as the header of each way has it:
/// - github: `X-Hub-Signature-256: sha256=HEX`;
/// - standard: `webhook-signature: v1,BASE64 …` over "ID.TIMESTAMP.BODY" (Standard Webhooks 1.0), a
///   secret `whsec_…` is base64;
/// - stripe, freshet: `Stripe-Signature` or `Freshet-Signature: t=SECONDS,v1=HEX` over
///   "SECONDS.BODY".
/// Errc::invalid says what is wrong, never what would be right.
[[nodiscard]] Result<void> check_signature(const WebhookSource& source,
                                           const http::Headers& headers, std::string_view body,
                                           Instant now);

/// What is the same of something signed that is sent again: the id of Standard Webhooks, else,
/// where its time is signed, a fingerprint of what was signed; "" without such a signature.  Of
/// what check_signature has let in.
[[nodiscard]] std::string signed_id(const WebhookSource& source, const http::Headers& headers,
                                    std::string_view body);

/// Whether the source's own token is shown: as `Authorization: Bearer`, X-Gitlab-Token, or the
/// query's.
[[nodiscard]] bool shows_token(const WebhookSource& source, const http::Headers& headers,
                               std::string_view query);

}  // namespace freshet::api
