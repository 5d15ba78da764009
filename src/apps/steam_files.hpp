// Steam's text files: "key" "value" pairs and blocks in braces.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pf::apps {

struct SteamNode {
  std::string key;
  std::string value;                // of a pair
  std::vector<SteamNode> children;  // of a block
  // The first child of that name, whatever its case; null without one.
  const SteamNode* find(std::string_view wanted) const;
};

// The content of a file as the children of one node; nothing when it is malformed, nested more than
// 16 deep or has more than 100,000 nodes.
std::optional<SteamNode> parse_steam_file(std::string_view text);

// libraryfolders.vdf: the folders of its libraries.
std::vector<std::string> steam_libraries(std::string_view text);

struct SteamGame {
  std::string id;  // digits
  std::string title;
};
// appmanifest_*.acf: a game that is installed whole. Nothing for tools (runtimes, Proton) as well.
std::optional<SteamGame> steam_game(std::string_view text);

}  // namespace pf::apps
