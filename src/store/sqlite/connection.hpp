// A connection to one SQLite file and its statements, with errors as sentences.
#pragma once
#include <sqlite3.h>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "freshet/result.hpp"

namespace freshet::sqlite {

/// The last error of a connection: "store FILE: reason", and what to do where somebody can do it.
[[nodiscard]] Error last_error(sqlite3* database);
/// "OPERATION store FILE: reason".
[[nodiscard]] Error during(std::string_view operation, Error error);

/// A prepared statement.  Parameters count from 1, columns from 0.
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* handle) : handle_{handle} {}
  explicit operator bool() const { return handle_ != nullptr; }

  void bind(int parameter, std::int64_t value);
  void bind_null(int parameter);
  /// What is bound is borrowed until the statement is reset.
  void bind_text(int parameter, std::string_view text);
  void bind_blob(int parameter, std::string_view bytes);
  void bind_blob_copy(int parameter, std::string_view bytes);

  /// True: a row can be read.  False: there are no more, and the statement is reset, as after an
  /// error.
  Result<bool> step();
  /// Runs a statement that yields no rows.
  Result<void> run();
  void reset();

  [[nodiscard]] std::int64_t number(int column) const;
  [[nodiscard]] bool is_null(int column) const;
  /// Valid until the next step; text and blobs alike.
  [[nodiscard]] std::string_view bytes(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  void keep_error(int code);

  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  bool bind_failed_{false};
};

/// Resets a statement at the end of a scope, so that its read transaction does not stay open.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(Statement& statement) : statement_{statement} {}
  ~ResetAtEnd() { statement_.reset(); }
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;

 private:
  Statement& statement_;
};

/// One thread at a time.
class Connection {
 public:
  enum class Mode : std::uint8_t { read_write, read_only };
  /// The file must exist.
  static Result<Connection> open(const std::string& file, Mode mode);

  Result<void> run(const std::string& sql);
  Result<Statement> prepare(const std::string& sql);
  /// The first column of the first row, as a number.
  Result<std::int64_t> number(const std::string& sql);
  Result<std::string> text(const std::string& sql);

  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

/// Keeps one instant for several statements of a connection.
class ReadTransaction {
 public:
  static Result<ReadTransaction> begin(Connection& connection);
  ReadTransaction(ReadTransaction&& other) noexcept;
  ReadTransaction& operator=(ReadTransaction&&) = delete;
  ~ReadTransaction();

 private:
  explicit ReadTransaction(Connection& connection) : connection_{&connection} {}
  Connection* connection_;
};

}  // namespace freshet::sqlite
