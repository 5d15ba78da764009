#include "probe/clock_sync.hpp"

#include <gtest/gtest.h>

namespace pf::probe {
namespace {

using namespace std::chrono_literals;

class ClockSyncTest : public testing::Test {
 protected:
  // One round: the host is `offset` ahead, the way there and back takes `rtt`.
  ClockSync::Echo round(std::int64_t offset, std::uint64_t rtt) {
    EXPECT_TRUE(sync_.due(now_));
    const auto t1 = static_cast<std::uint64_t>(to_ns(now_));
    sync_.sent(t1, now_);
    now_ += Nanoseconds(rtt);
    const auto t2 = t1 + rtt / 2 + static_cast<std::uint64_t>(offset);
    return sync_.on_echo({t1, t2, t2}, t1 + rtt, now_);
  }
  SteadyTime now_ = from_ns(1'000'000'000'000);
  ClockSync sync_;
};

TEST_F(ClockSyncTest, TheQuickestOfEightRoundsCounts) {
  EXPECT_FALSE(sync_.due(now_));
  sync_.begin(now_);
  for (std::uint64_t i = 0; i < 8; ++i) {
    EXPECT_FALSE(sync_.started());
    const bool best = i == 3;
    EXPECT_EQ(round(best ? -5'000'000 : 7'000'000, best ? 200'000 : 900'000),
              ClockSync::Echo::Taken);
  }
  EXPECT_TRUE(sync_.started());
  EXPECT_EQ(sync_.offset_ns(), -5'000'000);
  EXPECT_EQ(sync_.rtt_ns(), 200'000u);
  EXPECT_FALSE(sync_.due(now_));
}

TEST_F(ClockSyncTest, AHostWithoutClockCostsTwoSeconds) {
  sync_.begin(now_);
  ASSERT_TRUE(sync_.due(now_));
  sync_.sent(1, now_);
  EXPECT_EQ(sync_.next(), now_ + 2s);
  EXPECT_FALSE(sync_.due(now_ + 1999ms));
  EXPECT_FALSE(sync_.started());
  EXPECT_FALSE(sync_.due(now_ + 2s));
  EXPECT_TRUE(sync_.started());
  EXPECT_FALSE(sync_.answered());
  EXPECT_EQ(sync_.unanswered(), 8u);
}

TEST_F(ClockSyncTest, ABatchEveryMinuteReplacesTheOffset) {
  sync_.begin(now_);
  for (int i = 0; i < 8; ++i) round(0, 300'000);
  now_ += 60s;
  for (int i = 0; i < 8; ++i) {
    round(40'000, 400'000);
    now_ += 7ms;
  }
  EXPECT_EQ(sync_.offset_ns(), 40'000);
  EXPECT_EQ(sync_.resyncs(), 1u);
  EXPECT_EQ(sync_.floor_rtt_ns(), 300'000u);
}

TEST_F(ClockSyncTest, SlowBatchesAreRejectedUntilTheThird) {
  sync_.begin(now_);
  for (int i = 0; i < 8; ++i) round(0, 300'000);
  for (std::uint64_t batch = 0; batch < 3; ++batch) {
    EXPECT_EQ(sync_.offset_ns(), 0);
    now_ += 60s;
    for (int i = 0; i < 8; ++i) {
      round(static_cast<std::int64_t>(batch) * 1'000 + 500, 9'000'000 - batch * 1'000'000);
      now_ += 7ms;
    }
  }
  EXPECT_EQ(sync_.offset_ns(), 2'500);
  EXPECT_EQ(sync_.rejected(), 3u);
  EXPECT_EQ(sync_.resyncs(), 1u);
}

TEST_F(ClockSyncTest, EchoesThatCannotBeAreTold) {
  sync_.begin(now_);
  EXPECT_EQ(sync_.on_echo({77, 1, 1}, 100, now_), ClockSync::Echo::Unexpected);
  ASSERT_TRUE(sync_.due(now_));
  sync_.sent(1000, now_);
  // Longer inside the host than the whole round took.
  EXPECT_EQ(sync_.on_echo({1000, 5000, 9000}, 2000, now_), ClockSync::Echo::Impossible);
  ASSERT_TRUE(sync_.due(now_));
  sync_.sent(3000, now_);
  EXPECT_EQ(sync_.on_echo({3000, 5000, 4000}, 9000, now_), ClockSync::Echo::Impossible);
  EXPECT_FALSE(sync_.answered());
}

}  // namespace
}  // namespace pf::probe
