// Which of a transaction's changed rows count, and for which partitions.  Pure.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "freshet/definitions.hpp"
#include "source/database/partition_keys.hpp"
#include "source/database/pgoutput.hpp"

namespace freshet::database {

/// A transaction, once it was committed.
struct CommittedChanges {
  Lsn commit, end;
  struct Partition {
    std::optional<Instant> from;
    std::uint64_t rows{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  std::map<std::string, Partition> partitions;  ///< By key; "" where the asset is not cut.
  std::string emptied;  ///< Tables that were truncated, of an asset that is cut; "": none.
  std::vector<std::string> errors;  ///< Rows whose partition cannot be told, and why.
  std::vector<Misfit> misfits;      ///< Values that are none; each once.
};

class RowChanges {
 public:
  RowChanges(const DatabaseSource& source, PartitionKeys keys);

  /// What has been committed with this message, if it is the end of a transaction.
  [[nodiscard]] std::optional<CommittedChanges> take(const pgoutput::Message& message);
  /// Between begin and commit.
  [[nodiscard]] bool is_inside() const { return open_.has_value(); }
  /// What people should know of the tables, a sentence each.
  [[nodiscard]] const std::set<std::string>& notes() const { return notes_; }

 private:
  void take_change(const pgoutput::Change& change);
  void take_truncate(const pgoutput::Truncate& truncate);
  [[nodiscard]] bool counts(const pgoutput::Relation& relation, const pgoutput::Change& change);
  /// Adds the partition that a row is in.
  void touch(const pgoutput::Relation& relation, const pgoutput::Row& row, bool is_key_only,
             const char* doing, std::map<std::string, std::optional<Instant>>& touched);
  void refuse(std::string why);
  /// nullptr: it is not followed.
  [[nodiscard]] const pgoutput::Relation* find(std::uint32_t id) const;

  std::set<std::string> tables_;  ///< Of the publication; empty: all.
  std::set<std::string> columns_;
  std::string partition_;
  PartitionKeys keys_;
  std::map<std::uint32_t, pgoutput::Relation> relations_;
  std::optional<CommittedChanges> open_;
  std::set<std::string> notes_;
};

}  // namespace freshet::database
