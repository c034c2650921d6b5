// What is written into an attempt's folder, and when: the claim, the logs' index, the status.
#pragma once
#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <string>

#include "exec/process/claim.hpp"

namespace freshet::step {

/// Kills this process when FRESHET_STEP_FAILPOINT is `point`; stops it until SIGCONT at
/// "point:stop".
void failpoint(const char* point);
/// Remembers FRESHET_STEP_FAILPOINT and takes it out of the environment.
void take_failpoint();

/// Wall clock, microseconds since the epoch.
[[nodiscard]] std::int64_t wall_us();

/// How it ended; becomes one line of text.
struct Status {
  enum class Kind : std::uint8_t { exited, signaled, exec_error };
  Kind kind{Kind::exited};
  int number{};      ///< Exit code, signal or errno.
  std::string text;  ///< For exec_error: "operation object: reason".
  bool stopped{false};
  bool timed_out{false};
  std::int64_t started_us{};
  std::int64_t ended_us{};
  rusage usage{};
};

/// The folder of one attempt.  Errors are errno values, 0 being none.
class Attempt {
 public:
  Attempt() = default;
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;
  ~Attempt() = default;  // The descriptors live as long as the process, the claim's lock with them.

  /// Creates and locks the claim, and writes who we are.  EEXIST: someone else has it.
  [[nodiscard]] int claim(const std::string& directory, const std::string& boot_id);
  /// Adds the child to the claim, so that what is left of its group can be found without us.
  void record_child(pid_t child) const;
  /// Opens both logs for appending.
  [[nodiscard]] int open_logs();
  /// Adds an entry to the index if a log has grown since the last one.
  void index_growth();
  /// Writes, syncs and renames the status, then syncs the folder.
  [[nodiscard]] int write_status(const Status& status) const;

  [[nodiscard]] int stdout_fd() const { return stdout_fd_; }
  [[nodiscard]] int stderr_fd() const { return stderr_fd_; }

 private:
  int directory_fd_{-1};
  int claim_fd_{-1};
  int stdout_fd_{-1};
  int stderr_fd_{-1};
  int index_fd_{-1};
  claim::IndexEntry last_;
};

}  // namespace freshet::step
