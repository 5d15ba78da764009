// apps
#include <nlohmann/json.hpp>

#include "webui/app_json.hpp"
#include "webui/event_bus.hpp"
#include "webui/handlers.hpp"
#include "webui/library_events.hpp"

namespace pf::webui::handlers {
using nlohmann::json;

std::optional<Reply> list_apps(const Context& context, const Call&) {
  json list = json::array();
  for (const auto& app : context.deps.catalogue.apps()) list.push_back(app_json(app));
  return json_reply(200, {{"apps", std::move(list)}});
}

std::optional<Reply> add_app(const Context& context, const Call& call) {
  apps::App app;
  if (auto problem = read_app(*call.body, app)) return error_reply(*problem);
  auto added = context.deps.catalogue.add(std::move(app));
  if (!added) return error_reply(added.error());
  context.deps.events.publish("apps.changed", {{"id", added->id}});
  return json_reply(201, app_json(*added));
}

std::optional<Reply> remove_app(const Context& context, const Call& call) {
  const auto no_app = [] { return error_reply(404, "not_found", "There is no such application."); };
  if (call.id > std::numeric_limits<std::uint32_t>::max()) return no_app();
  const auto id = static_cast<std::uint32_t>(call.id);
  const auto* app = context.deps.catalogue.find(id);
  const auto source = app == nullptr ? std::string() : app->source;
  auto removed = context.deps.catalogue.remove(id);
  if (removed) {
    context.deps.events.publish("apps.changed", {{"id", id}});
    context.library->removed(source);
    return no_content();
  }
  if (removed.error().is(apps::Errc::UnknownApp)) return no_app();
  if (removed.error().is(apps::Errc::BadEntry))
    return error_reply(409, "conflict", "The Desktop entry always exists and cannot be removed.");
  return error_reply(removed.error());
}

}  // namespace pf::webui::handlers
