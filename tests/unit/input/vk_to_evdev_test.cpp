#include "input/vk_to_evdev.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace pf::input {
namespace {

// The virtual keys that clients send (gamestream.md 6, Keyboard).
std::set<int> sent_by_clients() {
  std::set<int> keys{0x08, 0x09, 0x0C, 0x0D, 0x13, 0x14, 0x1B, 0x1C,
                     0x1D, 0x90, 0x91, 0x5B, 0x5C, 0x5D, 0xE2};
  const auto range = [&](int first, int last) {
    for (int vk = first; vk <= last; ++vk) keys.insert(vk);
  };
  range(0x20, 0x29);
  range(0x2B, 0x2F);
  range(0x30, 0x39);
  range(0x41, 0x5A);
  range(0x60, 0x69);
  range(0x6A, 0x6F);
  range(0x70, 0x87);
  range(0xA0, 0xA5);
  range(0xA6, 0xAC);
  range(0xBA, 0xC0);
  range(0xDB, 0xDE);
  return keys;
}

TEST(VkToEvdev, KnowsEveryKeyThatClientsSend) {
  for (const int vk : sent_by_clients())
    EXPECT_NE(vk_to_evdev(static_cast<std::uint8_t>(vk)), 0) << std::hex << vk;
}

TEST(VkToEvdev, SpotChecksAgainstTheUsLayout) {
  const std::map<int, int> expected{
      {0x30, KEY_0},         {0x31, KEY_1},         {0x39, KEY_9},          {0x41, KEY_A},
      {0x51, KEY_Q},         {0x5A, KEY_Z},         {0x60, KEY_KP0},        {0x69, KEY_KP9},
      {0x70, KEY_F1},        {0x79, KEY_F10},       {0x7A, KEY_F11},        {0x7B, KEY_F12},
      {0x7C, KEY_F13},       {0x87, KEY_F24},       {0xA0, KEY_LEFTSHIFT},  {0xA1, KEY_RIGHTSHIFT},
      {0xA2, KEY_LEFTCTRL},  {0xA3, KEY_RIGHTCTRL}, {0xA4, KEY_LEFTALT},    {0xA5, KEY_RIGHTALT},
      {0x5B, KEY_LEFTMETA},  {0x5C, KEY_RIGHTMETA}, {0x25, KEY_LEFT},       {0x26, KEY_UP},
      {0x27, KEY_RIGHT},     {0x28, KEY_DOWN},      {0xBA, KEY_SEMICOLON},  {0xC0, KEY_GRAVE},
      {0xDB, KEY_LEFTBRACE}, {0xDC, KEY_BACKSLASH}, {0xDE, KEY_APOSTROPHE}, {0x2C, KEY_SYSRQ},
      {0xA6, KEY_BACK},      {0xAC, KEY_HOMEPAGE},  {0x1C, KEY_HENKAN},     {0x1D, KEY_MUHENKAN}};
  for (const auto& [vk, code] : expected)
    EXPECT_EQ(vk_to_evdev(static_cast<std::uint8_t>(vk)), code) << std::hex << vk;
}

TEST(VkToEvdev, NoTwoKeysOfAUsKeyboardShareACode) {
  std::map<std::uint16_t, int> owner;
  for (const int vk : sent_by_clients()) {
    const auto [it, fresh] = owner.emplace(vk_to_evdev(static_cast<std::uint8_t>(vk)), vk);
    EXPECT_TRUE(fresh) << std::hex << vk << " and " << it->second;
  }
}

TEST(VkToEvdev, TheNotNormalisedFlagMakesE2TheRoKey) {
  EXPECT_EQ(vk_to_evdev(0xE2), KEY_102ND);
  EXPECT_EQ(vk_to_evdev(0xE2, true), KEY_RO);
  EXPECT_EQ(vk_to_evdev(0x41, true), KEY_A);
}

TEST(VkToEvdev, MouseButtonsAndHolesAreNoKeys) {
  for (const int vk : {0x00, 0x01, 0x02, 0x04, 0x07, 0x0A, 0x3A, 0x40, 0x88, 0xFF})
    EXPECT_EQ(vk_to_evdev(static_cast<std::uint8_t>(vk)), 0) << std::hex << vk;
}

TEST(EvdevToX11, AddsEightWhereItFits) {
  EXPECT_EQ(evdev_to_x11(KEY_A), 38);
  EXPECT_EQ(evdev_to_x11(KEY_ESC), 9);
  EXPECT_EQ(evdev_to_x11(247), 255);
  EXPECT_EQ(evdev_to_x11(248), 0);
  EXPECT_EQ(evdev_to_x11(KEY_CLEAR), 0);
  EXPECT_EQ(evdev_to_x11(0), 0);
}

}  // namespace
}  // namespace pf::input
