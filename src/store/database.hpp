// The one database (architecture, section 10): SQLite, write-ahead log, synchronous=FULL, foreign
// keys, forward migrations, quick_check at start. One connection, used by the control thread (and
// by start-up before it runs). When the file cannot be read the host refuses to start.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace pf::store {

enum class Errc { Unreadable = 1, NewerSchema, WriteFailed, ReadFailed };
const char* error_room(Errc);
const char* error_text(Errc);

// One prepared statement. Parameters bind in order from 1, columns read from 0.
class Statement {
 public:
  Statement(Statement&& o) noexcept
      : db_(o.db_), stmt_(std::exchange(o.stmt_, nullptr)), index_(o.index_) {}
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view value);
  Statement& bind(const std::optional<std::int64_t>& value);
  Statement& bind(ByteSpan blob);
  // True while there is a row to read; false at the end.
  Result<bool> step();
  // For statements without rows.
  Result<> run();

  std::int64_t integer(int column) const;
  std::optional<std::int64_t> optional_integer(int column) const;
  std::string text(int column) const;
  Bytes blob(int column) const;

 private:
  friend class Database;
  Statement(sqlite3* db, sqlite3_stmt* stmt) : db_(db), stmt_(stmt) {}
  sqlite3* db_;
  sqlite3_stmt* stmt_;
  int index_ = 0;
};

class Database {
 public:
  // Opens or creates the file (0600) and brings its schema up to date; before a migration the old
  // file is copied to "<name>.before-v<N>". Errors name the file and the way back.
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // `sql` is ours, never a peer's. A statement that does not compile is a programming mistake.
  Statement prepare(std::string_view sql);
  // Everything in `body` or nothing. On return without error it is on disk.
  Result<> transaction(const std::function<Result<>()>& body);
  std::int64_t last_insert_id() const;
  const std::filesystem::path& file() const { return file_; }

  // For tests of a full disk: the next `count` transactions fail at commit.
  void fail_next_commits(unsigned count) { failing_commits_ = count; }

 private:
  explicit Database(std::filesystem::path file) : file_(std::move(file)) {}
  Result<> execute(const char* sql);
  Result<> migrate();
  std::filesystem::path file_;
  sqlite3* db_ = nullptr;
  unsigned failing_commits_ = 0;
};

}  // namespace pf::store
