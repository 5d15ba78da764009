#include "webui/schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace pf::webui {
namespace {

using nlohmann::json;

constexpr auto kNoLimit = std::numeric_limits<std::int64_t>::max();

const char* wanted(FieldType type) {
  switch (type) {
    case FieldType::Text:
      return "text";
    case FieldType::Integer:
      return "a whole number";
    case FieldType::Number:
      return "a number";
    case FieldType::Boolean:
      return "true or false";
    case FieldType::Scalar:
      return "text, a whole number, true or false";
    case FieldType::Object:
      return "an object";
    case FieldType::ListOfObjects:
      return "a list of objects";
    case FieldType::ListOfText:
      return "a list of texts";
    case FieldType::ListOfIntegers:
      return "a list of whole numbers";
    case FieldType::TextMap:
      return "an object of texts";
    case FieldType::Anything:
      return "anything";
  }
  return "";
}

bool all_text(const json& value) {
  return std::all_of(value.begin(), value.end(), [](const json& v) { return v.is_string(); });
}

bool all_numbers(const json& value) {
  return std::all_of(value.begin(), value.end(), [](const json& v) {
    return v.is_number_unsigned() && v.get<std::uint64_t>() <= static_cast<std::uint64_t>(kNoLimit);
  });
}

bool has_type(FieldType type, const json& value) {
  switch (type) {
    case FieldType::Text:
      return value.is_string();
    case FieldType::Integer:
      return value.is_number_integer();
    case FieldType::Number:
      return value.is_number();
    case FieldType::Boolean:
      return value.is_boolean();
    case FieldType::Scalar:
      return value.is_string() || value.is_number_integer() || value.is_boolean();
    case FieldType::Object:
      return value.is_object();
    case FieldType::ListOfObjects:
      return value.is_array();
    case FieldType::ListOfText:
      return value.is_array() && all_text(value);
    case FieldType::ListOfIntegers:
      return value.is_array() && all_numbers(value);
    case FieldType::TextMap:
      return value.is_object() && all_text(value);
    case FieldType::Anything:
      return true;
  }
  return false;
}

bool is_plain(const std::string& text, bool lines) {
  return std::none_of(text.begin(), text.end(), [lines](char c) {
    if (lines && (c == '\n' || c == '\r' || c == '\t')) return false;
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
}

std::optional<Problem> bad_value(const std::string& path, std::string why) {
  return Problem{400, "bad_value", fmt::format("The field \"{}\" {}.", path, why)};
}

std::optional<Problem> check_range(const Field& field, const json& value, const std::string& path) {
  switch (field.type) {
    case FieldType::Integer: {
      // An unsigned number that does not fit would turn negative.
      const bool fits = !value.is_number_unsigned() ||
                        value.get<std::uint64_t>() <= static_cast<std::uint64_t>(kNoLimit);
      if (!fits || value.get<std::int64_t>() < field.min || value.get<std::int64_t>() > field.max)
        return bad_value(path, field.max == kNoLimit
                                   ? fmt::format("must be at least {}", field.min)
                                   : fmt::format("must be from {} to {}", field.min, field.max));
      return std::nullopt;
    }
    case FieldType::Text: {
      const auto& text = value.get_ref<const std::string&>();
      const auto size = static_cast<std::int64_t>(text.size());
      if (size < field.min || size > field.max)
        return bad_value(path, fmt::format("must have {} to {} bytes", field.min, field.max));
      if (!is_plain(text, field.lines))
        return bad_value(path, "must not contain control characters");
      if (!field.options.empty() &&
          std::none_of(field.options.begin(), field.options.end(),
                       [&](const char* option) { return text == option; }))
        return bad_value(path, fmt::format("must be one of {}", fmt::join(field.options, ", ")));
      return std::nullopt;
    }
    case FieldType::ListOfText:
    case FieldType::ListOfIntegers:
    case FieldType::TextMap:
    case FieldType::ListOfObjects: {
      const auto size = static_cast<std::int64_t>(value.size());
      if (size < field.min || size > field.max)
        return bad_value(path, fmt::format("must have {} to {} entries", field.min, field.max));
      return std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

// A name as the peer wrote it, fit for a sentence.
std::string shown(const std::string& name) {
  std::string text;
  for (const char c : name.substr(0, 40))
    text += static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '"' ? '?' : c;
  return name.size() > 40 ? text + "..." : text;
}

std::optional<Problem> check_at(const Schema& schema, const json& value, const std::string& path) {
  if (!value.is_object())
    return Problem{422, "wrong_type",
                   path.empty() ? "The body must be a JSON object."
                                : fmt::format("The field \"{}\" must be an object.", path)};
  const auto below = [&](const std::string& name) {
    return path.empty() ? name : path + "." + name;
  };
  for (const auto& [name, unused] : value.items())
    if (schema.find(name) == nullptr)
      return Problem{400, "unknown_field",
                     fmt::format("There is no field \"{}\" here.", below(shown(name)))};
  for (const auto& field : schema.fields) {
    const auto here = below(field.name);
    const auto found = value.find(field.name);
    if (found == value.end()) {
      if (!field.required) continue;
      return Problem{422, "missing_field", fmt::format("The field \"{}\" is missing.", here)};
    }
    if (field.nullable && found->is_null()) continue;
    if (!has_type(field.type, *found))
      return Problem{422, "wrong_type",
                     fmt::format("The field \"{}\" must be {}.", here, wanted(field.type))};
    if (auto problem = check_range(field, *found, here)) return problem;
    if (field.type == FieldType::Object)
      if (auto problem = check_at(*field.object, *found, here)) return problem;
    if (field.type == FieldType::ListOfObjects)
      for (std::size_t i = 0; i < found->size(); ++i)
        if (auto problem = check_at(*field.object, (*found)[i], fmt::format("{}[{}]", here, i)))
          return problem;
  }
  return std::nullopt;
}

json reference(const Schema& schema) {
  return {{"$ref", fmt::format("#/components/schemas/{}", schema.name)}};
}

json field_schema(const Field& field) {
  json out = json::object();
  switch (field.type) {
    case FieldType::Text:
      out["type"] = "string";
      if (!field.options.empty()) out["enum"] = field.options;
      if (field.min > 0) out["minLength"] = field.min;
      if (field.max != kNoLimit) out["maxLength"] = field.max;
      break;
    case FieldType::Integer:
      out["type"] = "integer";
      out["minimum"] = field.min;
      if (field.max != kNoLimit) out["maximum"] = field.max;
      break;
    case FieldType::Number:
      out["type"] = "number";
      break;
    case FieldType::Boolean:
      out["type"] = "boolean";
      break;
    case FieldType::Scalar:
      out["type"] = {"string", "integer", "boolean"};
      break;
    case FieldType::Object:
      out = reference(*field.object);
      break;
    case FieldType::ListOfObjects:
      out["type"] = "array";
      out["items"] = reference(*field.object);
      break;
    case FieldType::ListOfText:
      out["type"] = "array";
      out["items"] = {{"type", "string"}};
      break;
    case FieldType::ListOfIntegers:
      out["type"] = "array";
      out["items"] = {{"type", "integer"}, {"minimum", 0}};
      break;
    case FieldType::TextMap:
      out["type"] = "object";
      out["additionalProperties"] = {{"type", "string"}};
      break;
    case FieldType::Anything:
      break;
  }
  if ((field.type == FieldType::ListOfText || field.type == FieldType::ListOfIntegers ||
       field.type == FieldType::ListOfObjects) &&
      field.max != kNoLimit)
    out["maxItems"] = field.max;
  if (field.type == FieldType::TextMap && field.max != kNoLimit) out["maxProperties"] = field.max;
  if (field.nullable && out.contains("type")) out["type"] = json::array({out["type"], "null"});
  out["description"] = field.help;
  return out;
}

}  // namespace

const Field* Schema::find(std::string_view wanted_name) const {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const Field& field) { return field.name == wanted_name; });
  return found == fields.end() ? nullptr : &*found;
}

std::optional<Problem> check(const Schema& schema, const nlohmann::json& value) {
  return check_at(schema, value, "");
}

nlohmann::json to_json_schema(const Schema& schema) {
  json properties = json::object();
  json required = json::array();
  for (const auto& field : schema.fields) {
    properties[field.name] = field_schema(field);
    if (field.required) required.push_back(field.name);
  }
  json out = {{"type", "object"},
              {"description", schema.help},
              {"properties", std::move(properties)},
              {"additionalProperties", false}};
  if (!required.empty()) out["required"] = std::move(required);
  return out;
}

}  // namespace pf::webui
