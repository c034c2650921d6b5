#include "api/call.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "api/context.hpp"
#include "api/gzip.hpp"
#include "api/json_text.hpp"
#include "api/problem.hpp"
#include "api/route.hpp"
#include "api/view.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "freshet/engine.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/snapshot.hpp"
#include "http/message.hpp"

namespace freshet::api {
namespace {

constexpr std::size_t parse_here_max = std::size_t{16}
                                       << 10;  ///< A longer body is parsed in the pool.

bool is_json_type(std::string_view type) {
  const std::string_view media = trim(type.substr(0, type.find(';')));
  return media.empty() || media == "application/json" || media.ends_with("+json");
}

bool is_engine_key_reuse(const Reply& reply) {
  return reply.error == Errc::invalid && reply.message.starts_with("Idempotency-Key");
}

}  // namespace

const std::string& Call::parameter(std::string_view name) const {
  const auto found = parameters.find(name);
  FRESHET_ASSERT(found != parameters.end());
  return found->second;
}

std::string Call::query(std::string_view name) const {
  return std::string{target.query_value(name).value_or("")};
}

Result<std::size_t> Call::number(std::string_view name, std::size_t otherwise, std::size_t max,
                                 std::size_t min) const {
  const auto text = target.query_value(name);
  if (!text) return otherwise;
  std::size_t value{};
  const auto [end, ec] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (ec != std::errc{} || end != text->data() + text->size() || value < min || value > max) {
    return Error{Errc::invalid, "query value " + std::string{name} + "=" + std::string{*text} +
                                    ": want a number from " + std::to_string(min) + " to " +
                                    std::to_string(max)};
  }
  return value;
}

bool Call::flag(std::string_view name) const {
  const auto text = target.query_value(name);
  return text && (text->empty() || *text == "1" || *text == "true");
}

std::string Call::list_name() const {
  std::string name;
  for (const std::string& segment : target.segments) name += '/' + segment;
  for (const auto& [key, value] : target.query) {
    if (key == "cursor" || key == "limit") continue;
    name.append(1, '&').append(key).append(1, '=').append(value);
  }
  return name;
}

void Call::send(http::Response response) {
  if (sequence.value == 0 && view) sequence = view.snapshot->sequence;
  dress(response, sequence);
  if (!is_worth_gzip(response)) return responder(std::move(response));
  response.headers.emplace_back("vary", "accept-encoding");
  if (!accepts_gzip(request.header("accept-encoding").value_or(""))) {
    return responder(std::move(response));
  }
  response.headers.emplace_back("content-encoding", "gzip");
  for (auto& [name, value] : response.headers) {
    if (name == "etag") value.insert(0, "W/");  // these are other bytes of the same
  }
  struct Held {
    http::Response response;
    http::Responder responder;
  };
  auto held = std::make_shared<Held>(Held{std::move(response), std::move(responder)});
  std::string name;
  if (is_kept) {
    const auto etag = http::find_header(held->response.headers, "etag");
    name = "gzip " + request.target + ' ' + std::string{etag.value_or("")};
  }
  context->service.offload(
      [held, name, context = context] {
        const auto compress = [&] { return gzip(held->response.body); };
        held->response.body = name.empty() ? compress() : *context->texts.get(name, compress);
      },
      [held] { held->responder(std::move(held->response)); });
}

void Call::fail(const Problem& problem) { send(to_response(problem)); }
void Call::fail(const Error& error, std::string_view code) { fail(to_problem(error, code)); }

void Call::fail_query(const Error& error) {
  fail({.code = "query_invalid", .detail = error.message});
}

void Call::send_json(int status, const Json& body, http::Headers headers) {
  http::Response response{.status = status, .headers = std::move(headers)};
  response.headers.emplace_back("content-type", "application/json");
  response.body = dump(body) + '\n';
  send(std::move(response));
}

void Call::send_text(std::string body, std::string_view etag, std::string_view type) {
  http::Response response;
  response.headers.emplace_back("content-type", type);
  if (!etag.empty()) response.headers.emplace_back("etag", '"' + std::string{etag} + '"');
  response.body = std::move(body);
  send(std::move(response));
}

bool Call::is_known(std::string_view etag) {
  const auto header = request.header("if-none-match");
  if (!header) return false;
  const std::string quoted = '"' + std::string{etag} + '"';
  for (const std::string_view part : split(*header, ',')) {
    std::string_view tag = trim(part);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag != quoted && tag != "*") continue;
    send({.status = 304, .headers = {{"etag", quoted}}});
    return true;
  }
  return false;
}

std::string etag_of(Sequence revision) { return std::to_string(revision.value); }

void dress(http::Response& response, Sequence sequence) {
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!http::find_header(response.headers, name)) response.headers.emplace_back(name, value);
  };
  add("x-content-type-options", "nosniff");
  add("referrer-policy", "no-referrer");
  add("cache-control", "no-store");
  if (sequence.value != 0) add("freshet-sequence", std::to_string(sequence.value));
  const auto type = http::find_header(response.headers, "content-type");
  if (type && type->starts_with("text/html")) {
    add("content-security-policy",
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'");
  }
}

void guard(const CallPtr& call, const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& error) {
    log("api").error("request failed route=\"{} {}\" reason={}", call->route->method,
                     call->route->pattern, error.what());
    if (!call->responder.alive()) return;
    call->fail({.status = 500,
                .code = "internal",
                .detail = "the daemon made a mistake; its log says more"});
  }
}

void submit(const CallPtr& call, Input input, std::function<void(const Reply&)> then) {
  const bool taken = call->context->service.submit(std::move(input), [call, then = std::move(then)](
                                                                         const Reply& reply) {
    call->sequence = std::max(reply.sequence, call->view.snapshot->sequence);
    if (is_engine_key_reuse(reply)) {
      return call->fail({.status = 422, .code = "idempotency_key_reused", .detail = reply.message});
    }
    if (reply.error && reply.receipts.empty()) {
      return call->fail(Error{*reply.error, reply.message});
    }
    guard(call, [&] { then(reply); });
  });
  if (!taken) call->fail(busy());
}

void with_body(const CallPtr& call, bool lists, std::function<void(const Json&)> then) {
  const std::string& body = call->request.body;
  if (!body.empty() && !is_json_type(call->request.header("content-type").value_or(""))) {
    return call->fail({.status = 415,
                       .code = "unsupported_media_type",
                       .detail = "want a body of type application/json"});
  }
  const std::function<void(Result<Json>)> go_on = [call, lists,
                                                   then = std::move(then)](Result<Json> json) {
    if (!json) return call->fail({.code = "malformed_json", .detail = json.error().message});
    if (json->is_object() || (lists && json->is_array())) return then(*json);
    call->fail({.code = "malformed_body",
                .detail = std::string{"want a JSON object"} + (lists ? " or a list of them" : "")});
  };
  if (body.find_first_not_of(" \t\r\n") == std::string::npos) return go_on(fine(Json::object()));
  if (body.size() <= parse_here_max) return go_on(parse_json(body));
  offload<Result<Json>>(call, [call] { return parse_json(call->request.body); }, go_on);
}

std::optional<Idempotency> idempotency_of(const CallPtr& call) {
  const auto key = call->request.header("idempotency-key");
  if (!key) return Idempotency{};
  const bool is_visible = std::ranges::all_of(*key, [](char c) { return c > ' ' && c < '\x7f'; });
  if (key->empty() || key->size() > 255 || !is_visible) {
    call->fail({.code = "idempotency_key_invalid",
                .detail = "Idempotency-Key: want 1 to 255 visible ASCII characters"});
    return std::nullopt;
  }
  std::string path;
  for (const std::string& segment : call->target.segments) path += '/' + segment;
  // A binary CloudEvent says in its headers what it is.
  std::string content = call->request.body + '\n';
  for (const auto& [name, value] : call->request.headers) {
    if (!name.starts_with("ce-")) continue;
    content.append(name).append(1, ':').append(value).append(1, '\n');
  }
  return Idempotency{.key = std::string{call->route->method} + ' ' + path + ':' + std::string{*key},
                     .request = version_hash(content)};
}

void when_new(const CallPtr& call, const Idempotency& idempotency,
              std::function<void(bool is_new)> then) {
  if (idempotency.key.empty()) return then(true);
  read<bool>(
      call, [key = idempotency.key](Reader& reader) { return !reader.answer(key); },
      std::move(then));
}

View Context::view() {
  std::shared_ptr<const Snapshot> snapshot = service.snapshot();
  if (!snapshot || !snapshot->graph) return {};
  if (!catalog_ || catalog_->graph() != snapshot->graph) {
    catalog_ = std::make_shared<const Catalog>(*snapshot);
  }
  return {.snapshot = std::move(snapshot), .catalog = catalog_};
}

}  // namespace freshet::api
