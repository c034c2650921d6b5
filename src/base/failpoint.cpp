#include "base/failpoint.hpp"

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <string>

namespace freshet {

namespace {

struct Armed {
  std::string name;
  std::atomic<long> left{0};
};

Armed& armed() {
  static Armed* one = [] {
    static Armed made;
    const char* text =
        std::getenv("FRESHET_FAILPOINT");  // NOLINT(concurrency-mt-unsafe): nothing sets it
    if (text == nullptr) return &made;
    const std::string_view all{text};
    const auto colon = all.rfind(':');
    long count = 1;
    if (colon != std::string_view::npos)
      std::from_chars(all.data() + colon + 1, all.data() + all.size(), count);
    made.name = all.substr(0, colon);
    made.left = count;
    return &made;
  }();
  return *one;
}

}  // namespace

void failpoint(std::string_view name) {
  Armed& point = armed();
  if (point.name.empty() || point.name != name) return;
  if (--point.left == 0) std::raise(SIGKILL);
}

}  // namespace freshet
