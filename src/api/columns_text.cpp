#include "api/columns_text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "api/json_text.hpp"

namespace freshet::api {

void append_json(std::string& out, std::string_view text) {
  const bool is_plain = std::ranges::all_of(
      text, [](char c) { return c >= ' ' && c < '\x7f' && c != '"' && c != '\\'; });
  if (!is_plain) {
    out += dump(Json(text));
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

void ObjectText::begin(std::string_view name) {
  if (out_.size() > 1) out_ += ",\n";
  append_json(out_, name);
  out_ += ':';
}

}  // namespace freshet::api
