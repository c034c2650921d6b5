// What one message of a topic is to an asset: whether it counts, for which partition, in which
// version.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "model/field_path.hpp"
#include "model/partition/text.hpp"
#include "source/kafka/field.hpp"
#include "source/kafka/schema_registry.hpp"
#include "source/kafka/wire_format.hpp"

namespace freshet::kafka {

/// A partition of the asset.
struct Place {
  std::string partition;        ///< Its key; "" where the asset is not cut.
  std::optional<Instant> from;  ///< When it comes to exist, if it is a time window.
};

/// What one message is to its asset.  Immutable and shared; any thread.
class Rules {
 public:
  /// `registry` is for the formats that need one.  Errc::invalid names the field of the definition.
  [[nodiscard]] static Result<std::shared_ptr<const Rules>> make(
      const AssetDefinition& asset, std::shared_ptr<const SchemaRegistry> registry = nullptr);

  struct Reading {
    std::int32_t topic_partition{};
    std::int64_t offset{};
    std::optional<Instant> timestamp;
    /// Its schema has to be fetched before it can be read; nothing else is known of it.
    std::optional<SchemaId> schema;
    bool counts{false};  ///< It matches, and could be read.
    Place place;
    std::optional<Place> left;  ///< Where the row was that an update has moved.
    bool every{false};          ///< Of each partition, in the place of that one: a truncate.
    std::string version;        ///< "" where none is named: the offset is it.
    std::string id;
    char op{};          ///< Of a change event: c, u, d, r, t.
    std::string error;  ///< Why it could not be read …
    std::string body;   ///< … and what it was: a dead letter.
  };
  [[nodiscard]] Reading read(const Message& message) const;
  /// The key as fields look into it: decoded, or its text; null: there is none.  Where its schema
  /// is not known yet, `schema` is filled in.  Errc::invalid says what is wrong with it.
  [[nodiscard]] Result<nlohmann::json> key_of(const Message& message,
                                              std::optional<SchemaId>& schema) const;

  /// When the last of the windows comes to exist that are waited for.
  [[nodiscard]] Instant horizon(Instant now) const { return partitions_.horizon(now, windows_max); }
  static constexpr std::uint32_t windows_max = 100;  ///< Waited for, beside that of now.

  /// Whether each message is an event of its own.
  [[nodiscard]] bool is_each() const { return source_.settle == Micros{0} || id_.has_value(); }
  [[nodiscard]] const KafkaSource& source() const { return source_; }
  [[nodiscard]] const std::string& asset() const { return asset_; }

 private:
  [[nodiscard]] Result<Place> place_of(const std::string& text) const;
  /// Fills in the schema where it is not known yet.
  [[nodiscard]] Result<nlohmann::json> decode(const Message& message, Part part,
                                              std::optional<SchemaId>& schema) const;

  std::string asset_;
  KafkaSource source_;
  std::shared_ptr<const SchemaRegistry> registry_;
  std::optional<FieldPath> partition_, version_, id_;
  std::vector<std::pair<FieldPath, std::vector<std::string>>> match_;
  PartitionText partitions_;
  bool needs_payload_{false};
  bool needs_key_{false};  ///< Decoded.
};

/// Reads it for somebody who waits: schemas that it needs are fetched, each in up to `timeout`.
/// `registry` is that of the rules.  Errc::io: it gave no answer.
[[nodiscard]] Result<Rules::Reading> read_now(const Rules& rules, SchemaRegistry* registry,
                                              const Message& message, Millis timeout,
                                              const std::atomic<bool>& stop);

}  // namespace freshet::kafka
