#include "webui/json_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace pf::webui {
namespace {

using nlohmann::json;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::optional<Problem> parse_json(std::string_view text, nlohmann::json& out, std::size_t limit) {
  if (text.size() > limit)
    return Problem{413, "too_large", fmt::format("The body is longer than {} bytes.", limit)};
  bool too_deep = false;
  bool twice = false;
  // The library keeps the last of two equal names; a reader before us may have looked at the first.
  std::vector<std::set<std::string>> names;
  const auto watch = [&](int depth, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::object_start) names.emplace_back();
    if (event == json::parse_event_t::object_end && !names.empty()) names.pop_back();
    if (event == json::parse_event_t::key && !names.empty())
      twice |= !names.back().insert(value.get<std::string>()).second;
    too_deep |= depth > kMaxDepth;
    return true;
  };
  out = json::parse(text, watch, false);
  if (out.is_discarded()) return Problem{400, "bad_json", "The body is not valid JSON."};
  if (too_deep) return Problem{400, "bad_json", "The body is nested too deep."};
  if (twice) return Problem{400, "bad_json", "A name appears twice in one object of the body."};
  return std::nullopt;
}

std::optional<Problem> parse_body(const Schema& schema, std::string_view text,
                                  nlohmann::json& out) {
  if (auto problem = parse_json(text, out)) return problem;
  return check(schema, out);
}

bool is_json_content_type(std::string_view value) {
  const auto semicolon = value.find(';');
  if (lower(trimmed(value.substr(0, semicolon))) != "application/json") return false;
  if (semicolon == std::string_view::npos) return true;
  const auto parameter = lower(trimmed(value.substr(semicolon + 1)));
  return parameter == "charset=utf-8" || parameter == "charset=\"utf-8\"";
}

}  // namespace pf::webui
