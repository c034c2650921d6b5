#include "exec/pipes/message.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "exec/pipes/metadata.hpp"
#include "freshet/definitions.hpp"

namespace freshet {
namespace {

using nlohmann::json;
using Method = PipesMessage::Method;

constexpr std::string_view kVersion = "0.1";
constexpr int kDepthMax = 200;  ///< Printing and destroying JSON recurses.
constexpr std::size_t kQuoteMax = 200;

PipesMessage problem(std::string_view why, std::string_view line) {
  PipesMessage message{.method = Method::problem};
  message.text = std::string{why} + ": " + std::string{line.substr(0, kQuoteMax)};
  if (line.size() > kQuoteMax) message.text += "…";
  return message;
}

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Puts quotes around NaN, Infinity and -Infinity, which Python writes and JSON does not know.
/// Returns nullopt when the text nests deeper than kDepthMax.
std::optional<std::string> readable(std::string_view line) {
  constexpr std::array<std::string_view, 3> kNonFinite{"NaN", "Infinity", "-Infinity"};
  std::string text;
  text.reserve(line.size());
  bool in_string = false;
  int depth = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    if (in_string) {
      text += c;
      if (c == '"') in_string = false;
      if (c == '\\' && at + 1 < line.size()) text += line[++at];
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (depth > kDepthMax) return std::nullopt;
    const auto rest = line.substr(at);
    const auto* token =
        std::ranges::find_if(kNonFinite, [&](auto name) { return rest.starts_with(name); });
    if (token == kNonFinite.end()) {
      text += c;
    } else {
      text.append("\"").append(*token).append("\"");
      at += token->size() - 1;
    }
  }
  return text;
}

/// The member `name`, or null.
const json& member(const json& object, const char* name) {
  static const json kNull;
  const auto found = object.find(name);
  return found == object.end() ? kNull : *found;
}

/// The member as text: itself if it is a string, "" if null, else its JSON.
std::string text_of(const json& object, const char* name) {
  const json& value = member(object, name);
  if (value.is_null()) return "";
  return value.is_string() ? value.get<std::string>() : dump(value);
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string log_level(const json& params) {
  constexpr std::array<std::string_view, 5> kLevels{"DEBUG", "INFO", "WARNING", "ERROR",
                                                    "CRITICAL"};
  const std::string level = upper(text_of(params, "level"));
  if (level == "WARN") return "WARNING";
  if (level == "FATAL") return "CRITICAL";
  return std::ranges::find(kLevels, level) == kLevels.end() ? "INFO" : level;
}

/// "Name: message", the stack, and what it was caused by.  Clients put [] where others put null.
std::string exception_text(const json& exception) {
  if (exception.is_string()) return exception.get<std::string>();
  if (!exception.is_object()) return "";
  const std::string name = text_of(exception, "name");
  const std::string what = text_of(exception, "message");
  std::string text = name.empty() || what.empty() ? name + what : name + ": " + what;
  const json& stack = member(exception, "stack");
  if (stack.is_array()) {
    for (const json& frame : stack) {
      std::string line = frame.is_string() ? frame.get<std::string>() : dump(frame);
      while (line.ends_with('\n')) line.pop_back();
      text += '\n' + line;
    }
  }
  const std::string cause = exception_text(member(exception, "cause"));
  if (!cause.empty()) text += "\nCaused by: " + cause;
  const std::string context = exception_text(member(exception, "context"));
  if (!context.empty()) text += "\nWhile handling: " + context;
  return text;
}

PipesMessage parse_closed(const json& params) {
  PipesMessage message{.method = Method::closed};
  const bool is_direct = params.contains("message");  // The Rust client leaves out the wrapping.
  message.text = exception_text(is_direct ? params : member(params, "exception"));
  return message;
}

/// A metadata value with or without its envelope.
const json& raw_value(const json& metadata, const char* name) {
  const json& given = member(metadata, name);
  return given.is_object() && given.contains("raw_value") ? given["raw_value"] : given;
}

std::optional<std::vector<std::pair<std::string, std::vector<std::string>>>> columns_read_of(
    const json& metadata) {
  const json& given = raw_value(metadata, "freshet/columns_read");
  if (!given.is_object()) return std::nullopt;
  std::vector<std::pair<std::string, std::vector<std::string>>> out;
  for (const auto& [key, names] : given.items()) {
    std::vector<std::string>& columns = out.emplace_back(key, std::vector<std::string>{}).second;
    if (!names.is_array()) continue;
    for (const json& name : names) {
      // One that is no text may stand for any: then it is not known what was read.
      if (!name.is_string()) {
        columns.clear();
        break;
      }
      columns.push_back(name.get<std::string>());
    }
  }
  return out;
}

PipesMessage parse_materialization(const json& params, std::string_view line) {
  const json& key = member(params, "asset_key");
  if (!key.is_string() && !key.is_null()) return problem("asset_key is no text", line);
  PipesMessage message{.method = Method::materialization};
  message.asset_key = text_of(params, "asset_key");
  if (!member(params, "data_version").is_null()) {
    message.data_version = text_of(params, "data_version");
  }
  const json& metadata = member(params, "metadata");
  const json& columns = raw_value(metadata, "freshet/column_versions");
  if (columns.is_object()) {
    for (const auto& [name, version] : columns.items()) {
      message.columns.emplace_back(
          name, version.is_string() ? version.get<std::string>() : dump(version));
    }
  }
  message.columns_read = columns_read_of(metadata);
  message.json = normalize_pipes_metadata(metadata);
  return message;
}

PipesMessage parse_check(const json& params, std::string_view line) {
  const json& key = member(params, "asset_key");
  const json& name = member(params, "check_name");
  const json& passed = member(params, "passed");
  if (!key.is_string() && !key.is_null()) return problem("asset_key is no text", line);
  if (!name.is_string()) return problem("check_name is missing or no text", line);
  if (!passed.is_boolean()) return problem("passed is missing or neither true nor false", line);
  PipesMessage message{.method = Method::check};
  message.asset_key = text_of(params, "asset_key");
  message.check_name = name.get<std::string>();
  message.passed = passed.get<bool>();
  const bool warns = upper(text_of(params, "severity")).starts_with("WARN");
  message.severity = warns ? CheckSeverity::warn : CheckSeverity::error;
  message.json = normalize_pipes_metadata(member(params, "metadata"));
  return message;
}

PipesMessage parse_params(std::string_view method, const json& params, std::string_view line) {
  if (method == "report_asset_materialization") return parse_materialization(params, line);
  if (method == "report_asset_check") return parse_check(params, line);
  if (method == "closed") return parse_closed(params);
  PipesMessage message;
  if (method == "opened") {
    message.method = Method::opened;
    const json& extras = member(params, "extras");
    message.json = extras.is_object() ? dump(extras) : "{}";
  } else if (method == "log") {
    message.method = Method::log;
    message.level = log_level(params);
    message.text = text_of(params, "message");
  } else if (method == "report_custom_message") {
    message.method = Method::custom;
    message.json = dump(member(params, "payload"));
  } else if (method == "log_external_stream") {
    message.method = Method::external_stream;
    message.stream = text_of(params, "stream") == "stderr" ? "stderr" : "stdout";
    message.text = text_of(params, "text");
  } else {
    return problem("unknown method", line);
  }
  return message;
}

}  // namespace

PipesMessage parse_pipes_message(std::string_view line) {
  const auto text = readable(line);
  if (!text) return problem("nested too deeply", line);
  const json envelope = json::parse(*text, nullptr, false);
  if (envelope.is_discarded()) return problem("not JSON", line);
  if (!envelope.is_object()) return problem("not an object", line);
  const json& version = member(envelope, "__dagster_pipes_version");
  if (!version.is_string()) return problem("no __dagster_pipes_version", line);
  if (version != kVersion) return problem("want __dagster_pipes_version 0.1", line);
  const json& method = member(envelope, "method");
  if (!method.is_string()) return problem("no method", line);
  if (!envelope.contains("params")) return problem("no params", line);
  const json& params = member(envelope, "params");
  if (!params.is_object() && !params.is_null()) return problem("params is no object", line);
  static const json kEmpty = json::object();
  return parse_params(method.get_ref<const std::string&>(), params.is_null() ? kEmpty : params,
                      line);
}

}  // namespace freshet
