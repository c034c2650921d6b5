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
  std::string kind;           ///< As to_text(SourceKind).
  std::string state;          ///< "watching", "polling", "reading", "held" (out of credit),
                              ///< "paused" (by a person), "waiting", "error".
  std::string detail;         ///< What it watches, or what is wrong.
  std::uint64_t events{};     ///< Since start.
  std::uint64_t unchanged{};  ///< Of those: nothing new.
  Instant last_event{};       ///< 0: none yet.
  double rate{};              ///< Messages, or else events, a second in the last minute.
  // Of what is read message by message.
  std::string position{};  ///< What is read next; of a topic, of each partition: "0:17 1:4".
  std::optional<std::uint64_t> lag{};  ///< What is there and not read yet, as far as known …
  std::string lag_unit{};              ///< … in "messages" (of a topic) or "bytes" (of a log).
  std::uint64_t messages{};            ///< Since start.
  std::uint64_t ignored{};             ///< Of those: did not match.
  std::uint64_t dead{};                ///< Of those: could not be read.
};

/// What a look at a source found.  Nothing was changed by it, here or there.
struct SourceTest {
  std::string error;  ///< Why it cannot be read, and what to do; "": it can.
  std::vector<std::pair<std::string, std::string>> findings;  ///< Name and value, to be read.
  std::vector<input::Event> events;  ///< The latest that it would tell, or would have told.
};

/// How far somebody has been told of what happens.
struct PublicationStatus {
  std::string project;
  std::string name;
  std::string format;         ///< "openlineage", "cloudevents".
  std::string target;         ///< Where it goes; nothing of it is secret.
  std::string state;          ///< "idle", "sending", "retrying".
  Sequence upto{};            ///< All up to here has been told.
  std::uint64_t waiting{};    ///< Events that are to be told next …
  bool is_more{false};        ///< … and there are more after them.
  Instant oldest{};           ///< When the first of them happened; 0: none waits.
  std::uint64_t delivered{};  ///< Since start.
  std::uint64_t given_up{};   ///< Since start: refused again and again.
  std::uint32_t attempts{};   ///< That failed since the latest that did not.
  Instant last_delivered{};   ///< 0: not since the start.
  std::string error;          ///< Of the latest attempt, or of its selection; "": none.
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
  /// Topics of OpenLineage events: of each the project in the place of an asset.
  [[nodiscard]] virtual std::vector<SourceStatus> lineage_topics() const = 0;
  [[nodiscard]] virtual std::vector<PublicationStatus> publications() const = 0;
  /// Connects to the source of an asset and looks, which may take seconds; Errc::not_found, or
  /// Errc::invalid where the asset has no source.
  virtual void test_source(std::string asset, std::function<void(Result<SourceTest>)> done) = 0;
  /// Somebody says that the source of an asset has changed; false: it is none that is looked at now
  /// and then.
  virtual bool look_now(const std::string& asset) = 0;
  /// What was rejected of the source of an asset, judged anew by what is defined now; `body` is
  /// what was kept of it.  Answers with what is to be told; see Sources::reread.
  virtual void reread(std::string asset, std::string body,
                      std::function<void(Result<std::vector<input::Event>>)> done) = 0;
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
