#include "api/waits.hpp"

#include <utility>
#include <vector>

#include "api/context.hpp"  // IWYU pragma: keep
#include "api/route.hpp"
#include "api/view.hpp"
#include "base/clock.hpp"
#include "freshet/time.hpp"

namespace freshet::api {
void Waits::add(const CallPtr& call, Seconds longest, Ended ended, Send send) {
  if (waiting_.size() >= count_max || ended(call->view)) return send(call);
  waiting_.push_back(
      {call, call->context->clock.steady() + longest, std::move(ended), std::move(send)});
}

void Waits::look(const View& now, SteadyTime at) {
  std::vector<Waiting> due;
  std::vector<Waiting> others;
  for (Waiting& each : waiting_) {
    if (!each.call->responder.alive()) continue;
    const bool goes_on = !each.ended(now) && at < each.until;
    (goes_on ? others : due).push_back(std::move(each));
  }
  waiting_ = std::move(others);
  for (const Waiting& each : due) {
    each.call->view = now;
    each.send(each.call);
  }
}

void Waits::end(const View& now) {
  for (const Waiting& each : std::exchange(waiting_, {})) {
    each.call->view = now;
    each.send(each.call);
  }
}

}  // namespace freshet::api
