#include "notify/signature.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "freshet/result.hpp"

namespace freshet::notify {

std::string signature(std::string_view secret, Instant at, std::string_view body) {
  const std::string time =
      std::to_string(std::chrono::duration_cast<Seconds>(at.time_since_epoch()).count());
  const std::string signed_text = time + "." + std::string{body};
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const auto* made = ::HMAC(::EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
                            reinterpret_cast<const unsigned char*>(signed_text.data()),
                            signed_text.size(), digest.data(), &size);
  FRESHET_ASSERT(made != nullptr);
  return "t=" + time + ",v1=" + hex_encode({reinterpret_cast<const char*>(digest.data()), size});
}

}  // namespace freshet::notify
