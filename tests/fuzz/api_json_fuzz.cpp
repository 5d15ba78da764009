// Bodies of the management API: bounded JSON, then every schema that a request may have. Whatever
// passes must hold what the handlers rely on.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "webui/json_body.hpp"
#include "webui/routes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& route : pf::webui::routes()) {
    if (route.body == nullptr) continue;
    nlohmann::json body;
    const auto problem = pf::webui::parse_body(*route.body, text, body);
    if (problem) {
      if (problem->status < 400 || problem->status > 422 || problem->sentence.empty()) std::abort();
      continue;
    }
    for (const auto& field : route.body->fields)
      if (field.required && !body.contains(field.name)) std::abort();
    for (const auto& [name, value] : body.items())
      if (route.body->find(name) == nullptr) std::abort();
    if (pf::webui::check(*route.body, body)) std::abort();
  }
  // The path goes through the same table.
  const auto found = pf::webui::match("GET", text);
  if (found.route != nullptr && found.allowed.empty()) std::abort();
  pf::webui::is_json_content_type(text);
  return 0;
}
