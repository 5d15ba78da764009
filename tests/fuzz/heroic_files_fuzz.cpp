// Heroic's lists of games: an id becomes part of an address that is opened.
#include "apps/heroic_files.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pf;
  const auto text = as_text({data, size});
  auto games = apps::heroic_epic_games(text);
  for (auto& game : apps::heroic_gog_games(text, text)) games.push_back(std::move(game));
  for (const auto& game : games) {
    PF_ASSERT(!game.title.empty() && !game.id.empty());
    PF_ASSERT(game.id.find('/') == std::string::npos && game.id.find(' ') == std::string::npos);
  }
  return 0;
}
