// What becomes of the folders of ended attempts: their logs are packed into a segment a day, found
// there, and deleted when they are old.
#pragma once
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "freshet/logs.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet {

struct LogOptions {
  std::chrono::days logs_kept{14};
};

/// The output of all attempts under a state folder.  One thread at a time for what is not const.
class LogArchive final : public Logs {
 public:
  explicit LogArchive(std::string state_directory, LogOptions options = {})
      : state_{std::move(state_directory)}, options_{options} {}

  [[nodiscard]] Result<LogPart> find(const AttemptId& attempt, LogStream stream) const override;
  [[nodiscard]] std::chrono::days kept() const override { return options_.logs_kept; }

  struct Packed {
    std::vector<AttemptId> left;  ///< Could not be packed; their folders are as they were.
    std::optional<Error> error;   ///< Why; of the last of them.  Not for one that is supervised.
  };
  /// Packs what these wrote into the segment of the day of `now`, together and durably, and then
  /// removes their folders.  Their end must be on record: nobody will look for their `status`
  /// again. One whose supervisor still lives is left; one without a folder has been packed before.
  [[nodiscard]] Packed pack(std::span<const AttemptId> attempts, Instant now);

  /// After a crash: mends all segments and removes what was packed.  Returns all attempts that have
  /// a folder, ended or not.
  [[nodiscard]] Result<std::vector<AttemptId>> recover();

  /// Deletes the segments of days since whose end logs_kept have passed.
  [[nodiscard]] Result<void> delete_old(Instant now);

 private:
  [[nodiscard]] std::string stem(const std::string& day) const { return state_ + "/logs/" + day; }
  [[nodiscard]] Result<std::vector<std::string>> days() const;

  std::string state_;
  LogOptions options_;
};

}  // namespace freshet
