// The verbs of the command line, each as a function of its options.  They print, and return the
// exit code: 0 fine, 1 the answer is no, 2 wrong use or unreadable input, 3 a --timeout ran out.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cli/remote.hpp"
#include "freshet/time.hpp"

namespace freshet::cli {

struct Output {
  bool json{false};
};

// local.cpp: need no daemon
int init(const std::string& directory);
int validate(const std::vector<std::string>& directories, const Output& output);
int schema(const std::string& field);
int graph(const std::vector<std::string>& directories, const std::string& selection,
          const std::string& format);
/// With a state folder, one scenario becomes its history.
int simulate(const std::vector<std::string>& files, const std::string& state_directory);

// source.cpp: needs no daemon
int test_source(const std::vector<std::string>& directories, const std::string& asset,
                const Output& output);

// remote.cpp and ask.cpp: ask the daemon
struct Planned {
  std::vector<std::string> changed;
  std::string selection;   ///< Of what changed, too; "" for none.
  std::string request;     ///< A selection of what is asked for; "" for none.
  std::string partitions;  ///< Of assets that have them; "" for none.
};
int plan(const RemoteOptions& remote, const Planned& what, const Output& output);
struct ReadinessOf {
  std::string selection;  ///< "" for all.
  std::string day;        ///< "" for the present one.
  std::string timezone;   ///< "" for UTC.
};
int readiness(const RemoteOptions& remote, const ReadinessOf& what, const Output& output);
struct Materialize {
  std::string selection;
  std::string partitions;  ///< Of assets that have them; "" for none.
  bool checks_only{false};
  std::string reason;
  bool wait{false};
  std::optional<Micros> timeout;
};
int materialize(const RemoteOptions& remote, const Materialize& what, const Output& output);
struct Backfill {
  std::string target;  ///< A selection, or a backfill's id; "" for the list.
  std::string action;  ///< Of a backfill: "", "pause", "resume", "cancel", "retry".
  std::string partitions;
  std::string only;     ///< "", "missing", "failed", "stale".
  std::string per_run;  ///< A number or "all"; "" as the assets' policies say.
  std::string reason;
  int concurrency{0};  ///< 0: as the assets' policies say.
  bool newest_first{false};
  bool dry_run{false};
  bool wait{false};
  std::optional<Micros> timeout;
};
int backfill(const RemoteOptions& remote, const Backfill& what, const Output& output);
struct Runs {
  std::string run;     ///< One; "" for the list.
  std::string action;  ///< "", "cancel", "retry", "log".
  std::string from;    ///< Of retry: "", "failure", "failed" or "all".
  std::string step;    ///< Of log: its asset; "" for the first that failed, else the last.
  bool raw{false};     ///< Of log: with what carriage returns took away.
  std::string status;
  int limit{20};
};
int runs(const RemoteOptions& remote, const Runs& what, const Output& output);
int why(const RemoteOptions& remote, const std::string& asset, const std::string& partition,
        const Output& output);
int events(const RemoteOptions& remote, int limit, bool rejected, const Output& output);
int replay_event(const RemoteOptions& remote, const std::string& id, const Output& output);
struct Alerts {
  std::string action;  ///< "" for the list, "mute", "unmute", "test".
  std::string what;    ///< A selection, or of test a route's name.
  std::string length;  ///< Of mute: such as 2h; "" for until it is ended.
  std::string reason;
  int limit{20};
};
int alerts(const RemoteOptions& remote, const Alerts& what, const Output& output);
int open(const RemoteOptions& remote);
int reload(const RemoteOptions& remote, const Output& output);
int doctor(const RemoteOptions& remote, bool health_only, const Output& output);

}  // namespace freshet::cli
