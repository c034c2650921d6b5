#include "api/hook_signature.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>

#include "base/hash.hpp"
#include "base/random.hpp"
#include "base/text.hpp"

namespace freshet::api {
namespace {

std::string hmac(std::string_view secret, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const auto* made = ::HMAC(::EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
                            reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                            digest.data(), &size);
  FRESHET_ASSERT(made != nullptr);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

Error refuse(std::string text) { return {Errc::invalid, std::move(text)}; }

/// Seconds since 1970.
Result<void> check_time(std::string_view text, Micros tolerance, Instant now) {
  std::int64_t seconds{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  constexpr std::int64_t far = 253'402'300'800;  // year 10000
  if (error != std::errc{} || end != text.data() + text.size() || seconds < 0 || seconds > far)
    return refuse("the signed time is no number of seconds");
  const Instant at{Seconds{seconds}};
  if (at < now - tolerance || at > now + tolerance)
    return refuse("the signed time is " + format_instant(at) + ", too far from now (" +
                  format_instant(now) + "): sent again, or a clock is wrong");
  return {};
}

Result<void> check_github(const WebhookSource& source, const http::Headers& headers,
                          std::string_view body) {
  const auto given = http::find_header(headers, "x-hub-signature-256");
  if (!given) return refuse("the header X-Hub-Signature-256 is missing");
  const auto bytes = given->starts_with("sha256=") ? hex_decode(given->substr(7)) : std::nullopt;
  if (!bytes || !equal_in_constant_time(*bytes, hmac(source.secret, body)))
    return refuse("the signature does not fit the secret");
  return {};
}

Result<void> check_standard(const WebhookSource& source, const http::Headers& headers,
                            std::string_view body, Instant now) {
  const auto id = http::find_header(headers, "webhook-id");
  const auto time = http::find_header(headers, "webhook-timestamp");
  const auto given = http::find_header(headers, "webhook-signature");
  if (!id || !time || !given)
    return refuse("want the headers webhook-id, webhook-timestamp and webhook-signature");
  if (const auto time_ok = check_time(*time, source.tolerance, now); !time_ok) return time_ok;
  constexpr std::string_view prefix = "whsec_";
  std::string secret = source.secret;
  if (secret.starts_with(prefix))
    secret = base64_decode(std::string_view{secret}.substr(prefix.size())).value_or(secret);
  const std::string made =
      hmac(secret, std::string{*id} + '.' + std::string{*time} + '.' + std::string{body});
  for (const std::string_view one : split(*given, ' ')) {
    if (!one.starts_with("v1,")) continue;
    const auto bytes = base64_decode(one.substr(3));
    if (bytes && equal_in_constant_time(*bytes, made)) return {};
  }
  return refuse("the signature does not fit the secret");
}

/// Of the form "t=SECONDS,v1=HEX".
std::string_view time_of(std::string_view header) {
  std::string_view time;
  for (const std::string_view part : split(header, ',')) {
    if (trim(part).starts_with("t=")) time = trim(part).substr(2);
  }
  return time;
}

Result<void> check_timed(std::string_view header, const WebhookSource& source,
                         const http::Headers& headers, std::string_view body, Instant now) {
  const auto given = http::find_header(headers, header);
  if (!given) return refuse("the header " + std::string{header} + " is missing");
  const std::string_view time = time_of(*given);
  if (const auto time_ok = check_time(time, source.tolerance, now); !time_ok) return time_ok;
  const std::string made = hmac(source.secret, std::string{time} + '.' + std::string{body});
  for (const std::string_view part : split(*given, ',')) {
    const std::string_view one = trim(part);
    if (!one.starts_with("v1=")) continue;
    const auto bytes = hex_decode(one.substr(3));
    if (bytes && equal_in_constant_time(*bytes, made)) return {};
  }
  return refuse("the signature does not fit the secret");
}

}  // namespace

Result<void> check_signature(const WebhookSource& source, const http::Headers& headers,
                             std::string_view body, Instant now) {
  switch (source.signature) {
    case WebhookSource::Signature::none:
      return {};
    case WebhookSource::Signature::github:
      return check_github(source, headers, body);
    case WebhookSource::Signature::standard:
      return check_standard(source, headers, body, now);
    case WebhookSource::Signature::stripe:
      return check_timed("stripe-signature", source, headers, body, now);
    case WebhookSource::Signature::freshet:
      return check_timed("freshet-signature", source, headers, body, now);
  }
  return {};
}

std::string signed_id(const WebhookSource& source, const http::Headers& headers,
                      std::string_view body) {
  const auto fingerprint = [&](std::string_view header) {
    const auto given = http::find_header(headers, header);
    // Of what is signed, not of the header, to which anybody may add what is no signature.
    return given ? to_text(content_hash(std::string{time_of(*given)} + '.' + std::string{body}))
                 : std::string{};
  };
  switch (source.signature) {
    case WebhookSource::Signature::none:
    case WebhookSource::Signature::github:
      return {};
    case WebhookSource::Signature::standard:
      return std::string{http::find_header(headers, "webhook-id").value_or("")};
    case WebhookSource::Signature::stripe:
      return fingerprint("stripe-signature");
    case WebhookSource::Signature::freshet:
      return fingerprint("freshet-signature");
  }
  return {};
}

bool shows_token(const WebhookSource& source, const http::Headers& headers,
                 std::string_view query) {
  if (const auto authorization = http::find_header(headers, "authorization")) {
    constexpr std::string_view bearer = "bearer ";
    const std::string_view text = trim(*authorization);
    const auto is_same = [](char a, char b) { return a == (b | 0x20); };
    if (text.size() > bearer.size() &&
        std::equal(bearer.begin(), bearer.end() - 1, text.begin(), is_same))
      return equal_in_constant_time(trim(text.substr(bearer.size())), source.token);
    return equal_in_constant_time(
        text, source.token);  // as MinIO sends what it was told, without a scheme
  }
  if (const auto gitlab = http::find_header(headers, "x-gitlab-token"))
    return equal_in_constant_time(trim(*gitlab), source.token);
  return equal_in_constant_time(query, source.token);
}

}  // namespace freshet::api
