#include "source/database/connection.hpp"

#include "source/database/mysql.hpp"
#include "source/database/postgres.hpp"
#include "source/database/sqlite.hpp"

namespace freshet::database {

Result<std::unique_ptr<Connection>> connect(const AssetDefinition& asset, const DatabaseUrl& url,
                                            const Limits& limits, Waker& waker) {
  const DatabaseSource& source = asset.source.database;
  switch (url.kind) {
    case DatabaseKind::postgresql:
      return connect_postgres(source.url, url, source.notify, limits, waker);
    case DatabaseKind::mysql:
      return connect_mysql(url, limits, waker);
    case DatabaseKind::sqlite:
      return open_sqlite(asset.directory, url.name, limits, waker);
  }
  return Error{Errc::unsupported, "no such kind of database"};
}

}  // namespace freshet::database
