// Key code tables. GameStream names keys by Windows virtual key on a US layout (gamestream.md 6);
// the host speaks Linux evdev codes (linux/input-event-codes.h); X11 adds 8 to those.
#pragma once

#include <linux/input-event-codes.h>

#include <array>
#include <cstdint>

namespace pf::input {

namespace detail {

constexpr std::array<std::uint16_t, 256> make_vk_table() {
  std::array<std::uint16_t, 256> t{};
  t[0x08] = KEY_BACKSPACE;
  t[0x09] = KEY_TAB;
  t[0x0C] = KEY_CLEAR;
  t[0x0D] = KEY_ENTER;  // keypad Enter arrives as this too
  t[0x10] = KEY_LEFTSHIFT;
  t[0x11] = KEY_LEFTCTRL;
  t[0x12] = KEY_LEFTALT;
  t[0x13] = KEY_PAUSE;
  t[0x14] = KEY_CAPSLOCK;
  t[0x15] = KEY_KATAKANAHIRAGANA;  // VK_KANA
  t[0x19] = KEY_ZENKAKUHANKAKU;    // VK_KANJI
  t[0x1B] = KEY_ESC;
  t[0x1C] = KEY_HENKAN;    // VK_CONVERT
  t[0x1D] = KEY_MUHENKAN;  // VK_NONCONVERT
  t[0x20] = KEY_SPACE;
  t[0x21] = KEY_PAGEUP;
  t[0x22] = KEY_PAGEDOWN;
  t[0x23] = KEY_END;
  t[0x24] = KEY_HOME;
  t[0x25] = KEY_LEFT;
  t[0x26] = KEY_UP;
  t[0x27] = KEY_RIGHT;
  t[0x28] = KEY_DOWN;
  t[0x29] = KEY_SELECT;
  t[0x2A] = KEY_PRINT;
  t[0x2B] = KEY_OPEN;   // VK_EXECUTE; the code Linux gives the USB Execute key
  t[0x2C] = KEY_SYSRQ;  // VK_SNAPSHOT
  t[0x2D] = KEY_INSERT;
  t[0x2E] = KEY_DELETE;
  t[0x2F] = KEY_HELP;
  t[0x30] = KEY_0;  // evdev starts its digits at 1
  for (std::uint16_t i = 0; i < 9; ++i) t[0x31U + i] = static_cast<std::uint16_t>(KEY_1 + i);
  constexpr std::uint16_t letters[26] = {
      KEY_A, KEY_B, KEY_C, KEY_D, KEY_E, KEY_F, KEY_G, KEY_H, KEY_I, KEY_J, KEY_K, KEY_L, KEY_M,
      KEY_N, KEY_O, KEY_P, KEY_Q, KEY_R, KEY_S, KEY_T, KEY_U, KEY_V, KEY_W, KEY_X, KEY_Y, KEY_Z};
  for (std::size_t i = 0; i < 26; ++i) t[0x41 + i] = letters[i];
  t[0x5B] = KEY_LEFTMETA;
  t[0x5C] = KEY_RIGHTMETA;
  t[0x5D] = KEY_COMPOSE;  // VK_APPS, the menu key
  t[0x5F] = KEY_SLEEP;
  constexpr std::uint16_t keypad[10] = {KEY_KP0, KEY_KP1, KEY_KP2, KEY_KP3, KEY_KP4,
                                        KEY_KP5, KEY_KP6, KEY_KP7, KEY_KP8, KEY_KP9};
  for (std::size_t i = 0; i < 10; ++i) t[0x60 + i] = keypad[i];
  t[0x6A] = KEY_KPASTERISK;
  t[0x6B] = KEY_KPPLUS;
  t[0x6C] = KEY_KPCOMMA;  // VK_SEPARATOR
  t[0x6D] = KEY_KPMINUS;
  t[0x6E] = KEY_KPDOT;
  t[0x6F] = KEY_KPSLASH;
  for (std::uint16_t i = 0; i < 10; ++i) t[0x70U + i] = static_cast<std::uint16_t>(KEY_F1 + i);
  t[0x7A] = KEY_F11;
  t[0x7B] = KEY_F12;
  for (std::uint16_t i = 0; i < 12; ++i) t[0x7CU + i] = static_cast<std::uint16_t>(KEY_F13 + i);
  t[0x90] = KEY_NUMLOCK;
  t[0x91] = KEY_SCROLLLOCK;
  t[0x92] = KEY_KPEQUAL;
  t[0xA0] = KEY_LEFTSHIFT;
  t[0xA1] = KEY_RIGHTSHIFT;
  t[0xA2] = KEY_LEFTCTRL;
  t[0xA3] = KEY_RIGHTCTRL;
  t[0xA4] = KEY_LEFTALT;
  t[0xA5] = KEY_RIGHTALT;
  t[0xA6] = KEY_BACK;
  t[0xA7] = KEY_FORWARD;
  t[0xA8] = KEY_REFRESH;
  t[0xA9] = KEY_STOP;
  t[0xAA] = KEY_SEARCH;
  t[0xAB] = KEY_BOOKMARKS;
  t[0xAC] = KEY_HOMEPAGE;
  t[0xAD] = KEY_MUTE;
  t[0xAE] = KEY_VOLUMEDOWN;
  t[0xAF] = KEY_VOLUMEUP;
  t[0xB0] = KEY_NEXTSONG;
  t[0xB1] = KEY_PREVIOUSSONG;
  t[0xB2] = KEY_STOPCD;
  t[0xB3] = KEY_PLAYPAUSE;
  t[0xB4] = KEY_MAIL;
  t[0xB5] = KEY_MEDIA;
  t[0xB6] = KEY_COMPUTER;  // VK_LAUNCH_APP1
  t[0xB7] = KEY_CALC;      // VK_LAUNCH_APP2
  t[0xBA] = KEY_SEMICOLON;
  t[0xBB] = KEY_EQUAL;
  t[0xBC] = KEY_COMMA;
  t[0xBD] = KEY_MINUS;
  t[0xBE] = KEY_DOT;
  t[0xBF] = KEY_SLASH;
  t[0xC0] = KEY_GRAVE;
  t[0xC1] = KEY_RO;       // Brazilian ABNT C1
  t[0xC2] = KEY_KPCOMMA;  // Brazilian ABNT C2
  t[0xDB] = KEY_LEFTBRACE;
  t[0xDC] = KEY_BACKSLASH;
  t[0xDD] = KEY_RIGHTBRACE;
  t[0xDE] = KEY_APOSTROPHE;
  t[0xE2] = KEY_102ND;
  return t;
}

inline constexpr std::array<std::uint16_t, 256> kVkToEvdev = make_vk_table();

}  // namespace detail

// The evdev key of a Windows virtual key, 0 = none. `not_normalised` is flag bit 0 of the
// GameStream key packet: with it 0xE2 is the Japanese Ro key (gamestream.md 6, Keyboard).
constexpr std::uint16_t vk_to_evdev(std::uint8_t vk, bool not_normalised = false) {
  if (vk == 0xE2 && not_normalised) return KEY_RO;
  return detail::kVkToEvdev[vk];
}

// The X11 keycode of an evdev key, 0 = X11 has none (its keycodes end at 255).
constexpr std::uint8_t evdev_to_x11(std::uint16_t code) {
  return code == 0 || code > 255 - 8 ? std::uint8_t{0} : static_cast<std::uint8_t>(code + 8);
}

}  // namespace pf::input
