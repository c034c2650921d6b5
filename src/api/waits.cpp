#include "api/waits.hpp"

#include <utility>
#include <vector>

#include "api/context.hpp"  // IWYU pragma: keep
#include "api/route.hpp"
#include "api/run_of.hpp"
#include "api/view.hpp"
#include "base/clock.hpp"
#include "freshet/facts.hpp"
#include "freshet/ids.hpp"
#include "freshet/snapshot.hpp"
#include "freshet/time.hpp"

namespace freshet::api {
namespace {

void answer(const CallPtr& call, RunId run, const View& now) {
  call->view = now;
  send_run(call, run);
}

}  // namespace

void Waits::add(const CallPtr& call, RunId run, Seconds longest) {
  if (waiting_.size() >= count_max) return send_run(call, run);
  waiting_.push_back({call, run, call->context->clock.steady() + longest});
}

void Waits::look(const View& now, SteadyTime at) {
  std::vector<Waiting> due;
  std::vector<Waiting> others;
  for (Waiting& each : waiting_) {
    if (!each.call->responder.alive()) continue;
    const ActiveRun* active = now.run(each.run);
    const bool goes_on = active != nullptr && !is_terminal(active->run.status) && at < each.until;
    (goes_on ? others : due).push_back(std::move(each));
  }
  waiting_ = std::move(others);
  for (const Waiting& each : due) answer(each.call, each.run, now);
}

void Waits::end(const View& now) {
  for (const Waiting& each : std::exchange(waiting_, {})) answer(each.call, each.run, now);
}

}  // namespace freshet::api
