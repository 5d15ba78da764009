// Steam's text files.
#include <algorithm>

#include "apps/steam_files.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pf;
  const auto text = as_text({data, size});
  if (const auto game = apps::steam_game(text)) {
    PF_ASSERT(!game->title.empty() && !game->id.empty());
    PF_ASSERT(
        std::all_of(game->id.begin(), game->id.end(), [](char c) { return c >= '0' && c <= '9'; }));
  }
  for (const auto& folder : apps::steam_libraries(text)) PF_ASSERT(folder.front() == '/');
  return 0;
}
