// What has been said of an asset's files, and what there is to say.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "freshet/engine.hpp"
#include "freshet/time.hpp"
#include "source/files/fingerprint.hpp"

namespace freshet::files {

/// A file that fits the path and belongs to no partition.
struct Misfit {
  std::string path;
  std::string reason;
};

/// One asset's.  A partition is told when its files are others than those that were told last; one
/// whose window has not ended yet, once it has.  Of partitions without any file nothing is said.
class Ledger {
 public:
  /// `path` as the definition has it.
  Ledger(std::string asset, std::string path) : asset_{std::move(asset)}, path_{std::move(path)} {}

  /// What a look found, in place of what an earlier one did.  `tell_again`: also what was told
  /// already.
  void find(const std::vector<Group>& groups, const std::vector<Misfit>& misfits, bool tell_again,
            Instant wall);

  [[nodiscard]] bool has_news() const { return next_ < outbox_.size(); }
  /// The next of what there is to say: one moment, not too long.
  [[nodiscard]] std::vector<input::Event> batch() const;
  /// That batch was taken.
  void taken();

  /// When a partition that has files comes to exist.
  [[nodiscard]] std::optional<Instant> opens() const { return opens_; }
  [[nodiscard]] std::uint64_t events() const { return events_; }    ///< Taken.
  [[nodiscard]] std::uint64_t misfits() const { return misfits_; }  ///< Names, since start.

 private:
  void refuse(const std::vector<Misfit>& misfits);
  [[nodiscard]] std::size_t batch_end() const;

  std::string asset_, path_;
  std::map<std::string, std::string> told_;  ///< Version, by partition.
  std::set<std::string> refused_;            ///< Names that were told …
  std::vector<std::string> refusing_;        ///< … and that are in outbox_.
  std::vector<input::Event> outbox_;
  std::size_t next_{};  ///< In outbox_.
  std::optional<Instant> opens_;
  std::uint64_t events_{}, misfits_{};
};

}  // namespace freshet::files
