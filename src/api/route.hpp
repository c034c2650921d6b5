// Which requests there are: the table that the router, the OpenAPI document and the tests walk.
#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::api {

struct Call;
using CallPtr = std::shared_ptr<Call>;

struct Route {
  std::string_view method;   ///< A route for GET serves HEAD, too.
  std::string_view pattern;  ///< `{name}` is one segment, `{name...}` one or more.
  void (*handler)(const CallPtr& call){nullptr};
  std::string_view summary;
  std::string_view response;     ///< Name of a schema, or a media type.
  std::string_view request{""};  ///< Name of a schema; "" where no body is read.
  std::string_view query{""};    ///< Names of the query's values, by commas; see parameters().
  std::size_t body_limit{0};     ///< Bytes.
  int status{200};               ///< When all goes well.
  bool needs_state{true};        ///< 503 while the daemon starts.
  bool is_repeatable{false};     ///< Takes an Idempotency-Key.
  bool is_open{false};           ///< Finds out by itself who asks.
};

/// All routes, in the order of the document.
[[nodiscard]] std::span<const Route> routes();

using Parameters = std::map<std::string, std::string, std::less<>>;  ///< By name in the pattern.

struct Match {
  const Route* route{nullptr};
  Parameters parameters{};
  std::string allow{};  ///< Methods that the path takes, where this one is not; "": no such path.
};

/// Finds the route.  Where an asset's key may be read in several ways, the longest that `exists`
/// wins.
[[nodiscard]] Match match(std::span<const Route> table, std::string_view method,
                          const std::vector<std::string>& segments,
                          const std::function<bool(std::string_view key)>& exists);

}  // namespace freshet::api
