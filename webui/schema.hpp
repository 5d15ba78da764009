// The shape of a JSON body, written once: requests are checked against it, the OpenAPI document is
// made from it, and tests hold the answers against it.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pf::webui {

enum class FieldType : std::uint8_t {
  Text = 1,
  Integer,
  Number,
  Boolean,
  Scalar,  // text, integer or boolean
  Object,
  ListOfObjects,
  ListOfText,
  ListOfIntegers,  // not negative
  TextMap,         // object whose values are text
  Anything,        // not checked
};

struct Schema;

struct Field {
  const char* name;
  FieldType type;
  const char* help;
  bool required = true;
  const Schema* object = nullptr;  // Object, ListOfObjects
  // Integer: the range. Text: the length in bytes. Lists and maps: the number of entries.
  std::int64_t min = 0;
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  std::vector<const char*> options{};  // Text: the only values
  bool nullable = false;               // null is allowed as well
  bool lines = false;                  // Text: may have line ends and tabs
};

struct Schema {
  const char* name;  // "Device"
  const char* help;
  std::vector<Field> fields;

  const Field* find(std::string_view name) const;
};

// Why a body is refused: 400 for an unknown field or a value out of range, 422 for a wrong shape
// (trust-and-console.md 4.1).
struct Problem {
  unsigned status;
  const char* code;      // "unknown_field"
  std::string sentence;  // names the field
};

std::optional<Problem> check(const Schema& schema, const nlohmann::json& value);

// JSON Schema (2020-12, as OpenAPI 3.1 has it) with references to #/components/schemas.
nlohmann::json to_json_schema(const Schema& schema);

}  // namespace pf::webui
