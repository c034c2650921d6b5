// A condition that parses has a canonical text, which parses to the same tree; any other has an
// error with a place.
#include "core/condition.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/text.hpp"
#include "fuzz.hpp"

namespace freshet::core {
namespace {

using fuzz::require;

void judge_program(const ConditionPtr& root, const std::string& text) {
  const auto program = compile(root, text);
  require(!program->nodes.empty(), "a program has a node", text);
  for (std::size_t i = 0; i < program->nodes.size(); ++i) {
    const Program::Node& node = program->nodes[i];
    require(node.condition != nullptr && node.args.size() == node.condition->args.size(),
            "a node has the arguments of its condition", text);
    std::size_t before = i;
    for (const std::uint16_t arg : node.args) {
      require(arg > before && arg < program->nodes.size(), "nodes are numbered in pre-order", text);
      before = arg;
    }
    require(program->schedules.empty() || node.schedule < program->schedules.size(),
            "a node's schedule is one of the program's", text);
  }
}

bool has(const Condition& condition, Op op) {
  if (condition.op == op) return true;
  for (const ConditionPtr& arg : condition.args) {
    if (has(*arg, op)) return true;
  }
  return false;
}

/// Expanded, a text may become longer or deeper than what may be written.
bool is_limit(const ConditionError& error) {
  return error.message.find("nested more") != std::string::npos ||
         error.message.starts_with("longer than");
}

void judge(const std::string& text) {
  const ParsedCondition parsed = parse_condition(text);
  require((parsed.root == nullptr) == parsed.error.has_value(), "either a tree or an error", text);
  if (parsed.error) {
    require(!parsed.error->message.empty(), "an error has a message", text);
    require(is_utf8(parsed.error->message) || !is_utf8(text), "a message is UTF-8", text);
    require(parsed.error->column >= 1 &&
                static_cast<std::size_t>(parsed.error->column) <= text.size() + 1,
            "an error's column lies in the text", text);
    return;
  }
  judge_program(parsed.root, text);
  const std::string canonical = parsed.root->canonical();
  // Only on_cron with a lookback has it, and there is no other way to write it.
  if (has(*parsed.root, Op::updated_since_tick)) return;
  const ParsedCondition again = parse_condition(canonical);
  if (again.error && is_limit(*again.error)) return;
  require(again.root != nullptr, "a canonical text parses", canonical);
  require(again.root->canonical() == canonical, "a canonical text is its own", canonical);
  require(is_same(*again.root, *parsed.root), "a canonical text means the same tree", canonical);
}

}  // namespace
}  // namespace freshet::core

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  freshet::core::judge({data, data + size});
  return 0;
}
