// What nobody can guess: random bytes, tokens of them, and comparing without telling.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace freshet {

/// `size` bytes of the kernel's generator, fit for secrets.  Any thread.
[[nodiscard]] std::string random_bytes(std::size_t size);

/// `bytes` random bytes as lower-case hex, two digits each: 32 are enough for a secret.
[[nodiscard]] std::string random_token(std::size_t bytes);

/// Whether the two are equal, in a time that depends on the sizes alone.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace freshet
