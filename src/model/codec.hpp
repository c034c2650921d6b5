// How a described struct becomes bytes, and comes back from bytes that may be cut short or damaged.
//
// Unsigned numbers, ids and enums are varints, signed ones and instants zigzag varints, a bool is a
// byte, strings and vectors carry their length, an optional a bool.  A struct inside a vector
// carries its size, so that it too can grow by fields at its end.  A variant begins with its index.
#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "freshet/facts.hpp"
#include "freshet/ids.hpp"
#include "freshet/partitions.hpp"
#include "freshet/time.hpp"

namespace freshet::codec {

/// The last enumerator of each enum that is stored: anything above is damage.
template <class E>
inline constexpr E enum_last = [] {
  static_assert(sizeof(E) == 0, "name the last enumerator of this enum");
  return E{};
}();
template <>
inline constexpr UpdateKind enum_last<UpdateKind> = UpdateKind::observation;
template <>
inline constexpr RunStatus enum_last<RunStatus> = RunStatus::canceled;
template <>
inline constexpr BackfillStatus enum_last<BackfillStatus> = BackfillStatus::canceled;
template <>
inline constexpr StepStatus enum_last<StepStatus> = StepStatus::lost;
template <>
inline constexpr FreshnessState enum_last<FreshnessState> = FreshnessState::fail;
template <>
inline constexpr RunCause enum_last<RunCause> = RunCause::retry;
template <>
inline constexpr Reason enum_last<Reason> = Reason::reported;
template <>
inline constexpr CheckSeverity enum_last<CheckSeverity> = CheckSeverity::error;
template <>
inline constexpr AlertKind enum_last<AlertKind> = AlertKind::test;

template <class E>
  requires std::is_enum_v<E>
inline constexpr std::size_t enum_count = static_cast<std::size_t>(enum_last<E>) + 1;

/// Appends values to a string that outlives it.  A visitor for `describe`.
class Encoder {
 public:
  explicit Encoder(std::string& out) : out_{out} {}

  template <class T>
  void operator()(std::string_view /*name*/, const T& value) {
    put(value);
  }

  void put(bool value) { out_.push_back(value ? '\1' : '\0'); }
  template <std::unsigned_integral U>
  void put(U value) {
    put_varint(out_, value);
  }
  template <std::signed_integral S>
  void put(S value) {
    const auto wide = static_cast<std::int64_t>(value);
    const auto sign = static_cast<std::uint64_t>(wide >> 63);
    put_varint(out_, (static_cast<std::uint64_t>(wide) << 1) ^ sign);
  }
  template <class E>
    requires std::is_enum_v<E>
  void put(E value) {
    put(static_cast<std::underlying_type_t<E>>(value));
  }
  template <class Tag, class Rep>
  void put(Id<Tag, Rep> id) {
    put(id.value);
  }
  void put(MemberId member) { put(member.asset), put(member.partition); }
  void put(StepId step) { put(step.run), put(step.number); }
  void put(Instant at) { put(std::int64_t{at.time_since_epoch().count()}); }
  void put(const std::string& text) {
    put(text.size());
    out_ += text;
  }
  void put(const PartitionSet& set) { put(set.serialize()); }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class T>
  void put(const std::vector<T>& values) {
    put(values.size());
    for (const T& value : values) put(value);
  }
  template <class... T>
  void put(const std::variant<T...>& value) {
    put(value.index());
    std::visit([this](const auto& alternative) { this->put(alternative); }, value);
  }
  template <class T>
    requires requires(const T& value, Encoder& encoder) { T::describe(value, encoder); }
  void put(const T& value) {
    const std::size_t start = out_.size();
    T::describe(value, *this);
    std::string size;
    put_varint(size, out_.size() - start);
    out_.insert(start, size);
  }

 private:
  static void put_varint(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>((value & 0x7f) | 0x80));
    out.push_back(static_cast<char>(value));
  }

  std::string& out_;
};

/// Reads what Encoder wrote; the bytes outlive it.  A visitor for `describe`: fields that the bytes
/// do not reach keep what they held, but a struct has at least its first.  After damage nothing
/// more is read, and `failed()` says so.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : bytes_{bytes}, end_{bytes.size()} {}

  template <class T>
  void operator()(std::string_view /*name*/, T& value) {
    const bool first = std::exchange(first_, false);
    if (!failed_ && (first || at_ < end_)) get(value);
  }

  [[nodiscard]] bool failed() const { return failed_; }
  /// Nothing was damaged and nothing is left over.
  [[nodiscard]] bool complete() const { return !failed_ && at_ == end_; }
  /// Where reading stands, or where the damage is, in bytes from the start.
  [[nodiscard]] std::size_t offset() const { return at_; }

  void get(bool& value) {
    if (at_ == end_ || static_cast<unsigned char>(bytes_[at_]) > 1) return fail();
    value = bytes_[at_++] != '\0';
  }
  template <std::unsigned_integral U>
  void get(U& value) {
    const std::size_t start = at_;
    const std::uint64_t wide = get_varint();
    if (failed_) return;
    if (wide > std::numeric_limits<U>::max()) return fail_at(start);
    value = static_cast<U>(wide);
  }
  template <std::signed_integral S>
  void get(S& value) {
    const std::size_t start = at_;
    const std::uint64_t zigzag = get_varint();
    if (failed_) return;
    const auto wide = static_cast<std::int64_t>((zigzag >> 1) ^ (~(zigzag & 1) + 1));
    if (wide < std::numeric_limits<S>::min() || wide > std::numeric_limits<S>::max()) {
      return fail_at(start);
    }
    value = static_cast<S>(wide);
  }
  template <class E>
    requires std::is_enum_v<E>
  void get(E& value) {
    const std::size_t start = at_;
    std::underlying_type_t<E> number{};
    get(number);
    if (failed_) return;
    if (number >= enum_count<E>) return fail_at(start);
    value = static_cast<E>(number);
  }
  template <class Tag, class Rep>
  void get(Id<Tag, Rep>& id) {
    get(id.value);
  }
  void get(MemberId& member) { get(member.asset), get(member.partition); }
  void get(StepId& step) { get(step.run), get(step.number); }
  void get(Instant& at) {
    std::int64_t micros{};
    get(micros);
    at = Instant{Micros{micros}};
  }
  void get(std::string& text) {
    const std::size_t size = get_size();
    text.assign(bytes_.substr(at_, size));
    at_ += size;
  }
  void get(PartitionSet& set) {
    const std::size_t start = at_;
    std::string bytes;
    get(bytes);
    if (failed_) return;
    auto read = PartitionSet::deserialize(bytes);
    if (!read) return fail_at(start);
    set = *std::move(read);
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool present{};
    get(present);
    if (failed_ || !present) return;
    get(value.emplace());
  }
  template <class T>
  void get(std::vector<T>& values) {
    const std::size_t count = get_size();  // every element takes at least a byte
    values.clear();
    for (std::size_t i = 0; i < count && !failed_; ++i) get(values.emplace_back());
  }
  template <class... T>
  void get(std::variant<T...>& value) {
    const std::size_t start = at_;
    std::uint64_t index{};
    get(index);
    if (failed_) return;
    if (index >= sizeof...(T)) return fail_at(start);
    std::uint64_t i = 0;
    ((i++ == index ? get(value.template emplace<T>()) : void()), ...);
  }
  template <class T>
    requires requires(T& value, Decoder& decoder) { T::describe(value, decoder); }
  void get(T& value) {
    const std::size_t size = get_size();
    if (failed_) return;
    if (depth_ == depth_max) return fail();
    ++depth_;
    const std::size_t outer_end = std::exchange(end_, at_ + size);
    const bool outer_first = std::exchange(first_, true);
    T::describe(value, *this);
    if (!failed_ && at_ != end_) fail();
    end_ = outer_end;
    first_ = outer_first;
    --depth_;
  }

 private:
  static constexpr int depth_max = 64;  ///< Structs in each other: damage must not eat the stack.

  void fail() { failed_ = true; }
  void fail_at(std::size_t offset) {
    at_ = offset;
    failed_ = true;
  }

  /// The one shortest form of a number is read, all others are damage.
  std::uint64_t get_varint() {
    if (failed_) return 0;
    const std::size_t start = at_;
    std::uint64_t value{};
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ == end_) break;
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      if (shift == 63 && byte > 1) break;
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) {
        if (byte == 0 && shift != 0) break;
        return value;
      }
    }
    fail_at(start);
    return 0;
  }

  /// A count of things that follow: no more than bytes are left.
  std::size_t get_size() {
    const std::size_t start = at_;
    const std::uint64_t size = get_varint();
    if (failed_) return 0;
    if (size > end_ - at_) {
      fail_at(start);
      return 0;
    }
    return static_cast<std::size_t>(size);
  }

  std::string_view bytes_;
  std::size_t at_{};
  std::size_t end_;
  int depth_{0};
  bool first_{true};  ///< Of the fields of the struct being read.
  bool failed_{false};
};

}  // namespace freshet::codec
