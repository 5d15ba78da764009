#include "store/database.hpp"

#include <fcntl.h>
#include <sqlite3.h>

#include <cerrno>

#include "base/log.hpp"
#include "base/unique_fd.hpp"
#include "store/schema.hpp"

namespace pf::store {

const char* error_room(Errc) {
  return "store";
}
const char* error_text(Errc e) {
  switch (e) {
    case Errc::Unreadable:
      return "the database cannot be read";
    case Errc::NewerSchema:
      return "the database was written by a newer version";
    case Errc::WriteFailed:
      return "the change could not be stored";
    case Errc::ReadFailed:
      return "the database could not be read";
  }
  return "unknown error";
}

Statement::~Statement() {
  sqlite3_finalize(stmt_);
}

Statement& Statement::bind(std::int64_t value) {
  sqlite3_bind_int64(stmt_, ++index_, value);
  return *this;
}
Statement& Statement::bind(std::string_view value) {
  // A null destructor pointer means that SQLite copies nothing, so the transient form is asked for.
  sqlite3_bind_text64(stmt_, ++index_, value.data(), value.size(),
                      reinterpret_cast<sqlite3_destructor_type>(-1), SQLITE_UTF8);
  return *this;
}
Statement& Statement::bind(const std::optional<std::int64_t>& value) {
  if (value) return bind(*value);
  sqlite3_bind_null(stmt_, ++index_);
  return *this;
}

Statement& Statement::bind(ByteSpan blob) {
  sqlite3_bind_blob64(stmt_, ++index_, blob.data(), blob.size(),
                      reinterpret_cast<sqlite3_destructor_type>(-1));
  return *this;
}

Result<bool> Statement::step() {
  const int rc = sqlite3_step(stmt_);
  if (rc == SQLITE_ROW) return true;
  if (rc == SQLITE_DONE) return false;
  return fail(Errc::ReadFailed, sqlite3_errmsg(db_));
}
Result<> Statement::run() {
  if (sqlite3_step(stmt_) != SQLITE_DONE) return fail(Errc::WriteFailed, sqlite3_errmsg(db_));
  return {};
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(stmt_, column);
}
std::optional<std::int64_t> Statement::optional_integer(int column) const {
  if (sqlite3_column_type(stmt_, column) == SQLITE_NULL) return std::nullopt;
  return integer(column);
}
std::string Statement::text(int column) const {
  const auto* bytes = sqlite3_column_text(stmt_, column);
  if (bytes == nullptr) return {};
  return {reinterpret_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(stmt_, column))};
}

Bytes Statement::blob(int column) const {
  const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(stmt_, column));
  if (bytes == nullptr) return {};
  return {bytes, bytes + sqlite3_column_bytes(stmt_, column)};
}

Database::~Database() {
  sqlite3_close(db_);
}

Result<> Database::execute(const char* sql) {
  if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    return fail(Errc::WriteFailed, sqlite3_errmsg(db_));
  return {};
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file) {
  const auto unreadable = [&](const std::string& why) {
    return fail(
        Errc::Unreadable,
        file.string() + " (" + why +
            "). Nobody is admitted without it. Put back a copy with 'punktfunk-host restore', "
            "or move the file away to start with no paired devices");
  };
  {  // SQLite would create the file with the process's umask; pairing data is for this user only.
    const UniqueFd created(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!created) return unreadable(std::generic_category().message(errno));
  }
  std::unique_ptr<Database> database(new Database(file));
  if (sqlite3_open_v2(file.c_str(), &database->db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                      nullptr) != SQLITE_OK)
    return unreadable(sqlite3_errmsg(database->db_));
  sqlite3_busy_timeout(database->db_, 2000);
  sqlite3_extended_result_codes(database->db_, 1);
  for (const char* pragma : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
                             "PRAGMA foreign_keys=ON", "PRAGMA trusted_schema=OFF"})
    if (auto done = database->execute(pragma); !done) return unreadable(done.error().context);
  {
    auto check = database->prepare("PRAGMA quick_check(1)");
    const auto row = check.step();
    if (!row) return unreadable(row.error().context);
    if (!*row || check.text(0) != "ok") return unreadable("it is damaged: " + check.text(0));
  }
  if (auto migrated = database->migrate(); !migrated) {
    if (migrated.error().is(Errc::NewerSchema)) return pass(migrated);
    return unreadable(migrated.error().message());
  }
  return database;
}

Result<> Database::migrate() {
  std::int64_t version = 0;
  {
    auto query = prepare("PRAGMA user_version");
    if (auto row = query.step(); !row) return pass(row);
    version = query.integer(0);
  }
  const auto wanted = static_cast<std::int64_t>(kMigrations.size());
  if (version > wanted)
    return fail(Errc::NewerSchema,
                file_.string() + " has schema " + std::to_string(version) +
                    ", this version knows " + std::to_string(wanted) +
                    "; install the newer version again, or restore an older copy");
  if (version == wanted) return {};
  if (version > 0) {
    const auto copy = file_.string() + ".before-v" + std::to_string(wanted);
    std::error_code ignored;
    std::filesystem::remove(copy, ignored);  // VACUUM INTO wants a new file
    if (auto done = prepare("VACUUM INTO ?").bind(copy).run(); !done) return done;
    std::filesystem::permissions(
        copy, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, ignored);
    log::info("store", "copied the database before a migration", "copy", copy);
  }
  return transaction([&]() -> Result<> {
    for (auto i = version; i < wanted; ++i)
      if (auto done = execute(kMigrations[static_cast<std::size_t>(i)]); !done) return done;
    return execute(("PRAGMA user_version=" + std::to_string(wanted)).c_str());
  });
}

Statement Database::prepare(std::string_view sql) {
  sqlite3_stmt* stmt = nullptr;
  const int rc = sqlite3_prepare_v2(db_, sql.data(), static_cast<int>(sql.size()), &stmt, nullptr);
  if (rc != SQLITE_OK)
    log::error("store", "a statement does not compile", "what", sqlite3_errmsg(db_));
  return {db_, stmt};  // stepping a null statement reports an error, which the caller handles
}

Result<> Database::transaction(const std::function<Result<>()>& body) {
  if (auto begun = execute("BEGIN IMMEDIATE"); !begun) return begun;
  auto result = body();
  if (result && failing_commits_ > 0) {
    --failing_commits_;
    result = fail(Errc::WriteFailed, "commit");
  }
  if (result) result = execute("COMMIT");
  if (!result) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
  return result;
}

std::int64_t Database::last_insert_id() const {
  return sqlite3_last_insert_rowid(db_);
}

}  // namespace pf::store
