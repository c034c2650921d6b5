// One table that keeps its own snapshots, wherever it is: a folder, a bucket, a catalog.
#pragma once
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "freshet/definitions.hpp"
#include "freshet/time.hpp"
#include "source/tables/snapshot.hpp"

namespace freshet::tables {

class Table {
 public:
  virtual ~Table() = default;
  /// `known` is what was told last, or "".  Blocks; one thread at a time.
  [[nodiscard]] virtual Look look(const std::string& known) = 0;
  /// For good: a look that goes on ends soon, as those that are to come.  Any thread.
  virtual void stop() {}
};

/// How long whom is waited for.
struct Patience {
  Millis answer{Seconds{30}};             ///< One answer.
  Millis look{std::chrono::minutes{10}};  ///< All of a look.
};

/// `clock` is borrowed.
[[nodiscard]] std::shared_ptr<Table> open_table(const AssetDefinition& asset, const Clock& clock,
                                                Patience patience);

enum class PlaceKind : std::uint8_t { local, bucket, database };
[[nodiscard]] PlaceKind place_of(const TableSource& source);
/// Absolute, or an address that may hold secrets.
[[nodiscard]] std::string path_of(const AssetDefinition& asset);
/// The same for people, without any secrets; of DuckLake with the table's name.
[[nodiscard]] std::string shown_of(const AssetDefinition& asset);
/// The folder whose changes announce a snapshot; "": none does, since looking changes it, too.
[[nodiscard]] std::string announcing_folder(const AssetDefinition& asset);

}  // namespace freshet::tables
