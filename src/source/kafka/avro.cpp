// Avro's binary encoding, read by the schema that it was written with.
//
// Written out rather than linked: libavro (the only Avro library for C or C++ in Debian) knows no
// logical types, so that the schema's JSON would have to be walked beside its values all the same,
// and that walk is the whole decoder.  https://avro.apache.org/docs/1.11.1/specification/
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "source/kafka/logical.hpp"
#include "source/kafka/schema.hpp"

namespace freshet::kafka {

using Json = nlohmann::json;

namespace {

constexpr int depth_max = 64;                  ///< Of types within types, and values in values.
constexpr std::size_t values_max = 1'000'000;  ///< Of one message.

enum class Type : std::uint8_t {
  null,
  boolean,
  integer,  ///< int or long.
  single,
  real,
  bytes,
  text,
  record,
  enumeration,
  array,
  map,
  either,  ///< A union.
  fixed,
};

struct Node {
  Type type{Type::null};
  Logical logical{Logical::none};
  int scale{};
  std::size_t size{};                                   ///< Of fixed.
  std::vector<std::string> symbols;                     ///< Of an enumeration.
  std::vector<std::pair<std::string, const Node*>> of;  ///< Fields, branches, or the one of items.
};

using Names = std::map<std::string, const Node*, std::less<>>;

std::optional<Type> primitive(std::string_view name) {
  constexpr std::array names =
      std::to_array<std::pair<std::string_view, Type>>({{"null", Type::null},
                                                        {"boolean", Type::boolean},
                                                        {"int", Type::integer},
                                                        {"long", Type::integer},
                                                        {"float", Type::single},
                                                        {"double", Type::real},
                                                        {"bytes", Type::bytes},
                                                        {"string", Type::text}});
  for (const auto& [known, type] : names) {
    if (known == name) return type;
  }
  return std::nullopt;
}

Error wrong(std::string what) { return {Errc::invalid, "avro schema: " + std::move(what)}; }

/// Reads schemas into nodes, which it owns.
class Builder {
 public:
  Result<const Node*> read(const std::string& text) {
    const Json json = Json::parse(text, nullptr, false);
    // A type's bare name, as in "string", may stand there without quotes.
    if (json.is_discarded()) return read(Json(text), "", 0);
    return read(json, "", 0);
  }
  std::deque<Node> take() { return std::move(nodes_); }

 private:
  Node& make(Type type) {
    nodes_.push_back({.type = type});
    return nodes_.back();
  }

  Result<const Node*> read(const Json& json, const std::string& space, int depth) {
    if (depth > depth_max) return wrong("types are nested too deeply");
    if (json.is_string()) return named(json.get<std::string>(), space);
    if (json.is_array()) {
      Node& node = make(Type::either);
      for (const Json& branch : json) {
        FRESHET_TRY(const Node* of, read(branch, space, depth + 1));
        node.of.emplace_back("", of);
      }
      return &node;
    }
    const auto type = json.is_object() ? json.find("type") : json.end();
    if (!json.is_object() || type == json.end()) return wrong("a type is missing");
    if (!type->is_string()) return read(*type, space, depth + 1);
    const auto name = type->get<std::string>();
    if (const auto known = primitive(name)) {
      Node& node = make(*known);
      set_logical(json, node);
      return &node;
    }
    if (name == "array" || name == "map") {
      const char* items = name == "array" ? "items" : "values";
      if (!json.contains(items)) return wrong(name + " says nothing of its " + items);
      Node& node = make(name == "array" ? Type::array : Type::map);
      FRESHET_TRY(const Node* of, read(json.at(items), space, depth + 1));
      node.of.emplace_back("", of);
      return &node;
    }
    if (name == "record" || name == "error" || name == "enum" || name == "fixed")
      return define(name, json, space, depth);
    return named(name, space);
  }

  Result<const Node*> define(const std::string& type, const Json& json, std::string space,
                             int depth) {
    const auto text = [&](const char* field) {
      const auto found = json.find(field);
      return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
    };
    std::string name = text("name");
    if (name.empty()) return wrong(type + " has no name");
    if (const auto dot = name.rfind('.'); dot != std::string::npos) {
      space = name.substr(0, dot);
    } else {
      if (json.contains("namespace")) space = text("namespace");
      if (!space.empty()) name = space + '.' + name;
    }
    Node& node = make(type == "enum"    ? Type::enumeration
                      : type == "fixed" ? Type::fixed
                                        : Type::record);
    names_[name] = &node;  // before its fields, which may be of this very type
    if (node.type == Type::fixed) {
      if (!json.contains("size") || !json["size"].is_number_unsigned())
        return wrong(name + " has no size");
      node.size = json["size"].get<std::size_t>();
      set_logical(json, node);
    } else if (node.type == Type::enumeration) {
      for (const Json& symbol : json.value("symbols", Json::array()))
        node.symbols.push_back(symbol.is_string() ? symbol.get<std::string>() : "");
    } else {
      for (const Json& field : json.value("fields", Json::array())) {
        if (!field.is_object() || !field.contains("name") || !field["name"].is_string() ||
            !field.contains("type"))
          return wrong(name + " has a field without a name or a type");
        FRESHET_TRY(const Node* of, read(field["type"], space, depth + 1));
        node.of.emplace_back(field["name"].get<std::string>(), of);
      }
    }
    return &node;
  }

  Result<const Node*> named(const std::string& name, const std::string& space) {
    if (const auto known = primitive(name)) return &make(*known);
    auto found = names_.end();
    if (!space.empty() && name.find('.') == std::string::npos)
      found = names_.find(space + '.' + name);
    if (found == names_.end()) found = names_.find(name);
    if (found == names_.end()) return wrong("there is no type " + name);
    return found->second;
  }

  static void set_logical(const Json& json, Node& node) {
    const auto text = [&](const char* field) {
      const auto found = json.find(field);
      return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
    };
    Logical logical = logical_of_avro(text("logicalType"));
    if (logical == Logical::none) logical = logical_of_connect(text("connect.name"));
    const bool is_bytes = node.type == Type::bytes || node.type == Type::fixed;
    const bool fits = logical == Logical::decimal ? is_bytes
                      : logical == Logical::uuid  ? node.type == Type::fixed && node.size == 16
                                                  : node.type == Type::integer;
    if (!fits) return;  // as if it were not there, says Avro; a uuid of text is text anyway
    node.logical = logical;
    const auto scale = json.find("scale");
    if (scale == json.end() || !scale->is_number_integer()) return;
    const auto digits = scale->get<std::int64_t>();
    if (digits >= 0 && digits <= 1'000) node.scale = static_cast<int>(digits);
  }

  std::deque<Node> nodes_;
  Names names_;
};

/// One message.  What it returns counts for nothing once `error` says something.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : rest_{bytes}, size_{bytes.size()} {}

  Json value(const Node& node, int depth) {
    if (depth > depth_max) return fail("its values are nested too deeply");
    if (++values_ > values_max) return fail("it holds too many values");
    switch (node.type) {
      case Type::null:
        return nullptr;
      case Type::boolean:
        return take(1) != std::string(1, '\0');
      case Type::integer: {
        const std::int64_t number = integer();
        return node.logical == Logical::none ? Json(number) : time_json(node.logical, number);
      }
      case Type::single:
        return std::bit_cast<float>(little_endian<std::uint32_t>());
      case Type::real:
        return std::bit_cast<double>(little_endian<std::uint64_t>());
      case Type::bytes:
        return bytes_json(node, take(length()));
      case Type::text:
        return std::string{take(length())};
      case Type::fixed:
        return bytes_json(node, take(node.size));
      case Type::enumeration: {
        const auto place = static_cast<std::size_t>(integer());
        return place < node.symbols.size() ? Json(node.symbols[place])
                                           : fail("an enumeration has no such symbol");
      }
      case Type::either: {
        const auto place = static_cast<std::size_t>(integer());
        return place < node.of.size() ? value(*node.of[place].second, depth + 1)
                                      : fail("a union has no such branch");
      }
      case Type::record: {
        Json out = Json::object();
        for (const auto& [name, of] : node.of) {
          out[name] = value(*of, depth + 1);
          if (!error.empty()) break;
        }
        return out;
      }
      case Type::array: {
        Json out = Json::array();
        each_item([&] { out.push_back(value(*node.of.front().second, depth + 1)); });
        return out;
      }
      case Type::map: {
        Json out = Json::object();
        each_item([&] {
          std::string key{take(length())};
          out[std::move(key)] = value(*node.of.front().second, depth + 1);
        });
        return out;
      }
    }
    return nullptr;
  }

  [[nodiscard]] std::size_t left() const { return rest_.size(); }
  std::string error;

 private:
  Json fail(const char* what) {
    if (error.empty())
      error = std::string{what} + ", at byte " + std::to_string(size_ - rest_.size());
    rest_ = {};
    return nullptr;
  }

  std::string_view take(std::size_t count) {
    if (count > rest_.size()) {
      fail("it ends too early");
      return {};
    }
    const std::string_view out = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return out;
  }

  std::int64_t integer() {
    std::uint64_t bits = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::string_view byte = take(1);
      if (byte.empty()) return 0;
      const auto digit = static_cast<std::uint8_t>(byte.front());
      bits |= std::uint64_t{digit & 0x7FU} << shift;
      if (digit < 0x80) return static_cast<std::int64_t>(bits >> 1U ^ (~(bits & 1U) + 1U));
    }
    fail("a number is too long");
    return 0;
  }

  std::size_t length() {
    const std::int64_t out = integer();
    if (out < 0) fail("a length is negative");
    return out < 0 ? 0 : static_cast<std::size_t>(out);
  }

  template <class T>
  T little_endian() {
    T out{};
    const std::string_view bytes = take(sizeof out);
    if (bytes.size() == sizeof out) std::memcpy(&out, bytes.data(), sizeof out);
    static_assert(std::endian::native == std::endian::little);
    return out;
  }

  static Json bytes_json(const Node& node, std::string_view bytes) {
    if (node.logical == Logical::decimal) return decimal_text(bytes, node.scale);
    if (node.logical == Logical::uuid) return uuid_text(bytes);
    std::string out;
    for (const char each : bytes) {
      const auto point = static_cast<std::uint8_t>(each);
      if (point < 0x80) {
        out += each;
      } else {
        out += static_cast<char>(0xC0 | point >> 6U);
        out += static_cast<char>(0x80 | (point & 0x3FU));
      }
    }
    return out;
  }

  /// Blocks of a number of items each, up to an empty one; a negative number is followed by the
  /// block's size.
  template <class Item>
  void each_item(Item item) {
    while (error.empty()) {
      std::int64_t count = integer();
      if (count == 0) return;
      if (count < 0) {
        static_cast<void>(integer());
        if (count == std::numeric_limits<std::int64_t>::min()) {
          fail("a list is too long");
          return;
        }
        count = -count;
      }
      for (; count > 0 && error.empty(); --count) item();
    }
  }

  std::string_view rest_;
  std::size_t size_;
  std::size_t values_{};
};

class AvroSchema final : public Schema {
 public:
  AvroSchema(std::deque<Node> nodes, const Node* root) : nodes_{std::move(nodes)}, root_{root} {}

  [[nodiscard]] Result<Json> decode(std::string_view bytes) const override {
    Decoder decoder{bytes};
    Json out = decoder.value(*root_, 0);
    if (decoder.error.empty() && decoder.left() != 0) {
      decoder.error = std::to_string(decoder.left()) + " bytes are left over";
    }
    if (!decoder.error.empty())
      return Error{Errc::invalid, "is not Avro of its schema: " + decoder.error};
    return Result<Json>{boost::system::in_place_value, std::move(out)};
  }

 private:
  std::deque<Node> nodes_;  ///< Do not move, so that pointers to them hold.
  const Node* root_;
};

}  // namespace

Result<std::shared_ptr<const Schema>> make_avro_schema(const std::vector<SchemaText>& references,
                                                       const std::string& text) {
  Builder builder;
  for (const SchemaText& each : references) {
    FRESHET_TRY([[maybe_unused]] const Node* node, builder.read(each.text));
  }
  FRESHET_TRY(const Node* root, builder.read(text));
  return std::shared_ptr<const Schema>{std::make_shared<AvroSchema>(builder.take(), root)};
}

}  // namespace freshet::kafka
