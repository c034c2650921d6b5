#include "notify/mail.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "notify/bodies.hpp"

namespace freshet::notify {
namespace {

constexpr std::size_t line_max = 900;  ///< RFC 5321 allows 998.
constexpr std::size_t subject_max = 200;
constexpr std::size_t word_bytes = 42;  ///< An encoded word has at most 75 characters.

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

bool is_plain(std::string_view text) {
  std::size_t line = 0;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (u >= 0x7f || (u < ' ' && c != '\n' && c != '\t')) return false;
    line = c == '\n' ? 0 : line + 1;
    if (line > line_max) return false;
  }
  return true;
}

std::string with_crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

/// RFC 2047: in words that are short enough, none of which splits a character.
std::string header_text(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
  if (text.size() > subject_max) {
    std::size_t size = subject_max;
    while (size > 0 && is_continuation(text[size])) --size;
    text = text.substr(0, size) + "...";
  }
  if (is_plain(text)) return text;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(at + word_bytes, text.size());
    while (end < text.size() && end > at + 1 && is_continuation(text[end])) --end;
    out += (out.empty() ? "" : "\r\n ") +
           ("=?UTF-8?B?" + base64_encode(text.substr(at, end - at))) + "?=";
    at = end;
  }
  return out;
}

/// "Thu, 01 Jan 2026 00:00:00 +0000".
std::string date_of(Instant at) {
  static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<Seconds>(at - day)};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d +0000",
                days.at(std::chrono::weekday{day}.c_encoding()), unsigned{date.day()},
                months.at(unsigned{date.month()} - 1), int{date.year()},
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

std::string message_id(const Delivery& delivery, const std::string& from) {
  std::string id = delivery.id;
  std::ranges::replace(id, '/', '.');
  return "<" + id + from.substr(from.rfind('@')) + ">";
}

}  // namespace

std::string mail_of(const Delivery& delivery, const AlertRoute::Email& to, Instant at) {
  std::string recipients;
  for (const std::string& address : to.to)
    recipients += (recipients.empty() ? "" : ",\r\n ") + address;
  const std::string body = text_body(delivery);
  const bool plain = is_plain(body);
  std::string out = "Date: " + date_of(at) + "\r\nFrom: Freshet <" + to.from +
                    ">\r\nTo: " + recipients +
                    "\r\nSubject: " + header_text("[Freshet] " + headline(delivery)) +
                    "\r\nMessage-ID: " + message_id(delivery, to.from) +
                    "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                    "Content-Type: text/plain; charset=" +
                    (plain ? "us-ascii" : "utf-8") +
                    "\r\nContent-Transfer-Encoding: " + (plain ? "7bit" : "base64") + "\r\n\r\n";
  if (plain) return out + with_crlf(body);
  const std::string encoded = base64_encode(body);
  for (std::size_t i = 0; i < encoded.size(); i += 76) out += encoded.substr(i, 76) + "\r\n";
  return out;
}

}  // namespace freshet::notify
