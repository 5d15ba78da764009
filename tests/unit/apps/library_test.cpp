// Libraries laid out as the launchers do it.
#include "apps/library.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <fstream>

#include "apps/heroic_files.hpp"
#include "apps/lutris_games.hpp"
#include "apps/steam_files.hpp"
#include "support/temp_folder.hpp"

namespace pf::apps {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifest = R"("AppState"
{
	"appid"		"570"
	"name"		"Dota \"2\""
	"StateFlags"		"4"
	// a comment
	"UserConfig" { "language" "english" }
}
)";

class LibraryTest : public testing::Test {
 protected:
  fs::path at(const std::string& path) const { return fs::path(folder_.path()) / path; }
  void write(const std::string& path, const std::string& text) const {
    fs::create_directories(at(path).parent_path());
    std::ofstream(at(path)) << text;
  }
  LibraryPlaces places() const {
    return library_places([this](const std::string& name) -> std::optional<std::string> {
      if (name == "HOME") return at("home").string();
      if (name == "XDG_DATA_DIRS") return at("usr").string() + ":relative";
      return std::nullopt;
    });
  }
  static const LibraryEntry* entry(const Library& library, const std::string& key) {
    const auto found = std::find_if(library.entries.begin(), library.entries.end(),
                                    [&](const auto& one) { return one.key == key; });
    return found == library.entries.end() ? nullptr : &*found;
  }
  const test::TempFolder folder_;
};

TEST_F(LibraryTest, AnEmptyMachineHasNothing) {
  auto nowhere = places();
  nowhere.flatpak.clear();
  EXPECT_TRUE(find_library(nowhere).sources.empty());
  EXPECT_TRUE(find_library(nowhere).entries.empty());
}

TEST_F(LibraryTest, EachLauncherIsRead) {
  write("home/.local/share/applications/chess.desktop",
        "[Desktop Entry]\nType=Application\nName=Chess\nExec=gnome-chess %U\n");
  write("home/.local/share/applications/hidden.desktop",
        "[Desktop Entry]\nType=Application\nName=Own\nExec=x\nNoDisplay=true\n");
  write("usr/applications/hidden.desktop",
        "[Desktop Entry]\nType=Application\nName=Of all\nExec=x\n");
  write("usr/applications/top.desktop",
        "[Desktop Entry]\nType=Application\nName=Top\nExec=top\nTerminal=true\n");
  write("home/.local/share/flatpak/exports/share/applications/org.x.Game.desktop",
        "[Desktop Entry]\nType=Application\nName=Flat\nExec=/usr/bin/flatpak run org.x.Game\n");
  write("home/.local/share/Steam/steamapps/appmanifest_570.acf", kManifest);
  write("home/.local/share/Steam/steamapps/libraryfolders.vdf",
        "\"libraryfolders\" { \"0\" { \"path\" \"" + at("disk").string() +
            "\" } \"1\" { \"path\" "
            "\"relative\" } }");
  write("disk/steamapps/appmanifest_10.acf",
        R"("AppState" { "appid" "10" "name" "Counter" "StateFlags" "6" })");
  write("disk/steamapps/appmanifest_11.acf",
        R"("AppState" { "appid" "11" "name" "Half here" "StateFlags" "2" })");
  write("disk/steamapps/appmanifest_12.acf",
        R"("AppState" { "appid" "12" "name" "Proton 9.0" "StateFlags" "4" })");
  write(
      "home/.config/heroic/legendaryConfig/legendary/installed.json",
      R"({"Fox":{"app_name":"Fox","title":"Fox","is_dlc":false},"D":{"app_name":"D","title":"DLC","is_dlc":true}})");
  write("home/.config/heroic/gog_store/installed.json",
        R"({"installed":[{"appName":"14"},{"appName":"../x"}]})");
  write("home/.config/heroic/store_cache/gog_library.json",
        R"({"games":[{"app_name":"14","title":"Gwent"},{"app_name":"../x","title":"Bad"}]})");
  write("home/.local/share/lutris/x", "");
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(at("home/.local/share/lutris/pga.db").c_str(), &db), SQLITE_OK);
  sqlite3_exec(db,
               "CREATE TABLE games(id INTEGER PRIMARY KEY, name TEXT, installed INTEGER);"
               "INSERT INTO games VALUES(3,'Quake',1),(4,'Gone',0),(5,NULL,1)",
               nullptr, nullptr, nullptr);
  sqlite3_close(db);

  auto here = places();
  std::erase(here.flatpak, fs::path("/var/lib/flatpak/exports/share/applications"));
  const auto library = find_library(here);
  std::vector<std::string> keys;
  for (const auto& one : library.entries) keys.push_back(one.key);
  EXPECT_EQ(keys, (std::vector<std::string>{"desktop:chess", "steam:10", "steam:570",
                                            "flatpak:org.x.Game", "heroic:legendary/Fox",
                                            "heroic:gog/14", "lutris:3"}));
  ASSERT_EQ(library.sources.size(), 5U);
  EXPECT_EQ(library.sources[0].id, "flatpak");
  EXPECT_EQ(library.sources[0].found, 1U);
  EXPECT_EQ(entry(library, "steam:570")->title, "Dota \"2\"");
  EXPECT_EQ(entry(library, "steam:570")->command.back(), "steam://rungameid/570");
  EXPECT_EQ(entry(library, "heroic:gog/14")->command.back(), "heroic://launch/gog/14");
  EXPECT_EQ(entry(library, "lutris:3")->command.back(), "lutris:rungameid/3");
}

TEST_F(LibraryTest, DamagedFilesGiveNothing) {
  for (const auto* text : {"", "{", "\"a\"", "\"a\" \"b", "\"a\" {", "}", "\"AppState\" \"x\"",
                           "\"AppState\" { \"appid\" \"x\" \"name\" \"y\" \"StateFlags\" \"4\" }"})
    EXPECT_FALSE(steam_game(text)) << text;
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "\"a\" {";
  EXPECT_FALSE(parse_steam_file(deep));
  EXPECT_TRUE(steam_libraries("\"libraryfolders\" \"x\"").empty());
  for (const auto* text : {"", "[]", "{\"a\":1}", "{\"a\":{\"app_name\":1}}", "\xff"}) {
    EXPECT_TRUE(heroic_epic_games(text).empty()) << text;
    EXPECT_TRUE(heroic_gog_games(text, text).empty()) << text;
  }
  write("pga.db", "no database");
  EXPECT_TRUE(lutris_games(at("pga.db")).empty());
  EXPECT_TRUE(lutris_games(at("missing.db")).empty());
  EXPECT_FALSE(fs::exists(at("missing.db")));
}

}  // namespace
}  // namespace pf::apps
