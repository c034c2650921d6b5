// Verbs that ask the daemon: what would run, what runs, why.
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/visible.hpp"
#include "freshet/ids.hpp"
#include "freshet/time.hpp"

namespace freshet::cli {

using nlohmann::json;

namespace {

int fail(const char* verb, const Error& error) {
  std::fprintf(stderr, "freshet %s: %s\n", verb, visible(error.message).c_str());
  const bool wrong_use = error.code == Errc::io || error.code == Errc::not_found;
  return wrong_use ? 2 : 1;
}
void print(const json& value) { std::printf("%s\n", value.dump(2).c_str()); }

/// A string, number or null as text for a terminal; "" for what is not there.
std::string text(const json& object, const char* field) {
  const auto it = object.find(field);
  if (it == object.end() || it->is_null()) return "";
  return it->is_string() ? visible(it->get<std::string>()) : it->dump();
}
/// "2026-11-20T13:00:00.000000Z" as "2026-11-20 13:00:00".
std::string short_time(std::string at) {
  if (at.size() < 19) return "-";
  at.resize(19);
  at[10] = ' ';
  return at;
}
bool is_terminal(const std::string& status) {
  return status == "succeeded" || status == "failed" || status == "canceled";
}

std::string step_name(const json& step) {
  const std::string check = text(step, "check");
  const std::string partition = text(step, "partition");
  return text(step, "asset") + (partition.empty() ? "" : "[" + partition + "]") +
         (check.empty() ? "" : " (check " + check + ")");
}
std::string reason_of(const json& step) {
  const auto reason = step.find("reason");
  std::string out = reason != step.end() && reason->is_object() ? text(*reason, "text") : "";
  const std::string detail = text(step, "text");
  if (!detail.empty()) out += (out.empty() ? "" : ": ") + detail;
  return out;
}
void print_run(const json& run) {
  std::printf("run %s  %s  %s  %s\n", text(run, "id").c_str(), text(run, "status").c_str(),
              text(run, "cause").c_str(), short_time(text(run, "created_at")).c_str());
  for (const auto& step : run.value("steps", json::array())) {
    std::printf("  %2zu  %-10s %-40s %s\n", step.value("step", std::size_t{0}),
                text(step, "status").c_str(), step_name(step).c_str(), reason_of(step).c_str());
  }
}

}  // namespace

namespace {

/// Seconds as "1m30s": to the millisecond below ten, else to the second.
std::string about(const json& number) {
  const Micros exact{static_cast<std::int64_t>(number.get<double>() * 1e6)};
  return format_duration(exact < Seconds{10} ? Micros{std::chrono::round<Millis>(exact)}
                                             : Micros{std::chrono::round<Seconds>(exact)});
}

void print_plan(const json& plan) {
  const auto& items = plan.at("items");
  if (items.empty()) {
    std::printf("nothing would run\n");
    return;
  }
  for (const auto& item : items) {
    const auto steps = item.value("steps", std::size_t{1});
    std::printf("%-40s %s %8s .. %-8s %s%s\n", text(item, "asset").c_str(),
                item.value("critical", false) ? "*" : " ", about(item.at("start_after")).c_str(),
                about(item.at("ready_after")).c_str(), text(item, "reason").c_str(),
                steps == 1 ? "" : (", " + std::to_string(steps) + " times").c_str());
  }
  const json& total = plan.at("total");
  std::printf("ready after about %s (%s to %s%s), %s of it waiting for room\n",
              about(total.at("p50")).c_str(), about(total.at("p10")).c_str(),
              about(total.at("p90")).c_str(),
              total.value("assumed", false) ? "; partly assumed" : "",
              about(plan.at("waiting")).c_str());
  std::string path;
  for (const auto& key : plan.at("critical_path"))
    path += (path.empty() ? "" : " > ") + key.get<std::string>();
  std::printf("* critical path: %s\n", path.c_str());
}

}  // namespace

int plan(const RemoteOptions& options, const Planned& what, const Output& output) {
  if (what.changed.empty() && what.selection.empty() && what.request.empty()) {
    std::fprintf(stderr, "freshet plan: say what changed (a key, or --select), or --request\n");
    return 2;
  }
  const auto remote = Remote::find(options);
  if (!remote) return fail("plan", remote.error());
  const auto answer = remote->post("/api/v1/plan", {{"changed", what.changed},
                                                    {"select", what.selection},
                                                    {"request", what.request},
                                                    {"partitions", what.partitions}});
  if (!answer) return fail("plan", answer.error());
  output.json ? print(*answer) : print_plan(*answer);
  return 0;
}

int readiness(const RemoteOptions& options, const ReadinessOf& what, const Output& output) {
  const auto remote = Remote::find(options);
  if (!remote) return fail("readiness", remote.error());
  json all = json::array();
  std::string cursor;
  do {
    const auto page =
        remote->get("/api/v1/readiness?limit=500&select=" + query_text(what.selection) +
                    "&day=" + query_text(what.day) + "&timezone=" + query_text(what.timezone) +
                    (cursor.empty() ? "" : "&cursor=" + query_text(cursor)));
    if (!page) return fail("readiness", page.error());
    for (const auto& item : page->at("items")) all.push_back(item);
    cursor = text(*page, "next_cursor");
  } while (!cursor.empty());
  if (output.json) {
    print({{"items", all}});
    return 0;
  }
  for (const auto& item : all) {
    const json& forecast = item.at("forecast");
    std::string when = text(item, "ready_at").empty() ? "" : short_time(text(item, "ready_at"));
    if (forecast.is_object() && !text(forecast, "p50").empty()) {
      when = "expected " + short_time(text(forecast, "p50")) + " (" +
             short_time(text(forecast, "p10")) + " to " + short_time(text(forecast, "p90")) + ")";
    }
    std::printf("%-40s %-9s %s of %s inputs  %s\n", text(item, "asset").c_str(),
                text(item, "state").c_str(), text(item, "inputs_arrived").c_str(),
                text(item, "inputs").c_str(), when.c_str());
  }
  return 0;
}

int why(const RemoteOptions& options, const std::string& asset, const std::string& partition,
        const Output& output) {
  const auto remote = Remote::find(options);
  if (!remote) return fail("why", remote.error());
  const auto answer = remote->get("/api/v1/assets/" + path_of_key(asset) + "/why" +
                                  (partition.empty() ? "" : "?partition=" + query_text(partition)));
  if (!answer) return fail("why", answer.error());
  if (output.json) {
    print(*answer);
    return 0;
  }
  std::printf("%s\n", text(*answer, "text").c_str());
  if (const auto expected = answer->find("expected"); expected != answer->end()) {
    const std::string at = text(*expected, "p50");
    std::printf("expected %s%s\n", at.empty() ? "" : (short_time(at) + ": ").c_str(),
                text(*expected, "text").c_str());
  }
  const auto show = [](const auto& self, const json& node, int depth) -> void {
    std::printf("%*s%s %s%s%s%s%s\n", depth * 2, "", node.value("held", false) ? "yes" : "no ",
                text(node, "label").c_str(), text(node, "asset").empty() ? "" : "  of ",
                text(node, "asset").c_str(), text(node, "detail").empty() ? "" : "  - ",
                text(node, "detail").c_str());
    for (const auto& child : node.value("children", json::array())) self(self, child, depth + 1);
  };
  if (answer->contains("tree") && answer->at("tree").is_object()) show(show, answer->at("tree"), 1);
  for (const auto& check : answer->value("checks", json::array())) {
    std::printf("%s\n", text(check, "text").c_str());
    show(show, check.at("tree"), 1);
  }
  return 0;
}

int events(const RemoteOptions& options, int limit, bool rejected, const Output& output) {
  const auto remote = Remote::find(options);
  if (!remote) return fail("events", remote.error());
  const auto answer = remote->get("/api/v1/events?limit=" + std::to_string(limit) +
                                  (rejected ? "&rejected=1" : ""));
  if (!answer) return fail("events", answer.error());
  if (output.json) {
    print(*answer);
    return 0;
  }
  for (const auto& item : answer->at("items")) {
    const std::string replayed = text(item, "replayed_at");
    std::printf("%s  %s%-16s %-32s %s%s%s\n", short_time(text(item, "at")).c_str(),
                rejected ? (text(item, "id") + "  ").c_str() : "", text(item, "kind").c_str(),
                text(item, "asset").c_str(), text(item, "data_version").c_str(),
                text(item, "reason").c_str(),
                replayed.empty() ? "" : ("  (replayed " + short_time(replayed) + ")").c_str());
  }
  return 0;
}

int replay_event(const RemoteOptions& options, const std::string& id, const Output& output) {
  const auto remote = Remote::find(options);
  if (!remote) return fail("events replay", remote.error());
  const auto answer = remote->post("/api/v1/events/" + query_text(id) + "/replay", json::object());
  if (!answer) return fail("events replay", answer.error());
  if (output.json) {
    print(*answer);
    return 0;
  }
  for (const auto& event : answer->at("events")) {
    std::printf("%s %s", text(event, "asset").c_str(),
                event.value("duplicate", false) ? "had it already" : "has it now");
    const std::string as = text(event, "id");
    std::printf("%s\n", as.empty() ? "" : (", as event " + as).c_str());
  }
  return 0;
}

namespace {

/// "oncall told", "oncall failed 3 times: HTTP 500".
std::string told(const json& alert) {
  std::map<std::string, std::string> by_route;  // the last word of each
  for (const auto& delivery : alert.value("deliveries", json::array())) {
    const std::string attempts = text(delivery, "attempts");
    by_route[text(delivery, "route")] = delivery.value("ok", false) ? "told"
                                        : delivery.value("gave_up", false)
                                            ? "given up: " + text(delivery, "text")
                                            : "failed " + attempts + "x: " + text(delivery, "text");
  }
  if (alert.value("muted", false)) return "muted";
  std::string out;
  for (const auto& [route, what] : by_route) out += (out.empty() ? "" : ", ") + route + " " + what;
  return out;
}

int list_alerts(const Remote& remote, const Alerts& what, const Output& output) {
  const auto answer = remote.get("/api/v1/alerts?limit=" + std::to_string(what.limit));
  if (!answer) return fail("alerts", answer.error());
  if (output.json) {
    print(*answer);
    return 0;
  }
  for (const auto& item : answer->at("items")) {
    std::printf("%s  %-9s  %s%s%s\n", short_time(text(item, "at")).c_str(),
                text(item, "kind").c_str(), text(item, "text").c_str(),
                told(item).empty() ? "" : "  - ", told(item).c_str());
  }
  std::printf("%s open", text(*answer, "open_count").c_str());
  for (const auto& mute : answer->at("muted")) {
    const std::string until = text(mute, "until");
    std::printf("\nmuted %s%s  %s", text(mute, "asset").c_str(),
                until.empty() ? "" : (" until " + short_time(until)).c_str(),
                text(mute, "reason").c_str());
  }
  for (const auto& route : answer->at("routes")) {
    const std::string failures = text(route, "failures");
    std::printf(
        "\nroute %s  %s%s", text(route, "name").c_str(), text(route, "to").c_str(),
        failures == "0" ? "" : ("  - failed " + failures + "x: " + text(route, "text")).c_str());
  }
  std::printf("\n");
  return 0;
}

}  // namespace

int alerts(const RemoteOptions& options, const Alerts& what, const Output& output) {
  const auto remote = Remote::find(options);
  if (!remote) return fail("alerts", remote.error());
  if (what.action.empty()) return list_alerts(*remote, what, output);
  if (what.what.empty()) {
    std::fprintf(
        stderr, "freshet alerts %s: say %s\n", what.action.c_str(),
        what.action == "test" ? "which route" : "which assets, such as owner:team:finance");
    return 2;
  }
  json request{{what.action == "test" ? "route" : "select", what.what}};
  if (what.action != "test" && !what.reason.empty()) request["reason"] = what.reason;
  if (what.action == "mute" && !what.length.empty()) request["for"] = what.length;
  const auto answer = remote->post("/api/v1/alerts/" + what.action, request);
  if (!answer) return fail("alerts", answer.error());
  if (output.json) {
    print(*answer);
  } else if (what.action == "test") {
    std::printf("test %s is on its way by %s; freshet alerts says what came of it\n",
                text(*answer, "id").c_str(), what.what.c_str());
  } else {
    std::printf("%s assets %sd\n", text(*answer, "count").c_str(), what.action.c_str());
  }
  return 0;
}

int reload(const RemoteOptions& options, const Output& output) {
  const auto remote = Remote::find(options);
  if (!remote) return fail("reload", remote.error());
  const auto answer = remote->post("/api/v1/reload", json::object());
  if (!answer) return fail("reload", answer.error());
  if (output.json) print(*answer);
  bool valid = true;
  for (const auto& d : answer->value("diagnostics", json::array())) {
    valid = valid && text(d, "severity") != "error";
    if (output.json) continue;
    std::fprintf(stderr, "%s:%s:%s: %s: %s\n", text(d, "file").c_str(), text(d, "line").c_str(),
                 text(d, "column").c_str(), text(d, "severity").c_str(),
                 text(d, "message").c_str());
  }
  if (!output.json && valid) std::printf("reloaded\n");
  return valid ? 0 : 1;
}

int open(const RemoteOptions& options) {
  const auto remote = Remote::find(options);
  if (!remote) return fail("open", remote.error());
  const auto answer = remote->post("/api/v1/tickets", json::object());
  if (!answer) return fail("open", answer.error());
  std::printf("%s/?ticket=%s\n", remote->url().c_str(), text(*answer, "ticket").c_str());
  return 0;
}

int doctor(const RemoteOptions& options, bool health_only, const Output& output) {
  const auto remote = Remote::find(options);
  if (!remote) return fail("doctor", remote.error());
  const auto reply = remote->fetch("GET", "/readyz", "", Millis{5'000});
  if (!reply) {
    std::fprintf(stderr, "freshet doctor: %s does not answer: %s\n", remote->url().c_str(),
                 reply.error().message.c_str());
    return 1;
  }
  const bool ready = reply->status == 200;
  if (health_only) return ready ? 0 : 1;
  const json checks = json::parse(reply->body, nullptr, false);
  if (output.json) {
    print({{"url", remote->url()},
           {"ready", ready},
           {"readyz", checks.is_discarded() ? json{} : checks}});
    return ready ? 0 : 1;
  }
  std::printf("daemon       %s %s\n", remote->url().c_str(), ready ? "is ready" : "is not ready");
  if (checks.is_object()) {
    const json each = checks.value("checks", json::object());  // items() borrows from it
    for (const auto& [name, value] : each.items()) {
      std::printf("%-12s %s\n", name.c_str(),
                  value.is_string() ? value.get<std::string>().c_str() : value.dump().c_str());
    }
  }
  const auto sources = remote->get("/api/v1/sources");
  if (!sources) return fail("doctor", sources.error());
  std::printf("token        accepted\n");
  bool well = ready;
  for (const auto& source : sources->at("items")) {
    well = well && text(source, "state") != "error";
    std::printf("source       %s: %s, %s\n", text(source, "asset").c_str(),
                text(source, "state").c_str(), text(source, "detail").c_str());
  }
  return well ? 0 : 1;
}

namespace {

void print_backfill(const json& backfill) {
  const json counts = backfill.value("counts", json::object());
  std::printf("backfill %s  %s  %s of %s made, %s failed, %s runs so far\n",
              text(backfill, "id").c_str(), text(backfill, "status").c_str(),
              text(counts, "succeeded").c_str(), text(counts, "wanted").c_str(),
              text(counts, "failed").c_str(), text(backfill, "runs").c_str());
  for (const auto& asset : backfill.value("assets", json::array())) {
    std::printf("  %-40s %s of %s", text(asset, "asset").c_str(), text(asset, "succeeded").c_str(),
                text(asset, "wanted").c_str());
    if (!text(asset, "first").empty())
      std::printf("  %s...%s", text(asset, "first").c_str(), text(asset, "last").c_str());
    std::printf("\n");
  }
}

/// Follows a backfill to its end.
int wait_for_backfill(const Remote& remote, const char* verb, const std::string& id,
                      std::optional<Micros> timeout, SteadyTime begin, const Clock& clock,
                      json& finished) {
  while (true) {
    Millis slice{5'000};
    if (timeout) {
      const auto left = std::chrono::duration_cast<Millis>(*timeout - (clock.steady() - begin));
      if (left <= Millis{0}) return 3;
      slice = std::min(slice, left);
    }
    const auto wait =
        std::to_string(std::max<std::int64_t>(1, std::chrono::ceil<Seconds>(slice).count()));
    const auto backfill = remote.get("/api/v1/backfills/" + id + "?wait=" + wait);
    if (!backfill) return fail(verb, backfill.error());
    const json counts = backfill->value("counts", json::object());
    std::fprintf(stderr, "backfill %s  %s  %s of %s, %s failed\n", id.c_str(),
                 text(*backfill, "status").c_str(), text(counts, "succeeded").c_str(),
                 text(counts, "wanted").c_str(), text(counts, "failed").c_str());
    if (!is_terminal(text(*backfill, "status"))) continue;
    finished = *backfill;
    return text(*backfill, "status") == "succeeded" ? 0 : 1;
  }
}

/// Follows runs to their end, with a line that is rewritten on a terminal.
int wait_for(const Remote& remote, const std::vector<std::string>& ids,
             std::optional<Micros> timeout, SteadyTime begin, const Clock& clock, json& finished) {
  int exit_code = 0;
  for (const std::string& id : ids) {
    while (true) {
      Millis slice{5'000};
      if (timeout) {
        const auto left = std::chrono::duration_cast<Millis>(*timeout - (clock.steady() - begin));
        if (left <= Millis{0}) return 3;
        slice = std::min(slice, left);
      }
      const auto wait =
          std::to_string(std::max<std::int64_t>(1, std::chrono::ceil<Seconds>(slice).count()));
      const auto run = remote.get("/api/v1/runs/" + id + "?until=terminal&wait=" + wait);
      if (!run) {
        std::fprintf(stderr, "freshet materialize: %s\n", run.error().message.c_str());
        return 2;
      }
      const std::string status = text(*run, "status");
      std::size_t done = 0, all = 0;
      for (const auto& step : run->value("steps", json::array())) {
        ++all;
        const std::string s = text(step, "status");
        done += s == "queued" || s == "starting" || s == "running" ? 0 : 1;
      }
      std::fprintf(stderr, "run %s  %s  %zu of %zu steps\n", id.c_str(), status.c_str(), done, all);
      if (!is_terminal(status)) continue;
      if (status != "succeeded") exit_code = 1;
      finished.push_back(*run);
      break;
    }
  }
  return exit_code;
}

}  // namespace

int materialize(const RemoteOptions& options, const Materialize& what, const Output& output) {
  const SystemClock clock;
  const SteadyTime begin = clock.steady();
  const auto remote = Remote::find(options);
  if (!remote) return fail("materialize", remote.error());
  json request{{"select", what.selection}, {"reason", what.reason}};
  if (!what.partitions.empty()) request["partitions"] = what.partitions;
  if (what.checks_only) request["checks_only"] = true;
  const auto answer = remote->post("/api/v1/runs", request);
  if (!answer) return fail("materialize", answer.error());
  std::vector<std::string> ids;
  for (const auto& run : answer->value("runs", json::array()))
    ids.push_back(run.is_string() ? run.get<std::string>() : text(run, "id"));
  const std::string backfill = text(*answer, "backfill");
  if (!what.wait) {
    if (output.json) {
      print(*answer);
    } else {
      for (const auto& id : ids) std::printf("run %s queued\n", id.c_str());
      if (!backfill.empty()) std::printf("backfill %s queued\n", backfill.c_str());
    }
    return 0;
  }
  json finished = json::array();
  json made;
  int exit_code = wait_for(*remote, ids, what.timeout, begin, clock, finished);
  if (!backfill.empty() && exit_code < 2) {
    exit_code = std::max(exit_code, wait_for_backfill(*remote, "materialize", backfill,
                                                      what.timeout, begin, clock, made));
  }
  if (output.json) {
    print({{"runs", finished}, {"backfill", made}});
  } else {
    for (const auto& run : finished) print_run(run);
    if (made.is_object()) print_backfill(made);
    if (exit_code == 3)
      std::fprintf(stderr, "freshet materialize: the timeout ran out; the run goes on\n");
  }
  return exit_code;
}

int backfill(const RemoteOptions& options, const Backfill& what, const Output& output) {
  const SystemClock clock;
  const SteadyTime begin = clock.steady();
  const auto remote = Remote::find(options);
  if (!remote) return fail("backfill", remote.error());
  const std::string base = "/api/v1/backfills";
  const bool is_id = parse_run_id(what.target).has_value();
  if (what.target.empty()) {
    const auto list = remote->get(base + "?limit=20");
    if (!list) return fail("backfill", list.error());
    if (output.json) {
      print(*list);
    } else {
      for (const auto& item : list->at("items")) print_backfill(item);
    }
    return 0;
  }
  if (!what.action.empty() && !is_id) {
    std::fprintf(stderr, "freshet backfill: %s: want a backfill's id before \"%s\"\n",
                 what.target.c_str(), what.action.c_str());
    return 2;
  }
  if (is_id && what.action.empty()) {
    const auto one = remote->get(base + "/" + what.target);
    if (!one) return fail("backfill", one.error());
    output.json ? print(*one) : print_backfill(*one);
    const std::string status = text(*one, "status");
    return status == "failed" || status == "canceled" ? 1 : 0;
  }
  if (!what.action.empty()) {
    const auto answer = remote->post(base + "/" + what.target + "/" + what.action, json::object());
    if (!answer) return fail("backfill", answer.error());
    print(*answer);
    return 0;
  }
  json request{{"select", what.target}, {"dry_run", what.dry_run}};
  if (!what.reason.empty()) request["reason"] = what.reason;
  if (!what.partitions.empty()) request["partitions"] = what.partitions;
  if (!what.only.empty()) request["only"] = what.only;
  if (what.per_run == "all") {
    request["per_run"] = "all";
  } else if (!what.per_run.empty()) {
    request["per_run"] = std::atoi(what.per_run.c_str());
  }
  if (what.concurrency > 0) request["concurrency"] = what.concurrency;
  if (what.newest_first) request["order"] = "newest_first";
  const auto answer = remote->post(base, request);
  if (!answer) return fail("backfill", answer.error());
  const std::string id = text(*answer, "backfill");
  if (what.dry_run || !what.wait || id.empty()) {
    if (output.json) {
      print(*answer);
    } else if (what.dry_run) {
      std::printf("%s partitions in %s runs\n", text(*answer, "count").c_str(),
                  text(*answer, "runs").c_str());
      for (const auto& asset : answer->at("assets")) {
        std::printf("  %-40s %8s  %s...%s\n", text(asset, "asset").c_str(),
                    text(asset, "count").c_str(), text(asset, "first").c_str(),
                    text(asset, "last").c_str());
      }
    } else {
      std::printf("backfill %s queued: %s partitions\n", id.c_str(),
                  text(*answer, "count").c_str());
    }
    return 0;
  }
  json made;
  const int exit_code =
      wait_for_backfill(*remote, "backfill", id, what.timeout, begin, clock, made);
  if (made.is_object()) output.json ? print(made) : print_backfill(made);
  if (exit_code == 3)
    std::fprintf(stderr, "freshet backfill: the timeout ran out; the backfill goes on\n");
  return exit_code;
}

namespace {

int show_log(const Remote& remote, const Runs& what) {
  const std::string& run = what.run;
  const std::string& asset = what.step;
  const auto answer = remote.get("/api/v1/runs/" + run);
  if (!answer) return fail("runs", answer.error());
  const json* chosen = nullptr;
  for (const auto& step : answer->at("steps")) {
    if (!asset.empty() ? text(step, "asset") == asset && text(step, "check").empty()
                       : text(step, "status") == "failed") {
      chosen = &step;
      break;
    }
    if (asset.empty() && text(step, "started_at") != "") chosen = &step;
  }
  if (chosen == nullptr) {
    std::fprintf(stderr, "freshet runs: run %s has no step%s that ran\n", run.c_str(),
                 asset.empty() ? "" : (" of " + asset).c_str());
    return 1;
  }
  for (const char* stream : {"stdout", "stderr"}) {
    const auto reply =
        remote.fetch("GET",
                     "/api/v1/runs/" + run + "/logs/" + std::to_string(chosen->value("step", 0)) +
                         "?stream=" + stream,
                     "");
    if (!reply) return fail("runs", reply.error());
    if (reply->status == 200) {
      const std::string shown = what.raw ? reply->body : after_returns(reply->body);
      std::fwrite(shown.data(), 1, shown.size(),
                  std::string_view{stream} == "stdout" ? stdout : stderr);
      continue;
    }
    const json problem = json::parse(reply->body, nullptr, false);
    return fail("runs",
                Error{Errc::not_found,
                      problem.is_object() ? problem.value("detail", reply->body) : reply->body});
  }
  return 0;
}

}  // namespace

int runs(const RemoteOptions& options, const Runs& what, const Output& output) {
  const auto remote = Remote::find(options);
  if (!remote) return fail("runs", remote.error());
  if (what.action == "log") return show_log(*remote, what);
  if (what.action == "cancel" || what.action == "retry") {
    json body = json::object();
    if (!what.from.empty()) body["from"] = what.from;
    const auto answer = remote->post("/api/v1/runs/" + what.run + "/" + what.action, body);
    if (!answer) return fail("runs", answer.error());
    print(*answer);
    return 0;
  }
  if (!what.run.empty()) {
    const auto run = remote->get("/api/v1/runs/" + what.run);
    if (!run) return fail("runs", run.error());
    output.json ? print(*run) : print_run(*run);
    const std::string status = text(*run, "status");
    return status == "failed" || status == "canceled" ? 1 : 0;
  }
  const auto list = remote->get("/api/v1/runs?limit=" + std::to_string(what.limit) +
                                (what.status.empty() ? "" : "&status=" + query_text(what.status)));
  if (!list) return fail("runs", list.error());
  if (output.json) {
    print(*list);
    return 0;
  }
  for (const auto& run : list->at("items")) {
    std::printf("%s  %-10s %-10s %s\n", text(run, "id").c_str(), text(run, "status").c_str(),
                text(run, "cause").c_str(), short_time(text(run, "created_at")).c_str());
  }
  return 0;
}

}  // namespace freshet::cli
