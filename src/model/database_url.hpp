// Which database a URL names, and how it is shown to people: postgresql://, mysql://, sqlite:PATH.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/result.hpp"

namespace freshet {

enum class DatabaseKind : std::uint8_t { postgresql, mysql, sqlite };
[[nodiscard]] std::string_view to_text(DatabaseKind kind);  ///< "PostgreSQL" and so on.

struct DatabaseUrl {
  DatabaseKind kind{DatabaseKind::postgresql};
  // Percent-decoded; "": not given.
  std::string user;
  std::string password;  ///< Secret.
  std::string host;      ///< As written; of PostgreSQL perhaps several, with their ports.
  std::string port;
  std::string name;                               ///< Of the database; of SQLite: the file.
  std::map<std::string, std::string> parameters;  ///< Behind the `?`; may hold secrets.

  /// Without whatever may be a secret.
  [[nodiscard]] std::string shown() const;
  /// `text` with `***` for each secret of the URL that stands in it, as written or decoded.
  [[nodiscard]] std::string without_secrets(std::string text) const;

  std::vector<std::string> secrets;  ///< All forms in which they might be quoted; longest first.
};

/// Errc::invalid says what a URL looks like, and quotes nothing of this one.
[[nodiscard]] Result<DatabaseUrl> parse_database_url(std::string_view text);

}  // namespace freshet
