// Programs and games that are installed on this machine, as applications that could be offered.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace pf::apps {

struct LibraryEntry {
  std::string key;     // "steam:570"; stays the same
  std::string source;  // "desktop", "flatpak", "steam", "heroic", "lutris"
  std::string title;
  std::vector<std::string> command;
  std::string folder;  // to start in; empty = the home folder
  bool operator==(const LibraryEntry&) const = default;
};

struct LibrarySource {
  std::string id, name;
  std::size_t found = 0;
};

struct Library {
  std::vector<LibrarySource> sources;  // those that exist here
  std::vector<LibraryEntry> entries;   // by title
};

// Where to look; what does not exist is skipped.
struct LibraryPlaces {
  std::vector<std::filesystem::path>
      desktop;  // folders of .desktop files, the most important first
  std::vector<std::filesystem::path> flatpak;  // those that Flatpak exports
  std::vector<std::filesystem::path> steam;    // Steam's own folders
  std::vector<std::filesystem::path> heroic;   // Heroic's configuration folders
  std::vector<std::filesystem::path> lutris;   // Lutris' databases
};
// By the XDG variables and the usual places.
LibraryPlaces library_places(
    const std::function<std::optional<std::string>(const std::string&)>& environment);

// Worker thread: reads many small files. Files that are malformed, or larger than such files are,
// are passed over.
Library find_library(const LibraryPlaces& places);

}  // namespace pf::apps
