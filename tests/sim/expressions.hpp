// Automation expressions at random: mostly what people write, the rest from the whole grammar.
#pragma once
#include <random>
#include <string>
#include <vector>

namespace freshet::sim {

/// What there is to speak of.
struct Vocabulary {
  std::vector<std::string> assets;  ///< For asset_matches, allow and ignore; may be empty.
  std::vector<std::string> crons;   ///< Arguments of a cron, e.g. `"0 * * * *", "Europe/Vienna"`.
  std::vector<std::string> lookbacks{"\"2h\""};  ///< Quoted durations.
  bool matches_below_deps{true};        ///< Whether asset_matches may stand within any_deps_match.
  std::vector<std::string> left_out{};  ///< Words that must not stand anywhere.
};

class Expressions {
 public:
  Expressions(std::mt19937_64& random, const Vocabulary& words) : random_{random}, words_{words} {}

  /// A whole condition, always one that compiles.
  std::string any();

 private:
  std::string draw();
  std::string tree(int depth);
  std::string operand();
  std::string over_dependencies(int depth);
  std::string narrowing();
  std::string over_checks();

  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>{0, n - 1}(random_);
  }
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }
  const std::string& one_of(const std::vector<std::string>& texts) {
    return texts[below(texts.size())];
  }

  std::mt19937_64& random_;
  const Vocabulary& words_;
  int below_deps_{};
};

}  // namespace freshet::sim
