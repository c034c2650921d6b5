// The schemas that messages name, as a Confluent Schema Registry keeps them: each is asked for
// once.
#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "freshet/result.hpp"
#include "freshet/sources.hpp"
#include "freshet/time.hpp"
#include "source/kafka/schema.hpp"
#include "source/kafka/wire_format.hpp"

namespace freshet::kafka {

struct SchemaId {
  KafkaSource::Format format{};  ///< That it has to be of.
  SchemaName name;
  friend auto operator<=>(const SchemaId&, const SchemaId&) = default;
};

/// Any thread.
class SchemaRegistry {
 public:
  /// `url` may hold a user and a password.  `clock` is borrowed.
  SchemaRegistry(std::string url, const Clock& clock);

  /// nullopt: it has to be fetched first.  An Error says why there is none to read by; that is
  /// believed for some seconds, as somebody may register it after all.
  [[nodiscard]] std::optional<Result<std::shared_ptr<const Schema>>> find(const SchemaId& id) const;

  /// Asks for it, with all that it refers to, and waits up to `timeout` for each; `find` then knows
  /// of it.  Errc::io: the registry gave no answer, which says nothing about the schema; what it
  /// says may be shown.  Ends soon once `stop` is set.
  [[nodiscard]] Result<void> fetch(const SchemaId& id, Millis timeout,
                                   const std::atomic<bool>& stop);

 private:
  struct Fetch;
  [[nodiscard]] Result<std::shared_ptr<const Schema>> build(const Fetch& fetch,
                                                            const SchemaId& id) const;

  const std::string url_;
  const std::string shown_;  ///< Without what is secret.
  const Clock& clock_;
  struct Entry {
    Result<std::shared_ptr<const Schema>> schema;
    SteadyTime at{};
  };
  mutable std::mutex mutex_;
  std::map<SchemaId, Entry> known_;
};

/// Whether messages or their keys are of a format that is read by schemas.
[[nodiscard]] bool needs_registry(const KafkaSource& source);
/// Null where none is needed.
[[nodiscard]] std::shared_ptr<SchemaRegistry> make_registry(const KafkaSource& source,
                                                            const Clock& clock);

}  // namespace freshet::kafka
