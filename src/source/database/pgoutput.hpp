// The messages of PostgreSQL's plug-in pgoutput (protocol version 1), and of the stream they come
// in.  Pure.  As the manual has them: "Logical Replication Message Formats" and "Streaming
// Replication Protocol".
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet::database {

/// A place in the write-ahead log.
using Lsn = Id<struct LsnTag, std::uint64_t>;
[[nodiscard]] std::string to_text(Lsn lsn);  ///< "16/B374D848"
[[nodiscard]] std::optional<Lsn> parse_lsn(std::string_view text);

namespace pgoutput {

struct Relation {
  struct Column {
    std::string name;
    bool is_key{false};  ///< Of the replica identity.
  };
  std::uint32_t id{};
  std::string schema, name;
  char identity{'d'};  ///< d: primary key, n: nothing, f: all columns, i: an index.
  std::vector<Column> columns;
};

struct Value {
  char kind{'n'};  ///< n: NULL, u: unchanged and not sent, t: text.
  std::string text;
};
using Row = std::vector<Value>;

struct Begin {
  Lsn commit;
};
struct Commit {
  Lsn commit;  ///< Of its record …
  Lsn end;     ///< … and behind it.
};
struct Change {
  char kind{};  ///< I, U or D.
  std::uint32_t relation{};
  char old_kind{};  ///< K: only the key's columns, O: all; 0: none.
  Row old_row;
  Row new_row;
};
struct Truncate {
  std::vector<std::uint32_t> relations;
};
struct Other {};  ///< Of no meaning here: types, origins.

using Message = std::variant<Begin, Commit, Relation, Change, Truncate, Other>;
[[nodiscard]] Result<Message> parse(std::string_view bytes);

/// What the server sends within the stream.
struct Data {
  std::string_view message;  ///< Into what was parsed.
};
struct Keepalive {
  Lsn end;  ///< All before it has been sent.
  bool wants_answer{false};
};
[[nodiscard]] Result<std::variant<Data, Keepalive>> parse_frame(std::string_view bytes);

/// What is answered: received and durable up to there.
[[nodiscard]] std::string status_update(Lsn received, Lsn durable, Instant now);

}  // namespace pgoutput
}  // namespace freshet::database
