#include "probe/bitrate_control.hpp"

#include <gtest/gtest.h>

namespace pf::probe {
namespace {

constexpr std::uint32_t kLoss = 30'000;  // ppm

TEST(BitrateControl, LossLowersAtOnceAndHeavyLossMore) {
  BitrateControl control(20'000);
  EXPECT_EQ(control.on_window(kLoss), 16'000U);
  // Not twice before the host has answered.
  EXPECT_FALSE(control.on_window(kLoss));
  control.on_answer(16'000, false);
  EXPECT_EQ(control.on_window(200'000), 9'600U);
  control.on_answer(9'600, false);
  EXPECT_FALSE(control.on_window(10'000)) << "parity repairs a little";
}

TEST(BitrateControl, NeverBelowTheFloor) {
  BitrateControl control(700);
  EXPECT_EQ(control.on_window(kLoss), 560U);
  control.on_answer(560, false);
  EXPECT_EQ(control.on_window(500'000), BitrateControl::kFloorKbps);
  control.on_answer(BitrateControl::kFloorKbps, false);
  EXPECT_FALSE(control.on_window(500'000));
}

TEST(BitrateControl, CleanWindowsRaiseStepByStepToWhereItBegan) {
  BitrateControl control(20'000);
  control.on_answer(*control.on_window(500'000), false);
  EXPECT_EQ(control.kbps(), 12'000U);
  unsigned windows = 0;
  while (control.kbps() < 20'000 && windows < 100) {
    ++windows;
    if (const auto asked = control.on_window(0)) {
      EXPECT_EQ(windows % 4, 0U);
      EXPECT_LE(*asked, control.kbps() * 116 / 100);
      control.on_answer(*asked, false);
    }
  }
  EXPECT_EQ(control.kbps(), 20'000U);
  EXPECT_LE(windows, 20U) << "fifteen seconds";
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(control.on_window(0)) << "without a test no higher";
}

TEST(BitrateControl, TheSpeedTestIsTheCeiling) {
  BitrateControl control(20'000);
  EXPECT_FALSE(control.on_speed_test(0)) << "declined";
  EXPECT_EQ(control.on_speed_test(100'000), 70'000U);
  control.on_answer(70'000, false);
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(control.on_window(0));
  // A path that carries less than the start lowers it.
  BitrateControl slow(20'000);
  EXPECT_EQ(slow.on_speed_test(5'000), 3'500U);
}

TEST(BitrateControl, AHostThatGrantsLessIsNotAskedForMore) {
  BitrateControl control(20'000);
  EXPECT_EQ(control.on_speed_test(200'000), 140'000U);
  control.on_answer(50'000, false);
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(control.on_window(0));
  EXPECT_EQ(control.kbps(), 50'000U);
}

TEST(BitrateControl, ThreeUnansweredAsksOrAPinnedRateRetireIt) {
  BitrateControl control(20'000);
  for (unsigned i = 0; i < BitrateControl::kMostUnanswered; ++i) {
    EXPECT_FALSE(control.retired());
    EXPECT_TRUE(control.on_window(kLoss));
    control.on_no_answer();
  }
  EXPECT_TRUE(control.retired());
  EXPECT_FALSE(control.on_window(kLoss));

  BitrateControl pinned(20'000);
  ASSERT_TRUE(pinned.on_window(kLoss));
  pinned.on_answer(20'000, true);
  EXPECT_FALSE(pinned.on_window(kLoss));
  // An answer in between starts the count anew; one that nobody waits for is none.
  BitrateControl between(20'000);
  between.on_no_answer();
  between.on_no_answer();
  between.on_no_answer();
  EXPECT_FALSE(between.retired());
}

}  // namespace
}  // namespace pf::probe
