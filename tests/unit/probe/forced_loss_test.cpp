#include "probe/forced_loss.hpp"

#include <gtest/gtest.h>

namespace pf::probe {
namespace {

using namespace std::chrono_literals;

std::vector<bool> run(const LossPlan& plan, std::size_t packets) {
  ForcedLoss loss(plan);
  std::vector<bool> out;
  for (std::size_t i = 0; i < packets; ++i) out.push_back(loss.drop(1s, 1200));
  return out;
}
std::size_t count(const std::vector<bool>& v) {
  return static_cast<std::size_t>(std::count(v.begin(), v.end(), true));
}

TEST(ForcedLoss, TheShareIsKeptAloneAndInBursts) {
  for (const double burst : {1.0, 8.0}) {
    const auto dropped = run({.percent = 5, .burst = burst, .seed = 7}, 200'000);
    EXPECT_NEAR(static_cast<double>(count(dropped)), 10'000, 700) << burst;
    std::size_t bursts = 0;
    for (std::size_t i = 1; i < dropped.size(); ++i) bursts += dropped[i] && !dropped[i - 1];
    const double mean = static_cast<double>(count(dropped)) / static_cast<double>(bursts);
    EXPECT_NEAR(mean, burst == 1.0 ? 1.05 : 8.0, burst * 0.1) << burst;
  }
}

TEST(ForcedLoss, TheSameSeedDropsTheSamePackets) {
  const LossPlan plan{.percent = 10, .burst = 3, .seed = 42};
  EXPECT_EQ(run(plan, 5'000), run(plan, 5'000));
  auto other = plan;
  other.seed = 43;
  EXPECT_NE(run(plan, 5'000), run(other, 5'000));
}

TEST(ForcedLoss, NothingAndEverything) {
  EXPECT_EQ(count(run({.percent = 0}, 1'000)), 0u);
  EXPECT_EQ(count(run({.percent = 100}, 1'000)), 1'000u);
  EXPECT_EQ(count(run({.percent = 100, .burst = 5}, 1'000)), 1'000u);
  EXPECT_EQ(count(run({.percent = 400, .burst = 0}, 1'000)), 1'000u);
}

TEST(ForcedLoss, OnlyBetweenItsTimes) {
  ForcedLoss loss({.percent = 100, .from = 1s, .to = std::chrono::milliseconds(2000)});
  EXPECT_FALSE(loss.drop(999ms, 1200));
  EXPECT_TRUE(loss.drop(1s, 1200));
  EXPECT_TRUE(loss.drop(1999ms, 1200));
  EXPECT_FALSE(loss.drop(2s, 1200));
  EXPECT_EQ(loss.dropped(), 2u);
}

TEST(ForcedLoss, SmallPathsTakeNoLargePackets) {
  ForcedLoss loss({.largest = 1300});
  EXPECT_FALSE(loss.drop(0s, 1300));
  EXPECT_TRUE(loss.drop(0s, 1301));
  EXPECT_EQ(loss.dropped(), 1U);
}

}  // namespace
}  // namespace pf::probe
