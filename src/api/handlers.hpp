// What each route does; routes.cpp says when.
#pragma once
#include "api/route.hpp"

namespace freshet::api {

// assets.cpp
void list_assets(CallPtr call);
void get_graph(CallPtr call);
void get_status(CallPtr call);
// asset.cpp
void get_asset(CallPtr call);
void get_asset_events(CallPtr call);
void get_asset_decisions(CallPtr call);
void get_why(CallPtr call);
// runs.cpp
void list_runs(CallPtr call);
void get_run(CallPtr call);
void get_run_events(CallPtr call);
// commands.cpp
void post_run(CallPtr call);
void post_cancel(CallPtr call);
void post_retry(CallPtr call);
void post_pause(CallPtr call);
void post_resume(CallPtr call);
// logs.cpp
void get_log(CallPtr call);
void search_log(CallPtr call);
// events.cpp
void list_events(CallPtr call);
void post_events(CallPtr call);
// plans.cpp
void post_plan(CallPtr call);
void get_plan(CallPtr call);
void post_validate(CallPtr call);
void post_reload(CallPtr call);
// stream.cpp
void get_stream(CallPtr call);
// operations.cpp
void get_sources(CallPtr call);
void post_ticket(CallPtr call);
void get_openapi(CallPtr call);
void get_healthz(CallPtr call);
void get_readyz(CallPtr call);
void get_metrics(CallPtr call);
// pages.cpp
void get_index(CallPtr call);
void get_page(CallPtr call);

}  // namespace freshet::api
