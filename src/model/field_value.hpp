// What a field holds, in a payload that is JSON already.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "model/field_path.hpp"

namespace freshet {

/// Goes down the steps; nullptr where one is not there.  `Json` is nlohmann's.
template <class Json>
[[nodiscard]] const Json* find_in(const Json* at, const std::vector<std::string>& steps) {
  for (const std::string& step : steps) {
    if (at == nullptr) return nullptr;
    if (at->is_object()) {
      const auto found = at->find(step);
      at = found == at->end() ? nullptr : &*found;
    } else {
      const auto place = array_place(step);
      at = at->is_array() && place && *place < at->size() ? &(*at)[*place] : nullptr;
    }
  }
  return at;
}

/// As text: numbers and booleans as JSON writes them.  nullopt: it is not there, or null, or no
/// single value.
template <class Json>
[[nodiscard]] std::optional<std::string> text_in(const Json* payload,
                                                 const std::vector<std::string>& steps) {
  const Json* at = find_in(payload, steps);
  if (at == nullptr || at->is_null() || at->is_structured()) return std::nullopt;
  return at->is_string() ? at->template get<std::string>() : at->dump();
}

}  // namespace freshet
