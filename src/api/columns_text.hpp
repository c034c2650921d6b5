// Large JSON answers, written straight as text: a tree of values in between would take longer than
// all else.
#pragma once
#include <array>
#include <charconv>
#include <concepts>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace freshet::api {

/// Appends a JSON string; bytes that are not UTF-8 become U+FFFD.
void append_json(std::string& out, std::string_view text);

template <std::integral T>
void append_json(std::string& out, T number) {
  if constexpr (std::is_same_v<T, bool>) {
    out += number ? '1' : '0';
  } else {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
  }
}

/// A list, also of lists; flags are 0 and 1.
template <std::ranges::input_range Range>
  requires(!std::is_convertible_v<Range, std::string_view>)
void append_json(std::string& out, Range&& items) {
  out += '[';
  bool is_first = true;
  for (auto&& item : items) {
    if (!is_first) out += ',';
    is_first = false;
    append_json(out, item);
  }
  out += ']';
}

/// A JSON object, field by field.
class ObjectText {
 public:
  /// A text, a number or a list of them.
  template <class T>
  ObjectText& add(std::string_view name, T&& value) {
    begin(name);
    append_json(out_, std::forward<T>(value));
    return *this;
  }
  /// What is JSON already.
  ObjectText& add_raw(std::string_view name, std::string_view json) {
    begin(name);
    out_ += json;
    return *this;
  }
  /// The object; nothing may be added after that.
  [[nodiscard]] std::string take() { return std::move(out_) + '}'; }

 private:
  void begin(std::string_view name);

  std::string out_{"{"};
};

}  // namespace freshet::api
