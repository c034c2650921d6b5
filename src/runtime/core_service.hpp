// The daemon as the API sees it: snapshot, commands, history, questions.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "exec/logs/log_archive.hpp"
#include "freshet/service.hpp"
#include "notify/notifier.hpp"
#include "publish/publisher.hpp"
#include "runtime/log_packer.hpp"
#include "runtime/pipeline.hpp"
#include "runtime/projects.hpp"
#include "runtime/source_set.hpp"
#include "runtime/steps.hpp"
#include "source/lineage_topics.hpp"
#include "store/store.hpp"

namespace freshet::runtime {

/// On the io thread, but for `release`, which the store thread calls.
class CoreService final : public Service {
 public:
  struct Parts {
    boost::asio::io_context& io;
    boost::asio::thread_pool& pool;
    const Clock& clock;
    Store& store;
    Projects& projects;
    LogArchive& logs;
    std::vector<ConfigValue> config;
    std::string store_path;
  };
  CoreService(Parts parts, Engine engine, Steps::Options step_options, SourceMemory source_memory);
  ~CoreService() override;

  /// With the definitions that were loaded; there must be some.
  void start(const std::vector<StepRow>& unfinished, const Projects::Loaded& loaded,
             notify::NotifierOptions notifier_options, publish::Origin origin,
             LineageTopics::Translate translate);
  /// Ends in order: sources, then the engine with what it was given, then the store; processes are
  /// left alone.
  void stop();
  /// Called on the io thread, once, when the store cannot go on.
  void on_failure(std::function<void(std::string)> callback) { on_failure_ = std::move(callback); }

  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot() const override { return snapshot_; }
  bool submit(Input input, std::function<void(Reply)> done) override;
  void read(std::function<void(Reader&)> work, std::function<void()> done) override;
  void offload(std::function<void()> work, std::function<void()> done) override;
  void why(std::string asset, std::string partition,
           std::function<void(Result<Why>)> done) override;
  [[nodiscard]] std::optional<Explanation::Node> decision_tree(
      const fact::Decided& decided,
      const std::function<std::string(AssetId)>& key_of) const override {
    return recorded_tree(decided, key_of);
  }
  void what_if(std::string asset, std::string partition, std::string automation,
               std::function<void(Result<Explanation>)> done) override;
  void plan(PlanRequest request, std::function<void(Result<Plan>)> done) override;
  void readiness(ReadinessQuery query,
                 std::function<void(Result<std::vector<Readiness>>)> done) override;
  void validate(std::vector<ProposedFile> files,
                std::function<void(std::vector<Diagnostic>)> done) override;
  void reload(std::function<void(std::vector<Diagnostic>)> done) override;
  [[nodiscard]] std::vector<SourceStatus> sources() const override;
  [[nodiscard]] std::vector<SourceStatus> lineage_topics() const override;
  [[nodiscard]] std::vector<PublicationStatus> publications() const override;
  void test_source(std::string asset, std::function<void(Result<SourceTest>)> done) override;
  bool look_now(const std::string& asset) override { return sources_.look_now(asset); }
  void reread(std::string asset, std::string body,
              std::function<void(Result<std::vector<input::Event>>)> done) override;
  [[nodiscard]] std::vector<Metric> metrics() const override;
  [[nodiscard]] Health health() const override;
  [[nodiscard]] SystemStatus system() const override;
  [[nodiscard]] const Logs& logs() const override { return parts_.logs; }
  [[nodiscard]] std::shared_ptr<void> subscribe(Listener listener) override;

  /// Nothing more is taken in from outside but by HTTP; for an end that does not take long.
  void stop_sources();
  void clock_jumped(Micros delta) { pipeline_.push(input::Jumped{delta}); }
  /// To be called every LogPacker::tick_every.
  void keep_logs() { packer_.tick(); }
  /// To be called every SourceRates::every.
  void sample_sources() { sources_.sample(parts_.clock.steady(), snapshot_.get()); }

 private:
  /// Reports of sources, as inputs.
  [[nodiscard]] Sources::Emit emit();
  void release(Committed committed);
  void let_out(Committed committed);
  void know(std::vector<ProjectStatus> projects);
  [[nodiscard]] std::unique_ptr<Reader> borrow_reader();
  void return_reader(std::unique_ptr<Reader> reader);

  Parts parts_;
  Pipeline pipeline_;
  Steps steps_;
  LogPacker packer_;
  std::map<std::string, std::string> cursors_;  ///< As they were stored.
  SourceSet sources_;
  std::unique_ptr<LineageTopics> lineage_;         ///< From `start` on.
  std::unique_ptr<notify::Notifier> notifier_;     ///< From `start` on.
  std::unique_ptr<publish::Publisher> publisher_;  ///< From `start` on.
  std::shared_ptr<const Snapshot> snapshot_;
  std::unordered_map<Token, std::function<void(Reply)>> waiting_;
  Token next_token_{1};
  std::list<std::weak_ptr<Listener>> listeners_;
  std::vector<FactRecord> untold_;  ///< Durable, and newer than the snapshot.
  std::function<void(std::string)> on_failure_;
  std::string store_error_;
  std::uint64_t steps_started_{0};
  std::vector<ProjectStatus> projects_;
  Instant started_at_{};
  SteadyTime started_{};
  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<Reader>> readers_;
};

}  // namespace freshet::runtime
