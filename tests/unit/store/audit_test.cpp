#include "store/audit.hpp"

#include <gtest/gtest.h>

#include "store/history.hpp"
#include "support/temp_folder.hpp"

namespace pf::store {
namespace {

class AuditTest : public testing::Test {
 protected:
  AuditTest()
      : database_(std::move(*Database::open(std::filesystem::path(folder_.path()) / "test.db"))) {}
  std::int64_t rows(const char* table) {
    auto query = database_->prepare(std::string("SELECT count(*) FROM ") + table);
    EXPECT_TRUE(query.step());
    return query.integer(0);
  }
  test::TempFolder folder_;
  std::unique_ptr<Database> database_;
};

TEST_F(AuditTest, KeepsTheNewestRowsOnly) {
  ASSERT_TRUE(database_->transaction([&]() -> Result<> {
    for (std::int64_t i = 1; i <= kAuditRows + 5; ++i)
      if (auto done = append_audit(*database_, {0, i, "renamed", 7, "TV", "ctl", "127.0.0.1", "x"});
          !done)
        return done;
    return {};
  }));
  EXPECT_EQ(rows("audit"), kAuditRows);
  const auto newest = load_audit(*database_, 0, 3);
  ASSERT_TRUE(newest);
  ASSERT_EQ(newest->size(), 3U);
  EXPECT_EQ(newest->back().unix_time, kAuditRows + 5);
  EXPECT_EQ(newest->front().unix_time, kAuditRows + 3);
  EXPECT_EQ(newest->back().by, "ctl");
  EXPECT_EQ(newest->back().from, "127.0.0.1");
  EXPECT_EQ(newest->back().device_id, 7);
  const auto later = load_audit(*database_, newest->front().id, 100);
  ASSERT_TRUE(later);
  ASSERT_EQ(later->size(), 2U);
  EXPECT_EQ((*later)[0].id, newest->front().id + 1);
}

TEST_F(AuditTest, FindsAnEntrySince) {
  ASSERT_TRUE(append_audit(*database_, {0, 100, "expired", 7, "TV", "host", "", ""}));
  EXPECT_TRUE(*has_audit(*database_, 7, "expired", 100));
  EXPECT_FALSE(*has_audit(*database_, 7, "expired", 101));
  EXPECT_FALSE(*has_audit(*database_, 8, "expired", 0));
}

TEST_F(AuditTest, HistoryIsBoundedAndNewestFirst) {
  for (std::int64_t i = 1; i <= 3; ++i) {
    HistoryRow row;
    row.plane = 2;
    row.device_name = "TV";
    row.started_unix = i;
    row.end_reason = "client-quit";
    if (i == 3) row.host_p99_us = 4200;
    ASSERT_TRUE(append_history(*database_, row));
  }
  ASSERT_TRUE(database_->prepare("UPDATE sqlite_sequence SET seq=? WHERE name='history'")
                  .bind(kHistoryRows + 1)
                  .run());
  HistoryRow row;
  row.started_unix = 4;
  ASSERT_TRUE(append_history(*database_, row));
  const auto all = load_history(*database_, 100);
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);  // the rows 1 and 2 are too old
  EXPECT_EQ((*all)[0].started_unix, 4);
  EXPECT_EQ((*all)[1].host_p99_us, 4200);
  EXPECT_EQ((*all)[1].host_p50_us, std::nullopt);
  EXPECT_EQ((*all)[1].device_id, std::nullopt);
}

}  // namespace
}  // namespace pf::store
