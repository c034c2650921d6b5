// What the daemon and freshet-step agree on: the files of an attempt's folder, their text, exit
// codes.
//
// An attempt is claimed by creating `claim` with O_EXCL; who fails to create it starts nothing. The
// supervisor holds flock(LOCK_EX) on it for life.  Lines are "key=value key=value"; the claim's are
//     pid=41 start=977 boot=b68c…        the supervisor, before it starts anything
//     child=42 start=978                 the process it started, leader of its own group
//     void=lost | void=not_started       written by the daemon, holding the lock or having created
//                                        the file: whoever comes later starts nothing
// Free of everything but libc, because the supervisor is.
#pragma once
#include <cstdint>

namespace freshet::claim {

inline constexpr const char* kClaimFile = "claim";
inline constexpr const char* kStatusFile = "status";  ///< There is an outcome once this exists.
inline constexpr const char* kStatusTmpFile = "status.tmp";  ///< Renamed to kStatusFile.
inline constexpr const char* kStdoutFile = "stdout";
inline constexpr const char* kStderrFile = "stderr";
inline constexpr const char* kIndexFile = "index";  ///< IndexEntry after IndexEntry; may be absent.

/// How far the logs had grown at a moment; written at most every 100 ms, only after growth.
struct IndexEntry {
  std::int64_t at_us{};  ///< Wall clock, since the epoch.
  std::uint64_t stdout_bytes{};
  std::uint64_t stderr_bytes{};
};
static_assert(sizeof(IndexEntry) == 24);

/// How freshet-step ends.
enum ExitCode : std::uint8_t {
  kExitDone = 0,     ///< `status` is written.
  kExitUsage = 2,    ///< Wrong arguments; the folder is untouched.
  kExitClaimed = 3,  ///< Someone else has the claim; nothing was started.
  kExitFailed = 4,   ///< The claim could not be made, or `status` not be written.
};

/// Names the point at which the supervisor kills itself ("after_spawn"), or stops until it is
/// continued
/// ("after_spawn:stop"): after_claim, after_flock, after_claim_written, after_spawn, before_status,
/// after_status_tmp, after_rename.  For tests; never passed on to the child.
inline constexpr const char* kFailpointVariable = "FRESHET_STEP_FAILPOINT";
inline constexpr const char* kBootIdFile = "/proc/sys/kernel/random/boot_id";

}  // namespace freshet::claim
