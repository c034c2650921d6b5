#include "runtime/core_service.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <exception>
#include <iterator>
#include <utility>

#include "base/failpoint.hpp"
#include "base/log.hpp"
#include "model/cursor_names.hpp"
#include "publish/feed.hpp"
#include "runtime/readiness.hpp"

namespace freshet::runtime {

namespace asio = boost::asio;

namespace {
template <class... F>
struct Overload : F... {
  using F::operator()...;
};

constexpr Millis source_test_timeout{5'000};

/// One after the other, since all samples of a figure stand together.
void add_sources(const std::vector<SourceStatus>& sources, std::vector<Metric>& out) {
  const auto add = [&](const char* name, const char* help, const char* type, const auto& value_of) {
    for (const SourceStatus& source : sources) {
      const std::optional<std::uint64_t> value = value_of(source);
      if (!value) continue;
      out.push_back({name, help, type, "asset=\"" + source.asset + "\",kind=\"" + source.kind + '"',
                     static_cast<double>(*value)});
    }
  };
  using Figure = std::optional<std::uint64_t>;
  add("source_events_total", "Updates of an asset from outside since the start.", "counter",
      [](const SourceStatus& s) { return Figure{s.events}; });
  add("source_errors", "1 while a source cannot be read.", "gauge",
      [](const SourceStatus& s) { return Figure{s.state == "error" ? 1U : 0U}; });
  add("source_dead_total", "Reports of a source that were rejected since the start.", "counter",
      [](const SourceStatus& s) { return Figure{s.dead}; });
  add("source_lag", "Messages of a source that are there and not read yet.", "gauge",
      [](const SourceStatus& s) { return s.lag_unit == "messages" ? s.lag : Figure{}; });
  add("source_lag_bytes", "Bytes of a database's log that are not durable here yet.", "gauge",
      [](const SourceStatus& s) { return s.lag_unit == "bytes" ? s.lag : Figure{}; });
}

/// What changes who is to be told of what.
const KindSet& alert_kinds() {
  static const KindSet kinds =
      kinds_of<fact::Alerted, fact::AlertsMuted, fact::RouteKnown, fact::DefinitionsLoaded>();
  return kinds;
}
/// What is told to publications, or changes who is told.
const KindSet& published_kinds() {
  static const KindSet kinds =
      publish::all_kinds_told() | kinds_of<fact::RouteKnown, fact::DefinitionsLoaded>();
  return kinds;
}

bool any_of_kinds(const std::vector<FactRecord>& facts, const KindSet& kinds) {
  return std::ranges::any_of(facts,
                             [&](const FactRecord& record) { return kinds[record.fact.index()]; });
}
}  // namespace

CoreService::CoreService(Parts parts, Engine engine, Steps::Options step_options,
                         SourceMemory source_memory)
    : parts_{std::move(parts)},
      pipeline_{std::move(engine),
                parts_.store,
                parts_.clock,
                {.release = [this](Committed c) { release(std::move(c)); },
                 .failed =
                     [this](std::string error) {
                       asio::post(parts_.io, [this, error = std::move(error)] {
                         store_error_ = error;
                         if (on_failure_) on_failure_(error);
                       });
                     }}},
      steps_{parts_.io, parts_.pool, std::move(step_options),
             [this](Input in) { pipeline_.push(std::move(in)); }},
      packer_{*this, parts_.logs, parts_.clock},
      cursors_{source_memory.cursors},
      sources_{parts_.io, parts_.clock, std::move(source_memory), emit()} {}

Sources::Emit CoreService::emit() {
  return [this](std::vector<input::Event> events,
                std::vector<std::pair<std::string, std::string>> cursors) {
    return pipeline_.offer(
        input::Report{.events = std::move(events), .cursors = std::move(cursors)});
  };
}

CoreService::~CoreService() { stop(); }

void CoreService::start(const std::vector<StepRow>& unfinished, const Projects::Loaded& loaded,
                        notify::NotifierOptions notifier_options, publish::Origin origin,
                        LineageTopics::Translate translate) {
  started_at_ = parts_.clock.now();
  started_ = parts_.clock.steady();
  know(loaded.projects);
  notifier_ = std::make_unique<notify::Notifier>(
      parts_.clock, std::move(notifier_options), [this] { return parts_.store.reader(); },
      [this](Input in) { pipeline_.push(std::move(in)); });
  publisher_ = std::make_unique<publish::Publisher>(
      parts_.clock, std::move(origin), cursors_, [this] { return parts_.store.reader(); },
      [this](Input in) { pipeline_.push(std::move(in)); });
  lineage_ = std::make_unique<LineageTopics>(cursors_, std::move(translate), emit());
  pipeline_.start();
  pipeline_.push(input::Load{.graph = loaded.graph});
  // After the definitions: what ended meanwhile is judged by them.
  steps_.reattach(unfinished);
  sources_.watch(*loaded.graph);
  packer_.start();
}

void CoreService::stop() {
  stop_sources();
  steps_.detach();
  if (notifier_) notifier_->stop();
  if (lineage_) lineage_->stop();
  if (publisher_) publisher_->stop();
  pipeline_.stop();
}

void CoreService::stop_sources() { sources_.stop(); }

void CoreService::release(Committed committed) {
  asio::post(parts_.io,
             [this, committed = std::move(committed)]() mutable { let_out(std::move(committed)); });
}

void CoreService::let_out(Committed committed) {
  failpoint("before_effects");
  if (committed.snapshot) snapshot_ = std::move(committed.snapshot);
  for (Effect& effect : committed.effects) {
    std::visit(Overload{[&](const effect::StartStep& e) {
                          ++steps_started_;
                          steps_.start(e);
                          failpoint("after_start");
                        },
                        [&](const effect::StopStep& e) { steps_.stop(e); },
                        [&](effect::Answer& e) {
                          const auto it = waiting_.find(e.token);
                          if (it == waiting_.end()) return;
                          const auto done = std::move(it->second);
                          waiting_.erase(it);
                          done(std::move(e.reply));
                          failpoint("after_reply");
                        }},
               effect);
  }
  for (const FactRecord& record : committed.facts) {
    if (const auto* ended = std::get_if<fact::RunEnded>(&record.fact)) {
      log("runtime").info("run ended run={} status={}", to_text(ended->run),
                          to_text(ended->status));
    } else if (const auto* step = std::get_if<fact::StepEnded>(&record.fact)) {
      packer_.add({step->step, step->attempt});
    } else if (const auto* attempt = std::get_if<fact::AttemptEnded>(&record.fact)) {
      packer_.add({attempt->step, attempt->attempt});
    }
  }
  // A fact is told together with a snapshot that shows it; until one has come, it waits.
  std::ranges::move(committed.facts, std::back_inserter(untold_));
  if (untold_.empty() || !snapshot_ || snapshot_->sequence < untold_.back().sequence) return;
  const std::vector<FactRecord> facts = std::exchange(untold_, {});
  sources_.stored(facts, *snapshot_);
  if (any_of_kinds(facts, alert_kinds())) notifier_->tell(snapshot_);
  if (any_of_kinds(facts, published_kinds())) publisher_->tell(snapshot_);
  if (any_of_kinds(facts, kinds_of<fact::DefinitionsLoaded>())) lineage_->watch(snapshot_);
  sources_.count(facts, *snapshot_);
  if (any_of_kinds(facts, kinds_of<fact::PauseChanged, fact::DefinitionsLoaded>()))
    sources_.pause(*snapshot_);
  for (auto it = listeners_.begin(); it != listeners_.end();) {
    if (const auto listener = it->lock()) {
      (*listener)(facts);
      ++it;
    } else {
      it = listeners_.erase(it);
    }
  }
}

bool CoreService::submit(Input input, std::function<void(Reply)> done) {
  const Token token = next_token_++;
  std::visit(
      [&](auto& in) {
        if constexpr (requires { in.token; }) in.token = token;
      },
      input);
  if (!pipeline_.offer(std::move(input))) return false;
  waiting_.emplace(token, std::move(done));
  return true;
}

std::unique_ptr<Reader> CoreService::borrow_reader() {
  {
    const std::scoped_lock lock{readers_mutex_};
    if (!readers_.empty()) {
      auto reader = std::move(readers_.back());
      readers_.pop_back();
      return reader;
    }
  }
  auto reader = parts_.store.reader();
  if (!reader) {
    log("runtime").error("read history: {}", reader.error().message);
    return nullptr;
  }
  return *std::move(reader);
}

void CoreService::return_reader(std::unique_ptr<Reader> reader) {
  const std::scoped_lock lock{readers_mutex_};
  readers_.push_back(std::move(reader));
}

void CoreService::read(std::function<void(Reader&)> work, std::function<void()> done) {
  offload(
      [this, work = std::move(work)] {
        auto reader = borrow_reader();
        if (!reader) return;
        work(*reader);
        return_reader(std::move(reader));
      },
      std::move(done));
}

void CoreService::offload(std::function<void()> work, std::function<void()> done) {
  asio::post(parts_.pool, [this, work = std::move(work), done = std::move(done)]() mutable {
    try {
      work();
    } catch (const std::exception& error) {
      // Whoever asked has what it set out with: no answer.  The rest of the daemon goes on.
      log("runtime").error("work on the pool failed: {}", error.what());
    }
    asio::post(parts_.io, std::move(done));
  });
}

void CoreService::why(std::string asset, std::string partition,
                      std::function<void(Result<Why>)> done) {
  pipeline_.ask([this, asset = std::move(asset), partition = std::move(partition),
                 done = std::move(done)](Engine& engine) mutable {
    auto found = engine.why(asset, partition);
    asio::post(parts_.io, [this, asset = std::move(asset), done = std::move(done),
                           why = std::move(found)]() mutable {
      if (!why) return done(why.error());
      const auto out = std::make_shared<Result<Why>>(Error{Errc::io, "why: no history"});
      read(
          [out, asset = std::move(asset), why = *std::move(why), snapshot = snapshot_,
           now = parts_.clock.now()](Reader& reader) mutable {
            Why found{.explanation = std::move(why), .expected = {}};
            if (const auto rank = snapshot->graph->find(asset)) {
              auto expected = find_expected(*snapshot, *rank, found.explanation, reader, now);
              if (!expected) {
                *out = expected.error();
                return;
              }
              found.expected = *std::move(expected);
            }
            *out = std::move(found);
          },
          [out, done = std::move(done)] { done(std::move(*out)); });
    });
  });
}

void CoreService::readiness(ReadinessQuery query,
                            std::function<void(Result<std::vector<Readiness>>)> done) {
  const auto out =
      std::make_shared<Result<std::vector<Readiness>>>(Error{Errc::io, "readiness: no history"});
  read([out, query = std::move(query),
        now = parts_.clock.now()](Reader& reader) { *out = find_readiness(query, reader, now); },
       [out, done = std::move(done)] { done(std::move(*out)); });
}

void CoreService::what_if(std::string asset, std::string partition, std::string automation,
                          std::function<void(Result<Explanation>)> done) {
  pipeline_.ask([this, asset = std::move(asset), partition = std::move(partition),
                 automation = std::move(automation),
                 done = std::move(done)](Engine& engine) mutable {
    const auto state = std::make_shared<Excerpt>(engine.excerpt({asset}));
    const auto result =
        std::make_shared<Result<Explanation>>(Error{Errc::busy, "what if: not evaluated"});
    offload(
        [state, asset = std::move(asset), partition = std::move(partition),
         automation = std::move(automation), result, now = parts_.clock.now()] {
          *result = freshet::what_if(std::move(*state), asset, partition, automation, now);
        },
        [result, done = std::move(done)] { done(std::move(*result)); });
  });
}

void CoreService::plan(PlanRequest request, std::function<void(Result<Plan>)> done) {
  pipeline_.ask([this, request = std::move(request), snapshot = snapshot_,
                 done = std::move(done)](Engine& engine) mutable {
    std::vector<std::string> keys = request.changed;
    keys.insert(keys.end(), request.requested.begin(), request.requested.end());
    const auto state = std::make_shared<Excerpt>(engine.excerpt(keys));
    const auto result = std::make_shared<Result<Plan>>(Error{Errc::busy, "plan: not made"});
    offload(
        [state, snapshot, request = std::move(request), result, now = parts_.clock.now()] {
          *result = make_plan(std::move(*state), request, now, snapshot->pools.at("").limit,
                              [&] { return typical_duration(*snapshot); });
        },
        [result, done = std::move(done)] { done(std::move(*result)); });
  });
}

void CoreService::validate(std::vector<ProposedFile> files,
                           std::function<void(std::vector<Diagnostic>)> done) {
  const auto result = std::make_shared<std::vector<Diagnostic>>();
  offload([this, files = std::move(files), result] { *result = parts_.projects.validate(files); },
          [result, done = std::move(done)] { done(std::move(*result)); });
}

void CoreService::reload(std::function<void(std::vector<Diagnostic>)> done) {
  const auto loaded = std::make_shared<Projects::Loaded>();
  offload([this, loaded] { *loaded = parts_.projects.load(); },
          [this, loaded, done = std::move(done)]() mutable {
            for (const auto& d : loaded->diagnostics) {
              if (d.severity == Diagnostic::Severity::error)
                log("runtime").warn("definitions rejected: {}", d.message);
            }
            know(std::move(loaded->projects));
            if (!loaded->graph) return done(std::move(loaded->diagnostics));
            const bool taken =
                submit(input::Load{.graph = loaded->graph},
                       [loaded, done](const Reply&) { done(std::move(loaded->diagnostics)); });
            if (!taken) {
              loaded->diagnostics.push_back(
                  {Diagnostic::Severity::error, {}, "the daemon is busy; reload again"});
              return done(std::move(loaded->diagnostics));
            }
            sources_.watch(*loaded->graph);  // tells after what it tells by
          });
}

/// What is not valid has been in force since when it was.
void CoreService::know(std::vector<ProjectStatus> projects) {
  for (std::size_t i = 0; i < projects.size(); ++i) {
    if (projects[i].is_valid) {
      projects[i].loaded_at = parts_.clock.now();
    } else if (i < projects_.size()) {
      projects[i].loaded_at = projects_[i].loaded_at;
    }
  }
  projects_ = std::move(projects);
}

std::vector<SourceStatus> CoreService::sources() const { return sources_.status(snapshot_.get()); }

std::vector<SourceStatus> CoreService::lineage_topics() const {
  return lineage_ ? lineage_->status() : std::vector<SourceStatus>{};
}

std::vector<PublicationStatus> CoreService::publications() const {
  return publisher_ ? publisher_->status() : std::vector<PublicationStatus>{};
}

void CoreService::test_source(std::string asset, std::function<void(Result<SourceTest>)> done) {
  const auto graph = snapshot_ ? snapshot_->graph : nullptr;
  const auto rank = graph ? graph->find(asset) : std::nullopt;
  const auto result = std::make_shared<Result<SourceTest>>(
      Error{Errc::not_found, "no asset \"" + asset + "\" is defined"});
  if (rank && graph->asset(*rank).source.kind == SourceKind::none)
    *result = Error{Errc::invalid, "asset \"" + asset + "\" has no source"};
  const bool has_source = rank && graph->asset(*rank).source.kind != SourceKind::none;
  offload(
      [this, graph, rank, result, has_source] {
        if (has_source) *result = sources_.test(graph->asset(*rank), source_test_timeout);
      },
      [result, done = std::move(done)] { done(std::move(*result)); });
}

void CoreService::reread(std::string asset, std::string body,
                         std::function<void(Result<std::vector<input::Event>>)> done) {
  const auto graph = snapshot_ ? snapshot_->graph : nullptr;
  const auto rank = graph ? graph->find(asset) : std::nullopt;
  const auto result = std::make_shared<Result<std::vector<input::Event>>>(
      Error{Errc::not_found, "no asset \"" + asset + "\" is defined"});
  offload(
      [this, graph, rank, body = std::move(body), result] {
        if (rank) *result = sources_.reread(graph->asset(*rank), body, source_test_timeout);
      },
      [result, done = std::move(done)] { done(std::move(*result)); });
}

std::vector<Metric> CoreService::metrics() const {
  std::vector<Metric> out;
  const auto add = [&](std::string name, std::string help, std::string type, double value,
                       std::string labels = {}) {
    out.push_back({std::move(name), std::move(help), std::move(type), std::move(labels), value});
  };
  const auto& stats = pipeline_.stats();
  add("moments_total", "Inputs that the engine has taken in.", "counter",
      static_cast<double>(stats.moments));
  add("slow_moments_total", "Inputs that took the engine longer than 5 ms.", "counter",
      static_cast<double>(stats.slow_moments));
  add("moment_longest_seconds", "Longest time of the engine for one input.", "gauge",
      static_cast<double>(stats.longest_moment_us) / 1e6);
  add("facts_total", "Facts recorded since the start.", "counter",
      static_cast<double>(stats.facts));
  add("commits_total", "Transactions of the store since the start.", "counter",
      static_cast<double>(stats.commits));
  add("inbox_items", "Inputs that wait for the engine.", "gauge",
      static_cast<double>(pipeline_.waiting()));
  add("steps_started_total", "Attempts started since the start.", "counter",
      static_cast<double>(steps_started_));
  add("processes", "Processes of steps that are watched.", "gauge",
      static_cast<double>(steps_.running()));
  add_sources(sources(), out);
  if (!snapshot_ || !snapshot_->graph) return out;
  std::uint64_t fresh = 0, stale = 0, missing = 0, failed = 0;
  for (std::uint32_t i = 0; i < snapshot_->graph->size(); ++i) {
    const AssetState& state = snapshot_->state(Rank{i});
    ++(state.data == DataState::fresh ? fresh : state.data == DataState::stale ? stale : missing);
    failed += state.failed ? 1 : 0;
  }
  const char* help = "Assets by the state of their data.";
  add("assets", help, "gauge", static_cast<double>(fresh), "data=\"fresh\"");
  add("assets", help, "gauge", static_cast<double>(stale), "data=\"stale\"");
  add("assets", help, "gauge", static_cast<double>(missing), "data=\"missing\"");
  add("assets_failed", "Assets whose latest step failed.", "gauge", static_cast<double>(failed));
  add("alerts_open", "Alerts about what is still so.", "gauge",
      static_cast<double>(snapshot_->alerts->open.size()));
  for (const RouteRow& row : snapshot_->alerts->routes) {
    if (row.route.starts_with(publication_prefix)) continue;
    add("alert_attempts_failed", "Attempts to tell a route that failed since it was last told.",
        "gauge", row.attempts, "project=\"" + row.project + "\",route=\"" + row.route + '"');
  }
  for (const PublicationStatus& one : publications()) {
    const std::string labels = "project=\"" + one.project + "\",publication=\"" + one.name + '"';
    add("publication_delivered_total", "Events that a receiver has taken since the start.",
        "counter", static_cast<double>(one.delivered), labels);
    add("publication_behind_seconds", "Age of the oldest event that a receiver has not taken yet.",
        "gauge",
        one.oldest == Instant{}
            ? 0.0
            : std::chrono::duration<double>(parts_.clock.now() - one.oldest).count(),
        labels);
    add("publication_attempts_failed",
        "Attempts to tell a receiver that failed since the latest "
        "that did not.",
        "gauge", one.attempts, labels);
  }
  add("runs_active", "Runs that have not ended.", "gauge",
      static_cast<double>(snapshot_->runs.size()));
  for (const auto& [name, pool] : snapshot_->pools) {
    const std::string label = "pool=\"" + (name.empty() ? std::string{"slots"} : name) + "\"";
    add("pool_limit", "Steps that may run at once.", "gauge", pool.limit, label);
    add("pool_used", "Steps that run.", "gauge", pool.used, label);
    add("pool_waiting", "Steps that only wait for room.", "gauge", pool.waiting, label);
  }
  return out;
}

Health CoreService::health() const {
  Health out;
  out.checks = {{"store", store_error_.empty() ? "ok" : store_error_},
                {"definitions", snapshot_ && snapshot_->graph ? "ok" : "not loaded yet"}};
  out.ready = store_error_.empty() && snapshot_ && snapshot_->graph;
  return out;
}

SystemStatus CoreService::system() const {
  const auto& stats = pipeline_.stats();
  return {.started_at = started_at_,
          .uptime = std::chrono::duration_cast<Micros>(parts_.clock.steady() - started_),
          .store_path = parts_.store_path,
          .projects = projects_,
          .engine = {.inputs = stats.moments,
                     .slow_inputs = stats.slow_moments,
                     .longest_input = Micros{static_cast<std::int64_t>(stats.longest_moment_us)},
                     .facts = stats.facts,
                     .commits = stats.commits,
                     .queue = pipeline_.waiting()},
          .config = parts_.config};
}

std::shared_ptr<void> CoreService::subscribe(Listener listener) {
  auto handle = std::make_shared<Listener>(std::move(listener));
  listeners_.emplace_back(handle);
  return handle;
}

}  // namespace freshet::runtime
