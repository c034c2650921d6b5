#include "project/environment.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace freshet::project {
namespace {

bool is_name(std::string_view text) {
  if (text.empty() || (text.front() >= '0' && text.front() <= '9')) return false;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '_') return false;
  }
  return true;
}

}  // namespace

Substitution substitute(std::string_view text, const Environment& environment) {
  Substitution out;
  std::size_t done = 0;
  while (true) {
    const std::size_t open = text.find("${", done);
    if (open == std::string_view::npos) break;
    if (open > done && text[open - 1] == '$') {
      out.text.append(text.substr(done, open - 1 - done)).append("${");
      done = open + 2;
      continue;
    }
    out.text.append(text.substr(done, open - done));
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) {
      out.problems.push_back({open, "${ is never closed by }: write $${ for a literal ${"});
      out.text.append(text.substr(open));
      return out;
    }
    done = close + 1;
    std::string_view name = text.substr(open + 2, close - open - 2);
    std::optional<std::string> fallback;
    if (const std::size_t dash = name.find(":-"); dash != std::string_view::npos) {
      fallback = name.substr(dash + 2);
      name = name.substr(0, dash);
    }
    if (!is_name(name)) {
      out.problems.push_back({open, "\"${" + std::string{name} +
                                        "}\" names no variable: write ${NAME} or ${NAME:-default}, "
                                        "or $${ for a literal ${"});
      continue;
    }
    std::optional<std::string> value = environment(name);
    if (fallback && (!value || value->empty())) value = std::move(fallback);
    if (!value) {
      out.problems.push_back({open, "environment variable " + std::string{name} +
                                        " is not set: set it, or write ${" + std::string{name} +
                                        ":-default}"});
      continue;
    }
    out.used.append(name).append(1, '=').append(*value).append(1, '\0');
    out.text.append(*value);
  }
  out.text.append(text.substr(done));
  return out;
}

}  // namespace freshet::project
