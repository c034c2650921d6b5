#include "api/sessions.hpp"

#include <openssl/sha.h>
#include <map>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/text.hpp"

namespace freshet::api {
namespace {

constexpr std::size_t secret_bytes = 32;

}  // namespace

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return hex_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string Sessions::make_ticket() {
  std::string ticket = random_token(secret_bytes);
  add(tickets_, ticket, clock_.steady() + ticket_life);
  return ticket;
}

bool Sessions::is_ticket(std::string_view ticket) const {
  const auto found = tickets_.find(sha256_hex(ticket));
  return found != tickets_.end() && found->second > clock_.steady();
}

std::optional<std::string> Sessions::redeem(std::string_view ticket) {
  if (!is_ticket(ticket)) return std::nullopt;
  tickets_.erase(sha256_hex(ticket));
  std::string secret = random_token(secret_bytes);
  add(sessions_, secret, clock_.steady() + session_life);
  return secret;
}

bool Sessions::use(std::string_view secret) {
  const auto found = sessions_.find(sha256_hex(secret));
  if (found == sessions_.end()) return false;
  if (found->second <= clock_.steady()) {
    sessions_.erase(found);
    return false;
  }
  found->second = clock_.steady() + session_life;
  return true;
}

void Sessions::add(Deadlines& to, std::string_view secret, SteadyTime until) const {
  const SteadyTime now = clock_.steady();
  std::erase_if(to, [&](const auto& entry) { return entry.second <= now; });
  if (to.size() >= count_max) {
    to.erase(std::ranges::min_element(to, {}, [](const auto& entry) { return entry.second; }));
  }
  to.emplace(sha256_hex(secret), until);
}

}  // namespace freshet::api
