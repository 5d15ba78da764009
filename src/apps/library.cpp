#include "apps/library.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "apps/desktop_entry.hpp"
#include "apps/heroic_files.hpp"
#include "apps/lutris_games.hpp"
#include "apps/steam_files.hpp"
#include "base/process.hpp"

namespace pf::apps {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestFile = std::uintmax_t{16} * 1024 * 1024;
constexpr std::size_t kMostFiles = 20'000;

std::string read(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error) || fs::file_size(file, error) > kLargestFile || error)
    return {};
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<fs::path> files(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator at(folder, fs::directory_options::skip_permission_denied, error), end;
       !error && at != end && found.size() < kMostFiles; at.increment(error))
    found.push_back(at->path());
  std::sort(found.begin(), found.end());
  return found;
}

bool any_exists(const std::vector<fs::path>& places) {
  std::error_code error;
  return std::any_of(places.begin(), places.end(),
                     [&](const fs::path& place) { return fs::exists(place, error); });
}

// A program of its own, or the one inside Flatpak.
std::vector<std::string> program_or_flatpak(const char* program, const char* flatpak) {
  if (find_program(program)) return {program};
  return {"flatpak", "run", flatpak};
}

class Finder {
 public:
  explicit Finder(const LibraryPlaces& places) : places_(places) {}

  Library find() {
    // What Flatpak exports lies among the other .desktop files as well, under the same name.
    source("flatpak", "Flatpak", places_.flatpak,
           [&] { desktop_files(places_.flatpak, "flatpak"); });
    source("desktop", "Applications of this machine", places_.desktop,
           [&] { desktop_files(places_.desktop, "desktop"); });
    source("steam", "Steam", places_.steam, [&] { steam(); });
    source("heroic", "Heroic (Epic, GOG)", places_.heroic, [&] { heroic(); });
    source("lutris", "Lutris", places_.lutris, [&] { lutris(); });
    std::sort(library_.entries.begin(), library_.entries.end(), [](const auto& a, const auto& b) {
      return std::pair(a.title, a.key) < std::pair(b.title, b.key);
    });
    return std::move(library_);
  }

 private:
  template <class Look>
  void source(const char* id, const char* name, const std::vector<fs::path>& places, Look look) {
    if (!any_exists(places)) return;
    const auto before = library_.entries.size();
    look();
    library_.sources.push_back({id, name, library_.entries.size() - before});
  }

  void add(LibraryEntry entry) {
    if (keys_.insert(entry.key).second) library_.entries.push_back(std::move(entry));
  }

  void desktop_files(const std::vector<fs::path>& folders, const char* source) {
    for (const auto& folder : folders)
      for (const auto& file : files(folder)) {
        if (file.extension() != ".desktop") continue;
        const auto id = file.stem().string();
        if (!desktop_ids_.insert(id).second)
          continue;  // an earlier folder decides, also to hide it
        const auto entry = parse_desktop_entry(read(file));
        if (!entry || entry->terminal) continue;
        add({std::string(source) + ':' + id, source, entry->name, entry->command, entry->folder});
      }
  }

  void steam() {
    std::set<std::string> libraries;
    for (const auto& place : places_.steam) {
      libraries.insert((place / "steamapps").lexically_normal().string());
      for (const auto& folder : steam_libraries(read(place / "steamapps/libraryfolders.vdf")))
        libraries.insert((fs::path(folder) / "steamapps").lexically_normal().string());
    }
    auto command = program_or_flatpak("steam", "com.valvesoftware.Steam");
    for (const auto& library : libraries)
      for (const auto& file : files(library)) {
        const auto name = file.filename().string();
        if (!name.starts_with("appmanifest_") || file.extension() != ".acf") continue;
        const auto game = steam_game(read(file));
        if (!game) continue;
        auto start = command;
        start.push_back("steam://rungameid/" + game->id);
        add({"steam:" + game->id, "steam", game->title, std::move(start), {}});
      }
  }

  void heroic() {
    const auto command = program_or_flatpak("heroic", "com.heroicgameslauncher.hgl");
    for (const auto& place : places_.heroic) {
      auto games = heroic_epic_games(read(place / "legendaryConfig/legendary/installed.json"));
      for (auto& game : heroic_gog_games(read(place / "gog_store/installed.json"),
                                         read(place / "store_cache/gog_library.json")))
        games.push_back(std::move(game));
      for (const auto& game : games) {
        auto start = command;
        start.emplace_back("--no-gui");
        start.push_back("heroic://launch/" + game.runner + '/' + game.id);
        add({"heroic:" + game.runner + '/' + game.id, "heroic", game.title, std::move(start), {}});
      }
    }
  }

  void lutris() {
    const auto command = program_or_flatpak("lutris", "net.lutris.Lutris");
    for (const auto& place : places_.lutris)
      for (const auto& game : lutris_games(place)) {
        auto start = command;
        start.push_back("lutris:rungameid/" + std::to_string(game.id));
        add({"lutris:" + std::to_string(game.id), "lutris", game.title, std::move(start), {}});
      }
  }

  const LibraryPlaces& places_;
  Library library_;
  std::set<std::string> keys_, desktop_ids_;
};

}  // namespace

LibraryPlaces library_places(
    const std::function<std::optional<std::string>(const std::string&)>& environment) {
  LibraryPlaces places;
  const auto home = environment("HOME").value_or("");
  const auto absolute = [](const std::optional<std::string>& path) {
    return path && path->starts_with('/') ? *path : std::string();
  };
  auto data = absolute(environment("XDG_DATA_HOME"));
  if (data.empty() && !home.empty()) data = home + "/.local/share";
  auto config = absolute(environment("XDG_CONFIG_HOME"));
  if (config.empty() && !home.empty()) config = home + "/.config";
  if (!data.empty()) {
    places.desktop.emplace_back(data + "/applications");
    places.flatpak.emplace_back(data + "/flatpak/exports/share/applications");
    places.steam.emplace_back(data + "/Steam");
    places.lutris.emplace_back(data + "/lutris/pga.db");
  }
  auto rest = environment("XDG_DATA_DIRS").value_or("");
  if (rest.empty()) rest = "/usr/local/share:/usr/share";
  while (!rest.empty()) {
    const auto end = rest.find(':');
    const auto one = rest.substr(0, end);
    if (one.starts_with('/') && one.find("flatpak") == std::string::npos)
      places.desktop.emplace_back(one + "/applications");
    rest = end == std::string::npos ? std::string() : rest.substr(end + 1);
  }
  places.flatpak.emplace_back("/var/lib/flatpak/exports/share/applications");
  if (!config.empty()) places.heroic.emplace_back(config + "/heroic");
  if (!home.empty()) {
    places.steam.emplace_back(home + "/.steam/steam");
    places.steam.emplace_back(home + "/.var/app/com.valvesoftware.Steam/data/Steam");
    places.heroic.emplace_back(home + "/.var/app/com.heroicgameslauncher.hgl/config/heroic");
    places.lutris.emplace_back(home + "/.var/app/net.lutris.Lutris/data/lutris/pga.db");
  }
  return places;
}

Library find_library(const LibraryPlaces& places) {
  return Finder(places).find();
}

}  // namespace pf::apps
