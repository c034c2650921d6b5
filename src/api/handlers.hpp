// What each route does; routes.cpp says when.
#pragma once
#include "api/route.hpp"

namespace freshet::api {

// assets.cpp
void list_assets(const CallPtr& call);
void get_graph(const CallPtr& call);
// catalog.cpp
void get_catalog(const CallPtr& call);
// layout.cpp
void get_layout(const CallPtr& call);
// selection.cpp
void get_selection(const CallPtr& call);
// status.cpp
void get_status(const CallPtr& call);
// asset.cpp
void get_asset(const CallPtr& call);
void get_asset_events(const CallPtr& call);
void get_asset_decisions(const CallPtr& call);
void get_decision(const CallPtr& call);
void get_asset_partitions(const CallPtr& call);
void get_why(const CallPtr& call);
void post_why(const CallPtr& call);
// readiness.cpp
void list_readiness(const CallPtr& call);
void get_asset_readiness(const CallPtr& call);
// incidents.cpp
void get_incidents(const CallPtr& call);
// failures.cpp
void get_failures(const CallPtr& call);
// timeline.cpp
void get_timeline(const CallPtr& call);
// runs.cpp
void list_runs(const CallPtr& call);
void get_run(const CallPtr& call);
void get_run_events(const CallPtr& call);
// commands.cpp
void post_run(const CallPtr& call);
void post_cancel(const CallPtr& call);
void post_retry(const CallPtr& call);
void post_partitions(const CallPtr& call);
void post_pause(const CallPtr& call);
void post_resume(const CallPtr& call);
void post_mute(const CallPtr& call);
void post_unmute(const CallPtr& call);
// alerts.cpp
void get_alerts(const CallPtr& call);
void post_test_alert(const CallPtr& call);
// backfills.cpp
void list_backfills(const CallPtr& call);
void get_backfill(const CallPtr& call);
void post_backfill(const CallPtr& call);
void pause_backfill(const CallPtr& call);
void resume_backfill(const CallPtr& call);
void cancel_backfill(const CallPtr& call);
void retry_backfill(const CallPtr& call);
// logs.cpp
void get_log(const CallPtr& call);
// log_lines.cpp
void get_log_lines(const CallPtr& call);
void search_log(const CallPtr& call);
// events.cpp
void list_events(const CallPtr& call);
void post_events(const CallPtr& call);
// lineage.cpp
void post_lineage(const CallPtr& call);
void post_lineage_batch(const CallPtr& call);
void get_unmapped(const CallPtr& call);
// publications.cpp
void get_publications(const CallPtr& call);
// replay.cpp
void replay_event(const CallPtr& call);
// plans.cpp
void post_plan(const CallPtr& call);
void get_plan(const CallPtr& call);
void post_validate(const CallPtr& call);
void post_reload(const CallPtr& call);
// stream.cpp
void get_stream(const CallPtr& call);
// sources.cpp
void get_sources(const CallPtr& call);
void test_source(const CallPtr& call);
// hooks.cpp
void post_hook(const CallPtr& call);
// operations.cpp
void post_ticket(const CallPtr& call);
void get_openapi(const CallPtr& call);
void get_healthz(const CallPtr& call);
void get_readyz(const CallPtr& call);
void get_metrics(const CallPtr& call);
// system.cpp
void get_system(const CallPtr& call);
void get_system_log(const CallPtr& call);
// pages.cpp
void get_index(const CallPtr& call);
void get_page(const CallPtr& call);
void get_static(const CallPtr& call);

}  // namespace freshet::api
