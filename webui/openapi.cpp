#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "webui/routes.hpp"
#include "webui/schemas.hpp"

namespace pf::webui {
namespace {

using nlohmann::json;

json content(const std::string& schema) {
  return {{"application/json",
           {{"schema", {{"$ref", fmt::format("#/components/schemas/{}", schema)}}}}}};
}

// A gated request carries the password beside what its schema names.
std::string body_name(const Route& route) {
  return route.access.gate == nullptr ? route.body->name : std::string(route.body->name) + "Gated";
}
json gated(const Schema& schema) {
  auto out = to_json_schema(schema);
  out["properties"]["password"] = {
      {"type", "string"},
      {"maxLength", 256},
      {"description",
       "From a browser, when this widens what somebody may do: the console's password again."}};
  return out;
}

// The names of the schemas that `value` refers to.
void collect(const json& value, std::set<std::string>& into) {
  if (value.is_object() && value.contains("$ref")) {
    const auto name = value["$ref"].get<std::string>();
    into.insert(name.substr(name.rfind('/') + 1));
  }
  if (value.is_structured())
    for (const auto& child : value) collect(child, into);
}

// Every schema that the paths lead to.
json shapes(const json& paths) {
  json all = json::object();
  for (const auto* schema : schemas::all()) all[schema->name] = to_json_schema(*schema);
  for (const auto& route : routes())
    if (route.body != nullptr && route.access.gate != nullptr)
      all[body_name(route)] = gated(*route.body);
  std::set<std::string> used, wanted;
  collect(paths, wanted);
  json out = json::object();
  while (!wanted.empty()) {
    const auto name = *wanted.begin();
    wanted.erase(wanted.begin());
    if (!used.insert(name).second) continue;
    out[name] = all.at(name);
    collect(out[name], wanted);
  }
  return out;
}

json parameters(const Route& route) {
  json out = json::array();
  if (std::string_view(route.path).find("{id}") != std::string_view::npos)
    out.push_back({{"name", "id"},
                   {"in", "path"},
                   {"required", true},
                   {"schema", {{"type", "integer"}, {"minimum", 0}}}});
  for (const auto& query : route.query) {
    json schema = {{"type", "string"}, {"maxLength", query.text_max}};
    if (query.text_max == 0)
      schema = {{"type", "integer"},
                {"minimum", query.min},
                {"maximum", query.max},
                {"default", query.fallback}};
    out.push_back({{"name", query.name},
                   {"in", "query"},
                   {"required", false},
                   {"description", query.help},
                   {"schema", std::move(schema)}});
  }
  return out;
}

// Each lane that the route takes is a way of its own.
json security(const Access& access) {
  json out = json::array();
  const auto add = [&](std::uint8_t lane, const char* scheme) {
    if ((access.lanes & lane) != 0) out.push_back({{scheme, json::array()}});
  };
  add(lane::kToken, "admin");
  add(lane::kScoped, "scoped");
  add(lane::kConsole, "console");
  add(lane::kDevice, "device");
  return out;
}

json operation(const Route& route) {
  json out = {{"operationId", route.operation}, {"summary", route.summary}};
  if (auto list = parameters(route); !list.empty()) out["parameters"] = std::move(list);
  if (route.body != nullptr)
    out["requestBody"] = {{"required", true}, {"content", content(body_name(route))}};
  if (route.raw_body > 0)
    out["requestBody"] = {{"required", true},
                          {"content", {{"application/octet-stream", json::object()}}}};
  json responses = json::object();
  for (const auto& answer : route.answers) {
    json response = {{"description", answer.help}};
    if (answer.schema != nullptr) response["content"] = content(answer.schema->name);
    if (answer.type != nullptr) response["content"] = {{answer.type, json::object()}};
    responses[std::to_string(answer.status)] = std::move(response);
  }
  responses["default"] = {{"description", "The request was refused or failed."},
                          {"content", content(schemas::kError.name)}};
  out["responses"] = std::move(responses);
  out["security"] = security(route.access);
  return out;
}

}  // namespace

nlohmann::json openapi_document(std::string_view version) {
  json paths = json::object();
  for (const auto& route : routes()) {
    std::string method = route.method;
    for (auto& c : method) c = static_cast<char>(c - 'A' + 'a');
    auto described = operation(route);
    if (route.at_root) described["servers"] = {{{"url", "/"}}};
    paths[route.path][method] = std::move(described);
  }
  auto components = shapes(paths);
  return {
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "punktfunk host management API"},
        {"version", version.empty() ? "0" : version},
        {"description",
         "Everything the console and the command line do. HTTPS with the host's own "
         "certificate: pin it. Unknown fields are refused."}}},
      {"servers", {{{"url", kBasePath}}}},
      {"security", security(access::kAdmin)},
      {"paths", std::move(paths)},
      {"components",
       {{"schemas", std::move(components)},
        {"securitySchemes",
         {{"admin",
           {{"type", "http"},
            {"scheme", "bearer"},
            {"description",
             "The token in the file mgmt-token; accepted on the host itself only."}}},
          {"scoped",
           {{"type", "http"},
            {"scheme", "bearer"},
            {"description", "A token made by the operator: read, control or admin."}}},
          {"console",
           {{"type", "apiKey"},
            {"in", "cookie"},
            {"name", "__Host-pf_session"},
            {"description", "A browser that signed in with the password."}}},
          {"device",
           {{"type", "mutualTLS"}, {"description", "The certificate of a paired device."}}}}}}}};
}

}  // namespace pf::webui
