#include "store/sqlite/connection.hpp"

#include <sqlite3.h>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "freshet/result.hpp"

namespace freshet::sqlite {
namespace {

/// Of everything that fits into one value; more is our own mistake and refused by SQLite.
int size_of(std::string_view bytes) {
  constexpr auto most = static_cast<std::size_t>(std::numeric_limits<int>::max());
  return static_cast<int>(bytes.size() < most ? bytes.size() : most);
}

Errc code_of(int primary) {
  return primary == SQLITE_BUSY || primary == SQLITE_LOCKED ? Errc::busy : Errc::io;
}

std::string reason_of(sqlite3* database, int primary) {
  switch (primary) {
    case SQLITE_FULL:
      return "the disk is full: free some space where this file is, then start again";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return std::string{"the file is damaged ("} + sqlite3_errmsg(database) +
             "): put back a copy of the state directory, or move it away to start afresh";
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return std::string{"this user cannot write it ("} + sqlite3_errmsg(database) + ")";
    default:
      return sqlite3_errmsg(database);
  }
}

}  // namespace

Error last_error(sqlite3* database) {
  const int primary = sqlite3_errcode(database) & 0xff;
  const char* file = sqlite3_db_filename(database, "main");
  std::string message = "store " + std::string{file == nullptr ? "" : file} + ": ";
  message += reason_of(database, primary);
  const int system = sqlite3_system_errno(database);
  if ((primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) && system != 0) {
    message += " (" + std::generic_category().message(system) + ")";
  }
  return Error{code_of(primary), std::move(message)};
}

Error during(std::string_view operation, Error error) {
  error.message = std::string{operation} + ' ' + error.message;
  return error;
}

void Statement::keep_error(int code) { bind_failed_ = bind_failed_ || code != SQLITE_OK; }

void Statement::bind(int parameter, std::int64_t value) {
  keep_error(sqlite3_bind_int64(handle_.get(), parameter, value));
}
void Statement::bind_null(int parameter) {
  keep_error(sqlite3_bind_null(handle_.get(), parameter));
}
void Statement::bind_text(int parameter, std::string_view text) {
  const char* start = text.data() == nullptr ? "" : text.data();  // a null pointer would be NULL
  keep_error(sqlite3_bind_text(handle_.get(), parameter, start, size_of(text), SQLITE_STATIC));
}
void Statement::bind_blob(int parameter, std::string_view bytes) {
  const char* start = bytes.data() == nullptr ? "" : bytes.data();
  keep_error(sqlite3_bind_blob(handle_.get(), parameter, start, size_of(bytes), SQLITE_STATIC));
}
void Statement::bind_blob_copy(int parameter, std::string_view bytes) {
  const char* start = bytes.data() == nullptr ? "" : bytes.data();
  keep_error(sqlite3_bind_blob(handle_.get(), parameter, start, size_of(bytes), SQLITE_TRANSIENT));
}

Result<bool> Statement::step() {
  const int code = bind_failed_ ? SQLITE_ERROR : sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    reset();
    return false;
  }
  Error error = last_error(sqlite3_db_handle(handle_.get()));
  reset();
  return error;
}

Result<void> Statement::run() {
  FRESHET_TRY(const bool row, step());
  FRESHET_ASSERT(!row);
  return {};
}

void Statement::reset() {
  if (handle_) sqlite3_reset(handle_.get());
  bind_failed_ = false;
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}
bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}
std::string_view Statement::bytes(int column) const {
  const auto* start = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
  if (start == nullptr) return {};
  return {start, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

Result<Connection> Connection::open(const std::string& file, Mode mode) {
  const int access = mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  sqlite3* handle{};
  const int code = sqlite3_open_v2(file.c_str(), &handle, access | SQLITE_OPEN_NOMUTEX, nullptr);
  Connection connection;
  connection.handle_.reset(handle);
  if (handle == nullptr) return Error{Errc::io, "store " + file + ": out of memory"};
  if (code != SQLITE_OK) return last_error(handle);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, 10'000);  // only somebody with a tool of his own can be in the way
  return connection;
}

Result<void> Connection::run(const std::string& sql) {
  if (sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return last_error(handle());
  }
  return {};
}

Result<Statement> Connection::prepare(const std::string& sql) {
  sqlite3_stmt* statement{};
  const int code =
      sqlite3_prepare_v3(handle(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return last_error(handle());
  return Statement{statement};
}

Result<std::int64_t> Connection::number(const std::string& sql) {
  FRESHET_TRY(Statement statement, prepare(sql));
  FRESHET_TRY(const bool row, statement.step());
  return row ? statement.number(0) : 0;
}

Result<std::string> Connection::text(const std::string& sql) {
  FRESHET_TRY(Statement statement, prepare(sql));
  FRESHET_TRY(const bool row, statement.step());
  return row ? std::string{statement.bytes(0)} : std::string{};
}

Result<ReadTransaction> ReadTransaction::begin(Connection& connection) {
  if (auto begun = connection.run("BEGIN"); !begun) return std::move(begun).error();
  return ReadTransaction{connection};
}

ReadTransaction::ReadTransaction(ReadTransaction&& other) noexcept
    : connection_{std::exchange(other.connection_, nullptr)} {}

ReadTransaction::~ReadTransaction() {
  if (connection_ != nullptr) static_cast<void>(connection_->run("COMMIT"));  // nothing was written
}

}  // namespace freshet::sqlite
