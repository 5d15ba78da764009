#include "app/backup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "app/journals.hpp"
#include "app/state_lock.hpp"
#include "base/atomic_file.hpp"
#include "crypto/identity.hpp"
#include "store/database.hpp"
#include "store/settings.hpp"
#include "support/temp_folder.hpp"
#include "trust/revocation_journal.hpp"
#include "webui/tls_certificate.hpp"

namespace pf::app {
namespace {

namespace fs = std::filesystem;

class BackupCommandTest : public testing::Test {
 protected:
  BackupCommandTest() : paths_{at("config"), at("state"), at("runtime")} {
    for (const auto& folder : {paths_.config, paths_.state})
      EXPECT_TRUE(make_private_folder(folder));
    fingerprint_ = identity();
    store("den");
  }
  fs::path at(const char* name) const { return fs::path(folder_.path()) / name; }
  std::string identity() {
    const auto loaded = crypto::Identity::load_or_create(paths_.config);
    EXPECT_TRUE(loaded);
    return loaded ? loaded->certificate().fingerprint() : "";
  }
  void store(const std::string& name) {
    auto database = store::Database::open(paths_.state / "punktfunk.db");
    ASSERT_TRUE(database);
    ASSERT_TRUE(store::save_settings(**database, {{"host_name", name}}));
  }
  std::string stored() {
    auto database = store::Database::open(paths_.state / "punktfunk.db");
    EXPECT_TRUE(database);
    return database ? (*store::load_settings(**database))["host_name"] : "";
  }

  test::TempFolder folder_;
  config::Paths paths_;
  std::string fingerprint_;
};

TEST_F(BackupCommandTest, AHostIsTheSameAgain) {
  ASSERT_TRUE(back_up(paths_, at("file")));
  store("hall");
  fs::remove(paths_.config / "host-cert.pem");
  fs::remove(paths_.config / "host-key.pem");
  EXPECT_NE(identity(), fingerprint_);
  const auto aside = restore(paths_, at("file"));
  ASSERT_TRUE(aside) << aside.error().message();
  EXPECT_EQ(identity(), fingerprint_);
  EXPECT_EQ(stored(), "den");
  EXPECT_TRUE(fs::exists(*aside / "punktfunk.db"));
  struct stat status {};
  for (const auto& secret : {paths_.config / "host-key.pem", paths_.state / "punktfunk.db"}) {
    ASSERT_EQ(::stat(secret.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
  }
}

TEST_F(BackupCommandTest, TheOperatorsCertificateComesAlong) {
  const auto file = paths_.config / webui::kTlsFile;
  ASSERT_TRUE(write_file_atomically(file, "certificate and key", 0600));
  ASSERT_TRUE(back_up(paths_, at("file")));
  ASSERT_TRUE(write_file_atomically(file, "another one", 0600));
  ASSERT_TRUE(restore(paths_, at("file")));
  EXPECT_EQ(*read_file(file, 100), "certificate and key");
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

// The list in the database is not what is in force, so no backup may hold it; and what was noted is
// about the list that goes when another one comes.
TEST_F(BackupCommandTest, WhatIsNotStoredYetIsInNoBackup) {
  ASSERT_TRUE(back_up(paths_, at("file")));
  const auto journals = revocation_journals(paths_);
  ASSERT_EQ(journals.size(), 3U);
  const trust::RevocationJournal journal(journals);
  ASSERT_TRUE(journal.write({{.id = 7}}));
  const auto refused = back_up(paths_, at("second"));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), testing::HasSubstr("start the host"));
  EXPECT_FALSE(fs::exists(at("second")));
  ASSERT_TRUE(restore(paths_, at("file")));
  EXPECT_TRUE(journal.load()->empty());
  EXPECT_TRUE(back_up(paths_, at("third")));
}

TEST_F(BackupCommandTest, OntoAnEmptyMachine) {
  ASSERT_TRUE(back_up(paths_, at("file")));
  fs::remove_all(paths_.config);
  fs::remove_all(paths_.state);
  for (const auto& folder : {paths_.config, paths_.state}) ASSERT_TRUE(make_private_folder(folder));
  const auto aside = restore(paths_, at("file"));
  ASSERT_TRUE(aside) << aside.error().message();
  EXPECT_TRUE(aside->empty());
  EXPECT_EQ(identity(), fingerprint_);
}

TEST_F(BackupCommandTest, NotUnderARunningHost) {
  ASSERT_TRUE(back_up(paths_, at("file")));
  const auto held = lock_state(paths_.state);
  ASSERT_TRUE(held);
  EXPECT_TRUE(back_up(paths_, at("second")));
  const auto refused = restore(paths_, at("file"));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), testing::HasSubstr("Stop it first"));
  EXPECT_FALSE(lock_state(paths_.state));
}

TEST_F(BackupCommandTest, AFailedRestoreChangesNothing) {
  ASSERT_TRUE(write_file_atomically(at("junk"), "not a backup", 0600));
  EXPECT_FALSE(restore(paths_, at("junk")));
  // A backup whose key is another one than its certificate's.
  ASSERT_TRUE(back_up(paths_, at("file")));
  const auto other = crypto::Identity::generate("other");
  const auto key = *read_file(paths_.config / "host-key.pem", 65536);
  ASSERT_TRUE(write_file_atomically(paths_.config / "host-key.pem", other->key_pem(), 0600));
  ASSERT_TRUE(back_up(paths_, at("mixed")));
  ASSERT_TRUE(write_file_atomically(paths_.config / "host-key.pem", key, 0600));
  store("hall");
  EXPECT_FALSE(restore(paths_, at("mixed")));
  EXPECT_EQ(stored(), "hall");
  EXPECT_EQ(identity(), fingerprint_);
  EXPECT_FALSE(fs::exists(paths_.state / "punktfunk.db.restoring"));
}

TEST_F(BackupCommandTest, AHostDoesNotBeginAnewOverARestoreThatWasCutOff) {
  ASSERT_TRUE(back_up(paths_, at("file")));
  ASSERT_TRUE(write_file_atomically(paths_.state / kRestoring, "half", 0600));
  EXPECT_TRUE(check_restored(paths_.state)) << "nothing was taken away yet";
  fs::rename(paths_.state / "punktfunk.db", at("aside"));
  EXPECT_FALSE(check_restored(paths_.state));
  ASSERT_TRUE(restore(paths_, at("file")));
  EXPECT_TRUE(check_restored(paths_.state));
  EXPECT_EQ(stored(), "den");
}

TEST_F(BackupCommandTest, NothingIsOverwritten) {
  ASSERT_TRUE(back_up(paths_, at("file")));
  const auto again = back_up(paths_, at("file"));
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().message(), testing::HasSubstr("another name"));
}

}  // namespace
}  // namespace pf::app
