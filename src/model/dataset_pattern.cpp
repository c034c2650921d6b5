#include "model/dataset_pattern.hpp"

#include <algorithm>
#include <utility>

namespace freshet {

Result<DatasetPattern> DatasetPattern::parse(std::string_view text) {
  DatasetPattern out;
  const auto wrong = [&](const std::string& what) {
    return Error{Errc::invalid, "\"" + std::string{text} + "\": " + what};
  };
  std::string literal;
  const auto end_literal = [&] {
    if (!literal.empty()) out.tokens_.push_back({Kind::literal, std::exchange(literal, {})});
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '*') {
      end_literal();
      const bool is_double = text.substr(at).starts_with("**");
      out.tokens_.push_back({is_double ? Kind::double_star : Kind::star, {}});
      if (is_double) ++at;
    } else if (c == '{') {
      const std::size_t end = text.find('}', at);
      if (end == std::string_view::npos) return wrong("a { that is not closed");
      const std::string name{text.substr(at + 1, end - at - 1)};
      if (name.empty() || name.find('{') != std::string::npos)
        return wrong("want a name between { and }");
      const bool is_known = std::ranges::any_of(out.tokens_, [&](const Token& token) {
        return token.kind == Kind::part && token.text == name;
      });
      if (is_known) return wrong("{" + name + "} is there twice");
      end_literal();
      out.tokens_.push_back({Kind::part, name});
      at = end;
    } else if (c == '}') {
      return wrong("a } that closes nothing");
    } else {
      literal += c;
    }
  }
  end_literal();
  return out;
}

/// Depth first, with what failed remembered: time in proportion to tokens times the text's square.
struct DatasetPattern::Search {
  const std::vector<Token>& tokens;
  std::string_view text;
  std::vector<bool> failed;
  Parts parts;

  bool fits(std::size_t token, std::size_t at) {
    if (token == tokens.size()) return at == text.size();
    const std::size_t place = token * (text.size() + 1) + at;
    if (failed[place]) return false;
    if (goes_on(tokens[token], token, at)) return true;
    failed[place] = true;
    return false;
  }
  bool goes_on(const Token& t, std::size_t token, std::size_t at) {
    if (t.kind == Kind::literal)
      return text.substr(at).starts_with(t.text) && fits(token + 1, at + t.text.size());
    for (std::size_t end = at;; ++end) {
      if ((end != at || t.kind != Kind::part) && fits(token + 1, end)) {
        if (t.kind == Kind::part) parts[t.text] = text.substr(at, end - at);
        return true;
      }
      if (end == text.size() || text[end] == '\n') return false;
      if (text[end] == '/' && t.kind != Kind::double_star) return false;
    }
  }
};

std::optional<DatasetPattern::Parts> DatasetPattern::match(std::string_view text) const {
  Search search{tokens_, text, std::vector<bool>((tokens_.size() + 1) * (text.size() + 1)), {}};
  if (!search.fits(0, 0)) return std::nullopt;
  return std::move(search.parts);
}

std::optional<std::string> DatasetPattern::expand(const Parts& parts) const {
  std::string out;
  for (const Token& token : tokens_) {
    if (token.kind == Kind::literal) {
      out += token.text;
      continue;
    }
    const auto found = token.kind == Kind::part ? parts.find(token.text) : parts.end();
    if (found == parts.end()) return std::nullopt;
    out += found->second;
  }
  return out;
}

std::vector<std::string> DatasetPattern::parts() const {
  std::vector<std::string> out;
  for (const Token& token : tokens_) {
    if (token.kind == Kind::part) out.push_back(token.text);
  }
  return out;
}

}  // namespace freshet
