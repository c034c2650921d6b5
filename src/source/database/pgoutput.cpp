#include "source/database/pgoutput.hpp"

#include <charconv>
#include <concepts>
#include <cstddef>
#include <utility>

namespace freshet::database {

std::string to_text(Lsn lsn) {
  std::string out(17, '\0');
  char* const begin = out.data();
  char* end = std::to_chars(begin, begin + 8, lsn.value >> 32U, 16).ptr;
  *end++ = '/';
  end = std::to_chars(end, begin + out.size(), lsn.value & 0xFFFF'FFFFU, 16).ptr;
  out.resize(static_cast<std::size_t>(end - begin));
  for (char& c : out) {
    if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::optional<Lsn> parse_lsn(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto half = [](std::string_view digits) -> std::optional<std::uint32_t> {
    std::uint32_t out{};
    const char* const last = digits.data() + digits.size();
    const auto [end, error] = std::from_chars(digits.data(), last, out, 16);
    if (error != std::errc{} || end != last) return std::nullopt;
    return out;
  };
  const auto high = half(text.substr(0, slash)), low = half(text.substr(slash + 1));
  if (!high || !low) return std::nullopt;
  return Lsn{std::uint64_t{*high} << 32U | *low};
}

namespace pgoutput {
namespace {

/// Reads on until something is missing, and then only zeros.
class Scanner {
 public:
  explicit Scanner(std::string_view bytes) : rest_{bytes} {}

  template <std::unsigned_integral T>
  T number() {
    std::uint64_t out = 0;
    for (const char c : take(sizeof(T))) out = out << 8U | static_cast<unsigned char>(c);
    return static_cast<T>(out);
  }
  char byte() { return static_cast<char>(number<std::uint8_t>()); }
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      is_short_ = true;
      rest_ = {};
      return {};
    }
    const std::string_view out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  std::string text() {
    const std::size_t end = rest_.find('\0');
    if (end == std::string_view::npos) {
      is_short_ = true;
      return "";
    }
    std::string out{rest_.substr(0, end)};
    rest_.remove_prefix(end + 1);
    return out;
  }
  [[nodiscard]] bool is_short() const { return is_short_; }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool is_short_{false};
};

Row read_row(Scanner& in) {
  Row out;
  for (std::uint16_t left = in.number<std::uint16_t>(); left > 0 && !in.is_short(); --left) {
    Value value{.kind = in.byte(), .text = {}};
    if (value.kind == 't' || value.kind == 'b') value.text = in.take(in.number<std::uint32_t>());
    out.push_back(std::move(value));
  }
  return out;
}

Relation read_relation(Scanner& in) {
  Relation out{.id = in.number<std::uint32_t>(), .schema = in.text(), .name = in.text()};
  if (out.schema.empty()) out.schema = "pg_catalog";
  out.identity = in.byte();
  for (std::uint16_t left = in.number<std::uint16_t>(); left > 0 && !in.is_short(); --left) {
    const bool is_key = (in.number<std::uint8_t>() & 1U) != 0;
    out.columns.push_back({.name = in.text(), .is_key = is_key});
    in.take(8);  // type and its modifier
  }
  return out;
}

Change read_change(char kind, Scanner& in) {
  Change out{.kind = kind, .relation = in.number<std::uint32_t>()};
  char what = in.byte();
  if (what == 'K' || what == 'O') {
    out.old_kind = what;
    out.old_row = read_row(in);
    if (kind == 'D') return out;
    what = in.byte();
  }
  if (what == 'N') out.new_row = read_row(in);
  return out;
}

}  // namespace

Result<Message> parse(std::string_view bytes) {
  Scanner in{bytes};
  const char kind = in.byte();
  Message out = Other{};
  switch (kind) {
    case 'B':
      out = Begin{Lsn{in.number<std::uint64_t>()}};
      break;
    case 'C': {
      in.take(1);
      Commit commit{.commit = Lsn{in.number<std::uint64_t>()}, .end = {}};
      commit.end = Lsn{in.number<std::uint64_t>()};
      out = commit;
      break;
    }
    case 'R':
      out = read_relation(in);
      break;
    case 'I':
    case 'U':
    case 'D':
      out = read_change(kind, in);
      break;
    case 'T': {
      Truncate truncate;
      std::uint32_t left = in.number<std::uint32_t>();
      in.take(1);
      for (; left > 0 && !in.is_short(); --left)
        truncate.relations.push_back(in.number<std::uint32_t>());
      out = std::move(truncate);
      break;
    }
    case 'O':
    case 'Y':
    case 'M':
      break;
    default:
      return Error{Errc::invalid, "pgoutput: unknown message " + std::to_string(kind)};
  }
  if (in.is_short())
    return Error{Errc::invalid, std::string{"pgoutput: message "} + kind + " is cut off"};
  return out;
}

Result<std::variant<Data, Keepalive>> parse_frame(std::string_view bytes) {
  Scanner in{bytes};
  const char kind = in.byte();
  if (kind == 'w') {
    in.take(24);  // where it is, where the log ends, when it was sent
    if (!in.is_short()) return std::variant<Data, Keepalive>{Data{in.rest()}};
  } else if (kind == 'k') {
    Keepalive out{.end = Lsn{in.number<std::uint64_t>()}};
    in.take(8);
    out.wants_answer = in.byte() != 0;
    if (!in.is_short()) return std::variant<Data, Keepalive>{out};
  }
  return Error{Errc::invalid,
               "replication: message " + std::to_string(kind) + " is unknown or cut off"};
}

std::string status_update(Lsn received, Lsn durable, Instant now) {
  constexpr Instant epoch{std::chrono::seconds{946'684'800}};  // 2000-01-01
  std::string out = "r";
  const auto put = [&](std::uint64_t number) {
    for (unsigned shift = 64; shift > 0; shift -= 8)
      out += static_cast<char>(number >> (shift - 8) & 0xFFU);
  };
  put(received.value);
  put(durable.value);
  put(durable.value);
  put(static_cast<std::uint64_t>((now - epoch).count()));
  return out + '\0';
}

}  // namespace pgoutput
}  // namespace freshet::database
