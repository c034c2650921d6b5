// One request in the hands of a route: what was asked, by whom, and how it is answered.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "api/gate.hpp"
#include "api/json_text.hpp"
#include "api/problem.hpp"
#include "api/route.hpp"
#include "api/view.hpp"
#include "freshet/engine.hpp"
#include "http/handler.hpp"
#include "http/target.hpp"

namespace freshet::api {

struct Context;

/// Handed on by shared_ptr from step to step; whoever has it last has answered.  io thread, except
/// for what is marked.
struct Call {
  std::shared_ptr<Context> context;
  const Route* route{nullptr};
  http::Request request;
  http::Target target;
  Parameters parameters;
  Identity who{Identity::nobody};
  View view;          ///< The state when the request came; the answer is true at it …
  Sequence sequence;  ///< … or at this one.
  http::Responder responder;
  bool is_kept{false};  ///< The answer stays the same while its ETag does: compressed once.

  // --- what is asked.  Any thread.
  [[nodiscard]] const std::string& parameter(std::string_view name) const;
  /// "" where it is not given.
  [[nodiscard]] std::string query(std::string_view name) const;
  /// A number within `min` and `max`.
  [[nodiscard]] Result<std::size_t> number(std::string_view name, std::size_t otherwise,
                                           std::size_t max, std::size_t min = 1) const;
  [[nodiscard]] bool flag(std::string_view name) const;  ///< "1", "true" or without a value.
  /// What identifies a list: its path and filters, without page and size.
  [[nodiscard]] std::string list_name() const;

  // --- the answer; one of these, once.
  /// Large JSON is compressed in the pool, if the asker takes that.
  void send(http::Response response);
  void fail(const Problem& problem);
  void fail(const Error& error, std::string_view code = "");
  void fail_query(const Error& error);  ///< 400, whatever the error.
  void send_json(int status, const Json& body, http::Headers headers = {});
  /// JSON that is text already; `etag` without quotes, "" for none.
  void send_text(std::string body, std::string_view etag,
                 std::string_view type = "application/json");
  /// Answers 304 if the client has this one already.
  [[nodiscard]] bool is_known(std::string_view etag);
};

[[nodiscard]] std::string etag_of(Sequence revision);

/// The headers that every answer has.
void dress(http::Response& response, Sequence sequence);

/// Runs `work` on a pool thread and `then` with what it returned on the io thread.
template <class T>
void offload(const CallPtr& call, std::function<T()> work, std::function<void(T)> then);
/// The same with a reader of history.
template <class T>
void read(const CallPtr& call, std::function<T(Reader&)> work, std::function<void(T)> then);

/// Runs `work`, on the io thread; what it throws is logged, and the call answered with 500.
void guard(const CallPtr& call, const std::function<void()>& work);

/// Hands a command to the engine; `then` is called unless it was refused or went wrong, which is
/// then the answer.
void submit(const CallPtr& call, Input input, std::function<void(const Reply&)> then);

/// Parses the body (on a pool thread when it is large); an empty one is {}.  `then` is called when
/// it is a JSON object or, where `lists` are allowed, an array.
void with_body(const CallPtr& call, bool lists, std::function<void(const Json&)> then);

/// The request's Idempotency-Key with its scope; answers 400 and returns nullopt if it is no key.
[[nodiscard]] std::optional<Idempotency> idempotency_of(const CallPtr& call);

/// Asks history whether this was answered before: then it need not make sense any more, the engine
/// will answer as it did.
void when_new(const CallPtr& call, const Idempotency& idempotency,
              std::function<void(bool is_new)> then);

}  // namespace freshet::api
