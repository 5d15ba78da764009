#include "apps/catalogue.hpp"

#include <zlib.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "store/apps.hpp"

namespace pf::apps {

const char* error_room(Errc) {
  return "apps";
}
const char* error_text(Errc e) {
  switch (e) {
    case Errc::UnknownApp:
      return "there is no such application";
    case Errc::StartFailed:
      return "the application did not start";
    case Errc::BadEntry:
      return "the application's entry is not valid";
    case Errc::StoreFailed:
      return "the change could not be stored";
  }
  return "unknown error";
}

namespace {

constexpr std::size_t kMaxTitle = 128;
constexpr std::size_t kMaxArguments = 128;
constexpr std::size_t kMaxSteps = 32;

// Clients cache art and shortcuts by id, so it follows from the title and stays the same on another
// machine; a collision takes the next free number.
std::uint32_t id_for(const std::string& title, const std::vector<App>& taken) {
  auto id = static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(title.data()),
                                             static_cast<uInt>(title.size()))) &
            0x7FFFFFFF;
  const auto used = [&] {
    return id == 0 ||
           std::any_of(taken.begin(), taken.end(), [&](const App& app) { return app.id == id; });
  };
  while (used()) id = (id + 1) & 0x7FFFFFFF;
  return id;
}

bool has_nul(const std::string& text) {
  return text.find('\0') != std::string::npos;
}

Result<> check_command(const std::vector<std::string>& command, const char* what) {
  if (command.empty() || command.front().empty())
    return fail(Errc::BadEntry, std::string("the ") + what + " is empty");
  if (command.size() > kMaxArguments) return fail(Errc::BadEntry, "too many arguments");
  if (std::any_of(command.begin(), command.end(), has_nul))
    return fail(Errc::BadEntry, std::string("NUL in the ") + what);
  return {};
}

Result<> check(const App& app, bool desktop) {
  if (app.title.empty() || app.title.size() > kMaxTitle)
    return fail(Errc::BadEntry, "the title must have 1 to 128 bytes");
  if (desktop && !app.command.empty())
    return fail(Errc::BadEntry, "the Desktop starts no program of its own");
  if (desktop && app.hidden) return fail(Errc::BadEntry, "the Desktop is always shown");
  if (!desktop)
    if (auto good = check_command(app.command, "command"); !good) return good;
  if (!app.working_directory.empty() &&
      (app.working_directory.front() != '/' || has_nul(app.working_directory)))
    return fail(Errc::BadEntry, "the working directory must be an absolute path");
  if (app.prepare.size() > kMaxSteps) return fail(Errc::BadEntry, "too many commands before it");
  for (const auto& step : app.prepare) {
    if (auto good = check_command(step.run, "command before it"); !good) return good;
    if (!step.undo.empty())
      if (auto good = check_command(step.undo, "command after it"); !good) return good;
  }
  return {};
}

std::string dump(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<std::string> texts(const nlohmann::json& list) {
  std::vector<std::string> out;
  for (const auto& part : list)
    if (part.is_string()) out.push_back(part.get<std::string>());
  return out;
}

store::AppRow to_row(const App& app, std::int64_t position) {
  auto prepare = nlohmann::json::array();
  for (const auto& step : app.prepare) prepare.push_back({{"do", step.run}, {"undo", step.undo}});
  return {app.id,
          app.title,
          dump(app.command),
          app.working_directory,
          dump(app.environment),
          dump(prepare),
          app.source,
          position,
          app.art,
          app.second_client ? name(*app.second_client) : "",
          app.hidden};
}

Result<App> from_row(const store::AppRow& row) {
  const auto command = nlohmann::json::parse(row.command_json, nullptr, false);
  const auto environment = nlohmann::json::parse(row.environment_json, nullptr, false);
  const auto prepare = nlohmann::json::parse(row.prepare_json, nullptr, false);
  if (!command.is_array() || !environment.is_object() || !prepare.is_array())
    return fail(Errc::BadEntry, "application " + std::to_string(row.id) + " in the database");
  App app;
  app.id = static_cast<std::uint32_t>(row.id);
  app.title = row.title;
  app.working_directory = row.working_directory;
  app.source = row.source;
  app.art = row.art_tag;
  app.second_client = second_client(row.second_client);
  app.hidden = row.hidden;
  app.command = texts(command);
  for (const auto& [key, value] : environment.items())
    if (value.is_string()) app.environment[key] = value.get<std::string>();
  for (const auto& step : prepare)
    if (step.is_object())
      app.prepare.push_back({texts(step.value("do", nlohmann::json::array())),
                             texts(step.value("undo", nlohmann::json::array()))});
  return app;
}

Failure not_stored(const Error& error) {
  return fail(Errc::StoreFailed, error.message());
}

}  // namespace

Result<Catalogue> Catalogue::open(store::Database& database) {
  Catalogue catalogue(database);
  if (auto loaded = catalogue.load(); !loaded) return pass(loaded);
  return catalogue;
}

// The Desktop comes first; it has a row once it was edited.
Result<> Catalogue::load() {
  App desktop;
  desktop.title = kDesktopTitle;
  desktop.id = id_for(desktop.title, {});
  std::vector<App> loaded;
  auto rows = store::load_apps(*database_);
  if (!rows) return pass(rows);
  for (const auto& row : *rows) {
    auto app = from_row(row);
    if (!app) return pass(app);
    if (app->id == desktop.id)
      desktop = std::move(*app);
    else
      loaded.push_back(std::move(*app));
  }
  if (desktop.art.empty())
    if (auto art = store::load_art(*database_, desktop.id); art && *art) desktop.art = (*art)->tag;
  loaded.insert(loaded.begin(), std::move(desktop));
  apps_ = std::move(loaded);
  return {};
}

const App* Catalogue::find(std::uint32_t id) const {
  const auto it =
      std::find_if(apps_.begin(), apps_.end(), [&](const App& app) { return app.id == id; });
  return it == apps_.end() ? nullptr : &*it;
}
std::vector<App> Catalogue::shown(std::uint32_t running) const {
  std::vector<App> list;
  std::copy_if(apps_.begin(), apps_.end(), std::back_inserter(list),
               [&](const App& app) { return !app.hidden || app.id == running; });
  return list;
}

App* Catalogue::entry(std::uint32_t id) {
  const auto it =
      std::find_if(apps_.begin(), apps_.end(), [&](const App& app) { return app.id == id; });
  return it == apps_.end() ? nullptr : &*it;
}

Result<App> Catalogue::add(App app) {
  auto added = add_all({std::move(app)});
  if (!added) return pass(added);
  return std::move(added->front());
}

Result<std::vector<App>> Catalogue::add_all(std::vector<App> apps) {
  auto after = apps_;
  std::vector<store::AppRow> rows;
  for (auto& app : apps) {
    if (auto good = check(app, false); !good) return pass(good);
    app.id = id_for(app.title, after);
    app.art.clear();
    // Behind those that were put into an order by hand; among the others the title decides.
    rows.push_back(to_row(app, static_cast<std::int64_t>(after.size())));
    after.push_back(app);
  }
  if (auto stored = store::save_apps(*database_, rows); !stored) return not_stored(stored.error());
  apps_ = std::move(after);
  return apps;
}

Result<App> Catalogue::change(App app) {
  auto* const known = entry(app.id);
  if (known == nullptr) return fail(Errc::UnknownApp, std::to_string(app.id));
  const bool desktop = known == &apps_.front();
  if (auto good = check(app, desktop); !good) return pass(good);
  app.source = known->source;
  app.art = known->art;
  if (auto stored = store::save_app(*database_, to_row(app, known - apps_.data())); !stored)
    return not_stored(stored.error());
  *known = app;
  return app;
}

Result<> Catalogue::remove(std::uint32_t id) {
  if (find(id) == nullptr) return fail(Errc::UnknownApp, std::to_string(id));
  if (apps_.front().id == id) return fail(Errc::BadEntry, "the Desktop entry always exists");
  if (auto stored = store::delete_app(*database_, id); !stored) return not_stored(stored.error());
  std::erase_if(apps_, [&](const App& app) { return app.id == id; });
  return {};
}

Result<> Catalogue::reorder(const std::vector<std::uint32_t>& ids) {
  std::vector<App> ordered{apps_.front()};
  for (const auto id : ids) {
    const auto* app = find(id);
    if (app == nullptr) return fail(Errc::UnknownApp, std::to_string(id));
    if (std::any_of(ordered.begin(), ordered.end(), [&](const App& a) { return a.id == id; }))
      return fail(Errc::BadEntry, "an application is named twice, or the Desktop is");
    ordered.push_back(*app);
  }
  if (ordered.size() != apps_.size())
    return fail(Errc::BadEntry, "every application but the Desktop must be named");
  std::vector<store::AppRow> rows;
  for (std::size_t i = 1; i < ordered.size(); ++i)
    rows.push_back(to_row(ordered[i], static_cast<std::int64_t>(i)));
  if (auto stored = store::save_apps(*database_, rows); !stored) return not_stored(stored.error());
  apps_ = std::move(ordered);
  return {};
}

Result<Art> Catalogue::art(std::uint32_t id) const {
  auto row = store::load_art(*database_, id);
  if (!row) return pass(row);
  if (find(id) == nullptr || !*row) return fail(Errc::UnknownApp, std::to_string(id));
  return Art{std::move((*row)->type), std::move((*row)->bytes)};
}

Result<> Catalogue::set_art(std::uint32_t id, const Art& art) {
  auto* const app = entry(id);
  if (app == nullptr) return fail(Errc::UnknownApp, std::to_string(id));
  const auto facts = picture_facts(art.bytes);
  if (!facts || facts->type != art.type)
    return fail(Errc::BadEntry, "the picture must be a whole PNG or JPEG of at most 4 MiB and " +
                                    std::to_string(Art::kLargestSide) + " pixels a side");
  const auto sum = crc32(0, art.bytes.data(), static_cast<uInt>(art.bytes.size()));
  const auto tag = std::to_string(sum) + '-' + std::to_string(art.bytes.size());
  if (auto stored = store::save_art(*database_, id, {art.type, tag, art.bytes}); !stored)
    return not_stored(stored.error());
  app->art = tag;
  return {};
}

Result<> Catalogue::remove_art(std::uint32_t id) {
  auto* const app = entry(id);
  if (app == nullptr) return fail(Errc::UnknownApp, std::to_string(id));
  if (auto stored = store::delete_art(*database_, id); !stored) return not_stored(stored.error());
  app->art.clear();
  return {};
}

}  // namespace pf::apps
