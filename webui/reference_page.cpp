#include "webui/reference_page.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "webui/landing_page.hpp"
#include "webui/routes.hpp"

namespace pf::webui {
namespace {

using nlohmann::json;

std::string upper(std::string text) {
  for (auto& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

std::string schema_link(const json& schema) {
  if (!schema.contains("$ref")) return {};
  const auto reference = schema["$ref"].get<std::string>();
  const auto name = reference.substr(reference.rfind('/') + 1);
  return fmt::format(R"(<a href="#{0}"><code>{0}</code></a>)", escape_html(name));
}

// "text", "list of Device", "text or null"
std::string type_of(const json& schema) {
  if (schema.contains("$ref")) return schema_link(schema);
  if (schema.contains("items")) return "list of " + type_of(schema["items"]);
  if (!schema.contains("type")) return "anything";
  if (schema["type"].is_string()) return escape_html(schema["type"].get<std::string>());
  std::string text;
  for (const auto& one : schema["type"])
    text += (text.empty() ? "" : " or ") +
            (one.is_string() ? escape_html(one.get<std::string>()) : escape_html(one.dump()));
  return text;
}

std::string content_of(const json& part) {
  if (!part.contains("content")) return {};
  std::string text;
  for (const auto& [type, media] : part["content"].items()) {
    auto link = media.contains("schema") ? schema_link(media["schema"]) : std::string();
    text += ' ' + (link.empty() ? "<code>" + escape_html(type) + "</code>" : link);
  }
  return text;
}

std::string operation(const std::string& method, const std::string& path, const json& one) {
  std::string ways;
  for (const auto& way : one["security"])
    for (const auto& [name, unused] : way.items()) ways += (ways.empty() ? "" : ", ") + name;
  std::string body =
      fmt::format("<p>{}</p><p>For: {}.</p>", escape_html(one["summary"].get<std::string>()),
                  ways.empty() ? "everybody" : escape_html(ways));
  std::string list;
  for (const auto& parameter : one.value("parameters", json::array()))
    list += fmt::format("<li><code>{}</code> ({}) {}</li>",
                        escape_html(parameter["name"].get<std::string>()),
                        escape_html(parameter["in"].get<std::string>()),
                        escape_html(parameter.value("description", std::string())));
  if (one.contains("requestBody")) list += "<li>Body:" + content_of(one["requestBody"]) + "</li>";
  for (const auto& [status, answer] : one["responses"].items())
    list += fmt::format("<li>{}: {}{}</li>", escape_html(status),
                        escape_html(answer["description"].get<std::string>()), content_of(answer));
  const bool root = one.contains("servers");
  return fmt::format("<details><summary><code>{} {}{}</code></summary>{}<ul>{}</ul></details>\n",
                     upper(method), root ? "" : kBasePath, escape_html(path), body, list);
}

std::string shape(const std::string& name, const json& schema) {
  std::string list;
  const auto required = schema.value("required", json::array());
  const auto properties = schema.value("properties", json::object());
  for (const auto& [field, value] : properties.items()) {
    const bool needed = std::find(required.begin(), required.end(), field) != required.end();
    list += fmt::format("<li><code>{}</code> {}{}: {}</li>", escape_html(field), type_of(value),
                        needed ? "" : ", optional",
                        escape_html(value.value("description", std::string())));
  }
  return fmt::format(
      R"(<details id="{0}"><summary><code>{0}</code></summary><p>{1}</p><ul>{2}</ul></details>)"
      "\n",
      escape_html(name), escape_html(schema.value("description", std::string())), list);
}

}  // namespace

std::string reference_page(std::string_view version) {
  const auto document = openapi_document(version);
  // By the first part of the address.
  std::map<std::string, std::string> groups;
  for (const auto& [path, methods] : document["paths"].items())
    for (const auto& [method, one] : methods.items())
      groups[path.substr(1, path.find('/', 1) - 1)] += operation(method, path, one);
  std::string sections;
  for (const auto& [name, text] : groups)
    sections += fmt::format("<section><h2>{}</h2>\n{}</section>\n", escape_html(name), text);
  std::string shapes;
  for (const auto& [name, schema] : document["components"]["schemas"].items())
    shapes += shape(name, schema);
  return fmt::format(
      R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Management API · punktfunk host</title>
<style>{0}</style>
</head>
<body>
<main>
<header><div><h1>Management API</h1><p>punktfunk host {1}</p></div></header>
<section><p>{2} The same for programs: <a href="{3}/openapi.json">OpenAPI 3.1</a>.</p></section>
{4}<section><h2>Shapes</h2>
{5}</section>
</main>
</body>
</html>
)",
      landing_style(), escape_html(version),
      escape_html(document["info"]["description"].get<std::string>()), kBasePath, sections, shapes);
}

}  // namespace pf::webui
