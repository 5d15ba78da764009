#include "store/operator.hpp"

namespace pf::store {
namespace {

Result<> delete_rows(Database& database, const char* sql, const std::vector<std::int64_t>& ids) {
  return database.transaction([&]() -> Result<> {
    for (const auto id : ids)
      if (auto done = database.prepare(sql).bind(id).run(); !done) return done;
    return {};
  });
}

}  // namespace

Result<std::optional<std::string>> load_password(Database& database) {
  auto query = database.prepare("SELECT hash FROM console_password WHERE id=1");
  const auto row = query.step();
  if (!row) return Failure(row.error());
  if (!*row) return std::optional<std::string>();
  return std::optional<std::string>(query.text(0));
}

Result<> save_password(Database& database, const std::optional<std::string>& hash,
                       std::int64_t now_unix, std::int64_t keep) {
  return database.transaction([&]() -> Result<> {
    auto done = hash ? database
                           .prepare(
                               "INSERT INTO console_password(id,hash,changed_unix) VALUES(1,?,?) "
                               "ON CONFLICT(id) DO UPDATE SET hash=excluded.hash, "
                               "changed_unix=excluded.changed_unix")
                           .bind(*hash)
                           .bind(now_unix)
                           .run()
                     : database.prepare("DELETE FROM console_password").run();
    if (!done) return done;
    return database.prepare("DELETE FROM sign_ins WHERE id<>?").bind(keep).run();
  });
}

Result<std::vector<SignInRow>> load_sign_ins(Database& database) {
  std::vector<SignInRow> rows;
  auto query = database.prepare(
      "SELECT id,digest,address,agent,since_unix,last_unix FROM sign_ins ORDER BY id");
  for (;;) {
    const auto row = query.step();
    if (!row) return Failure(row.error());
    if (!*row) return rows;
    rows.push_back({query.integer(0), query.text(1), query.text(2), query.text(3), query.integer(4),
                    query.integer(5)});
  }
}

Result<std::int64_t> insert_sign_in(Database& database, const SignInRow& row) {
  auto done = database.transaction([&]() -> Result<> {
    return database
        .prepare(
            "INSERT INTO sign_ins(digest,address,agent,since_unix,last_unix) VALUES(?,?,?,?,?)")
        .bind(row.digest)
        .bind(row.address)
        .bind(row.agent)
        .bind(row.since_unix)
        .bind(row.last_unix)
        .run();
  });
  if (!done) return Failure(done.error());
  return database.last_insert_id();
}

Result<> touch_sign_in(Database& database, std::int64_t id, std::int64_t last_unix) {
  return database.transaction([&]() -> Result<> {
    return database.prepare("UPDATE sign_ins SET last_unix=? WHERE id=?")
        .bind(last_unix)
        .bind(id)
        .run();
  });
}

Result<> delete_sign_ins(Database& database, const std::vector<std::int64_t>& ids) {
  return delete_rows(database, "DELETE FROM sign_ins WHERE id=?", ids);
}

Result<std::vector<TokenRow>> load_tokens(Database& database) {
  std::vector<TokenRow> rows;
  auto query = database.prepare(
      "SELECT id,digest,name,scope,created_unix,expires_unix FROM api_tokens ORDER BY id");
  for (;;) {
    const auto row = query.step();
    if (!row) return Failure(row.error());
    if (!*row) return rows;
    rows.push_back({query.integer(0), query.text(1), query.text(2), query.integer(3),
                    query.integer(4), query.optional_integer(5)});
  }
}

Result<std::int64_t> insert_token(Database& database, const TokenRow& row) {
  auto done = database.transaction([&]() -> Result<> {
    return database
        .prepare(
            "INSERT INTO api_tokens(digest,name,scope,created_unix,expires_unix) "
            "VALUES(?,?,?,?,?)")
        .bind(row.digest)
        .bind(row.name)
        .bind(row.scope)
        .bind(row.created_unix)
        .bind(row.expires_unix)
        .run();
  });
  if (!done) return Failure(done.error());
  return database.last_insert_id();
}

Result<> delete_tokens(Database& database, const std::vector<std::int64_t>& ids) {
  return delete_rows(database, "DELETE FROM api_tokens WHERE id=?", ids);
}

}  // namespace pf::store
