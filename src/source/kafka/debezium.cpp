#include "source/kafka/debezium.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "source/kafka/logical.hpp"

namespace freshet::kafka {

using Json = nlohmann::json;

namespace {

constexpr std::array<std::string_view, 8> own_names{"before", "after", "source", "op",
                                                    "ts_ms",  "ts_us", "ts_ns",  "transaction"};

const Json& member(const Json& of, const char* name) {
  static const Json none;
  if (!of.is_object()) return none;
  const auto found = of.find(name);
  return found == of.end() ? none : *found;
}

/// nullopt: it is none that a decimal may have.
std::optional<int> scale_of(std::string_view text) {
  constexpr int scale_max = 1'000;
  int out{};
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (wrong != std::errc{} || end != text.data() + text.size() || out < 0 || out > scale_max)
    return std::nullopt;
  return out;
}

/// Numbers that stand for dates and times become text, as the schema beside them says.
void read_times(const Json& schema, Json& value) {
  const Json& fields = member(schema, "fields");
  if (value.is_object() && fields.is_array()) {
    for (const Json& field : fields) {
      const Json& name = member(field, "field");
      if (!name.is_string()) continue;
      const auto found = value.find(name.get<std::string>());
      if (found != value.end()) read_times(field, *found);
    }
    return;
  }
  const Json& name = member(schema, "name");
  if (!name.is_string()) return;
  const Logical logical = logical_of_connect(name.get<std::string>());
  if (logical == Logical::decimal && value.is_string()) {
    const Json& scale = member(member(schema, "parameters"), "scale");
    const auto bytes = base64_decode(value.get<std::string>());
    if (bytes && scale.is_string()) {
      if (const auto digits = scale_of(scale.get<std::string>()))
        value = decimal_text(*bytes, *digits);
    }
  } else if (logical != Logical::none && value.is_number_integer()) {
    value = time_json(logical, value.get<std::int64_t>());
  }
}

/// "" of what is no single value.
std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_null() || value.is_structured() ? "" : value.dump();
}

/// For people.
std::string shown(const Json& value) {
  if (value.is_structured()) return value.is_array() ? "a list" : "an object";
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Json without_schema(Json message) {
  if (!message.is_object() || message.size() != 2 || !message.contains("schema") ||
      !message.contains("payload"))
    return message;
  Json out = std::move(message["payload"]);
  read_times(message["schema"], out);
  return out;
}

Result<std::optional<Change>> Change::read(Json message) {
  const auto nothing = [] { return std::optional<Change>{}; };
  Change out;
  out.envelope_ = without_schema(std::move(message));
  if (out.envelope_.is_null()) return nothing();
  const Json& op = member(out.envelope_, "op");
  const bool is_heartbeat = op.is_null() && out.envelope_.is_object() &&
                            out.envelope_.contains("ts_ms") && !out.envelope_.contains("after");
  if (is_heartbeat || op == "m") return nothing();
  constexpr std::string_view known = "curdt";
  const auto text = op.is_string() ? op.get<std::string>() : "";
  if (text.size() != 1 || known.find(text) == std::string_view::npos) {
    return Error{Errc::invalid, "the message is no change event of Debezium: its op is " +
                                    (op.is_null() ? std::string{"missing"} : shown(op)) +
                                    ", want c, u, d, r or t"};
  }
  out.op_ = text.front();
  return std::optional{std::move(out)};
}

const Json& Change::root_of(const FieldPath& field) const {
  const bool is_own =
      !field.steps.empty() && std::ranges::find(own_names, field.steps.front()) != own_names.end();
  return is_own ? envelope_ : member(envelope_, op_ == 'd' ? "before" : "after");
}

const Json* Change::row_before() const {
  const Json& row = member(envelope_, "before");
  return op_ == 'u' && row.is_object() ? &row : nullptr;
}

std::string Change::version() const {
  if (op_ == 'r') return "";
  const Json& source = member(envelope_, "source");
  if (const Json& lsn = member(source, "lsn"); !lsn.is_null()) return text_of(lsn);
  const Json& file = member(source, "file");
  const Json& pos = member(source, "pos");
  if (!file.is_null() && !pos.is_null()) return text_of(file) + ':' + text_of(pos);
  return text_of(member(source, "gtid"));
}

}  // namespace freshet::kafka
