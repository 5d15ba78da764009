#include "store/database.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>

#include "store/audit.hpp"
#include "store/devices.hpp"
#include "store/schema.hpp"
#include "store/settings.hpp"
#include "support/temp_folder.hpp"

namespace pf::store {
namespace {

class DatabaseTest : public testing::Test {
 protected:
  std::filesystem::path file() const { return std::filesystem::path(folder_.path()) / "test.db"; }
  std::unique_ptr<Database> open() {
    auto database = Database::open(file());
    EXPECT_TRUE(database) << (database ? "" : database.error().message());
    return database ? std::move(*database) : nullptr;
  }
  test::TempFolder folder_;
};

DeviceRow row(const std::string& fingerprint) {
  DeviceRow device;
  device.name = "TV";
  device.grants = 255;
  device.created_unix = 1;
  device.credentials.push_back({fingerprint, 2, 1});
  return device;
}

TEST_F(DatabaseTest, FileIsPrivate) {
  open();
  struct stat status {};
  ASSERT_EQ(::stat(file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(DatabaseTest, DevicesSurviveReopening) {
  {
    auto database = open();
    ASSERT_TRUE(database->transaction([&]() -> Result<> {
      auto id = save_device(*database, row("aa"));
      if (!id) return pass(id);
      return {};
    }));
  }
  auto database = open();
  const auto devices = load_devices(*database);
  ASSERT_TRUE(devices);
  ASSERT_EQ(devices->size(), 1U);
  EXPECT_EQ(devices->front().name, "TV");
  ASSERT_EQ(devices->front().credentials.size(), 1U);
  EXPECT_EQ(devices->front().credentials[0].fingerprint, "aa");
  EXPECT_EQ(devices->front().expires_unix, std::nullopt);
}

TEST_F(DatabaseTest, FailedTransactionLeavesNothing) {
  auto database = open();
  database->fail_next_commits(1);
  const auto failed = database->transaction([&]() -> Result<> {
    auto id = save_device(*database, row("aa"));
    if (!id) return pass(id);
    return {};
  });
  EXPECT_FALSE(failed);
  EXPECT_TRUE(load_devices(*database)->empty());
}

TEST_F(DatabaseTest, OneCertificateBelongsToOneDevice) {
  auto database = open();
  const auto add = [&] {
    return database->transaction([&]() -> Result<> {
      auto id = save_device(*database, row("aa"));
      if (!id) return pass(id);
      return {};
    });
  };
  EXPECT_TRUE(add());
  EXPECT_FALSE(add());
  EXPECT_EQ(load_devices(*database)->size(), 1U);
}

TEST_F(DatabaseTest, DamagedFileIsRefusedWithItsNameAndLeftAlone) {
  open();
  {
    std::fstream out(file(), std::ios::binary | std::ios::in | std::ios::out);
    const std::string junk(512, '\x5A');
    out.write(junk.data(), static_cast<std::streamsize>(junk.size()));
  }
  const auto database = Database::open(file());
  ASSERT_FALSE(database);
  EXPECT_TRUE(database.error().is(Errc::Unreadable));
  EXPECT_NE(database.error().context.find(file().string()), std::string::npos);
  EXPECT_NE(database.error().context.find("restore"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(file()));
}

TEST_F(DatabaseTest, NewerSchemaIsRefused) {
  ASSERT_TRUE(open()->prepare("PRAGMA user_version=999").step());
  const auto database = Database::open(file());
  ASSERT_FALSE(database);
  EXPECT_TRUE(database.error().is(Errc::NewerSchema));
}

// Rows that an earlier version wrote are read by this one.
TEST_F(DatabaseTest, AnOlderSchemaIsBroughtUpToDateAndCopiedFirst) {
  {
    sqlite3* old = nullptr;
    ASSERT_EQ(sqlite3_open(file().c_str(), &old), SQLITE_OK);
    for (const auto* sql :
         {kMigrations[0], kMigrations[1], "PRAGMA user_version=2",
          "INSERT INTO devices(id,name,grants,created_unix) VALUES(5,'TV',1,10)",
          "INSERT INTO credentials VALUES('aa',5,2,10)",
          "INSERT INTO audit(unix_time,what,device_id,detail) VALUES(10,'paired',5,'x')",
          "INSERT INTO settings VALUES('mode_conflict','reject')"})
      ASSERT_EQ(sqlite3_exec(old, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sql;
    sqlite3_close(old);
  }
  auto database = open();
  const auto devices = load_devices(*database);
  ASSERT_TRUE(devices);
  ASSERT_EQ(devices->size(), 1U);
  EXPECT_EQ(devices->front().revision, 1);
  EXPECT_EQ(devices->front().client_kind, "");
  const auto entries = load_audit(*database, 0, 10);
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 1U);
  EXPECT_EQ(entries->front().by, "");
  const auto settings = load_settings(*database);
  ASSERT_TRUE(settings);
  EXPECT_EQ(*settings, (std::map<std::string, std::string>{{"second_client", "refuse"}}));
  EXPECT_TRUE(
      std::filesystem::exists(file().string() + ".before-v" + std::to_string(kMigrations.size())));
}

TEST_F(DatabaseTest, SettingsAreSetAndReset) {
  auto database = open();
  ASSERT_TRUE(save_settings(*database, {{"a", "1"}, {"b", "2"}}));
  ASSERT_TRUE(save_settings(*database, {{"a", std::nullopt}, {"b", "3"}}));
  const auto settings = load_settings(*database);
  ASSERT_TRUE(settings);
  EXPECT_EQ(*settings, (std::map<std::string, std::string>{{"b", "3"}}));
}

}  // namespace
}  // namespace pf::store
