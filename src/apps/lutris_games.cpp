#include "apps/lutris_games.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <memory>

namespace pf::apps {
namespace {

constexpr std::size_t kMaxTitle = 128;

bool good_title(const std::string& title) {
  return !title.empty() && title.size() <= kMaxTitle &&
         std::none_of(title.begin(), title.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

}  // namespace

std::vector<LutrisGame> lutris_games(const std::filesystem::path& database) {
  std::vector<LutrisGame> games;
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open_v2(database.c_str(), &raw, SQLITE_OPEN_READONLY, nullptr);
  const std::unique_ptr<sqlite3, decltype([](sqlite3* db) { sqlite3_close(db); })> db(raw);
  if (opened != SQLITE_OK) return games;
  // Somebody else's file: its views and triggers are not to be trusted.
  sqlite3_exec(db.get(), "PRAGMA trusted_schema=OFF", nullptr, nullptr, nullptr);
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db.get(),
                         "SELECT id,name FROM games WHERE installed=1 ORDER BY id LIMIT 10000", -1,
                         &statement, nullptr) != SQLITE_OK)
    return games;
  const std::unique_ptr<sqlite3_stmt, decltype([](sqlite3_stmt* s) { sqlite3_finalize(s); })> query(
      statement);
  while (sqlite3_step(query.get()) == SQLITE_ROW) {
    const auto* name = reinterpret_cast<const char*>(sqlite3_column_text(query.get(), 1));
    LutrisGame game{sqlite3_column_int64(query.get(), 0), name == nullptr ? "" : name};
    if (game.id > 0 && good_title(game.title)) games.push_back(std::move(game));
  }
  return games;
}

}  // namespace pf::apps
