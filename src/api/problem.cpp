#include "api/problem.hpp"

#include <nlohmann/json.hpp>
#include <string_view>

#include "api/json_text.hpp"
#include "freshet/result.hpp"
#include "http/message.hpp"
#include "http/response_head.hpp"

namespace freshet::api {
namespace {

struct Kind {
  int status;
  std::string_view code;
};

Kind kind_of(Errc code) {
  switch (code) {
    case Errc::invalid:
      return {422, "invalid"};
    case Errc::not_found:
      return {404, "not_found"};
    case Errc::conflict:
      return {409, "conflict"};
    case Errc::unsupported:
      return {422, "unsupported"};
    case Errc::busy:
      return {503, "busy"};
    case Errc::io:
      return {500, "io"};
  }
  return {500, "internal"};
}

}  // namespace

http::Response to_response(const Problem& problem) {
  Json body{{"type", "urn:freshet:problem:" + problem.code},
            {"title", http::reason_phrase(problem.status)},
            {"status", problem.status},
            {"code", problem.code},
            {"detail", problem.detail}};
  if (!problem.errors.empty()) {
    Json& errors = body["errors"] = Json::array();
    for (const Fault& fault : problem.errors) {
      errors.push_back({{"pointer", fault.pointer}, {"detail", fault.detail}});
    }
  }
  http::Response response{.status = problem.status, .headers = problem.headers};
  response.headers.emplace_back("content-type", "application/problem+json");
  response.body = dump(body) + '\n';
  return response;
}

Problem to_problem(const Error& error, std::string_view code) {
  const Kind kind = kind_of(error.code);
  Problem problem{.status = kind.status,
                  .code = std::string{code.empty() ? kind.code : code},
                  .detail = error.message};
  if (kind.status == 503) problem.headers.emplace_back("retry-after", "1");
  return problem;
}

Problem busy() {
  return to_problem(Error{Errc::busy, "too much is waiting to be decided: ask again in a moment"});
}

Problem starting() {
  return to_problem(Error{Errc::busy, "the daemon is starting: ask again in a moment"}, "starting");
}

}  // namespace freshet::api
