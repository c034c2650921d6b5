// How a described row lies in a table: its columns, how they are bound, how they are read.
//
// Numbers, ids, enums, bools and instants are INTEGER (64 unsigned bits as the signed number of the
// same bits), strings TEXT, vectors a BLOB of the codec.  A MemberId takes two columns
// (field_asset, field_partition), a StepId too (field_run, field_number).
#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "freshet/ids.hpp"
#include "freshet/time.hpp"
#include "model/codec.hpp"
#include "store/sqlite/connection.hpp"

namespace freshet::sqlite {

struct Column {
  std::string name;
  std::string_view type;
};

struct Table {
  std::string_view name;
  std::vector<Column> columns;
  std::size_t keys{};  ///< How many of the first columns are the key.
};

/// A visitor for `describe` that notes columns.
class ColumnLister {
 public:
  ColumnLister(Table& table, int key_fields) : table_{table}, key_fields_left_{key_fields} {}

  template <class T>
  void operator()(std::string_view name, const T& value) {
    add(std::string{name}, value);
    if (key_fields_left_ > 0) table_.keys = table_.columns.size();
    --key_fields_left_;
  }

 private:
  template <class T>
  void add(const std::string& name, const T& /*value*/) {
    table_.columns.push_back({name, "INTEGER NOT NULL"});
  }
  void add(const std::string& name, const std::string& /*value*/) {
    table_.columns.push_back({name, "TEXT NOT NULL"});
  }
  template <class T>
  void add(const std::string& name, const std::vector<T>& /*value*/) {
    table_.columns.push_back({name, "BLOB NOT NULL"});
  }
  template <class T>
  void add(const std::string& name, const std::optional<T>& /*value*/) {
    table_.columns.push_back({name, "INTEGER"});
  }
  void add(const std::string& name, const PartitionSet& /*value*/) {
    table_.columns.push_back({name, "BLOB NOT NULL"});
  }
  void add(const std::string& name, const MemberId& member) {
    add(name + "_asset", member.asset), add(name + "_partition", member.partition);
  }
  void add(const std::string& name, const StepId& step) {
    add(name + "_run", step.run), add(name + "_number", step.number);
  }

  Table& table_;
  int key_fields_left_;
};

template <class R>
[[nodiscard]] Table table_of() {
  Table table{.name = R::table};
  const R row{};
  R::describe(row, ColumnLister{table, R::key_fields});
  return table;
}

/// A visitor for `describe` that binds parameters from 1 on; the row must outlive the statement's
/// step.
class Binder {
 public:
  explicit Binder(Statement& statement) : statement_{statement} {}

  template <class T>
  void operator()(std::string_view /*name*/, const T& value) {
    bind(value);
  }

 private:
  template <std::integral N>
  void bind(N value) {
    statement_.bind(next_++, static_cast<std::int64_t>(value));
  }
  template <class E>
    requires std::is_enum_v<E>
  void bind(E value) {
    bind(static_cast<std::underlying_type_t<E>>(value));
  }
  template <class Tag, class Rep>
  void bind(Id<Tag, Rep> id) {
    bind(id.value);
  }
  void bind(Instant at) { bind(at.time_since_epoch().count()); }
  void bind(const MemberId& member) { bind(member.asset), bind(member.partition); }
  void bind(const StepId& step) { bind(step.run), bind(step.number); }
  void bind(const std::string& text) { statement_.bind_text(next_++, text); }
  void bind(const PartitionSet& set) { statement_.bind_blob_copy(next_++, set.serialize()); }
  template <class T>
  void bind(const std::optional<T>& value) {
    if (value) {
      bind(*value);
    } else {
      statement_.bind_null(next_++);
    }
  }
  template <class T>
  void bind(const std::vector<T>& values) {
    if (values.empty()) return statement_.bind_blob(next_++, {});
    std::string bytes;
    codec::Encoder{bytes}.put(values);
    statement_.bind_blob_copy(next_++, bytes);
  }

  Statement& statement_;
  int next_{1};
};

/// A visitor for `describe` that reads columns from 0 on.
class ColumnReader {
 public:
  explicit ColumnReader(const Statement& statement) : statement_{statement} {}

  template <class T>
  void operator()(std::string_view /*name*/, T& value) {
    read(value);
  }
  /// A value was none that Binder writes.
  [[nodiscard]] bool damaged() const { return damaged_; }

 private:
  template <std::integral N>
  void read(N& value) {
    const std::int64_t wide = statement_.number(next_++);
    if constexpr (sizeof(N) < sizeof wide) {
      damaged_ = damaged_ || wide < std::int64_t{std::numeric_limits<N>::min()} ||
                 wide > std::int64_t{std::numeric_limits<N>::max()};
    }
    value = static_cast<N>(wide);
  }
  template <class E>
    requires std::is_enum_v<E>
  void read(E& value) {
    std::underlying_type_t<E> number{};
    read(number);
    damaged_ = damaged_ || number >= codec::enum_count<E>;
    if (!damaged_) value = static_cast<E>(number);
  }
  template <class Tag, class Rep>
  void read(Id<Tag, Rep>& id) {
    read(id.value);
  }
  void read(Instant& at) {
    std::int64_t micros{};
    read(micros);
    at = Instant{Micros{micros}};
  }
  void read(MemberId& member) { read(member.asset), read(member.partition); }
  void read(StepId& step) { read(step.run), read(step.number); }
  void read(std::string& text) { text.assign(statement_.bytes(next_++)); }
  void read(PartitionSet& set) {
    auto made = PartitionSet::deserialize(statement_.bytes(next_++));
    damaged_ = damaged_ || !made;
    if (made) set = *std::move(made);
  }
  template <class T>
  void read(std::optional<T>& value) {
    if (statement_.is_null(next_)) {
      ++next_;
    } else {
      read(value.emplace());
    }
  }
  template <class T>
  void read(std::vector<T>& values) {
    const std::string_view bytes = statement_.bytes(next_++);
    if (bytes.empty()) return;
    codec::Decoder decoder{bytes};
    decoder.get(values);
    damaged_ = damaged_ || !decoder.complete();
  }

  const Statement& statement_;
  int next_{};
  bool damaged_{false};
};

/// Reads the statement's current row, which has the columns of R first; Errc::io if it is damaged.
template <class R>
Result<R> read_row(const Statement& statement) {
  R row;
  ColumnReader reader{statement};
  R::describe(row, reader);
  if (reader.damaged()) {
    return Error{Errc::io, "store: a row of table " + std::string{R::table} +
                               " is damaged: put back a copy of the state directory"};
  }
  return row;
}

}  // namespace freshet::sqlite
