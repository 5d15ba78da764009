// Gamepads: states, arrivals, their touch surfaces and sensors.
#include <algorithm>

#include "native/wire/input_decode.hpp"

namespace pf::native::wire {
namespace {

using input::PadKind;

constexpr std::uint32_t kButtonMask = 0x3FFFFF;              // punktfunk1.md 7.5: bits up to misc
constexpr std::uint32_t kHaptics = 0x100, kSpeaker = 0x200;  // flags of an arrival

// What a virtual pad can offer games, as PadArrival::capabilities numbers it.
enum Capability : std::uint16_t {
  kAnalogTriggers = 0x01,
  kRumble = 0x02,
  kTriggerRumble = 0x04,
  kTouchpad = 0x08,
  kAccelerometer = 0x10,
  kGyro = 0x20,
  kLight = 0x80,
  kTwoTouchpads = 0x100
};

struct Profile {
  PadKind kind;
  unsigned capabilities;
};

Profile profile(GamepadKind kind) {
  constexpr unsigned kSensors = kAccelerometer | kGyro, kBasic = kAnalogTriggers | kRumble;
  switch (kind) {
    case GamepadKind::Automatic:
      return {PadKind::Unknown, kBasic};
    case GamepadKind::Xbox360:
      return {PadKind::Xbox, kBasic};
    case GamepadKind::XboxOne:
    case GamepadKind::XboxElite:
      return {PadKind::Xbox, kBasic | kTriggerRumble};
    case GamepadKind::EightBitDoUltimate2:
    case GamepadKind::EightBitDoPro2:
    case GamepadKind::EightBitDoPro3:
      return {PadKind::Xbox, kBasic | kSensors};
    case GamepadKind::DualSense:
    case GamepadKind::DualSenseEdge:
    case GamepadKind::DualShock4:
      return {PadKind::PlayStation, kBasic | kTouchpad | kSensors | kLight};
    case GamepadKind::SwitchPro:
    case GamepadKind::JoyConPair:
    case GamepadKind::Switch2Pro:
      return {PadKind::Nintendo, kRumble | kSensors};
    case GamepadKind::Switch2GameCube:
      return {PadKind::Nintendo, kBasic | kSensors};
    case GamepadKind::SteamController:
    case GamepadKind::SteamDeck:
    case GamepadKind::SteamController2:
    case GamepadKind::SteamController2Puck:
      return {PadKind::Steam, kBasic | kTouchpad | kTwoTouchpads | kSensors};
    case GamepadKind::HoripadSteam:
      return {PadKind::Steam, kBasic | kSensors};
  }
  return {PadKind::Unknown, kBasic};
}

GamepadKind declared_kind(std::uint32_t code) {
  return code <= static_cast<std::uint32_t>(GamepadKind::Switch2GameCube)
             ? static_cast<GamepadKind>(code)
             : GamepadKind::Automatic;
}

float unit16(std::uint16_t value) {
  return static_cast<float>(value) / 65535.0F;
}
// −32768..32767 to 0..1.
float unit16(std::int16_t value) {
  return (static_cast<float>(value) + 32768.0F) / 65535.0F;
}

}  // namespace

// A first sequence number is always taken; then only newer ones, wrapping.
bool InputDecoder::accept(Pad& pad, std::uint8_t seq) noexcept {
  if (pad.seq && static_cast<std::int8_t>(seq - *pad.seq) <= 0) return false;
  pad.seq = seq;
  return true;
}

void InputDecoder::plug(std::uint8_t index, GamepadKind kind) noexcept {
  auto& pad = pads_[index];
  pad.present = true;
  pad.kind = kind;
  const auto [neutral, capabilities] = profile(kind);
  add(input::PadArrival{index, neutral, static_cast<std::uint16_t>(capabilities), kButtonMask});
}

void InputDecoder::unplug(std::uint8_t index) noexcept {
  add(input::PadRemoval{index});
  const auto seq = pads_[index].seq;
  pads_[index] = Pad{};
  pads_[index].seq = seq;
}

void InputDecoder::emit_state(std::uint8_t index) noexcept {
  auto& pad = pads_[index];
  if (!pad.present) plug(index, GamepadKind::Automatic);
  pad.state.pad = index;
  add(pad.state);
}

InputDecoder::Outcome InputDecoder::on_pad_button(const InputRecord& r) noexcept {
  if (r.flags >= kPads) return Drop::NoSuchPad;
  const auto button = r.code & kButtonMask;
  if (button == 0) return Drop::BadValue;
  const auto index = static_cast<std::uint8_t>(r.flags);
  auto& buttons = pads_[index].state.buttons;
  buttons = r.x != 0 ? buttons | button : buttons & ~button;
  emit_state(index);
  return std::nullopt;
}

InputDecoder::Outcome InputDecoder::on_pad_axis(const InputRecord& r) noexcept {
  if (r.flags >= kPads) return Drop::NoSuchPad;
  const auto index = static_cast<std::uint8_t>(r.flags);
  auto& state = pads_[index].state;
  const auto stick = static_cast<std::int16_t>(std::clamp(r.x, -32768, 32767));
  const auto trigger = static_cast<std::uint8_t>(std::clamp(r.x, 0, 255));
  switch (r.code) {
    case 0:
      state.left_x = stick;
      break;
    case 1:
      state.left_y = stick;
      break;
    case 2:
      state.right_x = stick;
      break;
    case 3:
      state.right_y = stick;
      break;
    case 4:
      state.left_trigger = trigger;
      break;
    case 5:
      state.right_trigger = trigger;
      break;
    default:
      return Drop::BadValue;
  }
  emit_state(index);
  return std::nullopt;
}

InputDecoder::Outcome InputDecoder::on_pad_state(const InputRecord& r) noexcept {
  const auto index = static_cast<std::uint8_t>(r.flags);
  if (index >= kPads) return Drop::NoSuchPad;
  if (!accept(pads_[index], static_cast<std::uint8_t>(r.flags >> 24))) return Drop::Stale;
  const auto high = [](std::int32_t pair) {
    return static_cast<std::int16_t>(static_cast<std::uint32_t>(pair) >> 16);
  };
  const auto low = [](std::int32_t pair) {
    return static_cast<std::int16_t>(static_cast<std::uint32_t>(pair) & 0xFFFF);
  };
  auto& state = pads_[index].state;
  state.buttons = r.code & kButtonMask;
  state.left_x = high(r.x);
  state.left_y = low(r.x);
  state.right_x = high(r.y);
  state.right_y = low(r.y);
  state.left_trigger = static_cast<std::uint8_t>(r.flags >> 16);
  state.right_trigger = static_cast<std::uint8_t>(r.flags >> 8);
  emit_state(index);
  return std::nullopt;
}

InputDecoder::Outcome InputDecoder::on_pad_remove(const InputRecord& r) noexcept {
  const auto index = static_cast<std::uint8_t>(r.flags);
  if (index >= kPads) return Drop::NoSuchPad;
  if (!accept(pads_[index], static_cast<std::uint8_t>(r.flags >> 24))) return Drop::Stale;
  if (!pads_[index].present) return Drop::Repeat;
  unplug(index);
  return std::nullopt;
}

InputDecoder::Outcome InputDecoder::on_pad_arrival(const InputRecord& r) noexcept {
  const auto where = r.flags & ~(kHaptics | kSpeaker);
  if (where >= kPads) return Drop::NoSuchPad;
  const auto index = static_cast<std::uint8_t>(where);
  const auto kind = declared_kind(r.code);
  auto& pad = pads_[index];
  // An undeclared pad is taken for what it is called now; clients repeat arrivals.
  const bool same = pad.present && pad.kind == kind;
  const bool repeat = same && pad.declared;
  if (pad.present && !same) unplug(index);
  if (!pad.present) plug(index, kind);
  pad.declared = true;
  pad.haptics = (r.flags & kHaptics) != 0;
  pad.speaker = (r.flags & kSpeaker) != 0;
  if (repeat) return Drop::Repeat;
  return std::nullopt;
}

// A finger of a touch surface, from reports that only say whether it is down.
InputDecoder::Outcome InputDecoder::finger(input::PadTouch touch, bool down) noexcept {
  if (touch.pad >= kPads) return Drop::NoSuchPad;
  if (touch.id >= kFingers || touch.surface >= kSurfaces) return Drop::BadValue;
  auto& fingers = pads_[touch.pad].fingers[touch.surface];
  const auto bit = static_cast<std::uint8_t>(1U << touch.id);
  const bool was_down = (fingers & bit) != 0;
  if (!down && !was_down) return Drop::Repeat;
  fingers = static_cast<std::uint8_t>(down ? fingers | bit : fingers & ~bit);
  touch.phase = !down      ? input::TouchPhase::Up
                : was_down ? input::TouchPhase::Move
                           : input::TouchPhase::Down;
  add(touch);
  return std::nullopt;
}

InputDecoder::Outcome InputDecoder::on(const PadTouchpad& report) noexcept {
  input::PadTouch touch;
  touch.pad = report.pad;
  touch.id = report.finger;
  touch.x = unit16(report.x);
  touch.y = unit16(report.y);
  touch.pressure = report.active ? 1.0F : 0.0F;
  return finger(touch, report.active);
}

InputDecoder::Outcome InputDecoder::on(const PadSurface& report) noexcept {
  input::PadTouch touch;
  touch.pad = report.pad;
  touch.surface = report.surface;
  touch.id = report.finger;
  touch.x = unit16(report.x);
  touch.y = unit16(report.y);
  touch.pressure = unit16(report.pressure);
  return finger(touch, report.touching);
}

InputDecoder::Outcome InputDecoder::on(const PadMotionReport& report) noexcept {
  if (report.pad >= kPads) return Drop::NoSuchPad;
  constexpr float kDegrees = 1.0F / 20, kGravity = 9.80665F / 10'000;
  const auto event = [&](input::MotionKind kind, const std::array<std::int16_t, 3>& raw,
                         float scale) {
    add(input::PadMotion{report.pad, kind, static_cast<float>(raw[0]) * scale,
                         static_cast<float>(raw[1]) * scale, static_cast<float>(raw[2]) * scale});
  };
  event(input::MotionKind::Gyro, report.gyro, kDegrees);
  event(input::MotionKind::Acceleration, report.accel, kGravity);
  return std::nullopt;
}

// Passed-through pads need a kernel device of their own.
InputDecoder::Outcome InputDecoder::on(const PadHidReport&) noexcept {
  return Drop::Unsupported;
}

}  // namespace pf::native::wire
