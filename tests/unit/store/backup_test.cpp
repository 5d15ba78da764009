#include "store/backup.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>

#include "store/settings.hpp"
#include "support/temp_folder.hpp"

namespace pf::store {
namespace {

namespace fs = std::filesystem;

class BackupTest : public testing::Test {
 protected:
  fs::path at(const char* name) const { return fs::path(folder_.path()) / name; }
  void set(Database& database, const std::string& value) {
    ASSERT_TRUE(save_settings(database, {{"host_name", value}}));
  }
  std::string value_in(const fs::path& file) {
    auto database = Database::open(file);
    EXPECT_TRUE(database);
    return database ? (*load_settings(**database))["host_name"] : "";
  }
  const std::vector<BackupFile> files_{{"host-key.pem", std::string("secret\0key", 10)}};
  test::TempFolder folder_;
};

TEST_F(BackupTest, OneStateOfADatabaseInUse) {
  auto database = std::move(*Database::open(at("db")));
  set(*database, "den");
  ASSERT_TRUE(write_backup(at("db"), at("copy"), files_));
  set(*database, "hall");
  struct stat status {};
  ASSERT_EQ(::stat(at("copy").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_FALSE(fs::exists(at("copy.part")));

  const auto files = read_backup(at("copy"), at("restored"));
  ASSERT_TRUE(files) << files.error().message();
  ASSERT_EQ(files->size(), 1U);
  EXPECT_EQ((*files)[0].name, "host-key.pem");
  EXPECT_EQ((*files)[0].content, files_[0].content);
  EXPECT_EQ(value_in(at("restored")), "den");
  // The key is nowhere in the database that will be used.
  std::ifstream in(at("restored"), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  EXPECT_EQ(bytes.find("secret"), std::string::npos);
}

TEST_F(BackupTest, AnExistingFileIsLeftAlone) {
  (void)Database::open(at("db"));
  std::ofstream(at("copy")) << "something else";
  EXPECT_FALSE(write_backup(at("db"), at("copy"), files_));
  EXPECT_EQ(fs::file_size(at("copy")), 14U);
  ASSERT_TRUE(write_backup(at("db"), at("good"), files_));
  EXPECT_FALSE(read_backup(at("good"), at("db")));
}

TEST_F(BackupTest, AFailureLeavesNoFile) {
  EXPECT_FALSE(write_backup(at("missing"), at("copy"), files_));
  EXPECT_FALSE(fs::exists(at("copy")));
  (void)Database::open(at("db"));
  EXPECT_FALSE(write_backup(at("db"), at("no/such/folder"), files_));
}

TEST_F(BackupTest, WhatIsNoBackupIsRefusedWhole) {
  const auto refused = [&](const char* name) {
    const auto files = read_backup(at(name), at("restored"));
    EXPECT_FALSE(files) << name;
    EXPECT_FALSE(fs::exists(at("restored"))) << name;
    return files ? "" : files.error().context;
  };
  refused("missing");
  std::ofstream(at("text")) << "not a database at all, but long enough to look at";
  refused("text");
  (void)Database::open(at("db"));
  EXPECT_NE(refused("db").find("not a backup"), std::string::npos);

  ASSERT_TRUE(write_backup(at("db"), at("newer"), files_));
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(at("newer").c_str(), &raw), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(raw, "PRAGMA user_version=999", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(raw);
  EXPECT_NE(refused("newer").find("newer version"), std::string::npos);

  ASSERT_TRUE(write_backup(at("db"), at("damaged"), files_));
  {
    std::fstream out(at("damaged"), std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(4096);
    const std::string junk(4096, '\x5A');
    out.write(junk.data(), static_cast<std::streamsize>(junk.size()));
  }
  refused("damaged");
}

}  // namespace
}  // namespace pf::store
