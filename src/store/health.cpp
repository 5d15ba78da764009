#include "store/health.hpp"

#include <sqlite3.h>

#include <memory>

#include "store/database.hpp"

namespace pf::store {

Result<> quick_check(const std::filesystem::path& file) {
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READONLY, nullptr);
  const std::unique_ptr<sqlite3, decltype([](sqlite3* db) { sqlite3_close(db); })> db(raw);
  if (opened != SQLITE_OK)
    return fail(Errc::Unreadable, db ? sqlite3_errmsg(db.get()) : "out of memory");
  sqlite3_stmt* statement = nullptr;
  const int prepared =
      sqlite3_prepare_v2(db.get(), "PRAGMA quick_check(1)", -1, &statement, nullptr);
  const std::unique_ptr<sqlite3_stmt, decltype([](sqlite3_stmt* s) { sqlite3_finalize(s); })> check(
      statement);
  if (prepared != SQLITE_OK || sqlite3_step(check.get()) != SQLITE_ROW)
    return fail(Errc::Unreadable, sqlite3_errmsg(db.get()));
  const std::string said = reinterpret_cast<const char*>(sqlite3_column_text(check.get(), 0));
  if (said != "ok") return fail(Errc::Unreadable, said);
  return {};
}

}  // namespace pf::store
