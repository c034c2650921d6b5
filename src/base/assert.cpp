// What a broken promise of ours does: says where, shows how it came there, and aborts.
#include <execinfo.h>
#include <stdio.h>  // dprintf
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "freshet/result.hpp"

namespace freshet::detail {

// Nothing here allocates: the heap may be what is broken.
void assert_failed(const char* expression, const char* file, int line) {
  ::dprintf(STDERR_FILENO, "freshet: assertion failed: %s at %s:%d\n", expression, file, line);
  std::array<void*, 64> frames{};
  const int size = ::backtrace(frames.data(), static_cast<int>(frames.size()));
  ::backtrace_symbols_fd(frames.data(), size, STDERR_FILENO);
  std::abort();
}

}  // namespace freshet::detail
