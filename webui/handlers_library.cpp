#include "webui/handlers_library.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "apps/library.hpp"
#include "webui/app_json.hpp"
#include "webui/etag.hpp"
#include "webui/event_bus.hpp"
#include "webui/library_events.hpp"

namespace pf::webui::handlers {
namespace {

using nlohmann::json;

std::optional<std::uint32_t> app_id(const Call& call) {
  if (call.id > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(call.id);
}

const apps::App* find(const Context& context, const Call& call) {
  const auto id = app_id(call);
  return id ? context.deps.catalogue.find(*id) : nullptr;
}

Reply no_app() {
  return error_reply(404, "not_found", "There is no such application.");
}

Reply app_reply(const apps::App& app) {
  const auto body = app_json(app);
  auto reply = json_reply(200, body);
  reply.headers.emplace_back("ETag", etag_of(body));
  return reply;
}

void tell(const Context& context, json fields) {
  context.deps.events.publish("apps.changed", std::move(fields));
}

// Looks at the disk on a worker, and hands what was found to `then` on the control thread, unless
// the API has gone meanwhile.
template <class Then>
void with_library(const Context& context, Then then) {
  auto& loop = context.deps.loop;
  loop.work([&loop, news = std::weak_ptr(context.library),
             places = apps::library_places(config::process_environment()), then] {
    loop.post([news, then, found = apps::find_library(places)] {
      const auto alive = news.lock();
      if (!alive) return;
      alive->found(found);
      then(found);
    });
  });
}

bool is_there(const apps::Catalogue& catalogue, const std::string& key) {
  return std::any_of(catalogue.apps().begin(), catalogue.apps().end(),
                     [&](const apps::App& app) { return app.source == key; });
}

}  // namespace

std::optional<Reply> show_app(const Context& context, const Call& call) {
  const auto* app = find(context, call);
  return app == nullptr ? no_app() : app_reply(*app);
}

std::optional<Reply> change_app(const Context& context, const Call& call) {
  const auto* known = find(context, call);
  if (known == nullptr) return no_app();
  if (!matches(call.request, etag_of(app_json(*known))))
    return error_reply(412, "changed_elsewhere",
                       "The application was changed elsewhere meanwhile. Look at it again before "
                       "you change it.");
  auto app = *known;
  if (auto problem = read_app(*call.body, app)) return error_reply(*problem);
  auto changed = context.deps.catalogue.change(std::move(app));
  if (!changed) return error_reply(changed.error());
  tell(context, {{"id", changed->id}});
  return app_reply(*changed);
}

std::optional<Reply> reorder_apps(const Context& context, const Call& call) {
  std::vector<std::uint32_t> ids;
  for (const auto& id : (*call.body)["ids"]) {
    const auto number = id.get<std::int64_t>();
    if (number < 0 || number > std::numeric_limits<std::uint32_t>::max()) return no_app();
    ids.push_back(static_cast<std::uint32_t>(number));
  }
  if (auto done = context.deps.catalogue.reorder(ids); !done) return error_reply(done.error());
  tell(context, json::object());
  return no_content();
}

std::optional<Reply> show_art(const Context& context, const Call& call) {
  const auto id = app_id(call);
  if (!id) return no_app();
  auto art = context.deps.catalogue.art(*id);
  if (!art) return error_reply(art.error());
  return Reply{.status = 200, .body = std::string(as_text(art->bytes)), .content_type = art->type};
}

std::optional<Reply> set_art(const Context& context, const Call& call) {
  const auto id = app_id(call);
  if (!id) return no_app();
  const auto* type = call.request.header("Content-Type");
  if (type == nullptr || (*type != "image/png" && *type != "image/jpeg"))
    return error_reply(415, "not_a_picture",
                       "The picture must be sent as image/png or image/jpeg.");
  const auto bytes = as_bytes(call.request.body);
  if (auto set = context.deps.catalogue.set_art(*id, {*type, {bytes.begin(), bytes.end()}}); !set)
    return error_reply(set.error());
  tell(context, {{"id", *id}});
  return no_content();
}

std::optional<Reply> remove_art(const Context& context, const Call& call) {
  const auto id = app_id(call);
  if (!id) return no_app();
  if (auto done = context.deps.catalogue.remove_art(*id); !done) return error_reply(done.error());
  tell(context, {{"id", *id}});
  return no_content();
}

std::optional<Reply> show_library(const Context& context, const Call& call) {
  with_library(context, [later = call.later](const apps::Library& library) {
    json sources = json::array(), entries = json::array();
    for (const auto& source : library.sources)
      sources.push_back({{"id", source.id}, {"name", source.name}, {"found", source.found}});
    for (const auto& entry : library.entries)
      entries.push_back({{"key", entry.key},
                         {"source", entry.source},
                         {"title", entry.title},
                         {"command", entry.command}});
    later(json_reply(200, {{"sources", std::move(sources)}, {"entries", std::move(entries)}}));
  });
  return std::nullopt;
}

std::optional<Reply> import_library(const Context& context, const Call& call) {
  with_library(context, [&context, later = call.later,
                         keys = (*call.body)["keys"].get<std::vector<std::string>>()](
                            const apps::Library& library) {
    auto& catalogue = context.deps.catalogue;
    std::vector<apps::App> wanted;
    for (const auto& key : keys) {
      const auto found = std::find_if(library.entries.begin(), library.entries.end(),
                                      [&](const auto& entry) { return entry.key == key; });
      if (found == library.entries.end())
        return later(error_reply(404, "not_found",
                                 "One of these titles is not installed any more. Look at the "
                                 "library again."));
      const bool twice = std::any_of(wanted.begin(), wanted.end(),
                                     [&](const apps::App& app) { return app.source == key; });
      if (twice || is_there(catalogue, key)) continue;
      apps::App app;
      app.title = found->title;
      app.command = found->command;
      app.working_directory = found->folder;
      app.source = key;
      wanted.push_back(std::move(app));
    }
    const auto added = catalogue.add_all(std::move(wanted));
    if (!added) return later(error_reply(added.error()));
    tell(context, json::object());
    json list = json::array();
    std::vector<std::string> taken;
    for (const auto& app : *added) {
      list.push_back(app_json(app));
      taken.push_back(app.source);
    }
    context.library->imported(taken);
    later(json_reply(200, {{"apps", std::move(list)}}));
  });
  return std::nullopt;
}

}  // namespace pf::webui::handlers
