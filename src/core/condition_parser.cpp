#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>
#include <span>

#include "base/cron.hpp"
#include "base/text.hpp"
#include "base/timezone.hpp"
#include "core/condition.hpp"
#include "core/condition_words.hpp"

namespace freshet::core {
namespace {

constexpr int depth_max = 100;
/// What a text may grow to: composites multiply what is written, and `replace` can double it.
constexpr int nodes_max = 4'000;
constexpr int tree_depth_max = 400;

ConditionPtr make(Op op, std::vector<ConditionPtr> args = {}, std::string label = {}) {
  auto c = std::make_shared<Condition>();
  c->op = op, c->args = std::move(args), c->label = std::move(label);
  return c;
}
ConditionPtr operator&(ConditionPtr a, ConditionPtr b) {
  std::vector<ConditionPtr> args;
  for (auto* side : {&a, &b}) {
    if ((*side)->op == Op::all_of && (*side)->label.empty()) {
      args.insert(args.end(), (*side)->args.begin(), (*side)->args.end());
    } else {
      args.push_back(*side);
    }
  }
  return make(Op::all_of, std::move(args));
}
ConditionPtr operator|(ConditionPtr a, ConditionPtr b) {
  return make(Op::any_of, {std::move(a), std::move(b)});
}
ConditionPtr operator~(ConditionPtr a) { return make(Op::negate, {std::move(a)}); }
ConditionPtr labeled(const ConditionPtr& c, std::string label) {
  auto copy = std::make_shared<Condition>(*c);
  copy->label = std::move(label);
  return copy;
}
ConditionPtr with_cron(Op op, const std::string& cron, const std::string& zone,
                       Micros lookback = {}) {
  auto c = std::make_shared<Condition>();
  c->op = op, c->text = cron, c->zone = zone, c->lookback = lookback;
  return c;
}
ConditionPtr checks(Op op, ConditionPtr inner, bool blocking_only) {
  auto c = std::make_shared<Condition>();
  c->op = op, c->args = {std::move(inner)}, c->blocking_only = blocking_only;
  return c;
}

// The composites, as the reference of the language spells them out.
ConditionPtr newly_missing() {
  return labeled(make(Op::newly_true, {make(Op::missing)}), "newly_missing");
}
ConditionPtr deps_newly_updated() {
  return make(Op::any_deps, {make(Op::newly_updated) & ~make(Op::executed_with_root_target)});
}
ConditionPtr any_deps_updated() {
  return labeled(
      make(Op::any_deps, {(make(Op::newly_updated) & ~make(Op::executed_with_root_target)) |
                          make(Op::will_be_requested)}),
      "any_deps_updated");
}
ConditionPtr any_deps_missing() {
  return labeled(make(Op::any_deps, {make(Op::missing) & ~make(Op::will_be_requested)}),
                 "any_deps_missing");
}
ConditionPtr any_deps_in_progress() {
  return labeled(make(Op::any_deps, {make(Op::in_progress)}), "any_deps_in_progress");
}
ConditionPtr all_deps_updated_since_cron(const std::string& cron, const std::string& zone,
                                         Micros lookback) {
  ConditionPtr updated =
      lookback > Micros{0}
          ? with_cron(Op::updated_since_tick, cron, zone, lookback)
          : make(Op::since, {make(Op::newly_updated), with_cron(Op::cron_tick_passed, cron, zone)});
  return labeled(make(Op::all_deps, {std::move(updated) | make(Op::will_be_requested)}),
                 "all_deps_updated_since_cron");
}
ConditionPtr all_deps_blocking_checks_passed() {
  return labeled(
      make(Op::all_deps,
           {checks(Op::all_checks, make(Op::check_passed) | make(Op::will_be_requested), true)}),
      "all_deps_blocking_checks_passed");
}
ConditionPtr blocking_check_failed_upstream() {
  return labeled(make(Op::any_deps, {checks(Op::any_checks, make(Op::check_failed), true) &
                                     ~make(Op::will_be_requested)}),
                 "any_deps_blocking_check_failed");
}
ConditionPtr in_latest_time_window(Micros lookback) {
  auto c = std::make_shared<Condition>();
  c->op = Op::in_latest_time_window, c->lookback = lookback;
  return c;
}
ConditionPtr eager(Micros lookback) {
  const auto updates =
      labeled(make(Op::since_last_handled, {newly_missing() | deps_newly_updated()}),
              "updated_since_last_handled");
  const auto requested =
      labeled(make(Op::any_deps, {make(Op::will_be_requested)}), "any_deps_will_be_requested");
  return labeled(in_latest_time_window(lookback) & (updates | requested) & ~any_deps_missing() &
                     ~any_deps_in_progress() & ~make(Op::any_deps_unready) &
                     ~blocking_check_failed_upstream() & ~make(Op::in_progress),
                 "eager");
}
ConditionPtr on_cron(const std::string& cron, const std::string& zone, Micros lookback) {
  return labeled(make(Op::in_latest_time_window) &
                     make(Op::since_last_handled, {with_cron(Op::cron_tick_passed, cron, zone)}) &
                     all_deps_updated_since_cron(cron, zone, lookback) & ~any_deps_missing(),
                 "on_cron");
}
ConditionPtr on_missing() {
  return labeled(make(Op::in_latest_time_window) & make(Op::since_last_handled, {newly_missing()}) &
                     ~any_deps_missing(),
                 "on_missing");
}

/// Freshet's own: up to date just before the earliest deadline of freshness downstream.
ConditionPtr lazy() {
  return labeled(make(Op::in_latest_time_window) & (make(Op::missing) | make(Op::stale)) &
                     make(Op::freshness_due) & ~any_deps_missing() & ~any_deps_in_progress() &
                     ~make(Op::in_progress),
                 "lazy");
}

constexpr std::array<std::string_view, 17> functions{"eager",
                                                     "lazy",
                                                     "on_cron",
                                                     "on_missing",
                                                     "newly_missing",
                                                     "any_deps_updated",
                                                     "any_deps_missing",
                                                     "any_deps_in_progress",
                                                     "all_deps_updated_since_cron",
                                                     "all_deps_blocking_checks_passed",
                                                     "cron_tick_passed",
                                                     "any_deps_match",
                                                     "all_deps_match",
                                                     "any_checks_match",
                                                     "all_checks_match",
                                                     "asset_matches",
                                                     "stale"};
constexpr std::array<std::string_view, 8> methods{"since",   "newly_true", "since_last_handled",
                                                  "allow",   "ignore",     "without",
                                                  "replace", "with_label"};

class Failure {
 public:
  ConditionError error;
};

/// A recursive-descent parser; a mistake unwinds it with Failure, which never leaves this file.
class Parser {
 public:
  Parser(std::string_view text, bool of_check) : text_{text}, of_check_{of_check} {}

  ConditionPtr parse() {
    ConditionPtr root = disjunction();
    skip_space();
    if (at_ < text_.size()) fail(at_, "unexpected " + found());
    limit_size(*root, 0);
    of_check_ ? forbid_downstream(*root) : forbid_loose_checks(*root);
    return root;
  }

 private:
  struct Argument {
    std::string name;  // "" where it is positional
    std::size_t at{};
    std::optional<std::string> text;
    std::optional<bool> flag;
    std::vector<std::string> tags;  // ascending
    ConditionPtr condition;
  };

  [[noreturn]] void fail(std::size_t at, std::string message) const {
    throw Failure{{static_cast<int>(at) + 1, std::move(message)}};
  }
  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool take(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  static bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }
  [[nodiscard]] std::string_view peek_word() {
    skip_space();
    std::size_t end = at_;
    while (end < text_.size() && is_word(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }
  bool take_word(std::string_view word) {
    if (peek_word() != word) return false;
    at_ += word.size();
    return true;
  }
  /// The next character, whole, for messages.
  [[nodiscard]] std::string found() const {
    if (at_ >= text_.size()) return "the end";
    std::size_t end = at_ + 1;
    while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xc0U) == 0x80U) ++end;
    return "\"" + std::string{text_.substr(at_, end - at_)} + "\"";
  }
  void expect(char c, const char* where) {
    if (!take(c)) {
      skip_space();
      fail(at_, "expected \"" + std::string(1, c) + "\" " + where + ", found " + found());
    }
  }

  ConditionPtr disjunction() {
    if (++depth_ > depth_max)
      fail(at_, "nested more than " + std::to_string(depth_max) + " levels deep");
    std::vector<ConditionPtr> parts{conjunction()};
    while (take('|') || take_word("or")) parts.push_back(conjunction());
    --depth_;
    return chain(Op::any_of, std::move(parts));
  }
  ConditionPtr conjunction() {
    std::vector<ConditionPtr> parts{negation()};
    while (take('&') || take_word("and")) parts.push_back(negation());
    return chain(Op::all_of, std::move(parts));
  }
  /// As it is written: what stands in parentheses remains a part of its own.
  static ConditionPtr chain(Op op, std::vector<ConditionPtr> parts) {
    return parts.size() == 1 ? parts.front() : make(op, std::move(parts));
  }
  ConditionPtr negation() {
    if (take('~') || take_word("not")) {
      if (++depth_ > depth_max)
        fail(at_, "nested more than " + std::to_string(depth_max) + " levels deep");
      ConditionPtr inner = ~negation();
      --depth_;
      return inner;
    }
    return postfix(primary());
  }
  ConditionPtr postfix(ConditionPtr c) {
    while (take('.')) {
      skip_space();
      const std::size_t at = at_;
      const std::string name{peek_word()};
      at_ += name.size();
      c = method(std::move(c), name, at);
    }
    return c;
  }
  ConditionPtr primary() {
    skip_space();
    if (take('(')) {
      ConditionPtr inner = disjunction();
      expect(')', "to close the parenthesis");
      return inner;
    }
    const std::size_t at = at_;
    const std::string name{peek_word()};
    if (name.empty()) {
      if (at_ >= text_.size()) fail(at_, "a condition is missing at the end");
      fail(at_, "expected a condition, found " + found());
    }
    at_ += name.size();
    skip_space();
    const bool called = at_ < text_.size() && text_[at_] == '(';
    const std::vector<Argument> args = called ? arguments() : std::vector<Argument>{};
    return function(name, at, args);
  }

  std::vector<Argument> arguments() {
    expect('(', "before the arguments");
    std::vector<Argument> args;
    if (take(')')) return args;
    do {
      args.push_back(argument());
    } while (take(','));
    expect(')', "after the arguments");
    return args;
  }
  Argument argument() {
    skip_space();
    Argument arg;
    arg.at = at_;
    const std::string word{peek_word()};
    const std::size_t after = at_ + word.size();
    std::size_t next = after;
    while (next < text_.size() && text_[next] == ' ') ++next;
    if (!word.empty() && next < text_.size() && text_[next] == '=') {
      arg.name = word, at_ = next + 1;
      skip_space();
      arg.at = at_;
    }
    if (take('{')) {
      arg.tags = tags();
    } else if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) {
      arg.text = quoted();
    } else if (const auto value = peek_word(); value == "true" || value == "True") {
      at_ += value.size(), arg.flag = true;
    } else if (value == "false" || value == "False") {
      at_ += value.size(), arg.flag = false;
    } else if (!value.empty() && std::isdigit(static_cast<unsigned char>(value.front()))) {
      arg.text = std::string{value};  // a duration
      at_ += value.size();
    } else {
      arg.condition = disjunction();
    }
    return arg;
  }
  /// "name: value" and "name", by commas, up to the brace.
  std::vector<std::string> tags() {
    std::vector<std::string> out;
    const auto word = [&](const char* what) {
      skip_space();
      const std::size_t start = at_;
      if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) return quoted();
      while (at_ < text_.size() &&
             std::string_view{" \t\n,:{}\"'()"}.find(text_[at_]) == std::string_view::npos) {
        ++at_;
      }
      if (at_ == start) fail(at_, std::string{"expected "} + what + ", found " + found());
      return std::string{text_.substr(start, at_ - start)};
    };
    do {
      skip_space();
      const std::size_t at = at_;
      std::string tag = word("a tag's name");
      if (tag.empty() || tag.find('=') != std::string::npos)
        fail(at, "a tag's name is a text without \"=\"; write {name: value}");
      if (take(':')) tag += '=' + word("a tag's value");
      out.push_back(std::move(tag));
    } while (take(','));
    expect('}', "after the tags");
    std::ranges::sort(out);
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }
  std::string quoted() {
    const std::size_t start = at_;
    const char quote = text_[at_++];
    std::string out;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      out += text_[at_++];
    }
    if (at_ >= text_.size()) fail(start, "a quote is not closed");
    ++at_;
    return out;
  }

  /// A tree shares what `replace` puts into it several times: looking ends at the limit.
  void limit_size(const Condition& c, std::size_t at) const {
    int nodes = 0;
    const auto count = [&](const Condition& node, int depth, const auto& self) -> void {
      if (++nodes > nodes_max || depth > tree_depth_max) {
        fail(at, "once its composites are written out, larger than " + std::to_string(nodes_max) +
                     " operands and operators, or nested more than " +
                     std::to_string(tree_depth_max) + " levels deep");
      }
      for (const auto& arg : node.args) self(*arg, depth + 1, self);
    };
    count(c, 0, count);
  }

  void no_arguments(const std::string& name, const std::vector<Argument>& args) const {
    if (!args.empty()) fail(args.front().at, name + " takes no argument");
  }
  ConditionPtr one_condition(const std::string& name, std::size_t at,
                             const std::vector<Argument>& args) const {
    if (args.size() != 1 || !args.front().condition) {
      fail(args.empty() ? at : args.front().at, name + " takes one condition");
    }
    return args.front().condition;
  }
  [[nodiscard]] Selection selection(const std::string& name, std::size_t at,
                                    const std::vector<Argument>& args) const {
    if (args.size() != 1 || !args.front().text)
      fail(at, name + " takes a selection in quotes, such as \"group:raw\"");
    auto parsed = Selection::parse(*args.front().text);
    if (!parsed) fail(args.front().at, parsed.error().message);
    if (const auto live = parsed->needs_state()) {
      fail(args.front().at, live->message + ", and " + name + " takes what the graph alone tells");
    }
    return *parsed;
  }

  struct CronArguments {
    std::string cron, zone{"UTC"};
    Micros lookback{};
  };
  [[nodiscard]] CronArguments cron_arguments(const std::string& name, std::size_t at,
                                             const std::vector<Argument>& args,
                                             bool with_lookback) const {
    CronArguments out;
    std::size_t position = 0;
    for (const auto& arg : args) {
      const std::string parameter = !arg.name.empty() ? arg.name
                                    : position == 0   ? "cron_schedule"
                                    : position == 1   ? "cron_timezone"
                                    : position == 2   ? "lookback"
                                                      : "";
      ++position;
      if (!arg.text)
        fail(arg.at,
             name + " takes texts in quotes: " + name + "(\"0 * * * *\", \"Europe/Vienna\")");
      if (parameter == "cron_schedule" || parameter == "cron") {
        const auto cron = Cron::parse(*arg.text);
        if (!cron) fail(arg.at, cron.error().message);
        out.cron = *arg.text;
      } else if (parameter == "cron_timezone" || parameter == "timezone" || parameter == "tz") {
        const auto zone = find_time_zone(*arg.text);
        if (!zone) fail(arg.at, zone.error().message);
        out.zone = *arg.text;
      } else if (parameter == "lookback" && with_lookback) {
        const auto lookback = parse_duration(*arg.text);
        if (!lookback) fail(arg.at, lookback.error().message);
        out.lookback = *lookback;
      } else {
        fail(arg.at, name + " takes a cron expression" +
                         (with_lookback ? ", a time zone and a lookback" : " and a time zone"));
      }
    }
    if (out.cron.empty()) fail(at, name + " needs a cron expression: " + name + "(\"0 * * * *\")");
    return out;
  }

  [[nodiscard]] Micros lookback(const std::string& name, const std::vector<Argument>& args) const {
    const bool is_text = args.size() == 1 && args.front().text;
    const auto duration = is_text ? parse_duration(*args.front().text) : Error{};
    if (!duration) {
      fail(args.front().at, name + " takes one duration, its lookback, such as \"2d\"");
    }
    return *duration;
  }

  ConditionPtr function(const std::string& name, std::size_t at,
                        const std::vector<Argument>& args) {
    if (name == "stale") return stale(at, args);
    if (const auto* it = std::ranges::find(operands, name, &Operand::name); it != operands.end()) {
      if (it->op == Op::in_latest_time_window && !args.empty()) {
        return labeled(in_latest_time_window(lookback(name, args)), name);
      }
      if (takes_tags(it->op)) return with_tags(it->op, name, at, args);
      no_arguments(name, args);
      return make(it->op);
    }
    if (name == "eager") {
      return eager(args.empty() ? Micros{0} : lookback(name, args));
    }
    if (name == "on_cron") {
      const auto a = cron_arguments(name, at, args, true);
      return on_cron(a.cron, a.zone, a.lookback);
    }
    if (name == "all_deps_updated_since_cron") {
      const auto a = cron_arguments(name, at, args, false);
      return all_deps_updated_since_cron(a.cron, a.zone, {});
    }
    if (name == "cron_tick_passed") {
      const auto a = cron_arguments(name, at, args, false);
      return with_cron(Op::cron_tick_passed, a.cron, a.zone);
    }
    if (name == "any_deps_match") return make(Op::any_deps, {one_condition(name, at, args)});
    if (name == "all_deps_match") return make(Op::all_deps, {one_condition(name, at, args)});
    if (name == "any_checks_match" || name == "all_checks_match")
      return checks_match(name, at, args);
    if (name == "asset_matches") return asset_matches(at, args);
    using Make = ConditionPtr (*)();
    static const std::map<std::string_view, Make> plain{
        {"on_missing", on_missing},
        {"lazy", lazy},
        {"newly_missing", newly_missing},
        {"any_deps_updated", any_deps_updated},
        {"any_deps_missing", any_deps_missing},
        {"any_deps_in_progress", any_deps_in_progress},
        {"all_deps_blocking_checks_passed", all_deps_blocking_checks_passed}};
    if (const auto it = plain.find(name); it != plain.end()) {
      no_arguments(name, args);
      return it->second();
    }
    std::vector<std::string> words;
    for (const auto& o : operands) words.emplace_back(o.name);
    for (const auto& f : functions) words.emplace_back(f);
    unknown("condition", name, at, words);
  }
  static bool takes_tags(Op op) {
    return op == Op::executed_with_tags || op == Op::any_new_update_has_tags ||
           op == Op::all_new_updates_have_tags;
  }
  ConditionPtr with_tags(Op op, const std::string& name, std::size_t at,
                         const std::vector<Argument>& args) const {
    if (args.size() != 1 || args.front().tags.empty()) {
      fail(args.empty() ? at : args.front().at,
           name + " takes tags: " + name + "({team: finance, urgent})");
    }
    auto c = std::make_shared<Condition>();
    c->op = op, c->tags = args.front().tags;
    return c;
  }
  [[noreturn]] void unknown(const char* what, const std::string& name, std::size_t at,
                            const std::vector<std::string>& words) const {
    std::string message = std::string{"unknown "} + what + " \"" + name + "\"";
    if (const auto near = nearest(name, words)) message += "; did you mean \"" + *near + "\"?";
    fail(at, std::move(message));
  }
  ConditionPtr stale(std::size_t at, const std::vector<Argument>& args) const {
    auto c = std::make_shared<Condition>();
    c->op = Op::stale;
    if (args.empty()) return c;
    if (args.size() == 1 && args.front().text) {
      c->text = *args.front().text;
      if (c->text == "data" || c->text == "code" || c->text == "dependencies") return c;
    }
    fail(args.empty() ? at : args.front().at,
         "stale takes one cause: \"data\", \"code\" or \"dependencies\"");
  }
  ConditionPtr checks_match(const std::string& name, std::size_t at,
                            const std::vector<Argument>& args) const {
    ConditionPtr inner;
    bool blocking_only = false;
    for (const auto& arg : args) {
      if (arg.condition && !inner) {
        inner = arg.condition;
      } else if (arg.flag && (arg.name.empty() || arg.name == "blocking_only")) {
        blocking_only = *arg.flag;
      } else {
        fail(arg.at, name + " takes a condition and blocking_only=true or false");
      }
    }
    if (!inner) fail(at, name + " takes a condition on checks, such as check_failed");
    require_on_check(*inner, at, name);
    return checks(name == "any_checks_match" ? Op::any_checks : Op::all_checks, inner,
                  blocking_only);
  }
  void require_on_check(const Condition& c, std::size_t at, const std::string& name) const {
    switch (c.op) {
      case Op::all_of:
      case Op::any_of:
      case Op::negate:
        for (const auto& arg : c.args) require_on_check(*arg, at, name);
        return;
      case Op::check_passed:
      case Op::check_failed:
      case Op::missing:
      case Op::will_be_requested:
        return;
      default:
        fail(at, name +
                     " takes a condition on checks: check_passed, check_failed, missing, "
                     "will_be_requested, and "
                     "&, |, ~ of them");
    }
  }
  void forbid_loose_checks(const Condition& c) const {
    if (c.op == Op::any_checks || c.op == Op::all_checks) return;
    if (c.op == Op::check_passed || c.op == Op::check_failed) {
      const std::string name = c.op == Op::check_passed ? "check_passed" : "check_failed";
      const auto at = text_.find(name);
      fail(at == std::string_view::npos ? 0 : at,
           name + " holds of a check: write any_checks_match(" + name + ")");
    }
    for (const auto& arg : c.args) forbid_loose_checks(*arg);
  }
  /// What is asked at its asset may be; a check itself has nothing downstream.
  void forbid_downstream(const Condition& c) const {
    if (c.op == Op::any_downstream || c.op == Op::freshness_due) {
      const std::string name = c.op == Op::any_downstream ? "any_downstream_conditions" : "lazy";
      const auto at = text_.find(name);
      fail(at == std::string_view::npos ? 0 : at,
           name + " is about what is downstream, and nothing depends on a check");
    }
    if (c.op == Op::any_deps || c.op == Op::all_deps || c.op == Op::asset_matches)
      return forbid_loose_checks(c);
    for (const auto& arg : c.args) forbid_downstream(*arg);
  }
  ConditionPtr asset_matches(std::size_t at, const std::vector<Argument>& args) const {
    if (args.size() != 2 || !args[0].text || !args[1].condition) {
      fail(at,
           "asset_matches takes a key in quotes and a condition: asset_matches(\"ref/rates\", "
           "newly_updated)");
    }
    auto c = std::make_shared<Condition>();
    c->op = Op::asset_matches, c->text = *args[0].text, c->args = {args[1].condition};
    return c;
  }

  ConditionPtr method(ConditionPtr self, const std::string& name, std::size_t at) {
    skip_space();
    const bool called = at_ < text_.size() && text_[at_] == '(';
    const std::vector<Argument> args = called ? arguments() : std::vector<Argument>{};
    if (name == "newly_true" || name == "since_last_handled") {
      no_arguments(name, args);
      return make(name == "newly_true" ? Op::newly_true : Op::since_last_handled,
                  {std::move(self)});
    }
    if (name == "since") return make(Op::since, {std::move(self), one_condition(name, at, args)});
    if (name == "allow" || name == "ignore") {
      limit_size(*self, at);
      const Selection chosen = selection(name, at, args);
      ConditionPtr out =
          narrowed(self, name == "allow" ? &Condition::allow : &Condition::ignore, chosen, at);
      if (out == self) {
        fail(at,
             name +
                 " narrows the dependencies that any_deps_match and all_deps_match look at, and "
                 "there is neither of them in what stands before it");
      }
      return out;
    }
    if (name == "with_label") {
      if (args.size() != 1 || !args.front().text) fail(at, "with_label takes a text in quotes");
      return labeled(self, *args.front().text);
    }
    if (name == "without") {
      if (args.size() == 1 && args[0].text) return edited(name, at, self, args[0], nullptr);
      one_condition(name, at, args);
      return edited(name, at, self, args[0], nullptr);
    }
    if (name == "replace") {
      if (args.size() != 2 || (!args[0].condition && !args[0].text) || !args[1].condition)
        fail(at, "replace takes two conditions, or the name of a part in quotes and a condition");
      return edited(name, at, self, args[0], args[1].condition);
    }
    std::vector<std::string> words;
    for (const auto& m : methods) words.emplace_back(m);
    unknown("method", name, at, words);
  }
  [[nodiscard]] ConditionPtr edited(const std::string& name, std::size_t at,
                                    const ConditionPtr& self, const Argument& old,
                                    const ConditionPtr& with) const {
    for (const auto& c : {self, old.condition, with}) {
      if (c) limit_size(*c, at);
    }
    bool found = false;
    ConditionPtr out = edit(self, old, with, found);
    if (!found) {
      fail(at, name + ": the condition does not contain " +
                   (old.condition ? shown(old.condition->canonical())
                                  : "a part that is called \"" + *old.text + "\""));
    }
    if (!out) fail(at, name + ": nothing is left of the condition");
    limit_size(*out, at);
    return out;
  }
  [[nodiscard]] Selection beside(const Selection& a, const Selection& b, std::size_t at) const {
    constexpr std::size_t together_max = 2'048;  // each is read anew with every further one
    const std::string text = "(" + a.text() + ") or (" + b.text() + ")";
    auto both = text.size() > together_max ? Result<Selection>{Error{Errc::invalid, ""}}
                                           : Selection::parse(text);
    if (!both)
      fail(at, "what allow and ignore select is too much together: write it as one selection");
    return *std::move(both);
  }
  /// With the selection on every part that looks at dependencies; the condition itself where there
  /// is none.  What was selected before counts beside it (Dagster: `|`).
  ConditionPtr narrowed(const ConditionPtr& c, std::optional<Selection> Condition::* which,
                        const Selection& chosen, std::size_t at) const {
    if (c->op == Op::any_deps || c->op == Op::all_deps || c->op == Op::any_deps_unready) {
      auto copy = std::make_shared<Condition>(*c);
      std::optional<Selection>& mine = (*copy).*which;
      mine = mine ? beside(*mine, chosen, at) : chosen;
      return copy;
    }
    if (c->op == Op::asset_matches) return c;  // another asset's dependencies
    std::vector<ConditionPtr> args;
    bool any = false;
    for (const ConditionPtr& arg : c->args) {
      args.push_back(narrowed(arg, which, chosen, at));
      any = any || args.back() != arg;
    }
    if (!any) return c;
    auto copy = std::make_shared<Condition>(*c);
    copy->args = std::move(args);
    return copy;
  }
  static std::string shown(std::string text) {
    constexpr std::size_t shown_max = 200;
    return text.size() > shown_max ? "what is named" : text;
  }
  /// Whether a part is the one that is meant: by the name that it was given, or by what it is.
  static bool is_meant(const Condition& c, const Argument& old) {
    if (old.condition) return is_same(c, *old.condition);
    return c.label.empty() ? c.canonical() == *old.text : c.label == *old.text;
  }
  /// Replaces every part that is `old`; a null `with` removes it, negated or not, from its
  /// conjunction or disjunction.  Returns null where nothing is left.
  static ConditionPtr edit(const ConditionPtr& c, const Argument& old, const ConditionPtr& with,
                           bool& found) {
    if (with && is_meant(*c, old)) {
      found = true;
      return with;
    }
    const bool is_chain = c->op == Op::all_of || c->op == Op::any_of;
    std::vector<ConditionPtr> args;
    for (const auto& arg : c->args) {
      const bool is_old =
          is_meant(*arg, old) || (arg->op == Op::negate && is_meant(*arg->args[0], old));
      if (!with && is_chain && is_old) {
        found = true;
      } else if (ConditionPtr kept = edit(arg, old, with, found)) {
        args.push_back(std::move(kept));
      } else if (!is_chain) {
        return nullptr;
      }
    }
    if (args.size() < c->args.size() && args.size() < 2) {
      if (args.empty()) return nullptr;
      return c->label.empty() ? args.front() : labeled(args.front(), c->label);
    }
    auto copy = std::make_shared<Condition>(*c);
    copy->args = std::move(args);
    return copy;
  }

  std::string_view text_;
  bool of_check_{false};
  std::size_t at_{};
  int depth_{};
};

}  // namespace

ParsedCondition parse_condition(std::string_view text, bool of_check) {
  constexpr std::size_t length_max = 16 * 1024;
  if (text.size() > length_max) return {nullptr, ConditionError{1, "longer than 16 KiB"}};
  try {
    return {Parser{text, of_check}.parse(), std::nullopt};
  } catch (const Failure& failure) {
    return {nullptr, failure.error};
  }
}

}  // namespace freshet::core

namespace freshet {
std::optional<ConditionError> check_condition(std::string_view expression, bool of_check) {
  return core::parse_condition(expression, of_check).error;
}
}  // namespace freshet
