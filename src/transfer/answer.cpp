#include "transfer/answer.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace freshet::transfer {

bool is_refusal(long status) {
  return status == 400 || status == 413 || status == 415 || status == 422;
}

std::string told(long status, std::string_view answer) {
  std::string out = "HTTP " + std::to_string(status);
  if (status >= 200 && status < 300) return out;
  if (status >= 300 && status < 400) return out + ": redirects are not followed";
  return answer.empty() ? out : out + ": " + std::string{answer};
}

std::string clean(std::string_view text, const std::vector<std::string>& secrets) {
  std::string out{trim(text)};
  for (const std::string& secret : secrets) {
    if (secret.empty()) continue;
    for (std::size_t at = 0; (at = out.find(secret, at)) != std::string::npos; at += 3)
      out.replace(at, secret.size(), "***");
  }
  out = out.substr(0, std::min(out.find('\n'), answer_max));
  const bool is_text = is_utf8(out);
  for (char& c : out) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ' || byte == 0x7f) c = ' ';
    if (byte >= 0x80 && !is_text) c = '?';
  }
  return out;
}

}  // namespace freshet::transfer
