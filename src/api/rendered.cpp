#include "api/rendered.hpp"

#include <functional>
#include <string>
#include <utility>

#include "api/asset_list.hpp"
#include "api/call.hpp"
#include "api/context.hpp"
#include "freshet/result.hpp"

namespace freshet::api {

void send_rendered(const CallPtr& call, const std::string& etag,
                   std::function<Result<std::string>()> render) {
  if (call->is_known(etag)) return;
  offload<Result<std::string>>(call, std::move(render), [call, etag](Result<std::string> body) {
    if (body) return call->send_text(std::move(*body), etag);
    fail_list(*call, body.error());
  });
}

}  // namespace freshet::api
