// When to look at the files: after a quiet time, but not for ever later.  Pure: time is passed in.
#pragma once
#include <optional>

#include "base/clock.hpp"
#include "freshet/time.hpp"

namespace freshet::files {

/// One source's waiting.  A change begins it, further ones extend it, and it ends with a look, of
/// which there is one at a time.  A source that never falls quiet is looked at all the same, in the
/// end: after ten quiet times, or 30 s if that is less (but two quiet times at least).
class Settle {
 public:
  explicit Settle(Micros quiet) : quiet_{quiet} {}

  /// Something happened to the files.
  void change(SteadyTime now);
  /// Nothing is known to have happened, but somebody should look, at `at` or before.
  void ask(SteadyTime at);
  /// Somebody says that the files are whole: a look is due now, however they may have changed.
  void hurry(SteadyTime now);

  /// When to begin the next look; nullopt: not before something happens, or while a look goes on.
  [[nodiscard]] std::optional<SteadyTime> due() const;

  struct Look {
    bool is_quiet{};   ///< Nothing has happened for the quiet time.
    bool is_forced{};  ///< It has waited long enough: what is at rest is reported without the rest.
    bool is_hurried{};  ///< What it finds at rest does not only seem to be so.
  };
  Look begin(SteadyTime now);
  /// Ends a look that found all files at rest, or not.  Whether what it found is to be believed; if
  /// not, or not for all files, the next one is due after the quiet time.
  [[nodiscard]] bool end(SteadyTime now, bool is_at_rest);

  /// Waits for nothing any more; for whoever asks again by himself before long.
  void drop() { first_.reset(); }

  [[nodiscard]] bool is_looking() const { return look_.has_value(); }
  [[nodiscard]] Micros quiet() const { return quiet_; }
  [[nodiscard]] Micros wait_max() const;

 private:
  Micros quiet_;
  std::optional<SteadyTime> first_;  ///< Change that has not been reported.
  SteadyTime last_{};                ///< Of those changes.
  std::optional<SteadyTime> asked_;
  std::optional<SteadyTime> hurried_;
  std::optional<Look> look_;  ///< Goes on now.
  bool changed_in_look_{};
};

}  // namespace freshet::files
