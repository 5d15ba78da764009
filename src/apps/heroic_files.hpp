// What the Heroic launcher says is installed: games of the Epic and GOG stores.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pf::apps {

struct HeroicGame {
  std::string runner;  // "legendary", "gog"
  std::string id;      // [A-Za-z0-9_-], at most 128
  std::string title;
};

// legendaryConfig/legendary/installed.json. Malformed text gives no games.
std::vector<HeroicGame> heroic_epic_games(std::string_view installed);
// gog_store/installed.json has no titles; those are in store_cache/gog_library.json.
std::vector<HeroicGame> heroic_gog_games(std::string_view installed, std::string_view library);

}  // namespace pf::apps
