#include "store/audit.hpp"

#include <algorithm>

namespace pf::store {

Result<> append_audit(Database& database, const AuditRow& row) {
  auto insert = database.prepare(
      "INSERT INTO audit(unix_time,what,device_id,device_name,actor,origin,detail) "
      "VALUES(?,?,?,?,?,?,?)");
  insert.bind(row.unix_time).bind(row.what).bind(row.device_id).bind(row.device_name);
  insert.bind(row.by).bind(row.from).bind(row.detail);
  if (auto done = insert.run(); !done) return done;
  return database.prepare("DELETE FROM audit WHERE id<=?")
      .bind(database.last_insert_id() - kAuditRows)
      .run();
}

Result<std::vector<AuditRow>> load_audit(Database& database, std::int64_t after,
                                         std::int64_t limit) {
  constexpr std::string_view kColumns =
      "SELECT id,unix_time,what,device_id,device_name,actor,origin,detail FROM audit ";
  auto query =
      database.prepare(std::string(kColumns) + (after == 0 ? "WHERE id>? ORDER BY id DESC LIMIT ?"
                                                           : "WHERE id>? ORDER BY id LIMIT ?"));
  query.bind(after).bind(limit);
  std::vector<AuditRow> rows;
  for (;;) {
    auto more = query.step();
    if (!more) return pass(more);
    if (!*more) break;
    rows.push_back({query.integer(0), query.integer(1), query.text(2), query.optional_integer(3),
                    query.text(4), query.text(5), query.text(6), query.text(7)});
  }
  if (after == 0) std::reverse(rows.begin(), rows.end());
  return rows;
}

Result<bool> has_audit(Database& database, std::int64_t device_id, std::string_view what,
                       std::int64_t since_unix) {
  auto query =
      database.prepare("SELECT 1 FROM audit WHERE device_id=? AND what=? AND unix_time>=? LIMIT 1");
  query.bind(device_id).bind(what).bind(since_unix);
  return query.step();
}

}  // namespace pf::store
