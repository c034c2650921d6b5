#include "http/message.hpp"

#include <optional>
#include <string_view>

namespace freshet::http {

std::optional<std::string_view> find_header(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return std::nullopt;
}

}  // namespace freshet::http
