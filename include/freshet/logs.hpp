// Where the output of attempts lies: in a file of its own, later as a part of one, and then
// nowhere.
#pragma once
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "freshet/ids.hpp"
#include "freshet/result.hpp"

namespace freshet {

/// One process of a step.
struct AttemptId {
  StepId step;
  std::uint32_t attempt{};  ///< From 1.
  friend constexpr auto operator<=>(const AttemptId&, const AttemptId&) = default;
};

enum class LogStream : std::uint8_t {
  out,
  err,
  times,  ///< How far the two had grown when: LogTime after LogTime, as the machine holds them.
};

/// How far an attempt's output had come at a moment; noted at most every 100 ms, only after growth.
struct LogTime {
  std::int64_t at_us{};  ///< Wall clock, since the epoch.
  std::uint64_t out_bytes{};
  std::uint64_t err_bytes{};
};
static_assert(sizeof(LogTime) == 24);

/// Where the bytes of one stream are.
struct LogPart {
  std::string path;  ///< "": it wrote nothing, or what it wrote is gone.
  std::uint64_t offset{};
  std::optional<std::uint64_t> size;  ///< nullopt: up to the file's end, which may still move.
};

class Logs {
 public:
  virtual ~Logs() = default;
  /// Any thread; blocks.  By the time that the file is opened it may be gone, because the log was
  /// packed or deleted: then ask again.  A file that is open stays as it is.
  [[nodiscard]] virtual Result<LogPart> find(const AttemptId& attempt, LogStream stream) const = 0;
  /// For how long after its end an attempt's output can be found, at least.
  [[nodiscard]] virtual std::chrono::days kept() const = 0;
};

}  // namespace freshet
