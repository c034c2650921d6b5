#include "api_service.hpp"

#include <algorithm>

namespace freshet::test {

Result<FactPage> MemoryReader::facts(const FactQuery& query) {
  FactPage page;
  std::vector<FactRecord> all = records;
  const bool newest = query.order == FactQuery::Order::newest_first;
  if (newest) std::ranges::reverse(all);
  for (const FactRecord& record : all) {
    if (query.upto.value != 0 && record.sequence > query.upto) continue;
    if (record.sequence <= query.after) continue;
    if (query.before.value != 0 && record.sequence >= query.before) continue;
    if (query.asset && asset_of(record.fact) != *query.asset) continue;
    if (query.run && run_of(record.fact) != *query.run) continue;
    if (query.kinds.any() && !query.kinds[record.fact.index()]) continue;
    if (page.facts.size() == query.limit) {
      page.next = page.facts.back().sequence;
      break;
    }
    page.facts.push_back(record);
  }
  return page;
}

Result<FactRecord> MemoryReader::fact(Sequence sequence) {
  if (is_broken) throw std::runtime_error{"a promise was broken"};
  const auto found = std::ranges::find(records, sequence, &FactRecord::sequence);
  if (found == records.end()) return Error{Errc::not_found, "no such fact"};
  return *found;
}

Result<Sequence> MemoryReader::last_before(Instant at) {
  Sequence last;
  for (const FactRecord& record : records) {
    if (record.at < at) last = record.sequence;
  }
  return last;
}

Result<RunPage> MemoryReader::runs(const RunQuery& query) {
  RunPage page;
  for (auto it = stored.rbegin(); it != stored.rend(); ++it) {
    const StoredRun& run = it->second;
    if (query.before.value != 0 && it->first >= query.before) continue;
    if (!query.statuses.empty() &&
        std::ranges::find(query.statuses, run.run.status) == query.statuses.end()) {
      continue;
    }
    if (!query.causes.empty() &&
        std::ranges::find(query.causes, run.run.cause) == query.causes.end()) {
      continue;
    }
    if (query.backfill && run.run.backfill != *query.backfill) continue;
    if (query.from != Instant{} && run.run.created_at < query.from) continue;
    if (query.until != Instant{} && run.run.created_at >= query.until) continue;
    if (query.assets && !has_step_of(run, *query.assets)) continue;
    if (query.asset && std::ranges::none_of(run.steps, [&](const StepRow& step) {
          return step.member.asset == *query.asset;
        })) {
      continue;
    }
    if (page.runs.size() == query.limit) {
      page.next = page.runs.back().run;
      break;
    }
    page.runs.push_back(run.run);
  }
  return page;
}

Result<StoredRun> MemoryReader::run(RunId id) {
  const auto found = stored.find(id);
  if (found == stored.end()) return Error{Errc::not_found, "no such run"};
  return found->second;
}

Result<StepRow> MemoryReader::step(StepId id) {
  for (const StepRow& row : stored[id.run].steps) {
    if (row.step == id) return row;
  }
  return Error{Errc::not_found, "no such step"};
}

Result<StepPage> MemoryReader::steps(const StepQuery& query) {
  StepPage page;
  for (auto it = stored.rbegin(); it != stored.rend(); ++it) {
    for (const StepRow& row : it->second.steps) {
      const bool failed = row.status == StepStatus::failed || row.status == StepStatus::lost;
      const bool of_failed = query.which == StepQuery::Which::failed;
      if (of_failed ? !failed : row.status != StepStatus::succeeded) continue;
      if (row.ended_at < query.from || row.ended_at >= query.to) continue;
      if (query.assets &&
          std::ranges::find(*query.assets, row.member.asset) == query.assets->end()) {
        continue;
      }
      page.truncated = page.steps.size() == query.limit;
      if (page.truncated) return page;
      const RunRow& run = it->second.run;
      page.steps.push_back({.step = row.step,
                            .member = row.member,
                            .check = row.check,
                            .status = row.status,
                            .reason = row.reason,
                            .attempt = row.attempt,
                            .code = row.code,
                            .started_at = row.started_at,
                            .ended_at = row.ended_at,
                            .exit_code = row.exit_code,
                            .text = row.text,
                            .cause = run.cause,
                            .tags = run.tags,
                            .definitions = run.definitions});
    }
  }
  return page;
}

Result<Timeline> MemoryReader::timeline(const TimelineQuery& query) {
  const std::vector<std::uint32_t> none(query.columns);
  Timeline out{.succeeded = none, .failed = none, .canceled = none, .running = none};
  for (const auto& [id, run] : stored) {
    if (run.run.ended_at < query.from || run.run.ended_at >= query.to) continue;
    if (query.assets && !has_step_of(run, *query.assets)) continue;
    auto& counts = run.run.status == RunStatus::succeeded ? out.succeeded
                   : run.run.status == RunStatus::failed  ? out.failed
                                                          : out.canceled;
    ++counts.back();
    ++out.running.back();
  }
  return out;
}

Result<BackfillPage> MemoryReader::backfills(const BackfillQuery& query) {
  BackfillPage page;
  for (auto it = filled.rbegin(); it != filled.rend(); ++it) {
    if (query.before.value != 0 && it->first >= query.before) continue;
    if (page.backfills.size() == query.limit) {
      page.next = page.backfills.back().row.backfill;
      break;
    }
    page.backfills.push_back(it->second);
  }
  return page;
}

Result<StoredBackfill> MemoryReader::backfill(BackfillId id) {
  const auto found = filled.find(id);
  if (found == filled.end()) return Error{Errc::not_found, "no such backfill"};
  return found->second;
}

Result<AnswerRow> MemoryReader::answer(std::string_view key) {
  const auto found = answers.find(std::string{key});
  if (found == answers.end()) return Error{Errc::not_found, "no such answer"};
  return found->second;
}

void MemoryReader::keep(const Batch& batch) {
  records.insert(records.end(), batch.facts.begin(), batch.facts.end());
  for (const RunRow& row : batch.rows.of<RunRow>()) stored[row.run].run = row;
  for (const StepRow& row : batch.rows.of<StepRow>()) {
    auto& steps = stored[row.step.run].steps;
    const auto found = std::ranges::find(steps, row.step, &StepRow::step);
    if (found == steps.end()) {
      steps.push_back(row);
    } else {
      *found = row;
    }
    std::ranges::sort(steps, {}, &StepRow::step);
  }
  for (const BackfillRow& row : batch.rows.of<BackfillRow>()) filled[row.backfill].row = row;
  for (const BackfillTargetRow& row : batch.rows.of<BackfillTargetRow>()) {
    auto& targets = filled[row.backfill].targets;
    std::erase_if(targets, [&](const auto& other) { return other.asset == row.asset; });
    targets.push_back(row);
  }
  for (const AnswerRow& row : batch.rows.of<AnswerRow>()) answers[row.key] = row;
}

bool MemoryReader::has_step_of(const StoredRun& run, const std::vector<AssetId>& assets) {
  return std::ranges::any_of(run.steps, [&](const StepRow& step) {
    return std::ranges::find(assets, step.member.asset) != assets.end();
  });
}

Result<LogPart> MemoryLogs::find(const AttemptId& attempt, LogStream stream) const {
  ++searches;
  if (answers) return answers(attempt, stream);
  return LogPart{.path = folder(attempt) + (stream == LogStream::out   ? "/stdout"
                                            : stream == LogStream::err ? "/stderr"
                                                                       : "/index")};
}

std::string MemoryLogs::folder(const AttemptId& attempt) const {
  return root + '/' + to_text(attempt.step.run) + '-' + std::to_string(attempt.step.number) + '-' +
         std::to_string(attempt.attempt);
}

bool MemoryService::submit(Input input, std::function<void(Reply)> done) {
  if (is_full) return false;
  std::visit(
      []<class I>(I& each) {
        if constexpr (requires { each.token = 1; }) each.token = 1;
      },
      input);
  post([this, input = std::move(input), done = std::move(done)] {
    for (Reply& reply : take(input)) done(std::move(reply));
  });
  return true;
}

void MemoryService::read(std::function<void(Reader&)> work, std::function<void()> done) {
  post([this, work = std::move(work), done = std::move(done)] {
    work(reader);
    done();
  });
}

void MemoryService::offload(std::function<void()> work, std::function<void()> done) {
  post([work = std::move(work), done = std::move(done)] {
    work();
    done();
  });
}

void MemoryService::why(std::string asset, std::string partition,
                        std::function<void(Result<Why>)> done) {
  post([this, asset, partition, done] {
    const auto why = engine_.why(asset, partition);
    if (!why) return done(why.error());
    done(Why{.explanation = *why, .expected = {.said = {"nobody knows", {}}}});
  });
}

std::optional<Explanation::Node> MemoryService::decision_tree(
    const fact::Decided& decided, const std::function<std::string(AssetId)>& key_of) const {
  return recorded_tree(decided, key_of);
}

void MemoryService::what_if(std::string asset, std::string partition, std::string automation,
                            std::function<void(Result<Explanation>)> done) {
  post([asset, partition, automation, done] {
    if (automation == "?") return done(Error{Errc::invalid, "automation, column 1: no condition"});
    done(Explanation{.said = {automation + " of " + asset + "[" + partition + "]", {}},
                     .tree = Explanation::Node{.label = automation, .held = true}});
  });
}

void MemoryService::plan(PlanRequest request, std::function<void(Result<Plan>)> done) {
  planned = request;
  post([request, done] {
    const Estimate takes{
        .p10 = Millis{500}, .p50 = Millis{1'500}, .p90 = Millis{4'000}, .samples = 3};
    done(Plan{.changed = request.changed,
              .requested = request.requested,
              .items = {{.asset = "marts/revenue",
                         .reason = {"it reads it", {}},
                         .because = request.changed,
                         .ready_after = takes,
                         .worked = takes,
                         .critical = true}},
              .total = takes,
              .critical_path = {"marts/revenue"},
              .working = takes.p50,
              .work = takes.p50});
  });
}

void MemoryService::readiness(ReadinessQuery query,
                              std::function<void(Result<std::vector<Readiness>>)> done) {
  asked = query;
  ++readiness_asked;
  post([query, done, first = forecast_from] {
    std::vector<Readiness> out;
    for (const Rank rank : query.assets) {
      for (std::size_t i = 0; i + 1 < query.days.size(); ++i) {
        out.push_back({.asset = rank, .day = query.days[i], .inputs = 2});
        if (i + 2 == query.days.size() && rank >= first) {
          out.back().forecast = Forecast{.basis = Forecast::Basis::history,
                                         .p50 = query.days[i],
                                         .samples = 7,
                                         .said = {"as before", {}}};
        }
      }
    }
    done(std::move(out));
  });
}

void MemoryService::validate(std::vector<ProposedFile> files,
                             std::function<void(std::vector<Diagnostic>)> done) {
  proposed = std::move(files);
  post([this, done] { done(diagnostics); });
}

void MemoryService::reload(std::function<void(std::vector<Diagnostic>)> done) {
  ++reloads;
  post([this, done] { done(diagnostics); });
}

std::vector<SourceStatus> MemoryService::sources() const { return sources_list; }

std::vector<SourceStatus> MemoryService::lineage_topics() const {
  return {{.asset = "shop", .kind = "openlineage", .state = "reading", .detail = "events"}};
}

std::vector<PublicationStatus> MemoryService::publications() const { return publications_list; }

void MemoryService::test_source(std::string asset, std::function<void(Result<SourceTest>)> done) {
  SourceTest found;
  found.findings = {{"asset", asset}};
  post([found, done] { done(found); });
}

void MemoryService::reread(std::string asset, std::string body,
                           std::function<void(Result<std::vector<input::Event>>)> done) {
  const auto found = std::make_shared<Result<std::vector<input::Event>>>(
      Error{Errc::invalid, "the message is not JSON"});
  if (body != "{") {
    *found = std::vector<input::Event>{{.kind = input::Event::Kind::observation,
                                        .asset = asset,
                                        .data_version = body,
                                        .source = asset}};
  }
  post([found, done] { done(std::move(*found)); });
}

std::vector<Metric> MemoryService::metrics() const {
  return {{.name = "runs", .help = "Runs.", .type = "gauge", .labels = "pool=\"x\"", .value = 2}};
}

Health MemoryService::health() const {
  return {.ready = snapshot_ != nullptr, .checks = {{"store", "ok"}}};
}

std::shared_ptr<void> MemoryService::subscribe(Listener listener) {
  listener_ = std::make_shared<Listener>(std::move(listener));
  return listener_;
}

void MemoryService::drain() {
  while (!posted_.empty()) {
    const auto next = std::move(posted_.front());
    posted_.pop_front();
    next();
  }
}

std::vector<Reply> MemoryService::take(const Input& input) {
  Moment moment = engine_.step({&input, 1}, clock_.now());
  reader.keep(moment.batch);
  snapshot_ = engine_.snapshot();
  if (listener_.use_count() > 1 && !moment.batch.facts.empty()) (*listener_)(moment.batch.facts);
  std::vector<Reply> replies;
  for (Effect& effect : moment.effects) {
    if (auto* answer = std::get_if<effect::Answer>(&effect)) replies.push_back(answer->reply);
    if (const auto* start = std::get_if<effect::StartStep>(&effect)) started.push_back(*start);
  }
  return replies;
}

void MemoryService::load(std::vector<AssetDefinition> assets, std::vector<AlertRoute> alerts) {
  Definitions definitions;
  definitions.project = "shop";
  for (AssetDefinition& asset : assets) asset.project = "shop";
  definitions.assets = std::move(assets);
  definitions.alerts = std::move(alerts);
  definitions.fingerprint = ++fingerprint_;
  auto graph = Graph::build({std::make_shared<const Definitions>(std::move(definitions))});
  take(input::Load{.graph = graph.value(), .token = 0});
}

void MemoryService::end_step(int exit_code, std::string text) {
  const effect::StartStep start = started.front();
  started.pop_front();
  take(input::StepRunning{.step = start.step, .attempt = start.attempt, .pid = 1});
  take(input::StepOutcome{.step = start.step,
                          .attempt = start.attempt,
                          .kind = input::StepOutcome::Kind::exited,
                          .code = exit_code,
                          .text = std::move(text)});
}

}  // namespace freshet::test
