#include "apps/heroic_files.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace pf::apps {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxId = 128, kMaxTitle = 128;

// It becomes part of an address.
bool good_id(const std::string& id) {
  return !id.empty() && id.size() <= kMaxId && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

bool good_title(const std::string& title) {
  return !title.empty() && title.size() <= kMaxTitle &&
         std::none_of(title.begin(), title.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::string text(const json& object, const char* name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool flag(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

const json& list(const json& object, const char* name) {
  static const json nothing = json::array();
  if (!object.is_object()) return nothing;
  const auto found = object.find(name);
  return found != object.end() && found->is_array() ? *found : nothing;
}

}  // namespace

std::vector<HeroicGame> heroic_epic_games(std::string_view installed) {
  std::vector<HeroicGame> games;
  const auto all = json::parse(installed, nullptr, false);
  if (!all.is_object()) return games;
  for (const auto& [key, game] : all.items()) {
    if (!game.is_object() || flag(game, "is_dlc")) continue;
    HeroicGame one{"legendary", text(game, "app_name"), text(game, "title")};
    if (good_id(one.id) && good_title(one.title)) games.push_back(std::move(one));
  }
  return games;
}

std::vector<HeroicGame> heroic_gog_games(std::string_view installed, std::string_view library) {
  std::map<std::string, std::string> titles;
  const auto known = json::parse(library, nullptr, false);
  for (const auto& game : list(known, "games"))
    titles[text(game, "app_name")] = text(game, "title");
  std::vector<HeroicGame> games;
  const auto here = json::parse(installed, nullptr, false);
  for (const auto& game : list(here, "installed")) {
    if (!game.is_object() || flag(game, "is_dlc")) continue;
    HeroicGame one{"gog", text(game, "appName"), {}};
    one.title = titles[one.id];
    if (good_id(one.id) && good_title(one.title)) games.push_back(std::move(one));
  }
  return games;
}

}  // namespace pf::apps
