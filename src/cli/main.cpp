// The command line: its verbs, options and help.  What a verb does is in its own file.
#include <charconv>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "cli/commands.hpp"
#include "runtime/daemon.hpp"

namespace {

using namespace freshet;  // NOLINT: this file is its user

constexpr const char* about = R"(Freshet keeps every data asset fresh, the moment its inputs change.

Begin:    freshet init shop && freshet serve shop
Judge:    freshet validate shop
Ask:      freshet why orders_summary        why it is as it is
          freshet plan raw/orders           what would run if this changed
Run:      freshet materialize "+orders_summary" --wait
Exit codes: 0 fine, 1 the answer is no, 2 wrong use or unreadable input, 3 a --timeout ran out.)";

/// "HOST:PORT", "[::1]:PORT" or "PORT".
bool split_address(const std::string& text, std::string& host, std::uint16_t& port) {
  const auto colon = text.rfind(':');
  const std::string number = colon == std::string::npos ? text : text.substr(colon + 1);
  unsigned value{};
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc{} || end != number.data() + number.size() || value > 65'535) return false;
  port = static_cast<std::uint16_t>(value);
  if (colon == std::string::npos) return true;
  host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  return !host.empty();
}

class CommandLine {
 public:
  CommandLine() : app_{about, "freshet"} {
    app_.require_subcommand(1);
    app_.set_version_flag("--version", FRESHET_VERSION);
    app_.get_formatter()->column_width(34);
    add_serve();
    add_local();
    add_remote();
  }
  int run(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::CallForHelp& e) {
      return app_.exit(e);
    } catch (const CLI::CallForVersion& e) {
      return app_.exit(e);
    } catch (const CLI::ParseError& e) {
      app_.exit(e);
      return 2;
    }
    return exit_code_;
  }

 private:
  template <class F>
  CLI::App* verb(const char* name, const char* help, F action) {
    CLI::App* sub = app_.add_subcommand(name, help);
    sub->callback([this, action] { exit_code_ = action(); });
    return sub;
  }
  void add_json(CLI::App* sub) { sub->add_flag("--json", output_.json, "Print JSON"); }
  void add_where(CLI::App* sub) {
    sub->add_option("--url", remote_.url,
                    "The daemon's URL; else FRESHET_URL, else what STATE/url says");
    sub->add_option("--token", remote_.token, "Its token; else FRESHET_TOKEN, else STATE/token");
    sub->add_option("--state", remote_.state, "Its state folder; .freshet by default");
  }

  void add_serve() {
    CLI::App* sub = verb("serve", "Run the daemon on one or more projects", [this] {
      if (!split_address(listen_, serve_.host, serve_.port)) {
        std::fprintf(stderr, "freshet serve: --listen %s: want HOST:PORT, such as 127.0.0.1:4747\n",
                     listen_.c_str());
        return 2;
      }
      if (const auto set = set_log_level(log_level_); !set) {
        std::fprintf(stderr, "freshet serve: %s\n", set.error().message.c_str());
        return 2;
      }
      serve_.log_level = log_level_;
      for (const CLI::Option* option : app_.get_subcommand("serve")->get_options()) {
        if (option->count() > 0) serve_.given.insert(option->get_single_name());
      }
      return runtime::serve(serve_);
    });
    sub->add_option("projects", serve_.directories, "Folders that hold a freshet.yaml")->required();
    sub->add_option("--state", serve_.state_directory,
                    "Where history is kept; .freshet in the first project by default");
    sub->add_option("--listen", listen_, "Address of UI and API (port 0: any free one)")
        ->capture_default_str();
    sub->add_option("--host", serve_.hosts, "A further Host name to answer to; may be repeated");
    sub->add_flag("--behind-proxy", serve_.behind_proxy,
                  "A proxy in front speaks TLS: listen on any address");
    sub->add_option("--prefix", serve_.prefix,
                    "Path under which that proxy shows Freshet, such as /freshet");
    sub->add_option(
        "--public-url", serve_.public_url,
        "How people reach it, for links in alerts, such as https://freshet.example.com");
    sub->add_option("--slots", serve_.slots, "Steps that may run at once")
        ->capture_default_str()
        ->check(CLI::Range(1, 100'000));
    sub->add_option("--log-level", log_level_, "debug, info, warn or error")->capture_default_str();
  }
  void add_local() {
    CLI::App* init = verb("init", "Write a small project that works, to begin with",
                          [this] { return cli::init(directory_); });
    init->add_option("folder", directory_, "Where; this folder by default");
    CLI::App* validate =
        verb("validate", "Say everything that is wrong with definitions, with its place", [this] {
          return cli::validate(directories_.empty() ? std::vector<std::string>{"."} : directories_,
                               output_);
        });
    validate->add_option("projects", directories_, "Folders; this one by default");
    add_json(validate);
    CLI::App* schema =
        verb("schema", "Print the JSON Schema of definition files, or the help of one field",
             [this] { return cli::schema(field_); });
    schema->add_option("field", field_, "Such as assets.retries.max");
    CLI::App* graph = verb("graph", "Show what depends on what", [this] {
      return cli::graph(directories_.empty() ? std::vector<std::string>{"."} : directories_,
                        selection_, output_.json ? "json" : format_);
    });
    graph->add_option("projects", directories_, "Folders; this one by default");
    graph->add_option("--select", selection_, "Only these assets, such as \"+marts/revenue\"");
    graph->add_option("--format", format_, "text, json, dot or mermaid")
        ->capture_default_str()
        ->check(CLI::IsMember({"text", "json", "dot", "mermaid"}));
    add_json(graph);
    CLI::App* simulate =
        verb("simulate", "Run scenario files through the real engine with a virtual clock",
             [this] { return cli::simulate(files_, history_); });
    simulate->add_option("files", files_, "Scenarios")->required();
    simulate->add_option("--state", history_,
                         "Of one scenario: a new state folder for its history, that serve goes on "
                         "with");
    CLI::App* source = app_.add_subcommand("source", "Look at sources");
    source->require_subcommand(1);
    CLI::App* test = source->add_subcommand(
        "test", "Connect to a source and show what it would tell; nothing is changed");
    test->callback([this] {
      exit_code_ = cli::test_source(
          directories_.empty() ? std::vector<std::string>{"."} : directories_, asset_, output_);
    });
    test->add_option("asset", asset_, "Key of the source")->required();
    test->add_option("projects", directories_, "Folders; this one by default");
    add_json(test);
  }
  void add_remote() {
    CLI::App* plan =
        verb("plan", "Say what would run if some assets changed, and how long that would take",
             [this] { return cli::plan(remote_, planned_, output_); });
    plan->add_option("changed", planned_.changed, "Asset keys");
    plan->add_option("--select", planned_.selection, "What changed, as a selection");
    plan->add_option("--request", planned_.request, "What would be asked for, as a selection");
    plan->add_option("--partitions", planned_.partitions,
                     "Of assets that have them: 2026-01-31, 2026-01-01...2026-01-31, or *");
    CLI::App* readiness =
        verb("readiness",
             "Say what has arrived, is complete and is checked on a day, and what is "
             "still expected",
             [this] { return cli::readiness(remote_, readiness_, output_); });
    readiness->add_option("selection", readiness_.selection, "Such as group:marts; else all");
    readiness->add_option("--day", readiness_.day, "YYYY-MM-DD; the present day by default");
    readiness->add_option("--timezone", readiness_.timezone,
                          "In which the day begins and ends, such as Europe/Vienna; else UTC");
    CLI::App* materialize = verb("materialize", "Ask for a run of a selection of assets", [this] {
      if (!read_timeout("materialize", materialize_.timeout)) return 2;
      return cli::materialize(remote_, materialize_, output_);
    });
    materialize
        ->add_option("selection", materialize_.selection,
                     "Such as marts/revenue, \"+report\" or \"group:raw+\"")
        ->required();
    materialize->add_flag("--wait", materialize_.wait,
                          "Wait for the end; exit 1 unless everything succeeded");
    materialize->add_option("--timeout", timeout_,
                            "Longest wait, such as 10m; exit 3 when it ran out");
    materialize->add_option("--partitions", materialize_.partitions,
                            "Of assets that have them: 2026-01-31, 2026-01-01...2026-01-31, or *");
    materialize->add_flag("--checks", materialize_.checks_only,
                          "Only run the checks of what is there; make nothing");
    materialize->add_option("--reason", materialize_.reason, "Why, for the history");
    CLI::App* backfill =
        verb("backfill", "Make many partitions, run by run; list and steer backfills", [this] {
          if (!read_timeout("backfill", backfill_.timeout)) return 2;
          return cli::backfill(remote_, backfill_, output_);
        });
    backfill->add_option("target", backfill_.target,
                         "A selection such as marts/revenue, or a backfill's id; without one, the "
                         "newest are listed");
    backfill
        ->add_option("action", backfill_.action, "Of a backfill: pause, resume, cancel or retry")
        ->check(CLI::IsMember({"pause", "resume", "cancel", "retry"}));
    backfill->add_option("--partitions", backfill_.partitions,
                         "2026-01-31, 2026-01-01...2026-01-31; all that exist by default");
    backfill->add_option("--only", backfill_.only, "Only those that are missing, failed or stale")
        ->check(CLI::IsMember({"missing", "failed", "stale"}));
    backfill->add_option("--per-run", backfill_.per_run, "Partitions in one run: a number, or all")
        ->check([](const std::string& value) {
          const bool good =
              value == "all" || (!value.empty() && value.size() < 8 && value != "0" &&
                                 value.find_first_not_of("0123456789") == std::string::npos);
          return std::string{good ? "" : "want a number from 1, or all"};
        });
    backfill->add_option("--concurrency", backfill_.concurrency, "Runs at a time")
        ->check(CLI::Range(1, 10'000));
    backfill->add_flag("--newest-first", backfill_.newest_first, "Begin with the newest");
    backfill->add_flag("--dry-run", backfill_.dry_run, "Only say how many partitions and runs");
    backfill->add_flag("--wait", backfill_.wait, "Wait for the end; exit 1 unless all succeeded");
    backfill->add_option("--timeout", timeout_,
                         "Longest wait, such as 10m; exit 3 when it ran out");
    backfill->add_option("--reason", backfill_.reason, "Why, for the history");
    CLI::App* runs = verb("runs", "List runs; show, cancel or retry one; print a step's log",
                          [this] { return cli::runs(remote_, runs_, output_); });
    runs->add_option("run", runs_.run, "A run's id; without one, the newest are listed");
    runs->add_option("action", runs_.action, "cancel, retry (from the failure), or log")
        ->check(CLI::IsMember({"cancel", "retry", "log"}));
    runs->add_option("--from", runs_.from,
                     "Of retry: failure (what failed and what that left undone), failed, or all")
        ->check(CLI::IsMember({"failure", "failed", "all"}));
    runs->add_option("--step", runs_.step, "Of log: the asset; else the first step that failed");
    runs->add_flag("--raw", runs_.raw,
                   "Of log: every byte; else of a progress bar its last state, as the page has it");
    runs->add_option("--status", runs_.status, "Only runs in this status");
    runs->add_option("--limit", runs_.limit, "How many")->capture_default_str();
    CLI::App* why = verb("why", "Explain the state of an asset",
                         [this] { return cli::why(remote_, asset_, partition_, output_); });
    why->add_option("asset", asset_, "Its key")->required();
    why->add_option("--partition", partition_, "Key of a partition; the newest by default");
    CLI::App* events = verb("events", "List what came in", [this] {
      if (event_action_.empty()) return cli::events(remote_, runs_.limit, rejected_, output_);
      if (!event_id_.empty()) return cli::replay_event(remote_, event_id_, output_);
      std::fprintf(stderr,
                   "freshet events replay: say which: an id of freshet events --rejected\n");
      return 2;
    });
    events->add_option("action", event_action_, "replay: tries again what was rejected")
        ->check(CLI::IsMember({"replay"}));
    events->add_option("id", event_id_, "Of replay: which");
    events->add_option("--limit", runs_.limit, "How many")->capture_default_str();
    events->add_flag("--rejected", rejected_, "Only those that could not be used");
    CLI::App* alerts =
        verb("alerts", "List alerts; mute or unmute those of some assets; test a route",
             [this] { return cli::alerts(remote_, alerts_, output_); });
    alerts->add_option("action", alerts_.action, "mute, unmute, or test")
        ->check(CLI::IsMember({"mute", "unmute", "test"}));
    alerts->add_option("what", alerts_.what, "A selection of assets; of test: a route's name");
    alerts->add_option("--for", alerts_.length,
                       "Of mute: how long, such as 2h; else until unmuted");
    alerts->add_option("--reason", alerts_.reason, "Why, for the history");
    alerts->add_option("--limit", alerts_.limit, "How many")->capture_default_str();
    CLI::App* reload = verb("reload", "Have the daemon read its definitions again",
                            [this] { return cli::reload(remote_, output_); });
    CLI::App* open = verb("open", "Print a URL that opens the daemon's page once",
                          [this] { return cli::open(remote_); });
    CLI::App* doctor = verb("doctor", "Look whether the daemon is well",
                            [this] { return cli::doctor(remote_, health_only_, output_); });
    doctor->add_flag("--health", health_only_, "Print nothing; exit 0 if it is ready");
    for (CLI::App* sub :
         {plan, readiness, materialize, backfill, runs, why, events, alerts, reload, open, doctor})
      add_where(sub);
    for (CLI::App* sub :
         {plan, readiness, materialize, backfill, runs, why, events, alerts, reload, doctor})
      add_json(sub);
  }

  bool read_timeout(const char* verb, std::optional<Micros>& out) const {
    if (timeout_.empty()) return true;
    const auto timeout = parse_duration(timeout_);
    if (timeout) {
      out = *timeout;
    } else {
      std::fprintf(stderr, "freshet %s: --timeout: %s\n", verb, timeout.error().message.c_str());
    }
    return static_cast<bool>(timeout);
  }

  CLI::App app_;
  int exit_code_{0};
  cli::Output output_;
  cli::RemoteOptions remote_;
  runtime::ServeOptions serve_;
  std::string partition_;
  cli::Materialize materialize_;
  cli::Backfill backfill_;
  cli::Runs runs_;
  cli::Alerts alerts_;
  std::string listen_{"127.0.0.1:4747"}, log_level_{"info"}, directory_{"."}, field_, selection_,
      format_{"text"}, timeout_, asset_, history_;
  std::vector<std::string> directories_, files_;
  cli::Planned planned_;
  cli::ReadinessOf readiness_;
  bool rejected_{false}, health_only_{false};
  std::string event_action_, event_id_;
};

}  // namespace

int main(int argc, char** argv) { return CommandLine{}.run(argc, argv); }
