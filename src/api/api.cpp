#include "api/api.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/call.hpp"
#include "api/context.hpp"
#include "api/gate.hpp"
#include "api/lineage_event.hpp"
#include "api/pages.hpp"
#include "api/problem.hpp"
#include "api/route.hpp"
#include "api/view.hpp"
#include "base/text.hpp"
#include "freshet/facts.hpp"
#include "freshet/service.hpp"
#include "http/handler.hpp"
#include "http/message.hpp"
#include "http/server.hpp"
#include "http/target.hpp"

namespace freshet::api {
namespace {

/// A request as far as its head tells: refused, or for a route.
struct Examined {
  std::optional<http::Response> refusal{};
  http::Target target{};
  Match match{};
  Identity who{Identity::nobody};
};

Examined refuse(http::Response response) {
  Examined out;
  out.refusal = std::move(response);
  return out;
}
Examined refuse(const Problem& problem) { return refuse(to_response(problem)); }

/// Whether a path that no route has is one of the web UI's own, such as /assets/a/b: then the page
/// is the answer, and reads the path itself.  Programs, which do not ask for a page, get a 404.
bool is_of_page(const http::Head& head, const std::vector<std::string>& segments) {
  return !segments.empty() && segments.front() != "api" && segments.front() != "static" &&
         wants_page(head);
}

/// Whether the route knows all that the query asks for.
std::optional<Problem> check_query(const Route& route, const http::Target& target) {
  if (!route.pattern.starts_with("/api/")) return std::nullopt;
  const auto known =
      route.query.empty() ? std::vector<std::string_view>{} : split(route.query, ',');
  for (const auto& [name, value] : target.query) {
    if (std::ranges::find(known, name) != known.end()) continue;
    const auto near = nearest(name, known);
    return Problem{.status = 400,
                   .code = "query_unknown",
                   .detail = "query value \"" + name + "\" is not known here" +
                             (near ? "; did you mean \"" + *near + "\"?" : "")};
  }
  return std::nullopt;
}

}  // namespace

struct Api::Impl {
  std::shared_ptr<Context> context;
  std::shared_ptr<void> subscription{};

  Examined examine(const http::Head& head) const;
  void published(const std::vector<FactRecord>& facts) const;
};

Examined Api::Impl::examine(const http::Head& head) const {
  std::string_view text = head.target;
  const std::string& prefix = context->options.prefix;
  if (!prefix.empty() && text.starts_with(prefix)) {
    const std::string_view rest = text.substr(prefix.size());
    if (rest.empty() || rest.front() == '/' || rest.front() == '?') text = rest;
  }
  const std::string whole = text.starts_with('/') ? std::string{text} : '/' + std::string{text};
  auto target = http::parse_target(text.empty() || text.front() == '?' ? whole : std::string{text});

  const std::string_view path = std::string_view{whole}.substr(0, whole.find('?'));
  const std::string_view ticket = target ? target->query_value("ticket").value_or("") : "";
  Gate::Verdict verdict = context->gate.judge(head, path, ticket);
  if (verdict.refusal) return refuse(std::move(*verdict.refusal));
  if (!target) {
    return refuse({.status = 400, .code = "target_invalid", .detail = target.error().message});
  }

  const View view = context->view();
  Match found = match(routes(), head.method, target->segments,
                      [&](std::string_view key) { return view && view.find(key).has_value(); });
  if (found.route == nullptr && found.allow.empty() && is_of_page(head, target->segments)) {
    found = match(routes(), head.method, {}, [](std::string_view) { return false; });
  }
  if (found.route == nullptr && found.allow.empty()) {
    return refuse({.status = 404, .code = "not_found", .detail = "there is nothing at this path"});
  }
  if (found.route == nullptr) {
    return refuse({.status = 405,
                   .code = "method_not_allowed",
                   .detail = "this path takes " + found.allow,
                   .headers = {{"allow", found.allow}}});
  }
  if (verdict.who == Identity::nobody && Gate::is_open(path) && !found.route->is_open)
    return refuse(context->gate.unauthorized(path));
  if (const auto problem = check_query(*found.route, *target)) return refuse(*problem);
  if (found.route->needs_state && !view) return refuse(starting());
  return {.target = std::move(*target), .match = std::move(found), .who = verdict.who};
}

void Api::Impl::published(const std::vector<FactRecord>& facts) const {
  const View now = context->view();
  if (!now) return;
  context->streams.publish(now, facts);
  if (!context->waits.empty()) context->waits.look(now, context->clock.steady());
}

Api::Api(Service& service, const Clock& clock, ApiOptions options)
    : impl_{std::make_shared<Impl>(
          Impl{.context = std::make_shared<Context>(service, clock, std::move(options))})} {
  impl_->subscription =
      service.subscribe([weak = std::weak_ptr<Impl>{impl_}](const std::vector<FactRecord>& facts) {
        if (const auto impl = weak.lock()) impl->published(facts);
      });
}

Api::~Api() { close(); }

std::string Api::make_ticket() { return impl_->context->gate.sessions().make_ticket(); }

void Api::set_http_stats(std::function<http::Stats()> stats) {
  impl_->context->http_stats = std::move(stats);
}

http::Admission Api::admit(const http::Head& head) {
  Examined examined = impl_->examine(head);
  if (examined.refusal) {
    const View view = impl_->context->view();
    dress(*examined.refusal, view ? view.snapshot->sequence : Sequence{});
    return {.refusal = std::move(examined.refusal)};
  }
  return {.body_limit = examined.match.route->body_limit};
}

void Api::handle(http::Request request, http::Responder responder) {
  // Judged again: in between, a ticket may have been used, or the definitions changed.
  Examined examined = impl_->examine(request);
  auto call = std::make_shared<Call>(Call{.context = impl_->context,
                                          .route = examined.match.route,
                                          .request = std::move(request),
                                          .target = std::move(examined.target),
                                          .parameters = std::move(examined.match.parameters),
                                          .who = examined.who,
                                          .view = impl_->context->view(),
                                          .sequence = {},
                                          .responder = std::move(responder)});
  if (examined.refusal) return call->send(std::move(*examined.refusal));
  call->route->handler(call);
}

http::Response Api::fault(int status, std::string_view reason) {
  http::Response response =
      to_response({.status = status, .code = "http", .detail = std::string{reason}});
  dress(response, {});
  return response;
}

LineageTaken Api::translate_lineage(std::string_view body, const Snapshot& snapshot) {
  const auto refused = [](std::string why) {
    return LineageTaken{.events = {{.source = "openlineage", .error = std::move(why)}}};
  };
  const auto json = parse_json(body);
  if (!json) return refused(json.error().message);
  LineageRead read = read_lineage(*json, "");
  if (!read.event) {
    return refused((read.fault.pointer.empty() ? "" : read.fault.pointer + ": ") +
                   read.fault.detail);
  }
  return impl_->context->lineage.take(*std::move(read.event), snapshot,
                                      impl_->context->clock.now());
}

void Api::restore_lineage(std::vector<std::pair<std::string, std::string>> runs) {
  impl_->context->lineage.restore(std::move(runs));
}

void Api::tick() {
  Context& context = *impl_->context;
  if (context.follows.size() != 0) context.follows.look(impl_->context);
  if (context.waits.empty()) return;
  if (const View now = context.view()) context.waits.look(now, context.clock.steady());
}

void Api::heartbeat() {
  tick();
  impl_->context->streams.heartbeat();
  impl_->context->follows.heartbeat();
}

void Api::close() {
  Context& context = *impl_->context;
  impl_->subscription.reset();
  context.streams.end();
  context.follows.end();
  if (const View now = context.view()) context.waits.end(now);
}

}  // namespace freshet::api
