#include "runtime/daemon.hpp"

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <climits>
#include <cstdio>
#include <filesystem>

#include "api/api.hpp"
#include "api/sessions.hpp"
#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "exec/logs/log_archive.hpp"
#include "exec/process/attempt_folder.hpp"
#include "exec/process/environment.hpp"
#include "http/server.hpp"
#include "project/loader.hpp"
#include "runtime/core_service.hpp"
#include "source/clock_watch.hpp"
#include "store/store.hpp"

extern char** environ;  // NOLINT

namespace freshet::runtime {

namespace asio = boost::asio;

namespace {

constexpr std::size_t pool_threads = 4;
constexpr std::size_t small_file = 4096;

int refuse(const std::string& message) {
  std::fprintf(stderr, "freshet serve: %s\n", message.c_str());
  return 2;
}

bool is_loopback(const std::string& host) {
  return host == "127.0.0.1" || host == "::1" || host == "localhost";
}

/// The operator's copy of the token, made at the first start; the store's side is its hash only.
Result<std::string> admin_token(const std::string& path) {
  if (auto token = read_file(path, small_file)) {
    while (!token->empty() && (token->back() == '\n' || token->back() == ' ')) token->pop_back();
    if (token->size() >= 20) return token;
    return Error{Errc::invalid,
                 "token " + path + ": too short; remove the file, and a new one is made"};
  }
  std::string token = random_token(32);
  if (const auto written = write_file(path, token + "\n", 0600); !written) return written.error();
  return token;
}

/// Remembers on which boot of the machine the daemon ran, and returns the one before.
std::string exchange_boot_id(const std::string& path) {
  auto before = read_file(path, small_file);
  const auto written = write_file(path, current_boot_id(), 0600);
  if (!written) log("runtime").warn("write boot id: {}", written.error().message);
  return before ? *before : std::string{};
}

/// A program that is told of alerts finds as little of the daemon's environment as a step does.
std::vector<std::pair<std::string, std::string>> alert_environment() {
  const auto own = parse_environment(environ);
  std::vector<std::pair<std::string, std::string>> out;
  for (const char* name : {"PATH", "HOME", "LANG", "TZ", "TMPDIR"}) {
    if (const auto found = own.find(name); found != own.end()) out.push_back(*found);
  }
  return out;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

/// What is in force, and whether somebody asked for it.
std::vector<ConfigValue> config_of(const ServeOptions& options,
                                   const std::vector<std::string>& directories,
                                   const std::string& state) {
  const std::pair<const char*, std::string> values[] = {
      {"projects", joined(directories)},
      {"state", state},
      {"listen", options.host + ':' + std::to_string(options.port)},
      {"host", joined(options.hosts)},
      {"behind-proxy", options.behind_proxy ? "true" : "false"},
      {"prefix", options.prefix},
      {"public-url", options.public_url},
      {"slots", std::to_string(options.slots)},
      {"log-level", options.log_level}};
  std::vector<ConfigValue> out;
  for (const auto& [name, value] : values) {
    out.push_back({.name = name,
                   .value = value,
                   .origin = options.given.contains(name) ? ConfigValue::Origin::option
                                                          : ConfigValue::Origin::standard});
  }
  return out;
}

/// Calls again and again, on the io thread, until it is destroyed.
class Every {
 public:
  Every(asio::io_context& io, std::chrono::milliseconds period, std::function<void()> call)
      : timer_{io}, period_{period}, call_{std::move(call)} {
    arm();
  }

 private:
  void arm() {
    timer_.expires_after(period_);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      call_();
      arm();
    });
  }
  asio::steady_timer timer_;
  std::chrono::milliseconds period_;
  std::function<void()> call_;
};

}  // namespace

std::string executable_folder() {
  char path[PATH_MAX];
  const ssize_t size = ::readlink("/proc/self/exe", path, sizeof path);
  if (size <= 0) return ".";
  const std::string text{path, static_cast<std::size_t>(size)};
  return text.substr(0, text.rfind('/'));
}

int serve(const ServeOptions& options) {
  if (!is_loopback(options.host) && !options.behind_proxy) {
    return refuse("--listen " + options.host +
                  ": anybody who reaches that address would be talked to without TLS; put a "
                  "proxy that speaks TLS in front and say --behind-proxy, or listen on 127.0.0.1");
  }
  const std::string first = project::real_files().absolute(options.directories.front());
  const std::string state = project::real_files().absolute(
      options.state_directory.empty() ? first + "/.freshet" : options.state_directory);

  std::vector<std::string> directories;
  for (const auto& directory : options.directories)
    directories.push_back(project::real_files().absolute(directory));
  Projects projects{directories, process_environment()};
  auto loaded = projects.load();
  for (const auto& d : loaded.diagnostics) std::fprintf(stderr, "%s\n", project::format(d).c_str());
  if (!loaded.graph) return refuse("no project could be loaded");

  auto store = open_sqlite(state, {});
  if (!store) return refuse(store.error().message);
  LogArchive logs{state, {}};
  const auto token = admin_token(state + "/token");
  if (!token) return refuse(token.error().message);
  auto rows = (*store)->load();
  if (!rows) return refuse(rows.error().message);
  std::vector<StepRow> unfinished;
  for (const StepRow& row : rows->of<StepRow>()) {
    if (!is_terminal(row.status)) unfinished.push_back(row);
  }

  SourceMemory source_memory = runtime::source_memory(*rows);
  auto lineage_runs = runtime::lineage_runs(*rows);

  asio::io_context io{1};
  asio::thread_pool pool{pool_threads};
  const SystemClock clock;
  Engine engine{EngineOptions{.slots = options.slots}};
  engine.load(*std::move(rows));
  Steps::Options step_options{.state_directory = state,
                              .step_binary = options.step_binary.empty()
                                                 ? executable_folder() + "/freshet-step"
                                                 : options.step_binary,
                              .environment = parse_environment(environ),
                              .previous_boot_id = exchange_boot_id(state + "/boot_id")};
  CoreService service{{io, pool, clock, **store, projects, logs,
                       config_of(options, directories, state), state + "/freshet.db"},
                      std::move(engine),
                      std::move(step_options),
                      std::move(source_memory)};

  api::Api api{service,
               clock,
               {.token_hash = api::sha256_hex(*token),
                .hosts = options.hosts,
                .prefix = options.prefix,
                .instance = std::string{(*store)->instance()},
                .version = FRESHET_VERSION}};
  api.restore_lineage(std::move(lineage_runs));
  http::Server server{io, pool, {}, api};
  api.set_http_stats([&server]() -> http::Stats { return server.stats(); });
  const auto port = server.listen(options.host, options.port);
  if (!port) return refuse(port.error().message);
  const std::string url = "http://" +
                          (options.host == "0.0.0.0" ? std::string{"127.0.0.1"} : options.host) +
                          ":" + std::to_string(*port);
  if (const auto written = write_file(state + "/url", url + "\n", 0600); !written) {
    log("runtime").warn("write url: {}", written.error().message);
  }

  int exit_code = 0;
  bool stopping = false;
  const auto stop = [&](const char* why) {
    if (std::exchange(stopping, true)) return;
    log("runtime").info("stopping reason={}", why);
    service.stop_sources();
    api.close();
    server.stop([&] { io.stop(); });
  };
  service.on_failure([&](const std::string& error) {
    log("runtime").error("store failed, nothing more is started: {}", error);
    exit_code = 1;
    stop("store");
  });
  asio::signal_set signals{io, SIGINT, SIGTERM};
  signals.async_wait([&](const boost::system::error_code& error, int) {
    if (!error) stop("signal");
  });
  ClockWatch clock_watch{io, clock, [&](Micros delta) {
                           log("runtime").warn("clock jumped us={}", delta.count());
                           service.clock_jumped(delta);
                         }};
  const Every tick{io, api::Api::tick_every, [&] { api.tick(); }};
  const Every heartbeat{io, std::chrono::seconds{15}, [&] { api.heartbeat(); }};
  const Every log_keeping{io, LogPacker::tick_every, [&] { service.keep_logs(); }};
  const Every source_sampling{io, SourceRates::every, [&] { service.sample_sources(); }};
  const Every maintenance{io, std::chrono::seconds{1}, [&] {
                            asio::post(pool, [&] {
                              if (const auto done = (*store)->maintain(clock.now()); !done) {
                                log("store").warn("maintain: {}", done.error().message);
                              }
                            });
                          }};

  service.start(unfinished, loaded,
                {.instance = std::string{(*store)->instance()},
                 .base_url = options.public_url.empty() ? url + options.prefix : options.public_url,
                 .environment = alert_environment()},
                {.instance = std::string{(*store)->instance()}, .version = FRESHET_VERSION},
                [&api](std::string_view body, const Snapshot& snapshot) {
                  api::LineageTaken taken = api.translate_lineage(body, snapshot);
                  return LineageTopics::Meaning{.events = std::move(taken.events),
                                                .cursors = std::move(taken.said)};
                });
  log("runtime").info("serving url={} assets={} state={} version={}", url, loaded.graph->size(),
                      state, FRESHET_VERSION);
  std::printf("Freshet is open at %s%s/?ticket=%s\n", url.c_str(), options.prefix.c_str(),
              api.make_ticket().c_str());
  std::fflush(stdout);
  io.run();

  clock_watch.stop();
  pool.join();
  service.stop();
  log("runtime").info("stopped");
  return exit_code;
}

}  // namespace freshet::runtime
