// Whether two engines that were given the same came to the same.
#pragma once
#include <string>

#include "freshet/engine.hpp"

namespace freshet::sim {

/// The first thing in which two moments differ, in words; "" where they agree.  How often a
/// condition was looked at is no difference: of a fact Decided the tree and the text do not count.
[[nodiscard]] std::string difference(const Moment& some, const Moment& other, const Engine& engine);

/// A fact in one line, for people.
[[nodiscard]] std::string to_line(const Fact& fact, const Engine& engine);

}  // namespace freshet::sim
