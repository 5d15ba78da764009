// The fields of schemas, in the words in which schemas are written.
#pragma once

#include "webui/schema.hpp"

namespace pf::webui::schemas {

inline Field text(const char* name, const char* help) {
  return {.name = name, .type = FieldType::Text, .help = help};
}
inline Field text(const char* name, std::int64_t min, std::int64_t max, const char* help) {
  return {.name = name, .type = FieldType::Text, .help = help, .min = min, .max = max};
}
// With line ends.
inline Field lines(const char* name, std::int64_t min, std::int64_t max, const char* help) {
  return {
      .name = name, .type = FieldType::Text, .help = help, .min = min, .max = max, .lines = true};
}
inline Field choice(const char* name, std::vector<const char*> options, const char* help) {
  return {.name = name, .type = FieldType::Text, .help = help, .options = std::move(options)};
}
inline Field integer(const char* name, const char* help) {
  return {.name = name, .type = FieldType::Integer, .help = help};
}
inline Field integer(const char* name, std::int64_t min, std::int64_t max, const char* help) {
  return {.name = name, .type = FieldType::Integer, .help = help, .min = min, .max = max};
}
inline Field number(const char* name, const char* help) {
  return {.name = name, .type = FieldType::Number, .help = help};
}
inline Field boolean(const char* name, const char* help) {
  return {.name = name, .type = FieldType::Boolean, .help = help};
}
inline Field scalar(const char* name, const char* help) {
  return {.name = name, .type = FieldType::Scalar, .help = help};
}
inline Field object(const char* name, const Schema& of, const char* help) {
  return {.name = name, .type = FieldType::Object, .help = help, .object = &of};
}
inline Field list(const char* name, const Schema& of, const char* help) {
  return {.name = name, .type = FieldType::ListOfObjects, .help = help, .object = &of};
}
inline Field texts(const char* name, const char* help, std::int64_t max = 1000) {
  return {.name = name, .type = FieldType::ListOfText, .help = help, .max = max};
}
inline Field maybe(Field field) {
  field.required = false;
  return field;
}
inline Field anything(const char* name, const char* help) {
  return {.name = name, .type = FieldType::Anything, .help = help};
}

}  // namespace pf::webui::schemas
