// What a person does at the client, before it is put into bytes. Positions are 0..1 of the picture.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "native/wire/constants.hpp"

namespace pf::probe {

struct KeyAction {
  std::uint8_t vk = 0;  // Windows virtual key, US position
  bool down = false;
};
struct TextAction {
  std::string utf8;
};
struct MoveAction {
  std::int32_t dx = 0, dy = 0;  // pixels
};
struct PositionAction {
  double x = 0, y = 0;
};
struct ButtonAction {
  std::uint8_t button = 1;  // 1 left, 2 middle, 3 right, 4, 5
  bool down = false;
};
struct ScrollAction {
  bool horizontal = false;
  double amount = 0;        // 120 per notch of a wheel; pixels for every other source
  std::uint8_t source = 1;  // punktfunk1.md 7.5, Scroll v2
  std::uint8_t phase = 0;
};
enum class Contact : std::uint8_t { Down = 1, Move, Up };
struct TouchAction {
  std::uint32_t id = 0;
  Contact contact = Contact::Down;
  double x = 0, y = 0;
};
struct PenAction {
  bool in_range = true, touching = false, eraser = false;
  std::uint8_t buttons = 0;  // bits 0 and 1
  double x = 0, y = 0;
  double pressure = 0;  // 0..1
};
struct PadArriveAction {
  std::uint8_t pad = 0;
  native::wire::GamepadKind kind = native::wire::GamepadKind::Xbox360;
};
struct PadStateAction {
  std::uint8_t pad = 0;
  std::uint32_t buttons = 0;  // punktfunk1.md 7.5
  std::int16_t left_x = 0, left_y = 0, right_x = 0, right_y = 0;
  std::uint8_t left_trigger = 0, right_trigger = 0;
  bool operator==(const PadStateAction&) const = default;
};
struct PadRemoveAction {
  std::uint8_t pad = 0;
};
struct PadMotionAction {
  std::uint8_t pad = 0;
  std::int16_t gyro[3]{};   // 20 per degree and second
  std::int16_t accel[3]{};  // 10,000 per g
};
struct PadTouchAction {
  std::uint8_t pad = 0, finger = 0;
  bool active = false;
  double x = 0, y = 0;
};

using InputAction = std::variant<KeyAction, TextAction, MoveAction, PositionAction, ButtonAction,
                                 ScrollAction, TouchAction, PenAction, PadArriveAction,
                                 PadStateAction, PadRemoveAction, PadMotionAction, PadTouchAction>;

}  // namespace pf::probe
