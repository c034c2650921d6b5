// How the daemon itself is doing, for operators and their tools.
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "api/context.hpp"
#include "api/gate.hpp"
#include "api/handlers.hpp"
#include "api/json_text.hpp"
#include "api/json_views.hpp"
#include "api/metrics_text.hpp"
#include "api/openapi.hpp"
#include "api/route.hpp"
#include "api/view.hpp"
#include "base/hash.hpp"
#include "freshet/service.hpp"
#include "http/server.hpp"

namespace freshet::api {
namespace {

Metric gauge(std::string name, std::string help, double value) {
  return {.name = std::move(name),
          .help = std::move(help),
          .type = "gauge",
          .labels = "",
          .value = value};
}
Metric counter(std::string name, std::string help, std::uint64_t value) {
  return {.name = std::move(name),
          .help = std::move(help),
          .type = "counter",
          .labels = "",
          .value = static_cast<double>(value)};
}

void add_own(const Context& context, const View& view, std::vector<Metric>& out) {
  out.push_back(gauge("up", "Always 1.", 1));
  if (view) {
    out.push_back(gauge("api_sequence", "Sequence that answers are true at.",
                        static_cast<double>(view.snapshot->sequence.value)));
  }
  out.push_back(
      gauge("api_streams", "Open event streams.", static_cast<double>(context.streams.size())));
  out.push_back(gauge("api_log_followers", "Logs being followed.",
                      static_cast<double>(context.follows.size())));
  if (!context.http_stats) return;
  const http::Stats stats = context.http_stats();
  out.push_back(gauge("http_connections_open", "Open connections.",
                      static_cast<double>(stats.connections_open)));
  out.push_back(
      gauge("http_streams_open", "Responses that go on.", static_cast<double>(stats.streams_open)));
  out.push_back(
      counter("http_connections_accepted_total", "Connections taken.", stats.connections_accepted));
  out.push_back(counter("http_connections_refused_total", "Connections over a limit.",
                        stats.connections_refused));
  out.push_back(counter("http_requests_total", "Requests that were understood.", stats.requests));
  out.push_back(counter("http_refusals_total", "Requests not let in.", stats.refusals));
  out.push_back(
      counter("http_faults_total", "Requests that broke a rule of HTTP or a limit.", stats.faults));
  out.push_back(counter("http_timeouts_total", "Connections that were too slow.", stats.timeouts));
}

}  // namespace

void post_ticket(const CallPtr& call) {
  if (call->who != Identity::token) {
    return call->fail({.status = 403,
                       .code = "token_required",
                       .detail = "a ticket is given to who shows the token, not to a session"});
  }
  const std::string ticket = call->context->gate.sessions().make_ticket();
  call->send_json(201, {{"ticket", ticket},
                        {"path", call->context->options.prefix + "/?ticket=" + ticket},
                        {"expires_in", Sessions::ticket_life.count()}});
}

void get_openapi(const CallPtr& call) {
  static const std::string text = dump(openapi_document(routes())) + '\n';
  static const std::string etag = to_text(content_hash(text));
  if (!call->is_known(etag)) call->send_text(text, etag);
}

void get_healthz(const CallPtr& call) { call->send_text("ok\n", "", "text/plain; charset=utf-8"); }

void get_readyz(const CallPtr& call) {
  const Health health = call->context->service.health();
  Json checks = Json::object();
  for (const auto& [name, text] : health.checks) checks[name] = text;
  call->send_json(health.ready ? 200 : 503,
                  {{"ready", health.ready}, {"checks", std::move(checks)}});
}

void get_metrics(const CallPtr& call) {
  std::vector<Metric> metrics = call->context->service.metrics();
  add_own(*call->context, call->view, metrics);
  call->send_text(metrics_text(metrics), "", "text/plain; version=0.0.4; charset=utf-8");
}

}  // namespace freshet::api
