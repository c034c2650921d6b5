// What a change event of Debezium says: which row, what became of it, and where in the database's
// log that stands.  Pure.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "freshet/result.hpp"
#include "model/field_path.hpp"

namespace freshet::kafka {

/// What stands beside its schema, as Kafka Connect's JSON converter writes keys and values; its
/// dates, times and decimals are text then.  Anything else as it is.
[[nodiscard]] nlohmann::json without_schema(nlohmann::json message);

class Change {
 public:
  /// From the envelope {before, after, source, op, …}, bare or beside its schema as Kafka Connect's
  /// JSON converter writes it.  nullopt: it tells of no data (a tombstone, a heartbeat, a logical
  /// message).  Errc::invalid: it is no change event.
  [[nodiscard]] static Result<std::optional<Change>> read(nlohmann::json message);

  /// In what to look `field` up: in the envelope if it begins with one of its own names (before,
  /// after, source, op, ts_ms, ts_us, ts_ns, transaction), else in the row as it is now, of a
  /// deleted one as it was.
  [[nodiscard]] const nlohmann::json& root_of(const FieldPath& field) const;
  /// As it was before an update, if that is told; null where it is not.
  [[nodiscard]] const nlohmann::json* row_before() const;

  /// c, u, d, r (of a snapshot), t (truncate).
  [[nodiscard]] char op() const { return op_; }
  /// The place in the log that the change was read from; "" of a snapshot, whose rows are all at
  /// the same one, and where there is none.
  [[nodiscard]] std::string version() const;

 private:
  nlohmann::json envelope_;
  char op_{};
};

}  // namespace freshet::kafka
