// What a database must be able to do to be a source: be asked, and perhaps call by itself.  For
// another kind of database: one more class like these, one more line in `connect`, and a word in
// model/database_url.cpp.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "model/database_url.hpp"
#include "source/database/waker.hpp"

namespace freshet::database {

/// What a query gives; all values as text, nullopt for NULL.
struct Answer {
  std::vector<std::string> columns;
  std::vector<std::vector<std::optional<std::string>>> rows;
};

struct Limits {
  Millis connect{Seconds{10}};
  Millis statement{Seconds{30}};
  std::size_t rows{100'000};
};

/// Used by one thread, which waits with the Waker only.  Errors hold no secrets.  After an error
/// with Errc::io the connection is of no use any more; others are about what was asked.
class Connection {
 public:
  virtual ~Connection() = default;
  /// "PostgreSQL 15.18".
  [[nodiscard]] virtual std::string server() const = 0;
  /// One statement, in a transaction that can write nothing.
  [[nodiscard]] virtual Result<Answer> ask(const std::string& query) = 0;
  /// Two equal texts: nothing was committed in between.  Errc::unsupported: it cannot be told.
  [[nodiscard]] virtual Result<std::string> state() = 0;

  struct Calls {
    std::uint64_t count{};
    std::string last;  ///< What the last one said.
  };
  /// Readable when the database called; -1: it does not.
  [[nodiscard]] virtual int calls_fd() const { return -1; }
  /// False: others may change it without a call, so it is to be asked all the same.
  [[nodiscard]] virtual bool calls_always() const { return true; }
  [[nodiscard]] virtual Result<Calls> take_calls() { return Calls{}; }
};

/// With all that `asset` says of its database; `waker` is borrowed by the connection.
[[nodiscard]] Result<std::unique_ptr<Connection>> connect(const AssetDefinition& asset,
                                                          const DatabaseUrl& url,
                                                          const Limits& limits, Waker& waker);

}  // namespace freshet::database
