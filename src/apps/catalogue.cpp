#include "apps/catalogue.hpp"

#include <zlib.h>

#include <algorithm>
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

Result<> check(const App& app) {
  if (app.title.empty() || app.title.size() > kMaxTitle)
    return fail(Errc::BadEntry, "the title must have 1 to 128 bytes");
  if (app.command.empty() || app.command.front().empty())
    return fail(Errc::BadEntry, "the command is empty");
  if (app.command.size() > kMaxArguments) return fail(Errc::BadEntry, "too many arguments");
  for (const auto& argument : app.command)
    if (argument.find('\0') != std::string::npos) return fail(Errc::BadEntry, "NUL in the command");
  if (!app.working_directory.empty() && app.working_directory.front() != '/')
    return fail(Errc::BadEntry, "the working directory must be an absolute path");
  return {};
}

}  // namespace

Result<Catalogue> Catalogue::open(store::Database& database) {
  Catalogue catalogue(database);
  App desktop;
  desktop.title = kDesktopTitle;
  desktop.id = id_for(desktop.title, {});
  catalogue.apps_.push_back(std::move(desktop));
  auto rows = store::load_apps(database);
  if (!rows) return pass(rows);
  for (const auto& row : *rows) {
    const auto command = nlohmann::json::parse(row.command_json, nullptr, false);
    const auto environment = nlohmann::json::parse(row.environment_json, nullptr, false);
    if (!command.is_array() || !environment.is_object())
      return fail(Errc::BadEntry, "application " + std::to_string(row.id) + " in the database");
    App app;
    app.id = static_cast<std::uint32_t>(row.id);
    app.title = row.title;
    app.working_directory = row.working_directory;
    for (const auto& part : command)
      if (part.is_string()) app.command.push_back(part.get<std::string>());
    for (const auto& [key, value] : environment.items())
      if (value.is_string()) app.environment[key] = value.get<std::string>();
    catalogue.apps_.push_back(std::move(app));
  }
  return catalogue;
}

const App* Catalogue::find(std::uint32_t id) const {
  const auto it =
      std::find_if(apps_.begin(), apps_.end(), [&](const App& app) { return app.id == id; });
  return it == apps_.end() ? nullptr : &*it;
}

Result<App> Catalogue::add(App app) {
  if (auto good = check(app); !good) return pass(good);
  app.id = id_for(app.title, apps_);
  const store::AppRow row{
      app.id, app.title,
      nlohmann::json(app.command).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
      app.working_directory,
      nlohmann::json(app.environment)
          .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
  if (auto stored = store::insert_app(*database_, row); !stored)
    return fail(Errc::StoreFailed, stored.error().message());
  apps_.push_back(app);
  return app;
}

Result<> Catalogue::remove(std::uint32_t id) {
  if (find(id) == nullptr) return fail(Errc::UnknownApp, std::to_string(id));
  if (apps_.front().id == id) return fail(Errc::BadEntry, "the Desktop entry always exists");
  if (auto stored = store::delete_app(*database_, id); !stored)
    return fail(Errc::StoreFailed, stored.error().message());
  std::erase_if(apps_, [&](const App& app) { return app.id == id; });
  return {};
}

}  // namespace pf::apps
