#include "store/apps.hpp"

namespace pf::store {

Result<std::vector<AppRow>> load_apps(Database& database) {
  std::vector<AppRow> rows;
  auto query = database.prepare(
      "SELECT id,title,command,working_directory,environment FROM apps ORDER BY title,id");
  for (;;) {
    const auto row = query.step();
    if (!row) return Failure(row.error());
    if (!*row) return rows;
    rows.push_back({query.integer(0), query.text(1), query.text(2), query.text(3), query.text(4)});
  }
}

Result<> insert_app(Database& database, const AppRow& row) {
  return database.transaction([&] {
    return database
        .prepare(
            "INSERT INTO apps(id,title,command,working_directory,environment) VALUES(?,?,?,?,?)")
        .bind(row.id)
        .bind(row.title)
        .bind(row.command_json)
        .bind(row.working_directory)
        .bind(row.environment_json)
        .run();
  });
}

Result<> delete_app(Database& database, std::int64_t id) {
  return database.transaction(
      [&] { return database.prepare("DELETE FROM apps WHERE id=?").bind(id).run(); });
}

}  // namespace pf::store
