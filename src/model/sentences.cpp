#include "model/sentences.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

namespace freshet {
namespace {

using Param = Sentence::Param;

constexpr std::size_t listed_max = 4;  ///< A longer list is cut to one less.

template <class T>
std::vector<Param> cut(std::string name, std::vector<T> list) {
  const std::size_t size = list.size();
  if (size > listed_max) list.resize(listed_max - 1);
  std::vector<Param> out;
  out.push_back({std::move(name), std::move(list)});
  if (size > listed_max) out.push_back({"more", std::uint64_t{size - (listed_max - 1)}});
  return out;
}

const Param* find(const Sentence& sentence, std::string_view name) {
  const auto it = std::ranges::find(sentence.params, name, &Param::name);
  return it == sentence.params.end() ? nullptr : &*it;
}

bool is_nothing(const Param& param) {
  return std::visit(
      []<class T>(const T& value) {
        if constexpr (std::is_same_v<T, std::uint64_t>) {
          return false;
        } else {
          return value.empty();
        }
      },
      param.value);
}

std::string joined(const std::vector<std::string>& words, std::string_view link) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i != 0 && link == ";") {
      out += "; ";
    } else if (i != 0 && i + 1 == words.size() && !link.empty()) {
      out.append(1, ' ').append(link).append(1, ' ');
    } else if (i != 0) {
      out += ", ";
    }
    out += words[i];
  }
  return out;
}

/// One sentence's template, filled in.
class Writer {
 public:
  explicit Writer(const Sentence& sentence) : sentence_{sentence} {}

  std::string write(std::string_view text) {
    std::string out;
    while (!text.empty()) {
      const std::size_t at = text.find_first_of("{[");
      out += text.substr(0, at);
      if (at == std::string_view::npos) break;
      const bool optional = text[at] == '[';
      const std::size_t end = text.find(optional ? ']' : '}', at);
      const std::string_view inner = text.substr(at + 1, end - at - 1);
      if (optional) {
        lacks_ = false;
        const std::string part = write(inner);
        if (!lacks_) out += part;
      } else {
        out += value(inner);
      }
      text.remove_prefix(end + 1);
    }
    return out;
  }

 private:
  /// `name`, `name/or` or `name:one|many`.
  std::string value(std::string_view place) {
    const std::size_t mark = place.find_first_of("/:");
    const Param* param = find(sentence_, place.substr(0, mark));
    if (param == nullptr) {
      lacks_ = true;
      return {};
    }
    if (mark == std::string_view::npos) return text_of(*param, "and");
    const std::string_view rest = place.substr(mark + 1);
    if (place[mark] == '/') return text_of(*param, rest);
    const std::size_t bar = rest.find('|');
    return std::string{count_of(*param) == 1 ? rest.substr(0, bar) : rest.substr(bar + 1)};
  }

  [[nodiscard]] std::uint64_t more() const {
    const Param* param = find(sentence_, "more");
    const auto* number = param == nullptr ? nullptr : std::get_if<std::uint64_t>(&param->value);
    return number == nullptr ? 0 : *number;
  }

  [[nodiscard]] std::uint64_t count_of(const Param& param) const {
    if (const auto* number = std::get_if<std::uint64_t>(&param.value)) return *number;
    if (const auto* list = std::get_if<std::vector<std::string>>(&param.value))
      return list->size() + more();
    return 1;
  }

  [[nodiscard]] std::string text_of(const Param& param, std::string_view link) const {
    if (const auto* text = std::get_if<std::string>(&param.value)) return *text;
    if (const auto* number = std::get_if<std::uint64_t>(&param.value))
      return std::to_string(*number);
    std::vector<std::string> words;
    if (const auto* list = std::get_if<std::vector<std::string>>(&param.value)) {
      words = *list;
    } else {
      for (const Sentence& part : std::get<Param::Parts>(param.value))
        words.push_back(to_text(part));
    }
    const std::uint64_t rest = more();
    if (rest == 0) return joined(words, link);
    words.push_back(std::to_string(rest) + " more");
    return joined(words, "");
  }

  const Sentence& sentence_;
  bool lacks_{false};  ///< The part being written names something that is not there.
};

}  // namespace

std::string to_text(const Sentence& sentence) {
  const auto* it = std::ranges::find(sentence_templates, sentence.code, &SentenceTemplate::code);
  return it == sentence_templates.end() ? sentence.code : Writer{sentence}.write(it->text);
}

Sentence say(SentenceCode code, std::vector<Param> params) {
  std::erase_if(params, is_nothing);
  return {std::string{code.get()}, std::move(params)};
}

std::string time_text(Instant at) {
  std::string out = format_instant(at);
  constexpr std::string_view nothing = ".000000Z";
  if (out.ends_with(nothing)) out.replace(out.size() - nothing.size(), nothing.size(), "Z");
  return out;
}

std::vector<Param> some_of(std::string name, std::vector<std::string> list) {
  return cut(std::move(name), std::move(list));
}
std::vector<Param> some_of(std::string name, Param::Parts list) {
  return cut(std::move(name), std::move(list));
}

}  // namespace freshet
