// What the daemon does for those who ask over HTTP.  Implemented by runtime; the API knows nothing
// else of it.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/engine.hpp"
#include "freshet/history.hpp"
#include "freshet/logs.hpp"
#include "freshet/plan.hpp"
#include "freshet/readiness.hpp"
#include "freshet/snapshot.hpp"

namespace freshet {

/// A file of a project, as somebody proposes it.
struct ProposedFile {
  std::string path;  ///< Relative to the project's folder.
  std::string text;
};

/// Why an asset is as it is, and when that will be otherwise.
struct Why {
  Explanation explanation;
  Forecast expected;
};

/// How a source is doing.
struct SourceStatus {
  std::string asset;
  std::string kind;           ///< "file", "webhook", "kafka".
  std::string state;          ///< "watching", "polling", "reading", "paused", "waiting", "error".
  std::string detail;         ///< What it watches, or what is wrong.
  std::uint64_t events{};     ///< Since start.
  std::uint64_t unchanged{};  ///< Of those: nothing new.
  Instant last_event{};       ///< 0: none yet.
  // Of a topic.
  std::string position{};                ///< Offset to be read next of each partition: "0:17 1:4".
  std::optional<std::uint64_t> lag{};    ///< Messages that are there and not read yet, as far as known.
  std::uint64_t messages{};              ///< Since start.
  std::uint64_t ignored{};               ///< Of those: did not match.
  std::uint64_t dead{};                  ///< Of those: could not be read.
};

/// A figure for /metrics.
struct Metric {
  std::string name;  ///< Without the prefix "freshet_".
  std::string help;
  std::string type;    ///< "counter" or "gauge".
  std::string labels;  ///< `pool="x"`, or "".
  double value{};
};

/// A project and what became of the latest attempt to read it.
struct ProjectStatus {
  std::string name;  ///< "" where it never had a good version.
  std::string directory;
  std::size_t assets{};                   ///< Of the version in force …
  Instant loaded_at{};                    ///< … and since when it is; 0: there is none.
  bool is_valid{false};                   ///< What was read last is in force.
  std::vector<Diagnostic> diagnostics{};  ///< Of what was read last.
};

/// An option of the daemon as it is in force.
struct ConfigValue {
  enum class Origin : std::uint8_t { standard, option };
  std::string name;   ///< As on the command line, without dashes.
  std::string value;  ///< Never a secret.
  Origin origin{Origin::standard};
};

/// How much the engine has done since the start, and how fast.
struct EngineFigures {
  std::uint64_t inputs{};
  std::uint64_t slow_inputs{};  ///< That took longer than 5 ms.
  Micros longest_input{};
  std::uint64_t facts{};
  std::uint64_t commits{};
  std::uint64_t queue{};  ///< Inputs that wait now.
};

/// The daemon itself.
struct SystemStatus {
  Instant started_at{};
  Micros uptime{};
  std::string store_path;  ///< Of the database file.
  std::vector<ProjectStatus> projects;
  EngineFigures engine;
  std::vector<ConfigValue> config;
};

struct Health {
  bool ready{false};
  std::vector<std::pair<std::string, std::string>> checks;  ///< Name and "ok", or what is wrong.
};

/// Everything is called on the io thread and answers there, never from within the call.
class Service {
 public:
  virtual ~Service() = default;

  /// The state now; never null once `health().ready`.
  [[nodiscard]] virtual std::shared_ptr<const Snapshot> snapshot() const = 0;

  /// Hands a command to the engine; `done` is called when its facts are durable and visible in
  /// snapshot(). False when the engine's inbox is full: nothing was taken, ask again later. The
  /// input's token is set here.
  virtual bool submit(Input input, std::function<void(Reply)> done) = 0;

  /// Runs `work` on a pool thread with a reader of history, then `done` on the io thread.
  virtual void read(std::function<void(Reader&)> work, std::function<void()> done) = 0;
  /// Runs `work` on a pool thread, then `done` on the io thread: for what takes longer than a
  /// millisecond.
  virtual void offload(std::function<void()> work, std::function<void()> done) = 0;

  virtual void why(std::string asset, std::string partition,
                   std::function<void(Result<Why>)> done) = 0;
  /// The tree of a recorded decision; any thread.
  [[nodiscard]] virtual std::optional<Explanation::Node> decision_tree(
      const fact::Decided& decided, const std::function<std::string(AssetId)>& key_of) const = 0;
  /// What another condition of an asset would say now; see what_if().
  virtual void what_if(std::string asset, std::string partition, std::string automation,
                       std::function<void(Result<Explanation>)> done) = 0;
  virtual void plan(PlanRequest request, std::function<void(Result<Plan>)> done) = 0;
  /// By asset, as they were asked for, and of each by day.
  virtual void readiness(ReadinessQuery query,
                         std::function<void(Result<std::vector<Readiness>>)> done) = 0;
  /// Judges the projects as they are on disk, or with these files in place of theirs.
  virtual void validate(std::vector<ProposedFile> files,
                        std::function<void(std::vector<Diagnostic>)> done) = 0;
  /// Loads the projects anew; a rejected one keeps its last good version.
  virtual void reload(std::function<void(std::vector<Diagnostic>)> done) = 0;

  [[nodiscard]] virtual std::vector<SourceStatus> sources() const = 0;
  [[nodiscard]] virtual std::vector<Metric> metrics() const = 0;
  [[nodiscard]] virtual Health health() const = 0;
  [[nodiscard]] virtual SystemStatus system() const = 0;
  /// What steps wrote; lives as long as this.
  [[nodiscard]] virtual const Logs& logs() const = 0;

  /// Calls `listener` after each commit with its facts, in order, on the io thread; the snapshot
  /// then shows them. The subscription ends when the returned handle is destroyed.
  using Listener = std::function<void(const std::vector<FactRecord>&)>;
  [[nodiscard]] virtual std::shared_ptr<void> subscribe(Listener listener) = 0;
};

}  // namespace freshet
