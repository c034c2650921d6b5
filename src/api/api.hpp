// What the daemon answers over HTTP: everything under /api/v1, the operator's three pages, the web
// UI.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/lineage_taken.hpp"
#include "base/clock.hpp"
#include "freshet/service.hpp"
#include "freshet/time.hpp"
#include "http/handler.hpp"
#include "http/server.hpp"

namespace freshet::api {

struct ApiOptions {
  std::string token_hash;          ///< SHA-256 of the admin token, hex; "": no token is right.
  std::vector<std::string> hosts;  ///< Host names served besides the loopback's; on any port.
  std::string prefix;              ///< Path under which a proxy shows it: "/freshet", or "".
  std::string instance;            ///< Of the store; names the cookie.
  std::string version;             ///< Of the daemon.
};

/// All calls on the io thread.  Must outlive the http::Server; the service must outlive it.
class Api final : public http::Handler {
 public:
  /// How often tick() wants to be called: followed logs and waiting requests are looked after then.
  static constexpr Millis tick_every{200};

  Api(Service& service, const Clock& clock, ApiOptions options);
  ~Api() override;

  /// Good once, for 60 s, as `/?ticket=…`.
  [[nodiscard]] std::string make_ticket();
  /// Where /metrics finds the server's own figures; without it they are left out.
  void set_http_stats(std::function<http::Stats()> stats);

  http::Admission admit(const http::Head& head) override;
  void handle(http::Request request, http::Responder responder) override;
  http::Response fault(int status, std::string_view reason) override;

  /// What an event of OpenLineage means that came by another way; for what is none, one with an
  /// error.  Any thread.
  [[nodiscard]] LineageTaken translate_lineage(std::string_view body, const Snapshot& snapshot);
  /// What was stored of runs of OpenLineage, by key, the latest at the end.  Before any event.
  void restore_lineage(std::vector<std::pair<std::string, std::string>> runs);

  /// Cheap when nobody waits.
  void tick();
  /// Keeps streams alive; to be called every 15 s.
  void heartbeat();
  /// Ends streams and answers who waits, before the server stops.
  void close();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace freshet::api
