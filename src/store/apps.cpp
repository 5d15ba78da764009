#include "store/apps.hpp"

namespace pf::store {
namespace {

Result<> write(Database& database, const AppRow& row) {
  return database
      .prepare(
          "INSERT INTO apps(id,title,command,working_directory,environment,prepare,source,position,"
          "second_client,hidden) VALUES(?,?,?,?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET "
          "title=excluded.title,"
          "command=excluded.command,working_directory=excluded.working_directory,"
          "environment=excluded.environment,prepare=excluded.prepare,source=excluded.source,"
          "position=excluded.position,second_client=excluded.second_client,"
          "hidden=excluded.hidden")
      .bind(row.id)
      .bind(row.title)
      .bind(row.command_json)
      .bind(row.working_directory)
      .bind(row.environment_json)
      .bind(row.prepare_json)
      .bind(row.source)
      .bind(row.position)
      .bind(row.second_client)
      .bind(std::int64_t{row.hidden})
      .run();
}

}  // namespace

Result<std::vector<AppRow>> load_apps(Database& database) {
  std::vector<AppRow> rows;
  auto query = database.prepare(
      "SELECT id,title,command,working_directory,environment,prepare,source,position,"
      "coalesce((SELECT tag FROM app_art WHERE app_id=id),''),second_client,hidden FROM apps ORDER "
      "BY "
      "position,title,id");
  for (;;) {
    const auto row = query.step();
    if (!row) return Failure(row.error());
    if (!*row) return rows;
    rows.push_back({query.integer(0), query.text(1), query.text(2), query.text(3), query.text(4),
                    query.text(5), query.text(6), query.integer(7), query.text(8), query.text(9),
                    query.integer(10) != 0});
  }
}

Result<> save_app(Database& database, const AppRow& row) {
  return database.transaction([&] { return write(database, row); });
}

Result<> save_apps(Database& database, const std::vector<AppRow>& rows) {
  return database.transaction([&]() -> Result<> {
    for (const auto& row : rows)
      if (auto written = write(database, row); !written) return written;
    return {};
  });
}

Result<> delete_app(Database& database, std::int64_t id) {
  return database.transaction([&]() -> Result<> {
    if (auto done = database.prepare("DELETE FROM app_art WHERE app_id=?").bind(id).run(); !done)
      return done;
    return database.prepare("DELETE FROM apps WHERE id=?").bind(id).run();
  });
}

Result<std::optional<ArtRow>> load_art(Database& database, std::int64_t app) {
  auto query = database.prepare("SELECT type,tag,bytes FROM app_art WHERE app_id=?");
  query.bind(app);
  const auto row = query.step();
  if (!row) return Failure(row.error());
  if (!*row) return std::optional<ArtRow>{};
  return std::optional<ArtRow>({query.text(0), query.text(1), query.blob(2)});
}

Result<> save_art(Database& database, std::int64_t app, const ArtRow& row) {
  return database.transaction([&] {
    return database
        .prepare(
            "INSERT INTO app_art(app_id,type,tag,bytes) VALUES(?,?,?,?) ON CONFLICT(app_id) DO "
            "UPDATE SET type=excluded.type,tag=excluded.tag,bytes=excluded.bytes")
        .bind(app)
        .bind(row.type)
        .bind(row.tag)
        .bind(ByteSpan(row.bytes))
        .run();
  });
}

Result<> delete_art(Database& database, std::int64_t app) {
  return database.transaction(
      [&] { return database.prepare("DELETE FROM app_art WHERE app_id=?").bind(app).run(); });
}

Result<std::vector<UndoRow>> load_undos(Database& database) {
  std::vector<UndoRow> rows;
  auto query = database.prepare("SELECT id,step FROM undo_journal ORDER BY id DESC");
  for (;;) {
    const auto row = query.step();
    if (!row) return Failure(row.error());
    if (!*row) return rows;
    rows.push_back({query.integer(0), query.text(1)});
  }
}

Result<std::int64_t> add_undo(Database& database, const std::string& step_json) {
  std::int64_t id = 0;
  auto stored = database.transaction([&]() -> Result<> {
    auto done = database.prepare("INSERT INTO undo_journal(step) VALUES(?)").bind(step_json).run();
    id = database.last_insert_id();
    return done;
  });
  if (!stored) return pass(stored);
  return id;
}

Result<> forget_undo(Database& database, std::int64_t id) {
  return database.transaction(
      [&] { return database.prepare("DELETE FROM undo_journal WHERE id=?").bind(id).run(); });
}

}  // namespace pf::store
