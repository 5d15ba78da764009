// A revocation that the database does not take outlives the process.
#include "trust/revocation_journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/atomic_file.hpp"
#include "unit/trust/list_fixture.hpp"

namespace pf::trust {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Entry = RevocationJournal::Entry;

std::vector<Entry> some_entries() {
  return {{.id = 7, .unix_time = 1'700'000'000, .by = "console", .from = "192.0.2.1"},
          {.id = 8,
           .revoked = false,
           .revision = 3,
           .disabled = true,
           .access = {grant::kGamepad, 1'700'000'100, false}},
          {.id = 9, .revoked = false, .revision = 4, .access = {0, std::nullopt, true}}};
}

class RevocationJournalTest : public testing::Test {
 protected:
  std::filesystem::path file(const char* name) const {
    return std::filesystem::path(folder_.path()) / name;
  }
  test::TempFolder folder_;
};

TEST_F(RevocationJournalTest, HoldsWhatWasWritten) {
  const RevocationJournal journal({file("a"), file("b")});
  EXPECT_TRUE(journal.load()->empty());
  journal.reserve();
  EXPECT_TRUE(journal.load()->empty());
  const auto room = std::filesystem::file_size(file("a"));
  ASSERT_TRUE(journal.write(some_entries()));
  EXPECT_EQ(*journal.load(), some_entries());
  EXPECT_EQ(std::filesystem::file_size(file("a")), room) << "it was written into its room";
  struct stat info {};
  ASSERT_EQ(::stat(file("a").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  ASSERT_TRUE(journal.write({some_entries().front()}));
  EXPECT_EQ(journal.load()->size(), 1U);
  journal.clear();
  EXPECT_TRUE(journal.load()->empty());
  EXPECT_FALSE(std::filesystem::exists(file("b")));
}

TEST_F(RevocationJournalTest, TheNextFileTakesWhatTheFirstDoesNot) {
  std::filesystem::create_directory(file("a"));  // nobody can write a file there
  std::ofstream(file("a") / "x") << "x";
  const RevocationJournal journal({file("a"), file("b")});
  ASSERT_TRUE(journal.write(some_entries()));
  EXPECT_EQ(*RevocationJournal({file("b")}).load(), some_entries());
  EXPECT_FALSE(RevocationJournal({file("a")}).write(some_entries()));
  EXPECT_FALSE(RevocationJournal({}).write(some_entries()));
}

TEST_F(RevocationJournalTest, ADamagedOneIsAnError) {
  const RevocationJournal journal({file("a")});
  ASSERT_TRUE(journal.write(some_entries()));
  const auto whole = *read_file(file("a"), 100'000);
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    auto damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    ASSERT_TRUE(write_file_atomically(file("a"), damaged, 0600));
    EXPECT_FALSE(journal.load()) << at;
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, whole.size() - 1}) {
    ASSERT_TRUE(write_file_atomically(file("a"), whole.substr(0, size), 0600));
    EXPECT_FALSE(journal.load()) << size;
  }
  std::filesystem::remove(file("a"));
  std::filesystem::create_directory(file("a"));
  const auto error = journal.load();
  ASSERT_FALSE(error);
  EXPECT_THAT(error.error().message(), HasSubstr("nobody is admitted"));
}

// The allow-list over a database that refuses commits: what a process that ends in that state
// leaves behind.
class JournalOfTheListTest : public ListTest {
 protected:
  JournalOfTheListTest() { journals_ = {file("j"), file("k")}; }
  DeviceId pair(char digit) { return ListTest::pair(std::string(64, digit), Plane::Native); }
  std::vector<Entry> noted() const { return *RevocationJournal(journals_).load(); }
};

TEST_F(JournalOfTheListTest, ARevocationThatIsNotStoredOutlivesTheProcess) {
  const auto tv = pair('a');
  const auto phone = pair('b');
  database_->fail_next_commits(1000);
  {
    const auto acting = list_->acting({"console", "192.0.2.9"});
    EXPECT_FALSE(list_->revoke(tv));
    EXPECT_FALSE(list_->set_access(phone, {grant::kGamepad, std::nullopt}));
  }
  EXPECT_TRUE(list_->unsaved_revocations());
  EXPECT_TRUE(list_->unsaved_are_noted());

  reopen();  // killed; the database works again
  EXPECT_EQ(list_->find(std::string(64, 'a')), nullptr);
  EXPECT_EQ(list_->find(std::string(64, 'b'))->access.grants, grant::kGamepad);
  EXPECT_FALSE(list_->unsaved_revocations()) << "and is stored at once";
  const auto entries = *list_->audit(0, 100);
  EXPECT_EQ(entries.back().what, "revoked");
  EXPECT_EQ(entries.back().by, "console");
  EXPECT_EQ(entries.back().from, "192.0.2.9");
  EXPECT_TRUE(noted().empty());
}

TEST_F(JournalOfTheListTest, WhatIsStoredLaterLeavesTheJournal) {
  const auto tv = pair('a');
  database_->fail_next_commits(2);
  EXPECT_FALSE(list_->revoke(tv));
  EXPECT_FALSE(noted().empty());
  executor_.advance(20s);
  EXPECT_FALSE(list_->unsaved_revocations());
  EXPECT_TRUE(noted().empty());
  // The same certificate may be paired anew, and a restart does not take that back.
  pair('a');
  reopen();
  EXPECT_NE(list_->find(std::string(64, 'a')), nullptr);
}

TEST_F(JournalOfTheListTest, AnEntryThatOutlivedItsStoringDoesNoHarm) {
  const auto tv = pair('a');
  const auto phone = pair('b');
  ASSERT_TRUE(list_->set_access(phone, {grant::kGamepad, std::nullopt}));
  const auto revision = list_->find(std::string(64, 'b'))->revision;
  ASSERT_TRUE(list_->revoke(tv));
  pair('a');  // another row with the same certificate
  ASSERT_TRUE(list_->set_access(phone, {grant::kAll, std::nullopt}));
  list_.reset();
  ASSERT_TRUE(RevocationJournal({file("j")})
                  .write({{.id = tv, .unix_time = 1, .by = "console"},
                          {.id = phone,
                           .revoked = false,
                           .revision = revision,
                           .access = {grant::kGamepad, {}}}}));
  reopen();
  EXPECT_NE(list_->find(std::string(64, 'a')), nullptr);
  EXPECT_EQ(list_->find(std::string(64, 'b'))->access.grants, grant::kAll);
}

TEST_F(JournalOfTheListTest, NobodyIsAdmittedOverAJournalThatCannotBeRead) {
  list_.reset();
  ASSERT_TRUE(write_file_atomically(file("k"), "damaged", 0600));
  EXPECT_FALSE(AllowList::open(*database_, executor_, unix_now, journals_));
  std::filesystem::remove(file("k"));
  EXPECT_TRUE(AllowList::open(*database_, executor_, unix_now, journals_));
}

}  // namespace
}  // namespace pf::trust
