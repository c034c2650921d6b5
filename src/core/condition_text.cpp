// How a condition is written, and which conditions are written alike.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/condition.hpp"
#include "core/condition_words.hpp"
#include "freshet/selection.hpp"
#include "freshet/time.hpp"

namespace freshet::core {
namespace {

std::string_view name_of(Op op) {
  switch (op) {
    case Op::cron_tick_passed:
      return "cron_tick_passed";
    case Op::updated_since_tick:
      return "updated_since_tick";
    case Op::all_of:
      return "&";
    case Op::any_of:
      return "|";
    case Op::negate:
      return "~";
    case Op::since:
      return "since";
    case Op::newly_true:
      return "newly_true";
    case Op::since_last_handled:
      return "since_last_handled";
    case Op::any_deps:
      return "any_deps_match";
    case Op::all_deps:
      return "all_deps_match";
    case Op::any_checks:
      return "any_checks_match";
    case Op::all_checks:
      return "all_checks_match";
    case Op::asset_matches:
      return "asset_matches";
    default:
      break;
  }
  const auto* it = std::ranges::find(operands, op, &Operand::op);
  return it == operands.end() ? "?" : it->name;
}

/// Writes canonical texts.
class Writer {
 public:
  explicit Writer(std::string& out) : out_{out} {}

  void write(const Condition& c) {
    switch (c.op) {
      case Op::all_of:
      case Op::any_of:
        out_ += '(';
        join(c.args, c.op == Op::all_of ? " & " : " | ");
        out_ += ')';
        return;
      case Op::negate:
        out_ += '~';
        return write(*c.args[0]);
      case Op::since:
        write_receiver(*c.args[0]);
        out_ += ".since(";
        write(*c.args[1]);
        out_ += ')';
        return;
      case Op::newly_true:
      case Op::since_last_handled:
        write_receiver(*c.args[0]);
        out_.append(1, '.').append(name_of(c.op));
        return;
      case Op::any_deps:
      case Op::all_deps:
      case Op::any_deps_unready:
        c.op == Op::any_deps_unready ? write_operand(c, "") : write_call(c);
        write_selection(".allow(", c.allow);
        write_selection(".ignore(", c.ignore);
        return;
      case Op::any_checks:
      case Op::all_checks:
      case Op::asset_matches:
        return write_call(c);
      case Op::cron_tick_passed:
      case Op::updated_since_tick:
        out_.append(name_of(c.op)).append(1, '(');
        quote(c.text);
        out_ += ", ";
        quote(c.zone);
        if (c.op == Op::updated_since_tick) out_.append(", ").append(format_duration(c.lookback));
        out_ += ')';
        return;
      case Op::executed_with_tags:
      case Op::any_new_update_has_tags:
      case Op::all_new_updates_have_tags:
        out_.append(name_of(c.op)).append("({");
        for (std::size_t i = 0; i < c.tags.size(); ++i) {
          if (i != 0) out_ += ", ";
          const auto equals = c.tags[i].find('=');
          quote(std::string_view{c.tags[i]}.substr(0, equals));
          if (equals == std::string::npos) continue;
          out_ += ": ";
          quote(std::string_view{c.tags[i]}.substr(equals + 1));
        }
        out_ += "})";
        return;
      case Op::stale:
        return write_operand(c, c.text);
      case Op::in_latest_time_window:
        return write_operand(c, c.lookback == Micros{0} ? "" : format_duration(c.lookback));
      default:
        out_ += name_of(c.op);
    }
  }

 private:
  /// `~a.newly_true` is the negation of a.newly_true.
  void write_receiver(const Condition& c) {
    if (c.op == Op::negate) out_ += '(';
    write(c);
    if (c.op == Op::negate) out_ += ')';
  }
  void write_call(const Condition& c) {
    out_.append(name_of(c.op)).append(1, '(');
    if (c.op == Op::asset_matches) {
      quote(c.text);
      out_ += ", ";
    }
    join(c.args, ", ");
    out_ += c.blocking_only ? ", blocking_only=true)" : ")";
  }
  void write_selection(std::string_view method, const std::optional<Selection>& selection) {
    if (!selection) return;
    out_ += method;
    quote(selection->text());
    out_ += ')';
  }
  void write_operand(const Condition& c, const std::string& argument) {
    out_ += name_of(c.op);
    if (argument.empty()) return;
    out_ += '(';
    quote(argument);
    out_ += ')';
  }
  void join(const std::vector<ConditionPtr>& args, std::string_view between) {
    for (std::size_t i = 0; i < args.size(); ++i) {
      if (i != 0) out_ += between;
      write(*args[i]);
    }
  }
  void quote(std::string_view text) {
    out_ += '"';
    for (const char c : text) {
      if (c == '"' || c == '\\') out_ += '\\';
      out_ += c;
    }
    out_ += '"';
  }

  std::string& out_;
};

}  // namespace

std::string Condition::canonical() const {
  std::string out;
  Writer{out}.write(*this);
  return out;
}

bool is_same(const Condition& a, const Condition& b) {
  const auto text_of = [](const std::optional<Selection>& selection) {
    return selection ? selection->text() : "";
  };
  if (&a == &b) return true;
  return a.op == b.op && a.text == b.text && a.zone == b.zone && a.lookback == b.lookback &&
         a.blocking_only == b.blocking_only && a.tags == b.tags &&
         text_of(a.allow) == text_of(b.allow) && text_of(a.ignore) == text_of(b.ignore) &&
         std::ranges::equal(a.args, b.args, [](const ConditionPtr& x, const ConditionPtr& y) {
           return is_same(*x, *y);
         });
}

}  // namespace freshet::core
