#include "session/path_share.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace pf::session {
namespace {

// A bottleneck with a short queue in front, in virtual time: what does not fit is lost.
class Path {
 public:
  explicit Path(double asked_mbps) : asked_(asked_mbps) {}

  // Runs for so many windows; the mean loss of the last ones in parts per million.
  double run(unsigned windows, double carries_mbps, double random_loss = 0) {
    double lost = 0, sent = 0;
    for (unsigned i = 0; i < windows; ++i) {
      const double mbps = asked_ * share_.permille() / 1000;
      const double waiting = queue_ + mbps;
      const double over = std::max(0.0, waiting - carries_mbps - kQueue);
      queue_ = std::clamp(waiting - carries_mbps, 0.0, kQueue);
      const double jitter = std::uniform_real_distribution<>(0.7, 1.3)(random_);
      const double loss = std::min(1.0, over / mbps + random_loss * jitter);
      share_.report({static_cast<std::uint32_t>(loss * 1e6), loss > repairs,
                     static_cast<std::uint32_t>(queue_ / carries_mbps * PathShare::kWindowMs)});
      lost += loss * mbps;
      sent += mbps;
      least = std::min(least, mbps);
    }
    return lost / sent * 1e6;
  }
  double mbps() const { return asked_ * share_.permille() / 1000; }

  double least = 1e9;
  double repairs = 0.08;  // share of the packets that parity makes up for

 private:
  static constexpr double kQueue = 1;  // in megabits per second of one window
  PathShare share_{{}};
  double asked_, queue_ = 0;
  std::mt19937 random_{7};
};

constexpr unsigned seconds(unsigned n) {
  return n * 1000 / PathShare::kWindowMs;
}

TEST(PathShare, AWholePathIsLeftAlone) {
  Path path(20);
  EXPECT_EQ(path.run(seconds(60), 25), 0);
  EXPECT_EQ(path.least, 20);
}

TEST(PathShare, ANarrowedPathIsFollowedDownAndUp) {
  for (const double narrow : {2.5, 4.0, 8.0, 15.0}) {
    SCOPED_TRACE(narrow);
    Path path(20);
    path.run(seconds(10), 25);
    path.run(seconds(3), narrow);
    EXPECT_LE(path.mbps(), narrow * 1.1);
    EXPECT_LT(path.run(seconds(60), narrow), 10'000);
    EXPECT_GT(path.mbps(), narrow * 0.5);
    path.run(seconds(15), 25);
    EXPECT_GE(path.mbps(), 19);
    EXPECT_LT(path.run(seconds(10), 25), 1);
  }
}

TEST(PathShare, LossesThatDoNotComeFromSendingDoNotSlowDown) {
  Path path(20);
  path.run(seconds(60), 25, 0.05);
  EXPECT_GE(path.least, 16);
  EXPECT_GE(path.mbps(), 19);
}

TEST(PathShare, ARadioThatStartsToLoseIsGotUsedTo) {
  Path path(20);
  path.run(seconds(10), 25);
  path.repairs = 0.2;
  path.run(seconds(30), 25, 0.12);
  EXPECT_GE(path.mbps(), 19);
}

TEST(PathShare, ALongQueueCountsWithoutAnyLoss) {
  PathShare share({});
  for (int i = 0; i < 2; ++i) share.report({0, false, 150});
  EXPECT_EQ(share.reason(), PathShare::Reason::Queueing);
  EXPECT_LT(share.permille(), PathShare::kWhole);
}

// A queue of 20 ms that is always full: less is sent until it is not.
TEST(PathShare, AShortQueueThatStaysFullCounts) {
  PathShare share({});
  for (unsigned i = 0; i < 4; ++i) share.report({0, false, 20, true});
  EXPECT_EQ(share.reason(), PathShare::Reason::Queueing);
  EXPECT_LT(share.permille(), PathShare::kWhole);
  // It does not empty: a machine that answers late, or a longer way.
  for (unsigned i = 0; i < seconds(10); ++i) share.report({0, false, 20, true});
  EXPECT_EQ(share.permille(), PathShare::kWhole);
}

// A download of somebody else fills the queue: falling does not help, so it is not done for ever.
TEST(PathShare, AQueueThatStaysWhateverIsSentIsOthers) {
  PathShare share({});
  for (unsigned i = 0; i < seconds(40); ++i) share.report({0, false, 60});
  EXPECT_GE(share.permille(), 900U);
  // It has become the path's delay; what comes on top counts.
  for (unsigned i = 0; i < seconds(10); ++i) share.report({0, false, 60});
  EXPECT_EQ(share.permille(), PathShare::kWhole);
  for (int i = 0; i < 2; ++i) share.report({0, false, 100});
  EXPECT_EQ(share.reason(), PathShare::Reason::Queueing);
}

// Bursts on a radio: windows that differ a lot, and nothing that waits.
TEST(PathShare, BurstsWithoutAQueueCostLittle) {
  PathShare share({});
  std::mt19937 random(5);
  unsigned least = PathShare::kWhole, sum = 0;
  constexpr unsigned kWindows = seconds(60);
  for (unsigned i = 0; i < kWindows; ++i) {
    const auto ppm = std::uniform_int_distribution<std::uint32_t>(0, 120'000)(random);
    share.report({ppm, ppm > 60'000, 2, true});
    least = std::min(least, share.permille());
    sum += share.permille();
  }
  EXPECT_GE(least, 500U);
  EXPECT_GE(sum / kWindows, 900U);
}

// Some paths have no queue, and lose what is too much.
TEST(PathShare, ALossThatBeginsWithoutAQueueIsStillTried) {
  PathShare share({});
  for (unsigned i = 0; i < seconds(2); ++i) share.report({200'000, true, 2, true});
  EXPECT_LT(share.permille(), 900U);
}

TEST(PathShare, NeverBelowTheFloor) {
  PathShare share({.floor_permille = 150});
  for (int i = 0; i < 100; ++i) share.report({1'000'000, true, 500});
  EXPECT_EQ(share.permille(), 150U);
}

TEST(PathShare, OneBadWindowIsNoReason) {
  PathShare share({});
  share.report({60'000, true, 0});
  EXPECT_EQ(share.permille(), PathShare::kWhole);
  for (int i = 0; i < 10; ++i) share.report({});
  share.report({60'000, true, 0});
  EXPECT_EQ(share.permille(), PathShare::kWhole);
}

}  // namespace
}  // namespace pf::session
