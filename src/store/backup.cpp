#include "store/backup.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "base/unique_fd.hpp"
#include "store/schema.hpp"

namespace pf::store {
namespace {

namespace fs = std::filesystem;

struct Close {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
};
using Handle = std::unique_ptr<sqlite3, Close>;

Failure failed(Errc code, const fs::path& file, const std::string& why) {
  return fail(code, file.string() + " (" + why + ")");
}

Result<Handle> open_file(const fs::path& file, int flags) {
  sqlite3* raw = nullptr;
  const int rc = sqlite3_open_v2(file.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Handle handle(raw);
  if (rc != SQLITE_OK) return failed(Errc::Unreadable, file, sqlite3_errstr(rc));
  sqlite3_busy_timeout(raw, 5000);
  return handle;
}

// A new, empty, private file.
Result<> create(const fs::path& file) {
  const UniqueFd made(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!made) return failed(Errc::WriteFailed, file, std::generic_category().message(errno));
  return {};
}

Result<> run(sqlite3* db, const fs::path& file, const char* sql) {
  if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return failed(Errc::WriteFailed, file, sqlite3_errmsg(db));
}

Result<> copy(sqlite3* from, sqlite3* to, const fs::path& file) {
  auto* const backup = sqlite3_backup_init(to, "main", from, "main");
  if (backup == nullptr) return failed(Errc::WriteFailed, file, sqlite3_errmsg(to));
  // All pages in one step: a writer waits for its turn, and the copy is one state.
  int rc = SQLITE_OK;
  do rc = sqlite3_backup_step(backup, -1);
  while (rc == SQLITE_BUSY || rc == SQLITE_LOCKED);
  sqlite3_backup_finish(backup);
  return rc == SQLITE_DONE ? Result<>{} : failed(Errc::WriteFailed, file, sqlite3_errstr(rc));
}

Result<> flush(const fs::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0)
    return failed(Errc::WriteFailed, file, std::generic_category().message(errno));
  return {};
}

// One value of one row; nothing when there is none.
Result<std::optional<std::string>> first(sqlite3* db, const char* sql) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(db, sql, -1, &raw, nullptr) != SQLITE_OK)
    return fail(Errc::Unreadable, sqlite3_errmsg(db));
  const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(raw, sqlite3_finalize);
  const int rc = sqlite3_step(raw);
  if (rc == SQLITE_DONE) return std::optional<std::string>();
  if (rc != SQLITE_ROW) return fail(Errc::Unreadable, sqlite3_errmsg(db));
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(raw, 0));
  return std::optional<std::string>(text == nullptr ? "" : text);
}

Result<> add_files(sqlite3* db, const fs::path& to, const std::vector<BackupFile>& files) {
  for (const auto* sql :
       {"PRAGMA journal_mode=DELETE", "PRAGMA synchronous=FULL",
        "CREATE TABLE backup_files (name TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT"})
    if (auto done = run(db, to, sql); !done) return done;
  for (const auto& file : files) {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(db, "INSERT INTO backup_files VALUES(?,?)", -1, &raw, nullptr) !=
        SQLITE_OK)
      return failed(Errc::WriteFailed, to, sqlite3_errmsg(db));
    const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(raw,
                                                                               sqlite3_finalize);
    sqlite3_bind_text64(raw, 1, file.name.data(), file.name.size(), SQLITE_STATIC, SQLITE_UTF8);
    sqlite3_bind_blob64(raw, 2, file.content.data(), file.content.size(), SQLITE_STATIC);
    if (sqlite3_step(raw) != SQLITE_DONE) return failed(Errc::WriteFailed, to, sqlite3_errmsg(db));
  }
  return {};
}

Result<std::vector<BackupFile>> files_of(sqlite3* db, const fs::path& from) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(db, "SELECT name,content FROM backup_files", -1, &raw, nullptr) !=
      SQLITE_OK)
    return failed(Errc::Unreadable, from, "it is not a backup of this program");
  const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(raw, sqlite3_finalize);
  std::vector<BackupFile> files;
  for (;;) {
    const int rc = sqlite3_step(raw);
    if (rc == SQLITE_DONE) return files;
    if (rc != SQLITE_ROW) return failed(Errc::Unreadable, from, sqlite3_errmsg(db));
    const auto* name = reinterpret_cast<const char*>(sqlite3_column_text(raw, 0));
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(raw, 1));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(raw, 1));
    files.push_back(
        {name == nullptr ? "" : name, bytes == nullptr ? "" : std::string(bytes, size)});
  }
}

Result<> check(sqlite3* db, const fs::path& from) {
  auto sound = first(db, "PRAGMA quick_check(1)");
  if (!sound) return failed(Errc::Unreadable, from, sound.error().context);
  if (*sound != "ok") return failed(Errc::Unreadable, from, "it is damaged");
  auto version = first(db, "PRAGMA user_version");
  if (!version) return failed(Errc::Unreadable, from, version.error().context);
  if (std::stol(version->value_or("0")) > static_cast<long>(kMigrations.size()))
    return failed(Errc::NewerSchema, from, "install the newer version of this program first");
  return {};
}

}  // namespace

Result<> write_backup(const fs::path& database, const fs::path& to,
                      const std::vector<BackupFile>& files) {
  auto source = open_file(database, SQLITE_OPEN_READWRITE);
  if (!source) return pass(source);
  // Under its own name only once it is whole; created first, so that an existing file is refused.
  if (auto made = create(to); !made) return made;
  const auto part = fs::path(to.string() + ".part");
  std::error_code ignored;
  fs::remove(part, ignored);  // of an earlier attempt that was cut off
  const auto write = [&]() -> Result<> {
    if (auto made = create(part); !made) return made;
    {
      auto target = open_file(part, SQLITE_OPEN_READWRITE);
      if (!target) return pass(target);
      if (auto done = copy(source->get(), target->get(), to); !done) return done;
      if (auto done = add_files(target->get(), to, files); !done) return done;
    }
    if (auto done = flush(part); !done) return done;
    std::error_code error;
    fs::rename(part, to, error);
    return error ? failed(Errc::WriteFailed, to, error.message()) : Result<>{};
  };
  auto written = write();
  if (!written) {
    fs::remove(part, ignored);
    fs::remove(to, ignored);
    return written;
  }
  return flush(fs::absolute(to).parent_path());
}

Result<std::vector<BackupFile>> read_backup(const fs::path& from, const fs::path& database) {
  auto source = open_file(from, SQLITE_OPEN_READONLY);
  if (!source) return pass(source);
  if (auto good = check(source->get(), from); !good) return pass(good);
  auto files = files_of(source->get(), from);
  if (!files) return files;
  if (auto made = create(database); !made) return pass(made);
  const auto write = [&]() -> Result<> {
    {
      auto target = open_file(database, SQLITE_OPEN_READWRITE);
      if (!target) return pass(target);
      if (auto done = copy(source->get(), target->get(), database); !done) return done;
      // VACUUM as well: the identity's key shall not stay in free pages.
      for (const auto* sql : {"DROP TABLE backup_files", "VACUUM"})
        if (auto done = run(target->get(), database, sql); !done) return done;
    }
    return flush(database);
  };
  if (auto written = write(); !written) {
    std::error_code ignored;
    fs::remove(database, ignored);
    return pass(written);
  }
  return files;
}

}  // namespace pf::store
