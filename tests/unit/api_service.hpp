// A daemon for the API's tests: the real engine, history in memory, and callbacks that wait until
// they are drained, as the io thread would run them.
#pragma once
#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "freshet/engine.hpp"
#include "freshet/service.hpp"

namespace freshet::test {

class MemoryReader : public Reader {
 public:
  Result<FactPage> facts(const FactQuery& query) override;
  Result<FactRecord> fact(Sequence sequence) override;
  Result<Sequence> last_before(Instant at) override;
  Result<RunPage> runs(const RunQuery& query) override;
  Result<StoredRun> run(RunId id) override;
  Result<StepRow> step(StepId id) override;
  Result<StepPage> steps(const StepQuery& query) override;
  /// One column holds all.
  Result<Timeline> timeline(const TimelineQuery& query) override;
  Result<BackfillPage> backfills(const BackfillQuery& query) override;
  Result<StoredBackfill> backfill(BackfillId id) override;
  Result<AnswerRow> answer(std::string_view key) override;
  Result<StoreSizes> sizes() override { return StoreSizes{}; }

  void keep(const Batch& batch);

  static bool has_step_of(const StoredRun& run, const std::vector<AssetId>& assets);

  std::vector<FactRecord> records;
  bool is_broken{false};  ///< To ask for a fact throws.
  std::map<RunId, StoredRun> stored;
  std::map<BackfillId, StoredBackfill> filled;
  std::map<std::string, AnswerRow> answers;
};

/// Logs in files of their own under `root`, or where a test says.
class MemoryLogs : public Logs {
 public:
  [[nodiscard]] Result<LogPart> find(const AttemptId& attempt, LogStream stream) const override;
  [[nodiscard]] std::chrono::days kept() const override { return std::chrono::days{14}; }
  [[nodiscard]] std::string folder(const AttemptId& attempt) const;

  std::string root{"/nowhere"};
  std::function<Result<LogPart>(const AttemptId&, LogStream)> answers;
  mutable int searches{0};
};

class MemoryService : public Service {
 public:
  explicit MemoryService(ManualClock& clock) : clock_{clock} {}

  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot() const override { return snapshot_; }
  bool submit(Input input, std::function<void(Reply)> done) override;
  void read(std::function<void(Reader&)> work, std::function<void()> done) override;
  void offload(std::function<void()> work, std::function<void()> done) override;
  void why(std::string asset, std::string partition,
           std::function<void(Result<Why>)> done) override;
  [[nodiscard]] std::optional<Explanation::Node> decision_tree(
      const fact::Decided& decided,
      const std::function<std::string(AssetId)>& key_of) const override;
  void what_if(std::string asset, std::string partition, std::string automation,
               std::function<void(Result<Explanation>)> done) override;
  void plan(PlanRequest request, std::function<void(Result<Plan>)> done) override;
  void readiness(ReadinessQuery query,
                 std::function<void(Result<std::vector<Readiness>>)> done) override;
  void validate(std::vector<ProposedFile> files,
                std::function<void(std::vector<Diagnostic>)> done) override;
  void reload(std::function<void(std::vector<Diagnostic>)> done) override;
  [[nodiscard]] std::vector<SourceStatus> sources() const override;
  std::vector<SourceStatus> sources_list{
      {.asset = "raw/orders", .kind = "webhook", .state = "waiting", .detail = "for events"}};
  [[nodiscard]] std::vector<SourceStatus> lineage_topics() const override;
  [[nodiscard]] std::vector<PublicationStatus> publications() const override;
  std::vector<PublicationStatus> publications_list;
  void test_source(std::string asset, std::function<void(Result<SourceTest>)> done) override;
  bool look_now(const std::string& /*asset*/) override { return false; }
  void reread(std::string asset, std::string body,
              std::function<void(Result<std::vector<input::Event>>)> done) override;
  [[nodiscard]] std::vector<Metric> metrics() const override;
  [[nodiscard]] Health health() const override;
  [[nodiscard]] SystemStatus system() const override { return system_status; }
  [[nodiscard]] const Logs& logs() const override { return memory_logs; }
  [[nodiscard]] std::shared_ptr<void> subscribe(Listener listener) override;

  /// Runs what waits, and what that leads to.
  void drain();
  /// One moment of the engine, committed and told.  Replies are returned.
  std::vector<Reply> take(const Input& input);
  void load(std::vector<AssetDefinition> assets, std::vector<AlertRoute> alerts = {});
  /// The oldest step that was started ends so.
  void end_step(int exit_code = 0, std::string text = "");

  MemoryReader reader;
  std::deque<effect::StartStep> started;
  PlanRequest planned;
  ReadinessQuery asked;
  int readiness_asked{0};
  Rank forecast_from;  ///< Assets before it have none.
  std::vector<ProposedFile> proposed;
  std::vector<Diagnostic> diagnostics;
  int reloads{0};
  bool is_full{false};
  MemoryLogs memory_logs;
  SystemStatus system_status;

 private:
  void post(std::function<void()> task) { posted_.push_back(std::move(task)); }

  ManualClock& clock_;
  Engine engine_{EngineOptions{}};
  std::shared_ptr<const Snapshot> snapshot_;
  std::shared_ptr<Listener> listener_;
  std::deque<std::function<void()>> posted_;
  std::uint64_t fingerprint_{0};
};

}  // namespace freshet::test
