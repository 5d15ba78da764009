#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "webui/routes.hpp"
#include "webui/schemas.hpp"

namespace pf::webui {
namespace {

using nlohmann::json;

json content(const Schema& schema) {
  return {{"application/json",
           {{"schema", {{"$ref", fmt::format("#/components/schemas/{}", schema.name)}}}}}};
}

json parameters(const Route& route) {
  json out = json::array();
  if (std::string_view(route.path).find("{id}") != std::string_view::npos)
    out.push_back({{"name", "id"},
                   {"in", "path"},
                   {"required", true},
                   {"schema", {{"type", "integer"}, {"minimum", 0}}}});
  for (const auto& query : route.query)
    out.push_back({{"name", query.name},
                   {"in", "query"},
                   {"required", false},
                   {"description", query.help},
                   {"schema",
                    {{"type", "integer"},
                     {"minimum", query.min},
                     {"maximum", query.max},
                     {"default", query.fallback}}}});
  return out;
}

json operation(const Route& route) {
  json out = {{"operationId", route.operation}, {"summary", route.summary}};
  if (auto list = parameters(route); !list.empty()) out["parameters"] = std::move(list);
  if (route.body != nullptr)
    out["requestBody"] = {{"required", true}, {"content", content(*route.body)}};
  json responses = json::object();
  for (const auto& answer : route.answers) {
    json response = {{"description", answer.help}};
    if (answer.schema != nullptr) response["content"] = content(*answer.schema);
    responses[std::to_string(answer.status)] = std::move(response);
  }
  responses["default"] = {{"description", "The request was refused or failed."},
                          {"content", content(schemas::kError)}};
  out["responses"] = std::move(responses);
  if (route.open) out["security"] = json::array();
  return out;
}

}  // namespace

nlohmann::json openapi_document(std::string_view version) {
  json paths = json::object();
  for (const auto& route : routes()) {
    std::string method = route.method;
    for (auto& c : method) c = static_cast<char>(c - 'A' + 'a');
    paths[route.path][method] = operation(route);
  }
  json shapes = json::object();
  for (const auto* schema : schemas::all()) shapes[schema->name] = to_json_schema(*schema);
  return {{"openapi", "3.1.0"},
          {"info",
           {{"title", "punktfunk host management API"},
            {"version", version.empty() ? "0" : version},
            {"description",
             "Everything the console and the command line do. HTTPS with the host's own "
             "certificate: pin it. Unknown fields are refused."}}},
          {"servers", {{{"url", kBasePath}}}},
          {"security", {{{"admin", json::array()}}}},
          {"paths", std::move(paths)},
          {"components",
           {{"schemas", std::move(shapes)},
            {"securitySchemes",
             {{"admin",
               {{"type", "http"},
                {"scheme", "bearer"},
                {"description",
                 "The token in the file mgmt-token; accepted on the host itself only."}}}}}}}};
}

}  // namespace pf::webui
