#include "display/virtual/refresh_clock.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace pf::display::virtual_display {
namespace {

using std::chrono::microseconds;

// What wlroots makes of a rate: whole milliseconds, and then the picture is composed.
Nanoseconds headless(std::uint32_t millihertz, microseconds composing) {
  return std::chrono::milliseconds(1'000'000 / millihertz) + composing;
}

// The rates that a display runs at, second by second.
std::vector<std::uint32_t> run(RefreshClock& clock, microseconds composing, int seconds) {
  std::vector<std::uint32_t> rates;
  for (int i = 0; i < seconds; ++i) {
    rates.push_back(clock.millihertz());
    clock.observe(headless(rates.back(), composing));
  }
  return rates;
}

TEST(RefreshClock, StaysAtTheRateWhileNoOtherStepIsNearer) {
  RefreshClock clock({60, 1});
  EXPECT_EQ(run(clock, microseconds(700), 20), std::vector<std::uint32_t>(20, 60'000));
}

TEST(RefreshClock, MakesUpForComposingThatTakesLong) {
  RefreshClock clock({60, 1});
  const auto rates = run(clock, microseconds(1700), 20);
  EXPECT_EQ(rates[1], 60'000U);  // once may be chance
  for (std::size_t i = 2; i < rates.size(); ++i) EXPECT_EQ(rates[i], 66'666U);
  EXPECT_EQ(headless(66'666, microseconds(1700)), microseconds(16'700));

  clock = RefreshClock({120'000, 1001});
  EXPECT_EQ(run(clock, microseconds(1600), 20).back(), 142'857U);
}

TEST(RefreshClock, GoesNoFurtherThanTwoSteps) {
  RefreshClock clock({60, 1});
  EXPECT_EQ(run(clock, microseconds(5000), 50).back(), 71'428U);
  clock = RefreshClock({240, 1});
  EXPECT_EQ(run(clock, microseconds(1900), 50).back(), 500'000U);
}

TEST(RefreshClock, GoesBackWhenComposingIsQuickAgain) {
  RefreshClock clock({60, 1});
  run(clock, microseconds(1700), 10);
  ASSERT_EQ(clock.millihertz(), 66'666U);
  EXPECT_EQ(run(clock, microseconds(300), 10).back(), 60'000U);
}

TEST(RefreshClock, AProgramThatDrawsSlowlyIsNotTheDisplaysFault) {
  RefreshClock clock({60, 1});
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(clock.observe(std::chrono::milliseconds(33)));
  EXPECT_EQ(clock.millihertz(), 60'000U);
}

}  // namespace
}  // namespace pf::display::virtual_display
