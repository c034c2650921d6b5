// How those are doing who are told of what happens.
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "api/call.hpp"
#include "api/context.hpp"
#include "api/handlers.hpp"
#include "api/json_text.hpp"
#include "api/json_views.hpp"
#include "freshet/service.hpp"

namespace freshet::api {

void get_publications(const CallPtr& call) {
  const Instant now = call->context->clock.now();
  Json items = Json::array();
  for (const PublicationStatus& one : call->context->service.publications()) {
    const bool waits = one.oldest != Instant{};
    items.push_back(
        {{"project", one.project},
         {"name", one.name},
         {"format", one.format},
         {"target", one.target},
         {"state", one.state},
         {"upto", one.upto.value},
         {"waiting", one.waiting},
         {"more", one.is_more},
         {"behind", waits ? std::chrono::duration<double>(now - one.oldest).count() : 0.0},
         {"delivered", one.delivered},
         {"given_up", one.given_up},
         {"attempts", one.attempts},
         {"last_delivered", instant_json(one.last_delivered)},
         {"error", one.error.empty() ? Json{} : Json(one.error)}});
  }
  call->send_json(200, {{"items", std::move(items)}, {"next_cursor", nullptr}});
}

}  // namespace freshet::api
