#ifdef PF_HAVE_INPUT_UINPUT
#include "input/uinput/pad_translate.hpp"

#include <gtest/gtest.h>
#include <linux/input-event-codes.h>

#include <map>
#include <random>
#include <vector>

namespace pf::input::uinput {
namespace {

using namespace pad_button;

constexpr PadKind kKinds[] = {PadKind::Unknown, PadKind::Xbox, PadKind::PlayStation,
                              PadKind::Nintendo, PadKind::Steam};

std::vector<InputCode> list(const InputCodes& codes) {
  return {codes.items().begin(), codes.items().end()};
}

std::vector<InputCode> from_rest(PadKind kind, const PadState& to) {
  return list(translate(profile_of(kind), PadState{}, to));
}

TEST(PadTranslate, NothingChangedSaysNothing) {
  PadState state{.pad = 3, .buttons = kA | kUp, .left_trigger = 9, .left_x = -5};
  for (const PadKind kind : kKinds) EXPECT_TRUE(translate(profile_of(kind), state, state).empty());
}

TEST(PadTranslate, XboxButtonsAsTheKernelDriverNamesThem) {
  const std::map<std::uint32_t, std::uint16_t> expected{{kA, BTN_A},
                                                        {kB, BTN_B},
                                                        {kX, BTN_X},
                                                        {kY, BTN_Y},
                                                        {kLeftShoulder, BTN_TL},
                                                        {kRightShoulder, BTN_TR},
                                                        {kBack, BTN_SELECT},
                                                        {kStart, BTN_START},
                                                        {kGuide, BTN_MODE},
                                                        {kLeftStick, BTN_THUMBL},
                                                        {kRightStick, BTN_THUMBR}};
  for (const auto& [mask, code] : expected) {
    const std::vector<InputCode> down{{EV_KEY, code, 1}, {EV_SYN, SYN_REPORT, 0}};
    EXPECT_EQ(from_rest(PadKind::Xbox, {.buttons = mask}), down);
    const std::vector<InputCode> up{{EV_KEY, code, 0}, {EV_SYN, SYN_REPORT, 0}};
    EXPECT_EQ(list(translate(profile_of(PadKind::Xbox), {.buttons = mask}, {})), up);
  }
}

TEST(PadTranslate, PlayStationAndNintendoButtonsGoByPlace) {
  for (const PadKind kind : {PadKind::PlayStation, PadKind::Nintendo}) {
    EXPECT_EQ(from_rest(kind, {.buttons = kA})[0].code, BTN_SOUTH);
    EXPECT_EQ(from_rest(kind, {.buttons = kB})[0].code, BTN_EAST);
    EXPECT_EQ(from_rest(kind, {.buttons = kX})[0].code, BTN_WEST);
    EXPECT_EQ(from_rest(kind, {.buttons = kY})[0].code, BTN_NORTH);
  }
  EXPECT_EQ(from_rest(PadKind::Nintendo, {.buttons = kMisc})[0].code, BTN_Z);
}

TEST(PadTranslate, ButtonsAPadDoesNotHaveAreSilent) {
  EXPECT_TRUE(
      from_rest(PadKind::Xbox, {.buttons = kPaddle1 | kPaddle4 | kTouchpad | kMisc}).empty());
}

TEST(PadTranslate, DirectionPadIsAHat) {
  const auto hat = [](std::uint32_t buttons) {
    std::pair<int, int> at{0, 0};
    for (const InputCode& item : from_rest(PadKind::Xbox, {.buttons = buttons})) {
      if (item.code == ABS_HAT0X && item.type == EV_ABS) at.first = item.value;
      if (item.code == ABS_HAT0Y && item.type == EV_ABS) at.second = item.value;
    }
    return at;
  };
  EXPECT_EQ(hat(kUp), std::make_pair(0, -1));
  EXPECT_EQ(hat(kDown), std::make_pair(0, 1));
  EXPECT_EQ(hat(kLeft), std::make_pair(-1, 0));
  EXPECT_EQ(hat(kRight), std::make_pair(1, 0));
  EXPECT_EQ(hat(kUp | kRight), std::make_pair(1, -1));
  EXPECT_EQ(hat(kUp | kDown), std::make_pair(0, 0));
}

TEST(PadTranslate, SticksPointDownInTheKernel) {
  const StickRange wide = profile_of(PadKind::Xbox).stick;
  EXPECT_EQ(stick_value(wide, 0, false), 0);
  EXPECT_EQ(stick_value(wide, 0, true), 0);
  EXPECT_EQ(stick_value(wide, 32767, false), 32767);
  EXPECT_EQ(stick_value(wide, -32768, false), -32768);
  EXPECT_EQ(stick_value(wide, 32767, true), -32767);
  EXPECT_EQ(stick_value(wide, -32768, true), 32767);
  const StickRange byte = profile_of(PadKind::PlayStation).stick;
  EXPECT_EQ(stick_value(byte, 0, false), 128);
  EXPECT_EQ(stick_value(byte, 0, true), 128);
  EXPECT_EQ(stick_value(byte, 32767, false), 255);
  EXPECT_EQ(stick_value(byte, -32768, false), 0);
  EXPECT_EQ(stick_value(byte, 32767, true), 0);
  EXPECT_EQ(stick_value(byte, -32768, true), 255);
  const std::vector<InputCode> expected{{EV_ABS, ABS_X, 1000},
                                        {EV_ABS, ABS_Y, -2000},
                                        {EV_ABS, ABS_RX, -3000},
                                        {EV_ABS, ABS_RY, 4000},
                                        {EV_SYN, SYN_REPORT, 0}};
  EXPECT_EQ(from_rest(PadKind::Xbox,
                      {.left_x = 1000, .left_y = 2000, .right_x = -3000, .right_y = -4000}),
            expected);
}

TEST(PadTranslate, StickValuesStayInRangeAndMonotonic) {
  for (const PadKind kind : kKinds) {
    const StickRange& range = profile_of(kind).stick;
    for (const bool down : {false, true}) {
      std::int32_t last = stick_value(range, -32768, down);
      for (std::int32_t place = -32768; place <= 32767; ++place) {
        const std::int32_t value = stick_value(range, static_cast<std::int16_t>(place), down);
        ASSERT_GE(value, range.minimum);
        ASSERT_LE(value, range.maximum);
        ASSERT_TRUE(down ? value <= last : value >= last);
        last = value;
      }
    }
  }
}

TEST(PadTranslate, Triggers) {
  const std::vector<InputCode> xbox{
      {EV_ABS, ABS_Z, 255}, {EV_ABS, ABS_RZ, 1}, {EV_SYN, SYN_REPORT, 0}};
  EXPECT_EQ(from_rest(PadKind::Xbox, {.left_trigger = 255, .right_trigger = 1}), xbox);
  const std::vector<InputCode> playstation{
      {EV_KEY, BTN_TL2, 1}, {EV_ABS, ABS_Z, 255}, {EV_ABS, ABS_RZ, 31}, {EV_SYN, SYN_REPORT, 0}};
  EXPECT_EQ(from_rest(PadKind::PlayStation, {.left_trigger = 255, .right_trigger = 31}),
            playstation);
  const std::vector<InputCode> nintendo{{EV_KEY, BTN_TR2, 1}, {EV_SYN, SYN_REPORT, 0}};
  EXPECT_EQ(from_rest(PadKind::Nintendo, {.left_trigger = 31, .right_trigger = 32}), nintendo);
}

// A reader that applies the events ends in the same place whatever way led there.
TEST(PadTranslate, DifferencesAddUp) {
  std::mt19937 random(20260101);
  for (const PadKind kind : kKinds) {
    const PadProfile& profile = profile_of(kind);
    std::map<std::pair<int, int>, int> reader;
    const auto apply = [](auto& state, const InputCodes& codes) {
      for (const InputCode& item : codes.items())
        if (item.type != EV_SYN) state[{item.type, item.code}] = item.value;
    };
    PadState before;
    for (int step = 0; step < 2000; ++step) {
      PadState after;
      after.buttons = static_cast<std::uint32_t>(random()) & 0x3FF7FFU;
      after.left_trigger = static_cast<std::uint8_t>(random());
      after.right_trigger = static_cast<std::uint8_t>(random());
      after.left_x = static_cast<std::int16_t>(random());
      after.left_y = static_cast<std::int16_t>(random());
      after.right_x = static_cast<std::int16_t>(random());
      after.right_y = static_cast<std::int16_t>(random());
      const InputCodes codes = translate(profile, before, after);
      ASSERT_LE(codes.items().size(), 24U);
      if (!codes.empty()) {
        ASSERT_EQ(codes.items().back(), (InputCode{EV_SYN, SYN_REPORT, 0}));
      }
      apply(reader, codes);
      before = after;
    }
    apply(reader, translate(profile, before, PadState{}));
    for (const auto& [key, value] : reader) {
      const bool stick = key.first == EV_ABS && (key.second == ABS_X || key.second == ABS_Y ||
                                                 key.second == ABS_RX || key.second == ABS_RY);
      EXPECT_EQ(value, stick ? stick_value(profile.stick, 0, false) : 0) << key.second;
    }
  }
}

TEST(PadProfile, IdentitiesThatGamesKnow) {
  EXPECT_EQ(profile_of(PadKind::Xbox).vendor, 0x045E);
  EXPECT_EQ(profile_of(PadKind::Xbox).product, 0x028E);
  EXPECT_EQ(profile_of(PadKind::PlayStation).vendor, 0x054C);
  EXPECT_EQ(profile_of(PadKind::Nintendo).vendor, 0x057E);
  EXPECT_EQ(&profile_of(PadKind::Unknown), &profile_of(PadKind::Xbox));
  EXPECT_EQ(&profile_of(PadKind::Steam), &profile_of(PadKind::Xbox));
}

}  // namespace
}  // namespace pf::input::uinput
#endif
