#include "reference_language.hpp"

#include <cctype>
#include <map>
#include <stdexcept>
#include <utility>

namespace freshet::reference {

namespace {

/// The composites, letter by letter as the reference has them; $1 and $2 stand for arguments.
const std::map<std::string, std::string, std::less<>> composites{
    {"newly_missing", "missing.newly_true"},
    {"any_deps_updated",
     "any_deps_match((newly_updated & ~executed_with_root_target) | will_be_requested)"},
    {"any_deps_missing", "any_deps_match(missing & ~will_be_requested)"},
    {"any_deps_in_progress", "any_deps_match(in_progress)"},
    {"all_deps_updated_since_cron",
     "all_deps_match(newly_updated.since(cron_tick_passed($1)) | will_be_requested)"},
    {"all_deps_blocking_checks_passed",
     "all_deps_match(all_checks_match(check_passed | will_be_requested, blocking_only=true))"},
    {"eager",
     "in_latest_time_window & ((newly_missing | any_deps_match(newly_updated & "
     "~executed_with_root_target)).since_last_handled | any_deps_match(will_be_requested)) & "
     "~any_deps_missing & ~any_deps_in_progress & ~any_deps_unready & "
     "~any_deps_match(any_checks_match(check_failed, blocking_only=true) & ~will_be_requested) & "
     "~in_progress"},
    {"on_cron",
     "in_latest_time_window & cron_tick_passed($1).since_last_handled & "
     "all_deps_updated_since_cron($1) & ~any_deps_missing"},
    {"on_missing",
     "in_latest_time_window & missing.newly_true.since_last_handled & ~any_deps_missing"}};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_{text} {}

  Expression whole() {
    Expression out = either();
    skip();
    if (at_ != text_.size()) fail("more than an expression");
    return out;
  }

 private:
  struct Argument {
    std::string name;
    std::optional<std::string> text;
    std::optional<bool> flag;
    std::optional<Expression> expression;
  };

  [[noreturn]] void fail(const std::string& why) const {
    throw std::invalid_argument{why + " at " + std::to_string(at_) + " of " + std::string{text_}};
  }
  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  [[nodiscard]] std::string_view word_ahead() {
    skip();
    std::size_t end = at_;
    while (end < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[end])) || text_[end] == '_'))
      ++end;
    return text_.substr(at_, end - at_);
  }
  std::string word() {
    const std::string_view ahead = word_ahead();
    if (ahead.empty()) fail("no word");
    at_ += ahead.size();
    return std::string{ahead};
  }
  bool take(std::string_view mark) {
    skip();
    if (!text_.substr(at_).starts_with(mark)) return false;
    at_ += mark.size();
    return true;
  }
  bool take_word(std::string_view wanted) { return word_ahead() == wanted && take(wanted); }

  static Expression join(const char* word, Expression a, Expression b) {
    // A chain is one word with many parts: (a & b) & c means a & b & c.
    if (a.word != word) {
      Expression out;
      out.word = word;
      out.args = {std::move(a)};
      a = std::move(out);
    }
    a.args.push_back(std::move(b));
    return a;
  }
  Expression either() {
    Expression out = both();
    while (take("|") || take_word("or")) out = join("|", std::move(out), both());
    return out;
  }
  Expression both() {
    Expression out = negation();
    while (take("&") || take_word("and")) out = join("&", std::move(out), negation());
    return out;
  }
  Expression negation() {
    if (take("~") || take_word("not")) {
      Expression out;
      out.word = "~";
      out.args = {negation()};
      return out;
    }
    Expression out = primary();
    while (take(".")) out = method(std::move(out));
    return out;
  }
  Expression primary() {
    if (take("(")) {
      Expression out = either();
      if (!take(")")) fail("no )");
      return out;
    }
    const std::string name = word();
    return call(name, arguments());
  }

  std::vector<Argument> arguments() {
    std::vector<Argument> out;
    if (!take("(") || take(")")) return out;
    do {
      Argument arg;
      const std::size_t start = at_;
      if (!word_ahead().empty()) {
        const std::string name = word();
        if (take("=")) {
          arg.name = name;
        } else {
          at_ = start;
        }
      }
      skip();
      if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) {
        const char quote = text_[at_++];
        arg.text.emplace();
        while (at_ < text_.size() && text_[at_] != quote) *arg.text += text_[at_++];
        ++at_;
      } else if (take_word("true")) {
        arg.flag = true;
      } else if (take_word("false")) {
        arg.flag = false;
      } else {
        arg.expression = either();
      }
      out.push_back(std::move(arg));
    } while (take(","));
    if (!take(")")) fail("no ) after the arguments");
    return out;
  }

  static std::string texts(const std::vector<Argument>& args, std::size_t most) {
    std::string out;
    for (std::size_t i = 0; i < args.size() && i < most; ++i)
      out += (out.empty() ? "\"" : ", \"") + args[i].text.value_or("") + '"';
    return out;
  }
  static std::string replaced(std::string text, const std::string& mark, const std::string& by) {
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at))
      text.replace(at, mark.size(), by), at += by.size();
    return text;
  }

  Expression call(const std::string& name, const std::vector<Argument>& args) {
    if (name == "run_in_progress") return call("in_progress", args);
    if (name == "eager" && args.size() == 1) {
      return Reader{replaced(composites.at("eager"), "in_latest_time_window",
                             "in_latest_time_window(" + texts(args, 1) + ")")}
          .whole();
    }
    if (name == "on_cron" && args.size() == 3) {
      // "also counts updates that came up to `lookback` before the tick"
      std::string text = replaced(composites.at("on_cron"), "all_deps_updated_since_cron($1)",
                                  "all_deps_match(updated_since_tick($2) | will_be_requested)");
      text = replaced(std::move(text), "$1", texts(args, 2));
      return Reader{replaced(std::move(text), "$2", texts(args, 3))}.whole();
    }
    if (const auto it = composites.find(name); it != composites.end())
      return Reader{replaced(it->second, "$1", texts(args, 2))}.whole();

    Expression out;
    out.word = name;
    for (const Argument& arg : args) {
      if (arg.expression) {
        out.args.push_back(*arg.expression);
      } else if (arg.flag) {
        out.blocking_only = *arg.flag;
      }
    }
    if (name == "cron_tick_passed" || name == "updated_since_tick") {
      out.text = args.at(0).text.value();
      if (args.size() > 1) out.zone = args[1].text.value();
      if (args.size() > 2) out.lookback = *parse_duration(args[2].text.value());
    } else if (name == "in_latest_time_window" && !args.empty()) {
      out.lookback = *parse_duration(args[0].text.value());
    } else if ((name == "stale" && !args.empty()) || name == "asset_matches") {
      out.text = args.at(0).text.value();
    }
    return out;
  }

  Expression method(Expression self) {
    const std::string name = word();
    const std::vector<Argument> args = arguments();
    if (name == "with_label") return self;
    if (name == "allow" || name == "ignore") {
      narrow(self, name == "allow" ? &Expression::allow : &Expression::ignore,
             args.at(0).text.value());
      return self;
    }
    if (name == "without") return without(self, to_text(*args.at(0).expression));
    if (name == "replace")
      return replace(self, to_text(*args.at(0).expression), *args.at(1).expression);
    Expression out;
    out.word = name;
    out.args = {std::move(self)};
    if (name == "since") out.args.push_back(*args.at(0).expression);
    return out;
  }
  /// Every part that looks at dependencies of the asset itself.
  static void narrow(Expression& e, std::optional<Selection> Expression::* which,
                     const std::string& text) {
    if (e.is_over_deps() || e.word == "any_deps_unready") {
      const bool had = (e.*which).has_value();
      e.*which = *Selection::parse(had ? "(" + (e.*which)->text() + ") or (" + text + ")" : text);
      return;
    }
    if (e.word == "asset_matches") return;
    for (Expression& arg : e.args) narrow(arg, which, text);
  }
  static Expression without(Expression whole, const std::string& gone) {
    std::vector<Expression> left;
    for (Expression& part : whole.args) {
      const bool goes = (whole.word == "&" || whole.word == "|") &&
                        (to_text(part) == gone || to_text(part) == "~" + gone);
      if (!goes) left.push_back(without(std::move(part), gone));
    }
    whole.args = std::move(left);
    return whole;
  }
  static Expression replace(Expression whole, const std::string& old, const Expression& by) {
    if (to_text(whole) == old) return by;
    for (Expression& part : whole.args) part = replace(std::move(part), old, by);
    return whole;
  }

  std::string_view text_;
  std::size_t at_{};
};

void number(Expression& expression, int& next) {
  expression.number = next++;
  for (Expression& arg : expression.args) number(arg, next);
}

}  // namespace

Expression parse(std::string_view text) {
  Expression out = Reader{text}.whole();
  int next = 0;
  number(out, next);
  return out;
}

std::string to_text(const Expression& e) {
  if (e.word == "~") return "~" + to_text(e.args.at(0));
  std::string out = e.word + "(" + e.text + (e.text.empty() ? "" : "," + e.zone);
  if (e.lookback != Micros{}) out += "," + format_duration(e.lookback);
  if (e.blocking_only) out += ",blocking";
  for (const Expression& arg : e.args) out += "," + to_text(arg);
  out += ")";
  if (e.allow) out += ".allow(" + e.allow->text() + ")";
  if (e.ignore) out += ".ignore(" + e.ignore->text() + ")";
  return out;
}

}  // namespace freshet::reference
