#include "api/json_text.hpp"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "freshet/result.hpp"

namespace freshet::api {
namespace {

/// Builds nothing: looks whether the text may be read, and where not.
class Guard : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return true; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
  bool string(string_t& /*value*/) override { return true; }
  bool binary(binary_t& /*value*/) override { return true; }
  bool key(string_t& /*name*/) override { return true; }
  bool start_object(std::size_t /*size*/) override { return enter(); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t /*size*/) override { return enter(); }
  bool end_array() override { return leave(); }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& /*error*/) override {
    position_ = position;
    return false;
  }

  [[nodiscard]] bool is_too_deep() const { return depth_ > json_depth_max; }
  /// How many bytes were read when it went wrong.
  [[nodiscard]] std::size_t position() const { return position_; }

 private:
  bool enter() { return ++depth_ <= json_depth_max; }
  bool leave() {
    --depth_;
    return true;
  }

  std::size_t depth_{0};
  std::size_t position_{0};
};

std::string place(std::string_view text, std::size_t read) {
  const std::string_view before = text.substr(0, read == 0 ? 0 : std::min(read - 1, text.size()));
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::size_t start =
      before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(before.size() - start + 1);
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  Guard guard;
  if (!Json::sax_parse(text, &guard)) {
    if (guard.is_too_deep()) {
      return Error{Errc::invalid,
                   "read JSON: nested deeper than " + std::to_string(json_depth_max) + " levels"};
    }
    const bool is_cut = guard.position() > text.size();
    return Error{Errc::invalid, "read JSON: " + place(text, guard.position()) + ": " +
                                    (is_cut ? "it ends too early" : "not valid JSON in UTF-8")};
  }
  Json value = Json::parse(text, nullptr, false);
  FRESHET_ASSERT(!value.is_discarded());
  return fine(std::move(value));
}

Result<Json> fine(Json value) {
  return Result<Json>{boost::system::in_place_value, std::move(value)};
}

std::string dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace freshet::api
