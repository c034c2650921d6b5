// How an attempt's process ended.
#pragma once
#include <cstdint>
#include <string>

#include "freshet/time.hpp"

namespace freshet {

struct Outcome {
  enum class Kind : std::uint8_t {
    exited,       ///< code.
    signaled,     ///< signal.
    exec_error,   ///< It could not be started; text says why.
    lost,         ///< Nobody can say: the supervisor died, or the machine did; text says which.
    not_started,  ///< It never began and now never will by itself: starting it again is safe.
  };
  Kind kind{Kind::lost};
  int code{};
  int signal{};
  std::string text;  ///< Of a process that failed by itself: the last line that it wrote.
  bool stopped{false};    ///< A stop had been asked for before it ended.
  bool timed_out{false};  ///< The supervisor's own backstop ended it.
  Instant started{};      ///< This and all below: 0 where unknown, as for `lost`.
  Instant ended{};        ///< Of the process itself, not of what it left behind.
  std::int64_t user_us{};
  std::int64_t system_us{};
  std::int64_t max_rss_kb{};
};

}  // namespace freshet
