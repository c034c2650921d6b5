#include "source/database/sqlite.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>
#include <utility>

#include "source/files/file_system.hpp"
#include "source/files/inotify.hpp"

namespace freshet::database {
namespace {

struct Closed {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct Finalized {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

/// What the file system says of a file; it must not be opened beside SQLite, whose locks on it
/// would be gone with that.
std::string look_of(const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) return "-";
  return std::to_string(found.st_mtim.tv_sec) + '.' + std::to_string(found.st_mtim.tv_nsec) + ':' +
         std::to_string(found.st_size);
}

ino_t number_of(const std::string& path) {
  struct stat found{};
  return ::stat(path.c_str(), &found) == 0 ? found.st_ino : 0;
}

class Sqlite final : public Connection {
 public:
  Sqlite(std::string path, const Limits& limits, Waker& waker)
      : path_{std::move(path)},
        limits_{limits},
        waker_{waker},
        name_{std::filesystem::path{path_}.filename().string()} {}

  [[nodiscard]] Result<void> open() {
    // Before the first look, so that nothing is missed.
    const auto folder = std::filesystem::path{path_}.parent_path().string();
    is_watched_ = inotify_.add(folder.empty() ? "/" : folder, files::WatchRole::folder) >= 0;
    is_remote_ = files::is_remote(path_);
    number_ = number_of(path_);
    sqlite3* raw = nullptr;
    const int code =
        sqlite3_open_v2(path_.c_str(), &raw, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
    database_.reset(raw);
    if (code != SQLITE_OK) return failed(number_ == 0 ? ": there is no such file" : "", Errc::io);
    sqlite3_busy_timeout(raw, 1'000);
    sqlite3_progress_handler(raw, 10'000, &Sqlite::is_late, this);
    return {};
  }

  [[nodiscard]] std::string server() const override {
    return std::string{"SQLite "} + sqlite3_libversion();
  }

  [[nodiscard]] Result<Answer> ask(const std::string& query) override {
    if (number_of(path_) != number_)
      return Error{Errc::io, "ask " + path_ + ": the file was replaced"};
    late_at_ = waker_.clock().steady() + limits_.statement;
    sqlite3_stmt* raw = nullptr;
    const char* rest = nullptr;
    if (sqlite3_prepare_v2(database_.get(), query.data(), static_cast<int>(query.size()), &raw,
                           &rest) != SQLITE_OK)
      return failed("", Errc::invalid);
    const std::unique_ptr<sqlite3_stmt, Finalized> statement{raw};
    if (raw == nullptr) return Error{Errc::invalid, "ask " + path_ + ": the query is empty"};
    if (sqlite3_stmt_readonly(raw) == 0)
      return Error{Errc::invalid, "ask " + path_ + ": the query would write"};
    Answer out;
    const int columns = sqlite3_column_count(raw);
    for (int c = 0; c < columns; ++c) out.columns.emplace_back(sqlite3_column_name(raw, c));
    while (true) {
      const int code = sqlite3_step(raw);
      if (code == SQLITE_DONE) return out;
      if (code != SQLITE_ROW)
        return failed("",
                      code == SQLITE_BUSY || code == SQLITE_INTERRUPT ? Errc::busy : Errc::invalid);
      if (out.rows.size() == limits_.rows)
        return Error{Errc::invalid, "ask " + path_ + ": the answer has more than " +
                                        std::to_string(limits_.rows) + " rows"};
      auto& row = out.rows.emplace_back();
      for (int c = 0; c < columns; ++c) {
        const void* const text = sqlite3_column_blob(raw, c);
        const bool is_null = sqlite3_column_type(raw, c) == SQLITE_NULL;
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(raw, c));
        row.push_back(is_null ? std::nullopt
                              : std::optional{std::string{static_cast<const char*>(text),
                                                          text == nullptr ? 0 : size}});
      }
    }
  }

  /// The number is this connection's own, so what is told is what the files look like.
  [[nodiscard]] Result<std::string> state() override {
    FRESHET_TRY(const Answer answer, ask("pragma data_version"));
    const std::string number = answer.rows.empty() ? "" : answer.rows.front().front().value_or("");
    if (state_.empty() || number != data_version_)
      state_ = look_of(path_) + ' ' + look_of(path_ + "-wal");
    data_version_ = number;
    return state_;
  }

  [[nodiscard]] int calls_fd() const override { return is_watched_ ? inotify_.fd() : -1; }
  [[nodiscard]] bool calls_always() const override { return !is_remote_; }
  [[nodiscard]] Result<Calls> take_calls() override {
    Calls out;
    const files::Inotify::Read read = inotify_.read();
    for (const files::WatchEvent& event : read.events) {
      if (event.name == name_ || event.name == name_ + "-wal" || event.is_ignored) ++out.count;
    }
    if (read.is_overflow) ++out.count;
    if (number_of(path_) != number_)
      return Error{Errc::io, "watch " + path_ + ": the file was replaced"};
    return out;
  }

 private:
  static int is_late(void* self) {
    auto& sqlite = *static_cast<Sqlite*>(self);
    return sqlite.waker_.is_stopped() || sqlite.waker_.clock().steady() > sqlite.late_at_ ? 1 : 0;
  }
  [[nodiscard]] Error failed(const std::string& why, Errc code) const {
    return {code, "ask " + path_ + ": " + sqlite3_errmsg(database_.get()) + why};
  }

  const std::string path_;
  const Limits limits_;
  Waker& waker_;
  const std::string name_;
  const files::Inotify inotify_;
  bool is_watched_{false};
  bool is_remote_{false};
  ino_t number_{};  ///< Of the file that was opened.
  std::unique_ptr<sqlite3, Closed> database_;
  SteadyTime late_at_{};
  std::string data_version_, state_;
};

}  // namespace

Result<std::unique_ptr<Connection>> open_sqlite(const std::string& directory,
                                                const std::string& path, const Limits& limits,
                                                Waker& waker) {
  const auto absolute = (std::filesystem::path{directory} / path).lexically_normal();
  auto out = std::make_unique<Sqlite>(absolute.string(), limits, waker);
  if (const auto opened = out->open(); !opened) return opened.error();
  return std::unique_ptr<Connection>{std::move(out)};
}

}  // namespace freshet::database
