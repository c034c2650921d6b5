// What a project declares: assets, sources, pools.  Plain data, as read from its files; a Graph is
// built from it.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "freshet/partitions.hpp"
#include "freshet/sources.hpp"
#include "freshet/time.hpp"

namespace freshet {

/// Where something is written; line and column count from 1, 0 where there is none (a scenario, the
/// API).
struct Place {
  std::string file;
  int line{};
  int column{};
  friend bool operator==(const Place&, const Place&) = default;
};

/// One mistake, or one thing worth saying, with its place and the fix.
struct Diagnostic {
  enum class Severity : std::uint8_t { error, warning };
  Severity severity{Severity::error};
  Place place;
  std::string message;
  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

/// What must hold of a dependency before it may be used (reference: the condition language,
/// any_deps_unready).
struct EdgeRule {
  std::optional<Micros>
      max_age;  ///< The latest delivery is younger than this; an age equal to it has passed it.
  std::optional<Seconds> wait_until;  ///< Local time of day from which on what exists will do.
  std::string timezone{"UTC"};        ///< Of wait_until.
  friend bool operator==(const EdgeRule&, const EdgeRule&) = default;
};

struct Dependency {
  std::string key;
  EdgeRule rule;
  MappingDefinition mapping;
  /// Columns that it reads of it, ascending; empty: any.  What touches none of them is no update.
  std::vector<std::string> columns;
  Place place;
};

enum class CheckSeverity : std::uint8_t { warn, error };

struct CheckDefinition {
  std::string name;
  std::vector<std::string> command;  ///< Empty: reported by the asset's process or from outside.
  CheckSeverity severity{CheckSeverity::error};
  bool blocking{false};
  std::optional<Micros> timeout;
  std::string description;
  Place place;
  std::string automation;  ///< Expression of when it runs by itself, alone; "" for none.
  Place automation_place;  ///< Of the expression's first character.

  /// Whether it follows each step of its asset: what blocks must be known before others go on.
  [[nodiscard]] bool follows_asset() const {
    return !command.empty() && (automation.empty() || blocking);
  }
};

struct FreshnessPolicy {
  Micros within{};             ///< From this age on the state is `fail`.
  std::optional<Micros> warn;  ///< From this age on the state is `warn`.
  /// Cron expression: at each of its ticks the latest delivery must be younger than `within`, and
  /// between them it is judged as of the last one.  "" : at any time.  `warn` then counts back from
  /// the coming tick.
  std::string deadline;
  std::string timezone{"UTC"};  ///< Of the deadline.
  friend bool operator==(const FreshnessPolicy&, const FreshnessPolicy&) = default;
};

/// How several partitions of an asset that are wanted at once are cut into runs.
struct BackfillPolicy {
  std::uint32_t per_run{1};      ///< Partitions in one run; 0: all of them.
  std::uint32_t concurrency{2};  ///< Runs at a time.
  bool is_range{false};          ///< A run's partitions are made by one step, as a range.
  friend bool operator==(const BackfillPolicy&, const BackfillPolicy&) = default;
};

enum class Backoff : std::uint8_t { constant, exponential };

struct RetryPolicy {
  int max{0};  ///< Further attempts after the first: 2 means three in all.
  Backoff backoff{Backoff::exponential};
  Micros delay{
      std::chrono::seconds{10}};  ///< Before the second attempt; doubles on each further one …
  Micros delay_max{std::chrono::minutes{10}};  ///< … up to this.
  friend bool operator==(const RetryPolicy&, const RetryPolicy&) = default;
};

/// A column of a dependency that a column is made from.
struct ColumnOrigin {
  std::string asset;
  std::string column;
  int line{}, line_column{};  ///< Where that is written, in the file of the asset that says so.
};

/// A column of an asset, as it is declared.
struct ColumnDefinition {
  std::string name;  ///< Unique within its asset.
  std::string type;  ///< In the words of whatever stores it; "" where it is not said.
  std::string description;
  std::map<std::string, std::string> tags;
  std::vector<ColumnOrigin> from;  ///< Of direct dependencies; empty where it is not said.
};

struct AssetDefinition {
  std::string key;
  std::string project;      ///< Code location: what may share a run.
  bool external{false};     ///< Declared under `sources`: only observed.
  SourceDefinition source;  ///< For external ones.
  std::string group;
  std::string description;
  std::vector<std::string> kinds;
  std::vector<std::string> owners;
  std::map<std::string, std::string> tags;
  std::vector<Dependency> deps;
  std::string automation;            ///< Expression; "" for none.
  Place automation_place;            ///< Of the expression's first character.
  std::string code_version;          ///< "" where none is known.
  std::vector<std::string> command;  ///< argv; empty: reported from outside.
  std::map<std::string, std::string> environment;
  std::string directory;  ///< Working directory of its process: the folder of the defining file.
  std::optional<PartitionsDefinition> partitions;
  std::vector<ColumnDefinition> columns;  ///< Empty where they are not declared.
  std::vector<CheckDefinition> checks;
  std::optional<FreshnessPolicy> freshness;
  BackfillPolicy backfill;
  RetryPolicy retries;
  std::optional<Micros> timeout;
  std::string pool;          ///< "" for none.
  std::int32_t priority{0};  ///< Greater first.
  std::vector<std::string>
      writes;                ///< Paths or tables it writes; two assets with one are two writers.
  std::string renamed_from;  ///< Key whose history it carries on; "" for none.
  std::string executor{"local"};
  Place place;
};

/// What people are told of.
enum class AlertKind : std::uint8_t {
  failure,    ///< A step failed for good.
  freshness,  ///< An asset has become too old.
  recovery,   ///< One of the others is over.
  check,      ///< A check that passed, or had no result, fails.
  test,       ///< Somebody tries a route.
};

/// Where alerts go, and which.
struct AlertRoute {
  enum class Target : std::uint8_t { webhook, email, command };
  enum class Format : std::uint8_t { json, slack };
  /// `url`, `secret`, `username` and `password` are secrets: they go nowhere but to the receiver.
  struct Webhook {
    std::string url;
    std::string secret;  ///< Signs what is sent; "" for none.
    Format format{Format::json};
  };
  struct Email {
    std::string smtp;  ///< smtp://HOST:PORT or smtps://HOST:PORT.
    std::string from;
    std::vector<std::string> to;
    std::string username;
    std::string password;
    std::optional<bool> starttls;  ///< Required, or never; nullopt: where the server offers it.
  };
  std::string name;  ///< Unique within its project.
  Target target{Target::webhook};
  Webhook webhook;
  Email email;
  std::vector<std::string> command;          ///< argv.
  std::vector<AlertKind> kinds;              ///< Empty: all.
  std::string select;                        ///< "": the assets of its own project.
  std::optional<Micros> repeat;              ///< Told again this often while it is still so.
  Micros timeout{std::chrono::seconds{30}};  ///< Of one attempt.
  std::string directory;                     ///< Folder of the defining file.
  Place place;
  Place select_place;
};

/// One project: what its files say, all of it valid in itself.
struct Definitions {
  std::string project;
  std::string directory;
  std::vector<AssetDefinition> assets;         ///< Sources and assets, in the order of the files.
  std::map<std::string, std::uint32_t> pools;  ///< Name → how many steps may run at once.
  std::vector<AlertRoute> alerts;
  LineageIntake lineage;
  std::vector<Publication> publications;
  std::uint64_t fingerprint{};  ///< Of everything that was read; equal means nothing changed.
};

}  // namespace freshet
