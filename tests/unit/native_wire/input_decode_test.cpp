// Input datagrams to neutral events (punktfunk1.md 7.5, 7.6).
#include "native/wire/input_decode.hpp"

#include <linux/input-event-codes.h>

#include <cmath>
#include <limits>

#include "base/thread.hpp"
#include "unit/native_wire/wire_test_support.hpp"

namespace pf::native::wire {
namespace {
using namespace test;
using input::TouchPhase;

class InputDecode : public testing::Test {
 protected:
  using Events = std::vector<input::Event>;
  Events feed(ByteSpan datagram) {
    const auto plane = open_datagram(Generation::V1, datagram);
    EXPECT_TRUE(plane);
    const auto events = decoder.decode(*plane);
    return {events.begin(), events.end()};
  }
  Events feed(const InputRecord& record) { return feed(store_input(record)); }
  Events feed(InputKind kind, std::uint32_t code, std::int32_t x = 0, std::int32_t y = 0,
              std::uint32_t flags = 0) {
    return feed(InputRecord{static_cast<std::uint8_t>(kind), code, x, y, flags});
  }
  Events feed(const RichInput& report) {
    std::array<std::uint8_t, 256> out;
    const auto size = encode_rich_input(Generation::V1, report, out);
    EXPECT_GT(size, 0U);
    return feed(ByteSpan(out).first(size));
  }
  template <class E>
  E only(const Events& events) {
    EXPECT_EQ(events.size(), 1U);
    if (events.size() != 1 || !std::holds_alternative<E>(events[0])) {
      ADD_FAILURE() << "not the expected event";
      return {};
    }
    return std::get<E>(events[0]);
  }
  // Nothing, and counted as `reason`.
  void expect_drop(Drop reason, const Events& events) {
    EXPECT_TRUE(events.empty());
    EXPECT_EQ(decoder.counts().of(reason), ++dropped_[static_cast<std::size_t>(reason)]);
  }
  static std::uint32_t surface(std::uint32_t width, std::uint32_t height) {
    return width << 16 | height;
  }

  InputDecoder decoder;

 private:
  std::array<std::uint64_t, kDropReasons + 1> dropped_{};
};

TEST_F(InputDecode, VectorsBothWays) {
  const std::pair<const char*, InputRecord> vectors[] = {
      {"c8 00 41000000 00000000 00000000 00000000", {0, 0x41, 0, 0, 0}},
      {"c8 02 00000000 05000000 fdffffff 00000000", {2, 0, 5, -3, 0}},
      {"c8 0c 00100000 38ff6400 00000000 0100ff09", {12, 0x1000, 0x0064FF38, 0, 0x09FF0001}},
  };
  for (const auto& [text, record] : vectors) {
    const auto bytes = hex(text);
    EXPECT_EQ(to_hex(store_input(record)), to_hex(bytes));
    std::array<std::uint8_t, 32> out;
    ASSERT_EQ(encode_input(Generation::V2, record, out), 19U);
    EXPECT_EQ(to_hex(ByteSpan(out).first(19)), "02" + to_hex(bytes));
    EXPECT_EQ(*decode_input(*open_datagram(Generation::V2, ByteSpan(out).first(19))), record);
    for (std::size_t size = 0; size < 17; ++size)
      EXPECT_EQ(decode_input({Tag::Input, ByteSpan(bytes).subspan(1, size)}).error(), Drop::Short);
  }
  const auto key = only<input::Key>(feed(hex(vectors[0].first)));
  EXPECT_EQ(key.code, KEY_A);
  EXPECT_TRUE(key.down);
  const auto motion = only<input::PointerMotion>(feed(hex(vectors[1].first)));
  EXPECT_EQ(motion.dx, 5);
  EXPECT_EQ(motion.dy, -3);
  const auto events = feed(hex(vectors[2].first));
  ASSERT_EQ(events.size(), 2U);  // the pad appears with its first state
  EXPECT_EQ(std::get<input::PadArrival>(events[0]).kind, input::PadKind::Unknown);
  const auto& state = std::get<input::PadState>(events[1]);
  EXPECT_EQ(state.pad, 1);
  EXPECT_EQ(state.buttons, input::pad_button::kA);
  EXPECT_EQ(state.left_x, 100);
  EXPECT_EQ(state.left_y, -200);
  EXPECT_EQ(state.left_trigger, 255);
  EXPECT_EQ(state.right_trigger, 0);
}

TEST_F(InputDecode, EdgesAreTheSameEvents) {
  std::array<std::uint8_t, 18> edge = store_input({1, 0x42, 0, 0, 0});
  const auto events = decoder.decode_edge(edge);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(std::get<input::Key>(events[0]).code, KEY_B);
  EXPECT_FALSE(std::get<input::Key>(events[0]).down);
  edge[0] = 0xCC;
  EXPECT_TRUE(decoder.decode_edge(edge).empty());
  edge[0] = 0;
  EXPECT_TRUE(decoder.decode_edge(edge).empty());
  EXPECT_EQ(decoder.counts().of(Drop::UnknownTag), 2U);
  EXPECT_EQ(decoder.counts().received, 3U);
  EXPECT_EQ(decoder.counts().events, 1U);
}

TEST_F(InputDecode, EveryKeyOfTheTable) {
  const std::pair<std::uint32_t, int> keys[] = {
      {0x08, 14},  {0x09, 15},  {0x0D, 28},  {0x1B, 1},   {0x20, 57},  {0x13, 119}, {0x14, 58},
      {0x90, 69},  {0x91, 70},  {0x2C, 99},  {0x21, 104}, {0x22, 109}, {0x23, 107}, {0x24, 102},
      {0x2D, 110}, {0x2E, 111}, {0x25, 105}, {0x26, 103}, {0x27, 106}, {0x28, 108}, {0x5B, 125},
      {0x5C, 126}, {0x5D, 127}, {0x60, 82},  {0x61, 79},  {0x62, 80},  {0x63, 81},  {0x64, 75},
      {0x65, 76},  {0x66, 77},  {0x67, 71},  {0x68, 72},  {0x69, 73},  {0x6A, 55},  {0x6B, 78},
      {0x6C, 96},  {0x6D, 74},  {0x6E, 83},  {0x6F, 98},  {0x7A, 87},  {0x7B, 88},  {0xA0, 42},
      {0xA1, 54},  {0xA2, 29},  {0xA3, 97},  {0xA4, 56},  {0xA5, 100}, {0x10, 42},  {0x11, 29},
      {0x12, 56},  {0xBA, 39},  {0xBB, 13},  {0xBC, 51},  {0xBD, 12},  {0xBE, 52},  {0xBF, 53},
      {0xC0, 41},  {0xDB, 26},  {0xDC, 43},  {0xDD, 27},  {0xDE, 40},  {0xE2, 86},  {0x15, 122},
      {0x19, 123}, {0x1C, 92},  {0x1D, 94},  {0xF2, 93},  {0xF3, 85},  {0xC1, 89},  {0xC2, 121},
      {0xE1, 124}, {0xB0, 163}, {0xB1, 165}, {0xB2, 166}, {0xB3, 164}};
  for (const auto& [vk, code] : keys) EXPECT_EQ(evdev_key(vk), code) << std::hex << vk;
  constexpr int kLetters[] = {30, 48, 46, 32, 18, 33, 34, 35, 23, 36, 37, 38, 50,
                              49, 24, 25, 16, 19, 31, 20, 22, 47, 17, 45, 21, 44};
  for (std::uint32_t i = 0; i < 26; ++i) EXPECT_EQ(evdev_key(0x41 + i), kLetters[i]);
  EXPECT_EQ(evdev_key(0x30), 11);
  for (std::uint32_t i = 1; i < 10; ++i) EXPECT_EQ(evdev_key(0x30 + i), i + 1);
  for (std::uint32_t i = 0; i < 10; ++i) EXPECT_EQ(evdev_key(0x70 + i), 59 + i);
  for (std::uint32_t i = 0; i < 12; ++i) EXPECT_EQ(evdev_key(0x7C + i), 183 + i);
  expect_drop(Drop::NoSuchKey, feed(InputKind::KeyDown, 0x07));
  expect_drop(Drop::NoSuchKey, feed(InputKind::KeyDown, 0x141));
  expect_drop(Drop::NoSuchKey, feed(InputKind::KeyUp, 0xFFFFFFFF));
}

TEST_F(InputDecode, AbsolutePointer) {
  auto at =
      only<input::PointerPosition>(feed(InputKind::MousePosition, 0, 1919, 0, surface(1920, 1080)));
  EXPECT_FLOAT_EQ(at.x, 1);
  EXPECT_FLOAT_EQ(at.y, 0);
  at = only<input::PointerPosition>(
      feed(InputKind::MousePosition, 0, -5, 99'999, surface(1920, 1080)));
  EXPECT_FLOAT_EQ(at.x, 0);
  EXPECT_FLOAT_EQ(at.y, 1);
  at = only<input::PointerPosition>(feed(InputKind::MousePosition, 0, 50, 0, surface(101, 1)));
  EXPECT_FLOAT_EQ(at.x, 0.5F);
  expect_drop(Drop::BadValue, feed(InputKind::MousePosition, 0, 1, 1, 0));
  expect_drop(Drop::BadValue, feed(InputKind::MousePosition, 0, 1, 1, surface(1920, 0)));
}

TEST_F(InputDecode, Buttons) {
  for (std::uint32_t code = 1; code <= 5; ++code)
    EXPECT_EQ(only<input::PointerButton>(feed(InputKind::ButtonDown, code)).button,
              static_cast<input::Button>(code));
  EXPECT_FALSE(only<input::PointerButton>(feed(InputKind::ButtonUp, 1)).down);
  expect_drop(Drop::BadValue, feed(InputKind::ButtonDown, 0));
  expect_drop(Drop::BadValue, feed(InputKind::ButtonDown, 6));
}

TEST_F(InputDecode, Scroll) {
  EXPECT_EQ(only<input::Scroll>(feed(InputKind::Scroll, 0, 120)).vertical, 120);
  EXPECT_EQ(only<input::Scroll>(feed(InputKind::Scroll, 1, -30)).horizontal, -30);
  expect_drop(Drop::BadValue, feed(InputKind::Scroll, 2, 120));
  // Precise: 60 pixels, 12 to the pixel, are one notch; fractions are kept.
  EXPECT_EQ(only<input::Scroll>(feed(InputKind::Scroll, 0, 720, 0, 1)).vertical, 120);
  EXPECT_TRUE(feed(InputKind::Scroll, 0, 3, 0, 1).empty());
  EXPECT_EQ(only<input::Scroll>(feed(InputKind::Scroll, 0, 3, 0, 1)).vertical, 1);
  EXPECT_EQ(only<input::Scroll>(feed(InputKind::Scroll, 0, INT32_MIN)).vertical, INT32_MIN);
}

constexpr std::uint32_t source_phase(std::uint32_t source, std::uint32_t phase) {
  return source | phase << 8;
}

TEST_F(InputDecode, ScrollV2) {
  const auto scroll = [&](std::uint32_t axis, std::int32_t delta, std::uint32_t source,
                          std::uint32_t phase) {
    return feed(InputKind::ScrollV2, axis, delta, 0, source_phase(source, phase));
  };
  EXPECT_EQ(only<input::Scroll>(scroll(0, 120 * 256, 1, 0)).vertical, 120);
  EXPECT_EQ(only<input::Scroll>(scroll(1, -120 * 256, 0, 0)).horizontal, -120);
  EXPECT_EQ(only<input::Scroll>(scroll(0, 60 * 256, 2, 1)).vertical, 120);
  EXPECT_TRUE(scroll(0, 64, 2, 2).empty());  // a quarter pixel is half a unit
  EXPECT_EQ(only<input::Scroll>(scroll(0, 64, 2, 2)).vertical, 1);
  EXPECT_TRUE(scroll(0, 64, 2, 2).empty());
  EXPECT_TRUE(scroll(0, 0, 2, 3).empty());  // an end forgets the fraction
  EXPECT_TRUE(scroll(0, 64, 2, 2).empty());
  EXPECT_EQ(only<input::Scroll>(scroll(0, 256, 4, 6)).vertical, 2);
  for (std::uint32_t reason = 1; reason <= kDropReasons; ++reason)
    EXPECT_EQ(decoder.counts().of(static_cast<Drop>(reason)), 0U);

  expect_drop(Drop::BadValue, scroll(2, 256, 1, 0));
  expect_drop(Drop::BadValue, feed(InputKind::ScrollV2, 0, 256, 1, 1));
  expect_drop(Drop::BadValue, feed(InputKind::ScrollV2, 0, 256, 0, 0x10001));
  expect_drop(Drop::BadValue, scroll(0, 256, 6, 0));
  expect_drop(Drop::BadValue, scroll(0, 256, 2, 8));
  for (const std::uint32_t stop : {3U, 4U, 7U}) expect_drop(Drop::BadValue, scroll(0, 1, 2, stop));
  for (const std::uint32_t wheel : {0U, 1U})
    for (std::uint32_t phase = 1; phase <= 7; ++phase)
      expect_drop(Drop::BadValue, scroll(0, 0, wheel, phase));
  for (const std::uint32_t phase : {5U, 6U, 7U})
    expect_drop(Drop::BadValue, scroll(0, 0, 5, phase));
  EXPECT_EQ(only<input::Scroll>(scroll(0, 256, 5, 2)).vertical, 2);
}

TEST_F(InputDecode, Text) {
  const auto typed = [&](std::uint32_t c) {
    const auto text = only<input::Text>(feed(InputKind::Text, c));
    return std::string(text.utf8.data(), text.length);
  };
  EXPECT_EQ(typed('a'), "a");
  EXPECT_EQ(typed(0xE9), "é");
  EXPECT_EQ(typed(0x20AC), "€");
  EXPECT_EQ(typed(0x1F600), "😀");
  for (const std::uint32_t bad : {0U, 0xD800U, 0xDFFFU, 0x110000U, 0xFFFFFFFFU})
    expect_drop(Drop::BadValue, feed(InputKind::Text, bad));
}

TEST_F(InputDecode, Touch) {
  auto touch = only<input::Touch>(feed(InputKind::TouchDown, 7, 50, 100, surface(101, 101)));
  EXPECT_EQ(touch.phase, TouchPhase::Down);
  EXPECT_EQ(touch.id, 7U);
  EXPECT_FLOAT_EQ(touch.x, 0.5F);
  EXPECT_FLOAT_EQ(touch.y, 1);
  EXPECT_EQ(only<input::Touch>(feed(InputKind::TouchMove, 7, 0, 0, surface(101, 101))).phase,
            TouchPhase::Move);
  expect_drop(Drop::BadValue, feed(InputKind::TouchMove, 7, 0, 0, 0));
  EXPECT_EQ(only<input::Touch>(feed(InputKind::TouchUp, 7)).phase, TouchPhase::Up);
}

std::uint32_t state_flags(std::uint32_t seq, std::uint32_t pad) {
  return seq << 24 | pad;
}

TEST_F(InputDecode, PadStatesOvertakeNobody) {
  feed(InputKind::PadArrival, 2, 0, 0, 3);
  const auto buttons = [&](std::uint32_t code, std::uint32_t seq) {
    return feed(InputKind::PadState, code, 0, 0, state_flags(seq, 3));
  };
  EXPECT_EQ(only<input::PadState>(buttons(0x1000, 250)).buttons, 0x1000U);
  expect_drop(Drop::Stale, buttons(0, 250));
  expect_drop(Drop::Stale, buttons(0, 249));
  EXPECT_EQ(only<input::PadState>(buttons(0xFFFFFFFF, 5)).buttons, 0x3FFFFFU);  // wrapped
  expect_drop(Drop::Stale, buttons(0, 250));
  expect_drop(Drop::NoSuchPad, feed(InputKind::PadState, 0, 0, 0, state_flags(1, 16)));
  // Removals share the numbers, and survive re-plugging.
  expect_drop(Drop::Stale, feed(InputKind::PadRemove, 0, 0, 0, state_flags(5, 3)));
  EXPECT_EQ(only<input::PadRemoval>(feed(InputKind::PadRemove, 0, 0, 0, state_flags(6, 3))).pad, 3);
  expect_drop(Drop::Repeat, feed(InputKind::PadRemove, 0, 0, 0, state_flags(7, 3)));
  expect_drop(Drop::Stale, buttons(0x1000, 6));
  EXPECT_FALSE(decoder.pad_present(3));
  EXPECT_EQ(buttons(0x1000, 8).size(), 2U);
}

TEST_F(InputDecode, PadArrivals) {
  const std::pair<GamepadKind, input::PadKind> kinds[] = {
      {GamepadKind::Automatic, input::PadKind::Unknown},
      {GamepadKind::Xbox360, input::PadKind::Xbox},
      {GamepadKind::DualSense, input::PadKind::PlayStation},
      {GamepadKind::XboxOne, input::PadKind::Xbox},
      {GamepadKind::DualShock4, input::PadKind::PlayStation},
      {GamepadKind::SteamController, input::PadKind::Steam},
      {GamepadKind::SteamDeck, input::PadKind::Steam},
      {GamepadKind::DualSenseEdge, input::PadKind::PlayStation},
      {GamepadKind::SwitchPro, input::PadKind::Nintendo},
      {GamepadKind::SteamController2, input::PadKind::Steam},
      {GamepadKind::SteamController2Puck, input::PadKind::Steam},
      {GamepadKind::XboxElite, input::PadKind::Xbox},
      {GamepadKind::EightBitDoUltimate2, input::PadKind::Xbox},
      {GamepadKind::EightBitDoPro2, input::PadKind::Xbox},
      {GamepadKind::EightBitDoPro3, input::PadKind::Xbox},
      {GamepadKind::HoripadSteam, input::PadKind::Steam},
  };
  std::uint32_t pad = 0;
  for (const auto& [kind, neutral] : kinds) {
    const auto arrival = only<input::PadArrival>(
        feed(InputKind::PadArrival, static_cast<std::uint32_t>(kind), 0, 0, pad));
    EXPECT_EQ(arrival.kind, neutral);
    EXPECT_EQ(arrival.pad, pad);
    EXPECT_EQ(decoder.pad_kind(static_cast<std::uint8_t>(pad)), kind);
    ++pad;
  }
  InputDecoder fresh;
  decoder = fresh;
  EXPECT_EQ(only<input::PadArrival>(feed(InputKind::PadArrival, 99, 0, 0, 0)).kind,
            input::PadKind::Unknown);
  EXPECT_EQ(only<input::PadArrival>(feed(InputKind::PadArrival, 17, 0, 0, 1)).kind,
            input::PadKind::Nintendo);
}

TEST_F(InputDecode, RepeatedArrivalsAreOne) {
  EXPECT_EQ(feed(InputKind::PadArrival, 2, 0, 0, 0x302).size(), 1U);
  expect_drop(Drop::Repeat, feed(InputKind::PadArrival, 2, 0, 0, 0x302));
  EXPECT_TRUE(decoder.pad_has_haptics(2));
  EXPECT_TRUE(decoder.pad_has_speaker(2));
  expect_drop(Drop::NoSuchPad, feed(InputKind::PadArrival, 2, 0, 0, 16));
  expect_drop(Drop::NoSuchPad, feed(InputKind::PadArrival, 2, 0, 0, 0x402));
  // Another kind at the same index is another pad.
  const auto events = feed(InputKind::PadArrival, 1, 0, 0, 2);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<input::PadRemoval>(events[0]));
  EXPECT_EQ(std::get<input::PadArrival>(events[1]).kind, input::PadKind::Xbox);
  EXPECT_FALSE(decoder.pad_has_haptics(2));
}

TEST_F(InputDecode, AnArrivalNamesAPadThatItsStateMade) {
  EXPECT_EQ(feed(InputKind::PadState, 0, 0, 0, state_flags(1, 0)).size(), 2U);
  EXPECT_EQ(feed(InputKind::PadArrival, 2, 0, 0, 0).size(), 2U);
  expect_drop(Drop::Repeat, feed(InputKind::PadArrival, 2, 0, 0, 0));
  EXPECT_EQ(feed(InputKind::PadState, 0, 0, 0, state_flags(1, 1)).size(), 2U);
  EXPECT_TRUE(feed(InputKind::PadArrival, 0, 0, 0, 1).empty());  // automatic: as it is
  expect_drop(Drop::Stale, feed(InputKind::PadState, 0, 0, 0, state_flags(1, 0)));
}

TEST_F(InputDecode, LegacyPadsAreAssembled) {
  EXPECT_EQ(feed(InputKind::PadButton, 0x1000, 1, 0, 0).size(), 2U);
  EXPECT_EQ(only<input::PadState>(feed(InputKind::PadButton, 0x2000, 1, 0, 0)).buttons, 0x3000U);
  EXPECT_EQ(only<input::PadState>(feed(InputKind::PadButton, 0x1000, 0, 0, 0)).buttons, 0x2000U);
  for (std::uint32_t axis = 0; axis < 6; ++axis) feed(InputKind::PadAxis, axis, 100'000, 0, 0);
  auto state = only<input::PadState>(feed(InputKind::PadAxis, 0, -100'000, 0, 0));
  EXPECT_EQ(state.left_x, -32768);
  EXPECT_EQ(state.left_y, 32767);
  EXPECT_EQ(state.right_x, 32767);
  EXPECT_EQ(state.right_y, 32767);
  EXPECT_EQ(state.left_trigger, 255);
  EXPECT_EQ(state.right_trigger, 255);
  EXPECT_EQ(state.buttons, 0x2000U);
  EXPECT_EQ(only<input::PadState>(feed(InputKind::PadAxis, 4, -1, 0, 0)).left_trigger, 0);
  expect_drop(Drop::BadValue, feed(InputKind::PadAxis, 6, 0, 0, 0));
  expect_drop(Drop::BadValue, feed(InputKind::PadButton, 0x400000, 1, 0, 0));
  expect_drop(Drop::NoSuchPad, feed(InputKind::PadButton, 1, 1, 0, 16));
  expect_drop(Drop::NoSuchPad, feed(InputKind::PadAxis, 1, 1, 0, 0x100));
}

TEST_F(InputDecode, UnknownKindsAndShortOnes) {
  expect_drop(Drop::UnknownKind, feed(InputRecord{17, 0, 0, 0, 0}));
  expect_drop(Drop::Short, feed(hex("c8 00 41000000")));
  expect_drop(Drop::Short, feed(hex("c8")));
  expect_drop(Drop::UnknownTag, feed(hex("cb 00")));
  expect_drop(Drop::UnknownKind, feed(hex("cc 06 00")));
  expect_drop(Drop::Short, feed(hex("cc")));
}

TEST_F(InputDecode, RichBytes) {
  const std::pair<const char*, RichInput> vectors[] = {
      {"cc 01 02 01 01 ff7f ffff", PadTouchpad{2, 1, true, 0x7FFF, 0xFFFF}},
      {"cc 02 02 0100 0200 0300 0000 1027 ffff", PadMotionReport{2, {1, 2, 3}, {0, 10'000, -1}}},
      {"cc 03 02 01 00 03 0080 ff7f 0100", PadSurface{2, 1, 0, true, true, -32768, 32767, 1}},
  };
  for (const auto& [text, report] : vectors) {
    std::array<std::uint8_t, 64> out;
    const auto size = encode_rich_input(Generation::V1, report, out);
    EXPECT_EQ(to_hex(ByteSpan(out).first(size)), to_hex(hex(text)));
    const auto bytes = hex(text);
    for (std::size_t cut = 0; cut + 1 < bytes.size(); ++cut)
      EXPECT_EQ(decode_rich_input({Tag::RichInput, ByteSpan(bytes).subspan(1, cut)}).error(),
                Drop::Short);
    EXPECT_TRUE(decode_rich_input({Tag::RichInput, ByteSpan(bytes).subspan(1)}));
  }
}

TEST_F(InputDecode, Motion) {
  const auto events = feed(RichInput(PadMotionReport{2, {20, -40, 0}, {0, 10'000, 0}}));
  ASSERT_EQ(events.size(), 2U);
  const auto& gyro = std::get<input::PadMotion>(events[0]);
  EXPECT_EQ(gyro.kind, input::MotionKind::Gyro);
  EXPECT_FLOAT_EQ(gyro.x, 1);
  EXPECT_FLOAT_EQ(gyro.y, -2);
  const auto& accel = std::get<input::PadMotion>(events[1]);
  EXPECT_EQ(accel.kind, input::MotionKind::Acceleration);
  EXPECT_FLOAT_EQ(accel.y, 9.80665F);
  expect_drop(Drop::NoSuchPad, feed(RichInput(PadMotionReport{16, {}, {}})));
}

TEST_F(InputDecode, Touchpads) {
  const auto touchpad = [&](bool active, std::uint16_t x) {
    return feed(RichInput(PadTouchpad{2, 1, active, x, 0}));
  };
  expect_drop(Drop::Repeat, touchpad(false, 0));
  auto touch = only<input::PadTouch>(touchpad(true, 65'535));
  EXPECT_EQ(touch.phase, TouchPhase::Down);
  EXPECT_EQ(touch.id, 1U);
  EXPECT_FLOAT_EQ(touch.x, 1);
  EXPECT_EQ(only<input::PadTouch>(touchpad(true, 1)).phase, TouchPhase::Move);
  EXPECT_EQ(only<input::PadTouch>(touchpad(false, 1)).phase, TouchPhase::Up);
  touch = only<input::PadTouch>(
      feed(RichInput(PadSurface{2, 2, 1, true, false, -32768, 32767, 65'535})));
  EXPECT_EQ(touch.surface, 2);
  EXPECT_FLOAT_EQ(touch.x, 0);
  EXPECT_FLOAT_EQ(touch.y, 1);
  EXPECT_FLOAT_EQ(touch.pressure, 1);
  expect_drop(Drop::NoSuchPad, feed(RichInput(PadTouchpad{16, 0, true, 0, 0})));
  expect_drop(Drop::BadValue, feed(RichInput(PadTouchpad{2, 8, true, 0, 0})));
  expect_drop(Drop::BadValue, feed(RichInput(PadSurface{2, 3, 0, true, false, 0, 0, 0})));
}

TEST_F(InputDecode, RawReportsHaveNoDevice) {
  const auto report = hex("0102");
  expect_drop(Drop::Unsupported, feed(RichInput(PadHidReport{1, report})));
  expect_drop(Drop::BadValue, feed(hex("cc 04 01 41")));
  expect_drop(Drop::Short, feed(hex("cc 04 01 02 01")));
}

PenSample pen(std::uint8_t state, float x = 0.25F, std::uint8_t tool = 0) {
  PenSample sample;
  sample.state = state;
  sample.tool = tool;
  sample.x = x;
  sample.y = 0.5F;
  sample.pressure = 65'535;
  return sample;
}

class PenDecode : public InputDecode {
 protected:
  Events batch(std::initializer_list<PenSample> samples) {
    PenBatch out;
    out.seq = ++seq_;
    for (const auto& sample : samples) out.samples[out.count++] = sample;
    return feed(RichInput(out));
  }
  std::vector<TouchPhase> phases(const Events& events) {
    std::vector<TouchPhase> out;
    for (const auto& event : events) out.push_back(std::get<input::Pen>(event).phase);
    return out;
  }
  using Phases = std::vector<TouchPhase>;
  std::uint16_t seq_ = 0xFFFD;  // wraps within a test
};

TEST_F(PenDecode, AStroke) {
  EXPECT_EQ(phases(batch({pen(1), pen(3), pen(2)})),
            (Phases{TouchPhase::Hover, TouchPhase::Down, TouchPhase::Move}));
  EXPECT_TRUE(decoder.pen_in_range());
  EXPECT_EQ(phases(batch({pen(1), pen(1)})), (Phases{TouchPhase::Up, TouchPhase::Hover}));
  EXPECT_EQ(phases(batch({pen(0), pen(0)})), Phases{TouchPhase::HoverLeave});
  EXPECT_FALSE(decoder.pen_in_range());
  EXPECT_EQ(phases(batch({pen(2), pen(0)})),
            (Phases{TouchPhase::Down, TouchPhase::Up, TouchPhase::HoverLeave}));
}

TEST_F(PenDecode, Values) {
  auto sample = pen(0x0F, 1.5F, 1);
  sample.y = -1;
  sample.tilt = 30;
  sample.azimuth = 90;
  const auto events = batch({sample});
  const auto& event = std::get<input::Pen>(events.at(0));
  EXPECT_EQ(event.tool, input::PenTool::Eraser);
  EXPECT_EQ(event.buttons, 3);
  EXPECT_FLOAT_EQ(event.x, 1);
  EXPECT_FLOAT_EQ(event.y, 0);
  EXPECT_FLOAT_EQ(event.pressure, 1);
  EXPECT_EQ(event.tilt, 30);
  EXPECT_EQ(event.rotation, 90);
  sample.tilt = 91;
  sample.azimuth = 360;
  const auto later = batch({sample});
  EXPECT_EQ(std::get<input::Pen>(later.at(0)).tilt, 0xFF);
  EXPECT_EQ(std::get<input::Pen>(later.at(0)).rotation, 0xFFFF);
}

TEST_F(PenDecode, TurningThePenOverLiftsItFirst) {
  batch({pen(2)});
  const auto events = batch({pen(2, 0.5F, 1)});
  EXPECT_EQ(phases(events), (Phases{TouchPhase::Up, TouchPhase::HoverLeave, TouchPhase::Down}));
  EXPECT_EQ(std::get<input::Pen>(events[0]).tool, input::PenTool::Pen);
  EXPECT_FLOAT_EQ(std::get<input::Pen>(events[0]).x, 0.25F);
  EXPECT_EQ(std::get<input::Pen>(events[2]).tool, input::PenTool::Eraser);
  // The longest batch: the tool changes with every sample, touching.
  const auto longest =
      batch({pen(2), pen(2, 0, 1), pen(2), pen(2, 0, 1), pen(2), pen(2, 0, 1), pen(2), pen(0)});
  EXPECT_EQ(longest.size(), 7U * 3 + 2);
}

TEST_F(PenDecode, DroppedBatches) {
  batch({pen(1)});
  for (const float bad : {NAN, INFINITY, -INFINITY})
    expect_drop(Drop::BadValue, batch({pen(2), pen(2, bad)}));
  seq_ = static_cast<std::uint16_t>(seq_ - 4);
  expect_drop(Drop::Stale, batch({pen(2)}));
  seq_ = static_cast<std::uint16_t>(seq_ + 4);
  EXPECT_TRUE(batch({pen(0x82)}).empty());  // predicted
  EXPECT_EQ(decoder.counts().of(Drop::Stale), 1U);
  expect_drop(Drop::BadValue, feed(hex("cc 05 00 09 0000")));
  EXPECT_EQ(decoder.decode(Plane{Tag::RichInput, hex("05 00 01 0000")}).size(), 0U);
}

TEST_F(PenDecode, Lift) {
  EXPECT_TRUE(decoder.lift_pen().empty());
  batch({pen(2)});
  const auto events = decoder.lift_pen();
  EXPECT_EQ(phases({events.begin(), events.end()}),
            (Phases{TouchPhase::Up, TouchPhase::HoverLeave}));
  EXPECT_TRUE(decoder.lift_pen().empty());
}

TEST_F(InputDecode, DecodingDoesNotAllocate) {
  const auto record = store_input({2, 0, 1, 1, 0});
  PenBatch pens;
  pens.count = 8;
  std::array<std::uint8_t, 256> rich;
  const auto size = encode_rich_input(Generation::V1, pens, rich);
  const NoAllocScope scope;
  EXPECT_EQ(decoder.decode_edge(record).size(), 1U);
  decoder.decode(Plane{Tag::RichInput, ByteSpan(rich).subspan(1, size - 1)});
}

}  // namespace
}  // namespace pf::native::wire
