#ifdef PF_HAVE_INPUT_UINPUT
#include "input/uinput/force_feedback.hpp"

#include <gtest/gtest.h>

namespace pf::input::uinput {
namespace {

ff_effect rumble(int id, std::uint16_t strong, std::uint16_t weak, std::uint16_t length_ms,
                 std::uint16_t delay_ms = 0) {
  ff_effect effect{};
  effect.type = FF_RUMBLE;
  effect.id = static_cast<std::int16_t>(id);
  effect.u.rumble.strong_magnitude = strong;
  effect.u.rumble.weak_magnitude = weak;
  effect.replay.length = length_ms;
  effect.replay.delay = delay_ms;
  return effect;
}

TEST(ForceFeedback, PlaysForItsLength) {
  ForceFeedback ff;
  ASSERT_TRUE(ff.upload(rumble(0, 1000, 2000, 100), 0));
  EXPECT_EQ(ff.levels(0), MotorLevels{});
  EXPECT_EQ(ff.next_change_ms(0), std::nullopt);
  ff.play(0, 1, 10);
  EXPECT_EQ(ff.levels(10), (MotorLevels{1000, 2000}));
  EXPECT_EQ(ff.levels(109), (MotorLevels{1000, 2000}));
  EXPECT_EQ(ff.next_change_ms(10), 110);
  EXPECT_EQ(ff.levels(110), MotorLevels{});
  EXPECT_EQ(ff.next_change_ms(110), std::nullopt);
}

TEST(ForceFeedback, WithoutLengthUntilStopped) {
  ForceFeedback ff;
  ff.upload(rumble(3, 5, 6, 0), 0);
  ff.play(3, 1, 0);
  EXPECT_EQ(ff.levels(1'000'000), (MotorLevels{5, 6}));
  EXPECT_EQ(ff.next_change_ms(1'000'000), std::nullopt);
  ff.play(3, 0, 1'000'001);
  EXPECT_EQ(ff.levels(1'000'001), MotorLevels{});
}

TEST(ForceFeedback, DelayAndRepeats) {
  ForceFeedback ff;
  ff.upload(rumble(1, 9, 9, 20, 10), 0);
  ff.play(1, 2, 0);
  EXPECT_EQ(ff.levels(9), MotorLevels{});
  EXPECT_EQ(ff.next_change_ms(0), 10);
  EXPECT_EQ(ff.levels(10), (MotorLevels{9, 9}));
  EXPECT_EQ(ff.next_change_ms(10), 30);
  EXPECT_EQ(ff.levels(30), MotorLevels{});
  EXPECT_EQ(ff.next_change_ms(30), 40);
  EXPECT_EQ(ff.levels(59), (MotorLevels{9, 9}));
  EXPECT_EQ(ff.levels(60), MotorLevels{});
}

TEST(ForceFeedback, UploadingAgainWhilePlayingGoesOnWithTheNewStrength) {
  ForceFeedback ff;
  ff.upload(rumble(0, 100, 100, 50), 0);
  ff.play(0, 1, 0);
  ff.upload(rumble(0, 700, 800, 50), 40);
  EXPECT_EQ(ff.levels(60), (MotorLevels{700, 800}));
  EXPECT_EQ(ff.levels(90), MotorLevels{});
  ff.upload(rumble(0, 1, 1, 500), 100);
  EXPECT_EQ(ff.levels(101), MotorLevels{}) << "what has ended does not start again by itself";
}

TEST(ForceFeedback, EffectsAddUpAndGainScales) {
  ForceFeedback ff;
  ff.upload(rumble(0, 40000, 10, 0), 0);
  ff.upload(rumble(1, 40000, 10, 0), 0);
  ff.play(0, 1, 0);
  ff.play(1, 1, 0);
  EXPECT_EQ(ff.levels(1), (MotorLevels{65535, 20}));
  ff.set_gain(0x8000);
  EXPECT_EQ(ff.levels(1), (MotorLevels{32768, 10}));
  ff.set_gain(0);
  EXPECT_EQ(ff.levels(1), MotorLevels{});
}

TEST(ForceFeedback, ErasedAndUnknownEffectsAreSilent) {
  ForceFeedback ff;
  ff.upload(rumble(0, 1, 1, 0), 0);
  ff.play(0, 1, 0);
  ff.erase(0);
  EXPECT_EQ(ff.levels(1), MotorLevels{});
  ff.play(0, 1, 2);
  ff.play(-1, 1, 2);
  ff.play(96, 1, 2);
  ff.erase(96);
  EXPECT_EQ(ff.levels(3), MotorLevels{});
  EXPECT_FALSE(ff.upload(rumble(static_cast<int>(kMaxEffects), 1, 1, 0), 0));
  EXPECT_FALSE(ff.upload(rumble(-1, 1, 1, 0), 0));
  ff_effect constant{};
  constant.type = FF_CONSTANT;
  EXPECT_FALSE(ff.upload(constant, 0));
}

}  // namespace
}  // namespace pf::input::uinput
#endif
