#include "source/tables/table.hpp"

#include <filesystem>
#include <mutex>
#include <system_error>
#include <utility>

#include "model/database_url.hpp"
#include "source/database/postgres.hpp"
#include "source/database/sqlite.hpp"
#include "source/files/path_pattern.hpp"
#include "source/remote/halt.hpp"

namespace freshet::tables {
namespace {

using Format = TableSource::Format;

Look look_at(Folder& folder, Format format, const std::string& known) {
  return format == Format::iceberg ? look_at_iceberg(folder) : look_at_delta(folder, known);
}

class LocalTable final : public Table {
 public:
  LocalTable(const std::string& path, Format format)
      : folder_{local_folder(path)}, format_{format} {}
  [[nodiscard]] Look look(const std::string& known) override {
    return look_at(*folder_, format_, known);
  }

 private:
  const std::unique_ptr<Folder> folder_;
  const Format format_;
};

class BucketTable final : public Table {
 public:
  BucketTable(const TableSource& source, Patience patience)
      : source_{source}, patience_{patience} {}

  [[nodiscard]] Look look(const std::string& known) override {
    const auto halt = begin();
    const remote::Watchdog watchdog{halt, patience_.look};
    remote::BucketClient client{remote::bucket_of(source_.path, source_.bucket), patience_.answer,
                                *halt};
    const auto folder = bucket_folder(client, source_.path);
    Look out = look_at(*folder, source_.format, known);
    if (watchdog.has_barked())
      out = {
          .error = source_.path + ": no answer within " + format_duration(Micros{patience_.look}),
          .snapshot = {}};
    return out;
  }
  void stop() override {
    const std::scoped_lock lock{mutex_};
    is_stopped_ = true;
    halt_->stop();
  }

 private:
  /// A watchdog's bark is of one look only.
  [[nodiscard]] std::shared_ptr<remote::Halt> begin() {
    const std::scoped_lock lock{mutex_};
    halt_ = std::make_shared<remote::Halt>();
    if (is_stopped_) halt_->stop();
    return halt_;
  }

  const TableSource source_;
  const Patience patience_;
  std::mutex mutex_;
  std::shared_ptr<remote::Halt> halt_{std::make_shared<remote::Halt>()};
  bool is_stopped_{false};
};

/// Of a DuckLake.  The connection to a server is kept, a file is opened anew.
class Catalog final : public Table {
 public:
  Catalog(std::string path, const std::string& table, const Clock& clock, Patience patience)
      : path_{std::move(path)},
        query_{ducklake_query(table)},
        limits_{.connect = patience.answer, .statement = patience.answer, .rows = 2},
        waker_{clock} {}

  [[nodiscard]] Look look(const std::string& /*known*/) override {
    std::error_code error;
    if (!is_server() && !std::filesystem::exists(path_, error)) return {};
    const bool was_connected = connection_ != nullptr;
    auto answer = ask();
    // The server may have been started anew since.
    if (!answer && answer.error().code == Errc::io && was_connected) answer = ask();
    if (!is_server()) connection_.reset();
    if (answer) return read_ducklake(*answer);
    std::string message = "read catalog: " + answer.error().message;
    // As PostgreSQL and SQLite say it.
    if (message.find("relation \"ducklake_") != std::string::npos) {
      message +=
          ": no DuckLake is there, or its tables are in another schema than public "
          "(?options=-csearch_path%3DSCHEMA)";
    } else if (message.find("no such table: ducklake_") != std::string::npos) {
      message += ": no DuckLake is there";
    }
    return {.error = std::move(message), .snapshot = {}};
  }
  void stop() override { waker_.stop(); }

 private:
  [[nodiscard]] bool is_server() const { return path_.find("://") != std::string::npos; }

  [[nodiscard]] Result<database::Answer> ask() {
    if (connection_ == nullptr) {
      FRESHET_TRY(connection_, connect());
    }
    auto answer = connection_->ask(query_);
    if (!answer && answer.error().code == Errc::io) connection_.reset();
    return answer;
  }

  [[nodiscard]] Result<std::unique_ptr<database::Connection>> connect() {
    if (!is_server()) return database::open_sqlite("/", path_, limits_, waker_);
    FRESHET_TRY(const DatabaseUrl url, parse_database_url(path_));
    return database::connect_postgres(path_, url, "", limits_, waker_);
  }

  const std::string path_;
  const std::string query_;
  const database::Limits limits_;
  database::Waker waker_;
  std::unique_ptr<database::Connection> connection_;
};

}  // namespace

std::shared_ptr<Table> open_table(const AssetDefinition& asset, const Clock& clock,
                                  Patience patience) {
  const TableSource& source = asset.source.table;
  if (source.format == Format::ducklake)
    return std::make_shared<Catalog>(path_of(asset), source.table, clock, patience);
  if (place_of(source) == PlaceKind::bucket) return std::make_shared<BucketTable>(source, patience);
  return std::make_shared<LocalTable>(path_of(asset), source.format);
}

PlaceKind place_of(const TableSource& source) {
  if (source.path.find("://") == std::string::npos) return PlaceKind::local;
  return source.format == Format::ducklake ? PlaceKind::database : PlaceKind::bucket;
}

std::string path_of(const AssetDefinition& asset) {
  const TableSource& source = asset.source.table;
  if (place_of(source) != PlaceKind::local) return source.path;
  return files::PathPattern{asset.directory, source.path}.absolute();
}

std::string shown_of(const AssetDefinition& asset) {
  const TableSource& source = asset.source.table;
  std::string out = path_of(asset);
  if (place_of(source) == PlaceKind::database) {
    const auto url = parse_database_url(source.path);
    out = url ? url->shown() : "the catalog";
  }
  return out + (source.table.empty() ? "" : ", " + source.table);
}

std::string announcing_folder(const AssetDefinition& asset) {
  const TableSource& source = asset.source.table;
  if (place_of(source) != PlaceKind::local) return {};
  switch (source.format) {
    case Format::delta:
      return path_of(asset) + "/_delta_log";
    case Format::iceberg:
      return path_of(asset) + "/metadata";
    case Format::ducklake:
      return {};
  }
  return {};
}

}  // namespace freshet::tables
