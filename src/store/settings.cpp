#include "store/settings.hpp"

namespace pf::store {

Result<std::map<std::string, std::string>> load_settings(Database& database) {
  std::map<std::string, std::string> settings;
  auto query = database.prepare("SELECT id,value FROM settings");
  for (;;) {
    const auto row = query.step();
    if (!row) return Failure(row.error());
    if (!*row) return settings;
    settings.emplace(query.text(0), query.text(1));
  }
}

Result<> save_settings(Database& database,
                       const std::map<std::string, std::optional<std::string>>& changes) {
  return database.transaction([&]() -> Result<> {
    for (const auto& [id, value] : changes) {
      auto done = value ? database
                              .prepare(
                                  "INSERT INTO settings(id,value) VALUES(?,?) ON CONFLICT(id) DO "
                                  "UPDATE SET value=excluded.value")
                              .bind(id)
                              .bind(*value)
                              .run()
                        : database.prepare("DELETE FROM settings WHERE id=?").bind(id).run();
      if (!done) return done;
    }
    return {};
  });
}

}  // namespace pf::store
