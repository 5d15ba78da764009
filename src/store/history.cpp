#include "store/history.hpp"

namespace pf::store {

Result<> append_history(Database& database, const HistoryRow& row) {
  return database.transaction([&]() -> Result<> {
    auto insert = database.prepare(
        "INSERT INTO history(plane,device_id,device_name,app_title,mode,codec,encoder,started_unix,"
        "duration_s,end_reason,end_text,frames_sent,frames_dropped,bytes,host_p50_us,host_p99_us) "
        "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    insert.bind(row.plane).bind(row.device_id).bind(row.device_name).bind(row.app_title);
    insert.bind(row.mode).bind(row.codec).bind(row.encoder).bind(row.started_unix);
    insert.bind(row.duration_s).bind(row.end_reason).bind(row.end_text).bind(row.frames_sent);
    insert.bind(row.frames_dropped).bind(row.bytes).bind(row.host_p50_us).bind(row.host_p99_us);
    if (auto done = insert.run(); !done) return done;
    return database.prepare("DELETE FROM history WHERE id<=?")
        .bind(database.last_insert_id() - kHistoryRows)
        .run();
  });
}

Result<std::vector<HistoryRow>> load_history(Database& database, std::int64_t limit) {
  auto query = database.prepare(
      "SELECT id,plane,device_id,device_name,app_title,mode,codec,encoder,started_unix,duration_s,"
      "end_reason,end_text,frames_sent,frames_dropped,bytes,host_p50_us,host_p99_us FROM history "
      "ORDER BY id DESC LIMIT ?");
  query.bind(limit);
  std::vector<HistoryRow> rows;
  for (;;) {
    auto more = query.step();
    if (!more) return pass(more);
    if (!*more) return rows;
    HistoryRow row;
    row.id = query.integer(0);
    row.plane = query.integer(1);
    row.device_id = query.optional_integer(2);
    row.device_name = query.text(3);
    row.app_title = query.text(4);
    row.mode = query.text(5);
    row.codec = query.text(6);
    row.encoder = query.text(7);
    row.started_unix = query.integer(8);
    row.duration_s = query.integer(9);
    row.end_reason = query.text(10);
    row.end_text = query.text(11);
    row.frames_sent = query.integer(12);
    row.frames_dropped = query.integer(13);
    row.bytes = query.integer(14);
    row.host_p50_us = query.optional_integer(15);
    row.host_p99_us = query.optional_integer(16);
    rows.push_back(std::move(row));
  }
}

}  // namespace pf::store
