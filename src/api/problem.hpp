// How a refusal is told: RFC 9457, application/problem+json.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "freshet/result.hpp"
#include "http/message.hpp"

namespace freshet::api {

/// One of several things that are wrong with a body.
struct Fault {
  std::string pointer;  ///< JSON pointer into the body: "/3/asset"; "" is the whole.
  std::string detail;
  friend bool operator==(const Fault&, const Fault&) = default;
};

struct Problem {
  int status{400};
  std::string code;    ///< Stable, for programs: "asset_not_found".
  std::string detail;  ///< One sentence, for people.
  std::vector<Fault> errors{};
  http::Headers headers{};
};

[[nodiscard]] http::Response to_response(const Problem& problem);

/// What an error of ours is over HTTP.  `code` names the problem, unless that is for the error to
/// say.
[[nodiscard]] Problem to_problem(const Error& error, std::string_view code = "");

/// The engine's inbox is full: nothing was taken.
[[nodiscard]] Problem busy();
/// There is no state yet to answer from.
[[nodiscard]] Problem starting();

}  // namespace freshet::api
