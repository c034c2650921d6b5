#include "step/options.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "exec/process/claim.hpp"

namespace freshet::step {
namespace {

constexpr std::int64_t kMillisMax = 366LL * 24 * 3'600 * 1'000 * 100;

std::optional<std::int64_t> parse_ms(const char* text) {
  char* end{};
  errno = 0;
  const long long value = std::strtoll(text, &end, 10);
  if (end == text || *end != '\0' || errno != 0 || value < 0 || value > kMillisMax) {
    std::fprintf(stderr, "freshet-step: parse milliseconds \"%s\": want a number from 0\n", text);
    return std::nullopt;
  }
  return value;
}

std::string current_boot_id() {
  std::string id;
  if (std::FILE* file = std::fopen(claim::kBootIdFile, "re")) {
    char text[64];
    if (std::fgets(text, sizeof text, file) != nullptr) id = text;
    std::fclose(file);
  }
  while (!id.empty() && id.back() == '\n') id.pop_back();
  return id;
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv) {
  Options options;
  bool has_grace = false;
  int at = 1;
  for (; at < argc && std::string_view{argv[at]} != "--"; at += 2) {
    const std::string_view name{argv[at]};
    if (at + 1 >= argc) {
      std::fprintf(stderr, "freshet-step: %s: wants a value\n", argv[at]);
      return std::nullopt;
    }
    const char* value = argv[at + 1];
    if (name == "--dir") {
      options.directory = value;
    } else if (name == "--cwd") {
      options.working_directory = value;
    } else if (name == "--boot-id") {
      options.boot_id = value;
    } else if (name == "--grace-ms" || name == "--deadline-ms") {
      const auto ms = parse_ms(value);
      if (!ms) return std::nullopt;
      if (name == "--grace-ms") {
        options.grace_ms = *ms;
        has_grace = true;
      } else {
        options.deadline_ms = ms;
      }
    } else {
      std::fprintf(stderr, "freshet-step: %s: unknown option\n", argv[at]);
      return std::nullopt;
    }
  }
  if (options.directory.empty() || options.working_directory.empty() || !has_grace ||
      at + 1 >= argc) {
    std::fprintf(stderr,
                 "usage: freshet-step --dir ATTEMPT_DIR --cwd DIR --grace-ms N [--deadline-ms N] "
                 "[--boot-id ID] -- COMMAND...\n");
    return std::nullopt;
  }
  options.command = argv + at + 1;
  if (options.boot_id.empty()) options.boot_id = current_boot_id();
  return options;
}

}  // namespace freshet::step
