// A project's file: either definitions that make a graph, or errors; and whatever is said about it
// has a place inside of it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "freshet/definitions.hpp"
#include "freshet/graph.hpp"
#include "fuzz.hpp"
#include "project/loader.hpp"
#include "project_helpers.hpp"

namespace freshet::project {
namespace {

using fuzz::require;

const std::string main_file = "/p/freshet.yaml";

Environment environment() {
  return [](std::string_view name) {
    return name == "HOME" ? std::optional<std::string>{"/home/x"} : std::nullopt;
  };
}

/// Whether a place is one of `text`, or just behind a line of it.
bool is_inside(const Place& place, std::string_view text) {
  // What YAML takes for an end of a line; only the first two are ours to look for.
  const bool has_other_breaks = text.find('\r') != std::string_view::npos ||
                                text.find("\xc2\x85") != std::string_view::npos ||
                                text.find("\xe2\x80\xa8") != std::string_view::npos ||
                                text.find("\xe2\x80\xa9") != std::string_view::npos;
  if (place.line < 1 || place.column < 1) return false;
  const auto lines = split(text, '\n');
  const auto line = static_cast<std::size_t>(place.line);
  const auto column = static_cast<std::size_t>(place.column);
  if (has_other_breaks) return line <= text.size() + 1 && column <= text.size() + 1;
  return line <= lines.size() && column <= lines[line - 1].size() + 1;
}

void judge_diagnostic(const Diagnostic& diagnostic,
                      const std::map<std::string, std::string>& files) {
  const std::string about = format(diagnostic);
  require(!diagnostic.message.empty() && is_utf8(about), "a diagnostic has a message", about);
  const auto file = files.find(diagnostic.place.file);
  require(file != files.end(), "a diagnostic is of a file that was read", about);
  require(is_inside(diagnostic.place, file->second), "a diagnostic's place is in its file", about);
}

/// Something about the middle of each automation's text.
std::vector<Diagnostic> check_automation(std::string_view expression, bool /*of_check*/) {
  const auto middle = static_cast<int>(expression.size() / 2);
  return {{.severity = Diagnostic::Severity::warning,
           .place = {.line = 1, .column = middle + 1},
           .message = "its middle"}};
}

void judge(const std::string& text) {
  const std::map<std::string, std::string> files{
      {main_file, text},
      {"/p/more.yaml", "assets:\n  - key: more\n    deps: [orders]\n    command: [\"true\"]\n"}};
  LoadOptions options;
  options.check_automation = check_automation;
  const LoadResult loaded = load_project("/p", environment(), MemoryFiles{files}, options);
  bool has_error = false;
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    has_error = has_error || diagnostic.severity == Diagnostic::Severity::error;
    judge_diagnostic(diagnostic, files);
  }
  require(loaded.definitions.has_value() != has_error, "either definitions or errors", text);
  if (!loaded.definitions) return;
  for (const AssetDefinition& asset : loaded.definitions->assets) {
    require(!asset.key.empty() && asset.key.size() <= 255, "an asset has a key", asset.key);
    const auto file = files.find(asset.place.file);
    require(file != files.end() && is_inside(asset.place, file->second),
            "an asset has a place in its file", asset.key);
  }
  const auto graph = Graph::build({std::make_shared<const Definitions>(*loaded.definitions)});
  require(graph.has_value(), "definitions without an error make a graph",
          graph ? "" : graph.error().message);
}

}  // namespace
}  // namespace freshet::project

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  freshet::project::judge({data, data + size});
  return 0;
}
