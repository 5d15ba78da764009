// apps
#include <nlohmann/json.hpp>

#include "webui/handlers.hpp"

namespace pf::webui::handlers {
namespace {

using nlohmann::json;

json app_json(const apps::App& app) {
  json out = {{"id", app.id}, {"title", app.title}, {"command", app.command}};
  if (!app.working_directory.empty()) out["working_directory"] = app.working_directory;
  if (!app.environment.empty()) out["environment"] = app.environment;
  return out;
}

bool is_variable_name(const std::string& name) {
  return !name.empty() && name.find('=') == std::string::npos &&
         name.find('\0') == std::string::npos;
}

}  // namespace

std::optional<Reply> list_apps(const Context& context, const Call&) {
  json list = json::array();
  for (const auto& app : context.deps.catalogue.apps()) list.push_back(app_json(app));
  return json_reply(200, {{"apps", std::move(list)}});
}

std::optional<Reply> add_app(const Context& context, const Call& call) {
  const auto& body = *call.body;
  apps::App app;
  app.title = body["title"].get<std::string>();
  app.command = body["command"].get<std::vector<std::string>>();
  app.working_directory = body.value("working_directory", std::string());
  if (body.contains("environment"))
    app.environment = body["environment"].get<std::map<std::string, std::string>>();
  for (const auto& [name, value] : app.environment)
    if (!is_variable_name(name) || value.find('\0') != std::string::npos)
      return error_reply(400, "bad_value", "The field \"environment\" has an impossible variable.");
  auto added = context.deps.catalogue.add(std::move(app));
  if (!added) return error_reply(added.error());
  return json_reply(201, app_json(*added));
}

std::optional<Reply> remove_app(const Context& context, const Call& call) {
  const auto no_app = [] { return error_reply(404, "not_found", "There is no such application."); };
  if (call.id > std::numeric_limits<std::uint32_t>::max()) return no_app();
  const auto id = static_cast<std::uint32_t>(call.id);
  auto removed = context.deps.catalogue.remove(id);
  if (removed) return no_content();
  if (removed.error().is(apps::Errc::UnknownApp)) return no_app();
  if (removed.error().is(apps::Errc::BadEntry))
    return error_reply(409, "conflict", "The Desktop entry always exists and cannot be removed.");
  return error_reply(removed.error());
}

}  // namespace pf::webui::handlers
