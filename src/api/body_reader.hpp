// What a JSON object of a request holds, field by field, with a fault for each that is not right.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/json_text.hpp"
#include "api/problem.hpp"

namespace freshet::api {

/// Borrows the object and the faults.  A field that is null counts as not given.
class BodyReader {
 public:
  BodyReader(const Json& object, std::string pointer, std::vector<Fault>& faults)
      : object_{object}, pointer_{std::move(pointer)}, faults_{faults} {}

  [[nodiscard]] bool has(std::string_view name) const;
  /// "" where it is not given.
  [[nodiscard]] std::string text(std::string_view name);
  /// A text that is not empty.
  [[nodiscard]] std::string required(std::string_view name);
  /// A text, or a whole number as text: a version may be either.
  [[nodiscard]] std::string text_or_number(std::string_view name);
  [[nodiscard]] std::vector<std::string> texts(std::string_view name);
  [[nodiscard]] std::optional<bool> flag(std::string_view name);
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name);
  /// nullptr where it is not given or no object.
  [[nodiscard]] const Json* object(std::string_view name);
  [[nodiscard]] const Json* list(std::string_view name);
  /// An object of texts or whole numbers, by name.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> pairs(std::string_view name);
  void fault(std::string_view name, std::string detail);
  /// Finds fields that nobody reads.
  void expect_only(std::initializer_list<std::string_view> names);

 private:
  [[nodiscard]] const Json* find(std::string_view name) const;

  const Json& object_;
  std::string pointer_;
  std::vector<Fault>& faults_;
};

}  // namespace freshet::api
