// What the daemon says to people: a code and what it is about, so that whoever shows it can say it
// in another language; its English text is made from those.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace freshet {

struct Sentence {
  struct Param;
  std::string code;  ///< Of the table in model/sentences.hpp; "": nothing is said.
  std::vector<Param> params;

  [[nodiscard]] bool empty() const { return code.empty(); }
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("code", s.code), v("params", s.params);
  }
  friend bool operator==(const Sentence& a, const Sentence& b);
};

/// What only a reader's language can name is a sentence of its own.
struct Sentence::Param {
  using Parts = std::vector<Sentence>;
  std::string name;
  std::variant<std::string, std::uint64_t, std::vector<std::string>, Parts> value;

  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("name", s.name), v("value", s.value);
  }
  friend bool operator==(const Param&, const Param&) = default;
};

inline bool operator==(const Sentence& a, const Sentence& b) {
  return a.code == b.code && a.params == b.params;
}

/// In English; the code itself where another version wrote it.
[[nodiscard]] std::string to_text(const Sentence& sentence);

}  // namespace freshet
