#include "gamestream/input_decode.hpp"

#include <gtest/gtest.h>
#include <linux/input-event-codes.h>

#include "base/hex.hpp"

namespace pf::gamestream {
namespace {

std::vector<input::Event> decode(InputDecoder& decoder, std::string_view hex) {
  const auto list = decoder.decode(*from_hex(hex));
  return {list.events().begin(), list.events().end()};
}
// The only event of a packet, read by a fresh decoder.
template <class T>
T one(std::string_view hex) {
  InputDecoder decoder;
  const auto events = decode(decoder, hex);
  EXPECT_EQ(events.size(), 1U) << hex;
  EXPECT_EQ(decoder.counts().invalid, 0U) << hex;
  const auto* event = events.size() == 1 ? std::get_if<T>(&events[0]) : nullptr;
  EXPECT_NE(event, nullptr) << hex;
  return event != nullptr ? *event : T{};
}

// Compares keys as (code, down).
std::vector<std::pair<int, bool>> keys(const std::vector<input::Event>& events) {
  std::vector<std::pair<int, bool>> out;
  for (const auto& event : events) {
    const auto& key = std::get<input::Key>(event);
    out.emplace_back(key.code, key.down);
  }
  return out;
}
using Keys = std::vector<std::pair<int, bool>>;

// gamestream.md 12.6.
TEST(InputDecode, KeyVectorPressesTheClaimedShift) {
  InputDecoder decoder;
  EXPECT_EQ(keys(decode(decoder, "0000000a03000000004180010000")),
            (Keys{{KEY_LEFTSHIFT, true}, {KEY_A, true}, {KEY_LEFTSHIFT, false}}));
  EXPECT_EQ(keys(decode(decoder, "0000000a04000000004180000000")), (Keys{{KEY_A, false}}));
}

TEST(InputDecode, HeldModifiersAreNotRepeated) {
  InputDecoder decoder;
  decode(decoder, "0000000a0300000000a180010000");  // right Shift down
  EXPECT_EQ(keys(decode(decoder, "0000000a03000000004180010000")), (Keys{{KEY_A, true}}));
  decode(decoder, "0000000a0400000000a180000000");
  EXPECT_EQ(decode(decoder, "0000000a03000000004180010000").size(), 3U);
  // A modifier's own key never gets company.
  EXPECT_EQ(keys(decode(decoder, "0000000a0300000000a280030000")), (Keys{{KEY_LEFTCTRL, true}}));
}

TEST(InputDecode, AllFourModifiersNest) {
  InputDecoder decoder;
  EXPECT_EQ(keys(decode(decoder, "0000000a030000000041800f0000")), (Keys{{KEY_LEFTSHIFT, true},
                                                                         {KEY_LEFTCTRL, true},
                                                                         {KEY_LEFTALT, true},
                                                                         {KEY_LEFTMETA, true},
                                                                         {KEY_A, true},
                                                                         {KEY_LEFTMETA, false},
                                                                         {KEY_LEFTALT, false},
                                                                         {KEY_LEFTCTRL, false},
                                                                         {KEY_LEFTSHIFT, false}}));
}

TEST(InputDecode, NotNormalisedRoKey) {
  EXPECT_EQ(one<input::Key>("0000000a0300000001e280000000").code, KEY_RO);
  EXPECT_EQ(one<input::Key>("0000000a0300000000e280000000").code, KEY_102ND);
}

TEST(InputDecode, MouseVectors) {
  const auto motion = one<input::PointerMotion>("00000008070000000005fffd");
  EXPECT_EQ(motion.dx, 5);
  EXPECT_EQ(motion.dy, -3);
  const auto position = one<input::PointerPosition>("0000000e0500000003c0021c0000077f0437");
  EXPECT_FLOAT_EQ(position.x, 960.0F / 1919.0F);
  EXPECT_FLOAT_EQ(position.y, 540.0F / 1079.0F);
  EXPECT_TRUE(one<input::PointerButton>("000000050800000001").down);
  EXPECT_FALSE(one<input::PointerButton>("000000050900000001").down);
  EXPECT_EQ(one<input::Scroll>("0000000a0a000000007800780000").vertical, 120);
  EXPECT_EQ(one<input::Scroll>("0000000601000055ff88").horizontal, -120);
}

TEST(InputDecode, AbsoluteMouseClampsAndNeedsASize) {
  const auto position = one<input::PointerPosition>("0000000e050000007fffffff0000077f0437");
  EXPECT_EQ(position.x, 1.0F);
  EXPECT_EQ(position.y, 0.0F);
  InputDecoder decoder;
  EXPECT_TRUE(decode(decoder, "0000000e0500000003c0021c000000000437").empty());
  EXPECT_EQ(decoder.counts().invalid, 1U);
}

TEST(InputDecode, TextVector) {
  const auto text = one<input::Text>("0000000617000000c3a9");
  EXPECT_EQ(std::string(text.utf8.data(), text.length), "é");
}

TEST(InputDecode, HapticsIsNoEvent) {
  InputDecoder decoder;
  EXPECT_TRUE(decode(decoder, "000000060d0000000100").empty());
  // As clients from before 2021 send it: longer than it says.
  EXPECT_TRUE(decode(decoder, "000000060d00000001000000").empty());
  EXPECT_EQ(decoder.counts().invalid, 0U);
  EXPECT_EQ(decoder.counts().unknown, 0U);
}

constexpr std::string_view kPad =
    "0000001e0c0000001a000100030014001010ff000000ff7f008000009c0020005500";

TEST(InputDecode, PadVectorCreatesUpdatesAndRemoves) {
  InputDecoder decoder;
  auto events = decode(decoder, kPad);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(std::get<input::PadArrival>(events[0]).pad, 1);
  const auto state = std::get<input::PadState>(events[1]);
  EXPECT_EQ(state.pad, 1);
  EXPECT_EQ(state.buttons, 0x201010U);
  EXPECT_EQ(state.left_trigger, 255);
  EXPECT_EQ(state.left_y, 32767);
  EXPECT_EQ(state.right_x, -32768);
  EXPECT_EQ(decode(decoder, kPad).size(), 1U);

  std::string gone(kPad);
  gone.replace(24, 4, "0100");  // the mask now lists controller 0 only
  events = decode(decoder, gone);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(std::get<input::PadRemoval>(events[0]).pad, 1);
  EXPECT_TRUE(decode(decoder, gone).empty());
}

TEST(InputDecode, ArrivalVectorOnceOnly) {
  InputDecoder decoder;
  constexpr std::string_view kArrivalHex = "0000000c040000550002ff00ffff3000";
  const auto events = decode(decoder, kArrivalHex);
  ASSERT_EQ(events.size(), 1U);
  const auto arrival = std::get<input::PadArrival>(events[0]);
  EXPECT_EQ(arrival.kind, input::PadKind::PlayStation);
  EXPECT_EQ(arrival.capabilities, 0xFF);
  EXPECT_EQ(arrival.buttons, 0x30FFFFU);
  EXPECT_TRUE(decode(decoder, kArrivalHex).empty());
  EXPECT_EQ(one<input::PadArrival>("0000000c040000550009ff00ffff3000").kind,
            input::PadKind::Unknown);
}

TEST(InputDecode, TouchAndPenVectors) {
  const auto touch =
      one<input::Touch>("00000020020000550100ffff070000000000003f0000803e0000803f0000000000000000");
  EXPECT_EQ(touch.phase, input::TouchPhase::Down);
  EXPECT_EQ(touch.id, 7U);
  EXPECT_EQ(touch.x, 0.5F);
  EXPECT_EQ(touch.y, 0.25F);
  EXPECT_EQ(touch.pressure, 1.0F);
  EXPECT_EQ(touch.rotation, 0xFFFF);
  const auto pen =
      one<input::Pen>("0000002003000055030101000000003f0000803e0000403f5a001e000000000000000000");
  EXPECT_EQ(pen.phase, input::TouchPhase::Move);
  EXPECT_EQ(pen.tool, input::PenTool::Pen);
  EXPECT_EQ(pen.buttons, 1);
  EXPECT_EQ(pen.pressure, 0.75F);
  EXPECT_EQ(pen.rotation, 90);
  EXPECT_EQ(pen.tilt, 30);
}

TEST(InputDecode, PadExtraVectors) {
  const auto touch =
      one<input::PadTouch>("000000180500005500010000030000000000003f0000003f0000803f");
  EXPECT_EQ(touch.phase, input::TouchPhase::Down);
  EXPECT_EQ(touch.id, 3U);
  EXPECT_EQ(touch.surface, 0);
  const auto motion = one<input::PadMotion>("0000001406000055000200000000c03f000000c00000803e");
  EXPECT_EQ(motion.kind, input::MotionKind::Gyro);
  EXPECT_EQ(motion.x, 1.5F);
  EXPECT_EQ(motion.y, -2.0F);
  EXPECT_EQ(motion.z, 0.25F);
  const auto battery = one<input::PadBattery>("000000080700005500035500");
  EXPECT_EQ(battery.state, 3);
  EXPECT_EQ(battery.percent, 85);
}

TEST(InputDecode, FloatsAreFiniteAndClamped) {
  InputDecoder decoder;
  EXPECT_TRUE(
      decode(decoder, "00000020020000550100ffff070000000000c07f0000803e0000803f0000000000000000")
          .empty());
  EXPECT_TRUE(decode(decoder, "0000001406000055000200000000807f000000c00000803e").empty());
  EXPECT_EQ(decoder.counts().invalid, 2U);
  EXPECT_EQ(
      one<input::Touch>("00000020020000550100ffff07000000000000c10000803e0000803f0000000000000000")
          .x,
      0.0F);
}

TEST(InputDecode, RefusesShortPacketsAndImpossibleValues) {
  InputDecoder decoder;
  const char* const bad[] = {
      "",
      "0000",
      "000000050800000001ff",                              // longer than it says
      "0000000407000000",                                  // no body
      "00000006070000000005",                              // half a motion
      "000000050800000006",                                // no such button
      "0000000a03000000000080000000",                      // no such key
      "0000000417000000",                                  // empty text
      "000000060600005500",                                // wrong size field
      "0000001406000055100200000000c03f000000c00000803e",  // controller 16
      "0000001406000055000300000000c03f000000c00000803e",  // no such sensor
      "00000020020000550500ffff070000000000003f0000803e0000803f0000000000000000",  // button-only
  };
  for (const auto* hex : bad) EXPECT_TRUE(decode(decoder, hex).empty()) << hex;
  EXPECT_EQ(decoder.counts().invalid, std::size(bad));
  EXPECT_EQ(decoder.counts().unknown, 0U);
}

TEST(InputDecode, CountsUnknownMagics) {
  InputDecoder decoder;
  EXPECT_TRUE(decode(decoder, "00000008ffff00550000ffff").empty());
  EXPECT_EQ(decoder.counts().unknown, 1U);
  EXPECT_EQ(decoder.counts().packets, 1U);
}

TEST(InputDecode, EveryKnownPacketCutShortIsInvalid) {
  const char* const whole[] = {"0000000a03000000004180010000",
                               "0000000e0500000003c0021c0000077f0437",
                               "00000008070000000005fffd",
                               "000000050800000001",
                               "0000000601000055ff88",
                               kPad.data(),
                               "0000000c040000550002ff00ffff3000",
                               "000000180500005500010000030000000000003f0000003f0000803f",
                               "000000080700005500035500"};
  for (const auto* hex : whole) {
    const auto packet = *from_hex(hex);
    for (std::size_t size = 8; size < packet.size(); ++size) {
      Bytes cut(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size));
      store_be(cut.data(), static_cast<std::uint32_t>(size - 4));
      InputDecoder decoder;
      EXPECT_TRUE(decoder.decode(cut).events().empty()) << hex << " cut to " << size;
      EXPECT_EQ(decoder.counts().invalid, 1U);
    }
  }
}

}  // namespace
}  // namespace pf::gamestream
