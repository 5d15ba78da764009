// Neutral input events: what a front end decodes to and an injector performs. Keys are Linux evdev
// codes, coordinates 0..1 of the streamed picture, scroll in 1/120 notch.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>

namespace pf::input {

struct Key {
  std::uint16_t code = 0;  // evdev KEY_*
  bool down = false;
};
struct Text {
  std::array<char, 64> utf8{};  // committed text
  std::uint8_t length = 0;
};
struct PointerMotion {
  float dx = 0, dy = 0;  // pixels, right and down positive
};
struct PointerPosition {
  float x = 0, y = 0;  // 0..1
};
enum class Button : std::uint8_t { Left = 1, Middle, Right, Side, Extra };
struct PointerButton {
  Button button = Button::Left;
  bool down = false;
};
struct Scroll {
  std::int32_t vertical = 0;    // 1/120 notch, up/away positive
  std::int32_t horizontal = 0;  // right positive
};
enum class TouchPhase : std::uint8_t {
  Hover = 1,
  Down,
  Up,
  Move,
  Cancel,
  ButtonOnly,
  HoverLeave,
  CancelAll
};
struct Touch {
  TouchPhase phase = TouchPhase::Down;
  std::uint32_t id = 0;
  float x = 0, y = 0;               // 0..1
  float pressure = 0;               // 0..1; 0 on down and move = unknown; distance while hovering
  float major = 0, minor = 0;       // contact ellipse, 0..1, 0 = unknown
  std::uint16_t rotation = 0xFFFF;  // degrees, 0xFFFF = unknown
};
enum class PenTool : std::uint8_t { Unknown = 0, Pen = 1, Eraser = 2 };
struct Pen {
  TouchPhase phase = TouchPhase::Move;
  PenTool tool = PenTool::Pen;
  std::uint8_t buttons = 0;  // bits 0 primary, 1 secondary, 2 tertiary
  float x = 0, y = 0, pressure = 0;
  std::uint16_t rotation = 0xFFFF;
  std::uint8_t tilt = 0xFF;  // degrees, 0xFF = unknown
};

enum class PadKind : std::uint8_t {
  Unknown = 0,
  Xbox = 1,
  PlayStation = 2,
  Nintendo = 3,
  Steam = 4
};
// Buttons as the GameStream bit mask (gamestream.md 6, Gamepads).
namespace pad_button {
inline constexpr std::uint32_t kUp = 0x0001, kDown = 0x0002, kLeft = 0x0004, kRight = 0x0008,
                               kStart = 0x0010, kBack = 0x0020, kLeftStick = 0x0040,
                               kRightStick = 0x0080, kLeftShoulder = 0x0100,
                               kRightShoulder = 0x0200, kGuide = 0x0400, kA = 0x1000, kB = 0x2000,
                               kX = 0x4000, kY = 0x8000, kPaddle1 = 0x010000, kPaddle2 = 0x020000,
                               kPaddle3 = 0x040000, kPaddle4 = 0x080000, kTouchpad = 0x100000,
                               kMisc = 0x200000;
}
struct PadArrival {
  std::uint8_t pad = 0;  // 0..15
  PadKind kind = PadKind::Xbox;
  std::uint16_t capabilities = 0;  // gamestream.md 6
  std::uint32_t buttons = 0;
};
struct PadRemoval {
  std::uint8_t pad = 0;
};
struct PadState {
  std::uint8_t pad = 0;
  std::uint32_t buttons = 0;
  std::uint8_t left_trigger = 0, right_trigger = 0;
  std::int16_t left_x = 0, left_y = 0, right_x = 0, right_y = 0;  // up positive
};
struct PadTouch {
  std::uint8_t pad = 0;
  TouchPhase phase = TouchPhase::Down;
  std::uint8_t surface = 0;
  std::uint32_t id = 0;
  float x = 0, y = 0, pressure = 0;
};
enum class MotionKind : std::uint8_t { Acceleration = 1, Gyro = 2 };  // m/s² with gravity; deg/s
struct PadMotion {
  std::uint8_t pad = 0;
  MotionKind kind = MotionKind::Acceleration;
  float x = 0, y = 0, z = 0;
};
struct PadBattery {
  std::uint8_t pad = 0;
  std::uint8_t state = 0;       // gamestream.md 6
  std::uint8_t percent = 0xFF;  // 0xFF = unknown
};

using Event = std::variant<Key, Text, PointerMotion, PointerPosition, PointerButton, Scroll, Touch,
                           Pen, PadArrival, PadRemoval, PadState, PadTouch, PadMotion, PadBattery>;

// What flows back from games to the client's pads.
struct Rumble {
  std::uint8_t pad = 0;
  std::uint16_t low = 0, high = 0;
  bool operator==(const Rumble&) const = default;
};
struct TriggerRumble {
  std::uint8_t pad = 0;
  std::uint16_t left = 0, right = 0;
};
struct PadLight {
  std::uint8_t pad = 0;
  std::uint8_t red = 0, green = 0, blue = 0;
  bool operator==(const PadLight&) const = default;
};
struct MotionRequest {
  std::uint8_t pad = 0;
  MotionKind kind = MotionKind::Gyro;
  std::uint16_t rate_hz = 0;
};
// Whether this machine has a device for the pad; said when it came, went or could not be made.
struct PadPresence {
  std::uint8_t pad = 0;
  bool there = false;
};
// Resistance of a DualSense's triggers: an effect's type and ten parameters, as the pad takes them.
struct AdaptiveTriggers {
  std::uint8_t pad = 0;
  std::uint8_t flags = 0;  // 0x04 right valid, 0x08 left valid
  std::uint8_t left_type = 0, right_type = 0;
  std::array<std::uint8_t, 10> left{}, right{};
  bool operator==(const AdaptiveTriggers&) const = default;
};
using FeedbackEvent =
    std::variant<Rumble, TriggerRumble, PadLight, MotionRequest, PadPresence, AdaptiveTriggers>;

}  // namespace pf::input
