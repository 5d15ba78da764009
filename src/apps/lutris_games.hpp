// Lutris keeps its games in a database of its own (pga.db).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace pf::apps {

struct LutrisGame {
  std::int64_t id = 0;
  std::string title;
};

// Installed games; none when the file is no such database. Changes nothing in it.
std::vector<LutrisGame> lutris_games(const std::filesystem::path& database);

}  // namespace pf::apps
