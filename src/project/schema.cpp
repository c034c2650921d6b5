#include "project/schema.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "freshet/result.hpp"
#include "project/object_type.hpp"
#include "project/types.hpp"

namespace freshet::project {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kKeyPattern = "^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$";

Json reference(const ObjectType& type) {
  return {{"$ref", "#/definitions/" + std::string{type.name}}};
}

Json list_of(Json item) { return {{"type", "array"}, {"items", std::move(item)}}; }

Json map_of(Json value) { return {{"type", "object"}, {"additionalProperties", std::move(value)}}; }

Json text() { return {{"type", "string"}}; }

Json any_of(Json a, Json b) {
  Json out;
  out["anyOf"] = Json::array({std::move(a), std::move(b)});
  return out;
}

Json key() { return {{"type", "string"}, {"pattern", kKeyPattern}, {"maxLength", 255}}; }

Json scalar_text() { return {{"type", Json::array({"string", "number", "boolean"})}}; }

Json shape_of(const Field& field) {
  switch (field.shape) {
    case Shape::text:
    case Shape::time_zone:
    case Shape::instant:
      return text();
    case Shape::text_or_number:
      return {{"type", Json::array({"string", "number"})}};
    case Shape::key:
      return key();
    case Shape::integer:
      return {{"type", "integer"}};
    case Shape::boolean:
      return {{"type", "boolean"}};
    case Shape::duration:
      return {{"type", "string"}, {"pattern", "^([0-9]+(ms|s|m|h|d|w))+$"}};
    case Shape::time_of_day:
      return {{"type", "string"}, {"pattern", "^([01][0-9]|2[0-3]):[0-5][0-9]$"}};
    case Shape::texts:
      return any_of(list_of(scalar_text()), text());
    case Shape::command: {
      Json out = list_of(scalar_text());
      out["minItems"] = 1;
      return out;
    }
    case Shape::variables:
      return map_of(scalar_text());
    case Shape::tags:
      return any_of(map_of(scalar_text()), list_of(text()));
    case Shape::limits:
      return map_of({{"type", "integer"}, {"minimum", 1}});
    case Shape::matches:
      return map_of(any_of(list_of(scalar_text()), scalar_text()));
    case Shape::static_map:
      return map_of(list_of(scalar_text()));
    case Shape::mapping:
      return any_of({{"enum", Json::array({"identity", "all", "last"})}}, reference(*field.object));
    case Shape::mappings:
      return map_of(
          any_of({{"enum", Json::array({"identity", "all", "last"})}}, reference(*field.object)));
    case Shape::dynamic:
      return any_of(text(), reference(*field.object));
    case Shape::backfill:
      return any_of({{"enum", Json::array({"single_run"})}}, reference(*field.object));
    case Shape::dependencies:
      return any_of(list_of(any_of(key(), reference(*field.object))), key());
    case Shape::object:
      return reference(*field.object);
    case Shape::objects:
      return list_of(reference(*field.object));
    case Shape::named:
      return list_of(any_of(text(), reference(*field.object)));
    case Shape::unavailable:
      break;
  }
  return Json::object();
}

Json property_of(const Field& field) {
  Json shape = shape_of(field);
  if (!field.choices.empty()) {
    Json choices = Json::array();
    for (const std::string_view choice : split(field.choices, '|')) choices.push_back(choice);
    shape = {{"enum", std::move(choices)}};
  }
  Json out;
  out["description"] = field.help;
  if (field.required) {
    // Beside a $ref draft-07 ignores everything else.
    if (shape.contains("$ref")) {
      out["allOf"] = Json::array({std::move(shape)});
    } else {
      out.update(shape);
    }
  } else {
    out.update(any_of(std::move(shape), {{"type", "null"}}));
  }
  if (!field.example.empty())
    out["examples"] = Json::array({Json::parse(field.example, nullptr, false)});
  return out;
}

Json schema_of(const ObjectType& type, bool all_optional) {
  Json out;
  out["description"] = type.help;
  out["type"] = "object";
  out["additionalProperties"] = false;
  Json required = Json::array();
  Json& properties = out["properties"] = Json::object();
  for (const Field& field : type.fields) {
    if (field.shape == Shape::unavailable || (all_optional && field.copy == nullptr)) continue;
    properties[std::string{field.name}] = property_of(field);
    if (field.required && !all_optional) required.push_back(field.name);
  }
  if (type.exactly_one_from != ObjectType::none) {
    out["minProperties"] = type.exactly_one_from + 1;
    out["maxProperties"] = type.exactly_one_from + 1;
  }
  if (!required.empty()) out["required"] = std::move(required);
  return out;
}

const Field* find_field(const ObjectType& type, std::string_view name) {
  for (const Field& field : type.fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

std::string_view words_for(Shape shape) {
  switch (shape) {
    case Shape::text:
      return "text";
    case Shape::text_or_number:
      return "text or number";
    case Shape::key:
      return "asset key";
    case Shape::integer:
      return "whole number";
    case Shape::boolean:
      return "true or false";
    case Shape::duration:
      return "duration";
    case Shape::time_of_day:
      return "time of day, HH:MM";
    case Shape::time_zone:
      return "time zone";
    case Shape::instant:
      return "date or instant";
    case Shape::texts:
      return "list of texts, or one text";
    case Shape::command:
      return "list of texts";
    case Shape::variables:
      return "mapping of names to texts";
    case Shape::tags:
      return "mapping of names to texts, or list of names";
    case Shape::limits:
      return "mapping of names to numbers";
    case Shape::matches:
      return "mapping of fields to values or lists of them";
    case Shape::static_map:
      return "mapping of partition keys to lists of them";
    case Shape::backfill:
      return "single_run, or mapping";
    case Shape::mapping:
      return "identity, all, last, or mapping";
    case Shape::mappings:
      return "mapping of dimensions to mappings";
    case Shape::dynamic:
      return "name";
    case Shape::dependencies:
      return "list of asset keys, or of mappings";
    case Shape::object:
      return "mapping";
    case Shape::objects:
      return "list of mappings";
    case Shape::named:
      return "list of names, or of mappings";
    case Shape::unavailable:
      return "not available in this version";
  }
  return "";
}

}  // namespace

std::string json_schema() {
  Json out;
  out["$schema"] = "http://json-schema.org/draft-07/schema#";
  out["title"] = "Freshet project";
  out.update(schema_of(file_type, false));
  out["properties"]["defaults"] = {{"description", find_field(file_type, "defaults")->help}};
  out["properties"]["defaults"].update(
      any_of({{"$ref", "#/definitions/defaults"}}, {{"type", "null"}}));
  Json& definitions = out["definitions"] = Json::object();
  definitions["defaults"] = schema_of(asset_type, true);
  for (const ObjectType* type : object_types()) {
    if (type != &file_type) definitions[std::string{type->name}] = schema_of(*type, false);
  }
  return out.dump(2) + '\n';
}

std::optional<std::string> describe_field(std::string_view path) {
  const ObjectType* type = &file_type;
  const Field* field = nullptr;
  for (const std::string_view name : split(path, '.')) {
    field = type == nullptr ? nullptr : find_field(*type, name);
    if (field == nullptr) return std::nullopt;
    type = field->object;
  }
  FRESHET_ASSERT(field != nullptr);  // a split has at least one part
  std::string out = std::string{path} + " (" + std::string{words_for(field->shape)};
  if (field->required) out += ", required";
  out += ")";
  if (!field->help.empty()) out += ": " + std::string{field->help};
  if (!field->choices.empty()) {
    out += " One of:";
    for (const std::string_view choice : split(field->choices, '|'))
      out += " " + std::string{choice};
    out += ".";
  }
  if (!field->example.empty()) out += " Example: " + std::string{field->example};
  return out;
}

}  // namespace freshet::project
