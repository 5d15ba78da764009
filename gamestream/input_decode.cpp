#include "gamestream/input_decode.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "input/vk_to_evdev.hpp"

namespace pf::gamestream {
namespace {

// Magics of gamestream.md 6.
enum Magic : std::uint32_t {
  kKeyDown = 0x03,
  kKeyUp = 0x04,
  kMouseAbsolute = 0x05,
  kMouseRelative = 0x07,
  kButtonDown = 0x08,
  kButtonUp = 0x09,
  kScroll = 0x0A,
  kMultiController = 0x0C,
  kHaptics = 0x0D,
  kText = 0x17,
  kHorizontalScroll = 0x55000001,
  kTouch = 0x55000002,
  kPen = 0x55000003,
  kArrival = 0x55000004,
  kPadTouch = 0x55000005,
  kMotion = 0x55000006,
  kBattery = 0x55000007,
};

constexpr std::uint8_t kPads = 16;
constexpr std::uint8_t kModifierVks[] = {0xA0, 0xA2, 0xA4, 0x5B};  // in the order of their bits

bool finite(std::initializer_list<float> values) {
  return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}
float unit(float value) {
  return std::clamp(value, 0.0F, 1.0F);
}

std::optional<input::TouchPhase> phase(std::uint8_t wire, bool pen) {
  if (wire > 7 || (wire == 5 && !pen)) return std::nullopt;
  return static_cast<input::TouchPhase>(wire + 1);
}

std::uint16_t rotation(std::uint16_t wire) {
  return wire < 360 ? wire : std::uint16_t{0xFFFF};
}

bool relative_mouse(ByteReader in, EventList& out) {
  const auto dx = in.be<std::int16_t>();
  const auto dy = in.be<std::int16_t>();
  if (!in.ok()) return false;
  out.add(input::PointerMotion{static_cast<float>(dx), static_cast<float>(dy)});
  return true;
}

bool absolute_mouse(ByteReader in, EventList& out) {
  const auto x = in.be<std::int16_t>();
  const auto y = in.be<std::int16_t>();
  in.skip(2);
  const auto last_x = in.be<std::int16_t>();
  const auto last_y = in.be<std::int16_t>();
  if (!in.ok() || last_x <= 0 || last_y <= 0) return false;
  out.add(input::PointerPosition{unit(static_cast<float>(x) / static_cast<float>(last_x)),
                                 unit(static_cast<float>(y) / static_cast<float>(last_y))});
  return true;
}

bool mouse_button(ByteReader in, bool down, EventList& out) {
  const auto button = in.u8();
  if (!in.ok() || button < 1 || button > 5) return false;
  out.add(input::PointerButton{static_cast<input::Button>(button), down});
  return true;
}

bool scroll(ByteReader in, bool horizontal, EventList& out) {
  const auto amount = in.be<std::int16_t>();
  if (!in.ok()) return false;
  out.add(horizontal ? input::Scroll{0, amount} : input::Scroll{amount, 0});
  return true;
}

bool text(ByteReader in, EventList& out) {
  const auto bytes = in.rest();
  input::Text event;
  if (bytes.empty() || bytes.size() > event.utf8.size()) return false;
  if (std::find(bytes.begin(), bytes.end(), 0) != bytes.end()) return false;
  std::copy(bytes.begin(), bytes.end(), event.utf8.begin());
  event.length = static_cast<std::uint8_t>(bytes.size());
  out.add(event);
  return true;
}

bool touch(ByteReader in, EventList& out) {
  const auto event = phase(in.u8(), false);
  in.skip(1);
  input::Touch touch;
  touch.rotation = rotation(in.le<std::uint16_t>());
  touch.id = in.le<std::uint32_t>();
  touch.x = in.f32_le();
  touch.y = in.f32_le();
  touch.pressure = in.f32_le();
  touch.major = in.f32_le();
  touch.minor = in.f32_le();
  if (!in.ok() || !event) return false;
  if (!finite({touch.x, touch.y, touch.pressure, touch.major, touch.minor})) return false;
  touch.phase = *event;
  for (auto* value : {&touch.x, &touch.y, &touch.pressure, &touch.major, &touch.minor})
    *value = unit(*value);
  out.add(touch);
  return true;
}

bool pen(ByteReader in, EventList& out) {
  const auto event = phase(in.u8(), true);
  const auto tool = in.u8();
  input::Pen pen;
  pen.buttons = in.u8() & 7;
  in.skip(1);
  pen.x = in.f32_le();
  pen.y = in.f32_le();
  pen.pressure = in.f32_le();
  pen.rotation = rotation(in.le<std::uint16_t>());
  const auto tilt = in.u8();
  in.skip(1);
  const float major = in.f32_le(), minor = in.f32_le();
  if (!in.ok() || !event || tool > 2) return false;
  if (!finite({pen.x, pen.y, pen.pressure, major, minor})) return false;
  pen.phase = *event;
  pen.tool = static_cast<input::PenTool>(tool);
  pen.tilt = tilt <= 90 ? tilt : std::uint8_t{0xFF};
  for (auto* value : {&pen.x, &pen.y, &pen.pressure}) *value = unit(*value);
  out.add(pen);
  return true;
}

bool pad_touch(ByteReader in, EventList& out) {
  input::PadTouch touch;
  touch.pad = in.u8();
  const auto event = phase(in.u8(), false);
  in.skip(1);
  touch.surface = in.u8();
  touch.id = in.le<std::uint32_t>();
  touch.x = in.f32_le();
  touch.y = in.f32_le();
  touch.pressure = in.f32_le();
  if (!in.ok() || !event || touch.pad >= kPads || !finite({touch.x, touch.y, touch.pressure}))
    return false;
  touch.phase = *event;
  for (auto* value : {&touch.x, &touch.y, &touch.pressure}) *value = unit(*value);
  out.add(touch);
  return true;
}

bool pad_motion(ByteReader in, EventList& out) {
  input::PadMotion motion;
  motion.pad = in.u8();
  const auto kind = in.u8();
  in.skip(2);
  motion.x = in.f32_le();
  motion.y = in.f32_le();
  motion.z = in.f32_le();
  if (!in.ok() || motion.pad >= kPads || kind < 1 || kind > 2 ||
      !finite({motion.x, motion.y, motion.z}))
    return false;
  motion.kind = static_cast<input::MotionKind>(kind);
  out.add(motion);
  return true;
}

bool pad_battery(ByteReader in, EventList& out) {
  input::PadBattery battery;
  battery.pad = in.u8();
  battery.state = in.u8();
  battery.percent = in.u8();
  in.skip(1);
  if (!in.ok() || battery.pad >= kPads || battery.state > 5) return false;
  if (battery.percent > 100) battery.percent = 0xFF;
  out.add(battery);
  return true;
}

}  // namespace

void ModifierTracker::key(std::uint8_t vk, bool down) noexcept {
  const auto mask = bit(vk);
  held_ = static_cast<std::uint16_t>(down ? held_ | mask : held_ & ~mask);
}

std::uint8_t ModifierTracker::missing(std::uint8_t claimed) const noexcept {
  const auto held = static_cast<unsigned>(held_ | (held_ >> 4)) & 0x0FU;
  return static_cast<std::uint8_t>(claimed & 0x0FU & ~held);
}

EventList InputDecoder::decode(ByteSpan packet) noexcept {
  EventList out;
  ++counts_.packets;
  ByteReader reader(packet);
  const std::size_t size = reader.be<std::uint32_t>();
  const auto magic = reader.le<std::uint32_t>();
  // Clients from before 2021 send two bytes more with "haptics" than they say.
  if (!reader.ok() || (size != packet.size() - 4 && magic != kHaptics)) {
    ++counts_.invalid;
    return out;
  }
  if (!decode_body(magic, reader.rest(), out)) out = {};
  counts_.events += out.events().size();
  return out;
}

// False for a packet that must have no effect; it has been counted then.
bool InputDecoder::decode_body(std::uint32_t magic, ByteSpan body, EventList& out) noexcept {
  bool valid = false;
  const ByteReader in(body);
  switch (magic) {
    case kKeyDown:
    case kKeyUp:
      valid = key(body, magic == kKeyDown, out);
      break;
    case kMouseAbsolute:
      valid = absolute_mouse(in, out);
      break;
    case kMouseRelative:
      valid = relative_mouse(in, out);
      break;
    case kButtonDown:
    case kButtonUp:
      valid = mouse_button(in, magic == kButtonDown, out);
      break;
    case kScroll:
    case kHorizontalScroll:
      valid = scroll(in, magic == kHorizontalScroll, out);
      break;
    case kMultiController:
      valid = pad_state(body, out);
      break;
    case kHaptics:
      valid = body.size() >= 2;  // permission to send rumble; nothing for an injector
      break;
    case kText:
      valid = text(in, out);
      break;
    case kTouch:
      valid = touch(in, out);
      break;
    case kPen:
      valid = pen(in, out);
      break;
    case kArrival:
      valid = pad_arrival(body, out);
      break;
    case kPadTouch:
      valid = pad_touch(in, out);
      break;
    case kMotion:
      valid = pad_motion(in, out);
      break;
    case kBattery:
      valid = pad_battery(in, out);
      break;
    default:
      ++counts_.unknown;
      return false;
  }
  if (!valid) ++counts_.invalid;
  return valid;
}

bool InputDecoder::key(ByteSpan body, bool down, EventList& out) noexcept {
  ByteReader in(body);
  const bool not_normalised = (in.u8() & 1) != 0;
  const auto vk = static_cast<std::uint8_t>(in.le<std::uint16_t>() & 0xFF);
  const auto claimed = in.u8();
  in.skip(2);
  const auto code = input::vk_to_evdev(vk, not_normalised);
  if (!in.ok() || code == 0) return false;

  const auto around =
      down && !ModifierTracker::is_modifier(vk) ? modifiers_.missing(claimed) : std::uint8_t{0};
  for (unsigned i = 0; i < 4; ++i)
    if ((around >> i & 1) != 0) out.add(input::Key{input::vk_to_evdev(kModifierVks[i]), true});
  out.add(input::Key{code, down});
  for (unsigned i = 4; i-- > 0;)
    if ((around >> i & 1) != 0) out.add(input::Key{input::vk_to_evdev(kModifierVks[i]), false});
  modifiers_.key(vk, down);
  return true;
}

bool InputDecoder::pad_state(ByteSpan body, EventList& out) noexcept {
  ByteReader in(body);
  in.skip(2);
  const auto pad = in.le<std::uint16_t>();
  const auto mask = in.le<std::uint16_t>();
  in.skip(2);
  input::PadState state;
  state.buttons = in.le<std::uint16_t>();
  state.left_trigger = in.u8();
  state.right_trigger = in.u8();
  state.left_x = in.le<std::int16_t>();
  state.left_y = in.le<std::int16_t>();
  state.right_x = in.le<std::int16_t>();
  state.right_y = in.le<std::int16_t>();
  in.skip(2);
  state.buttons |= static_cast<std::uint32_t>(in.le<std::uint16_t>()) << 16;
  in.skip(2);
  if (!in.ok() || pad >= kPads) return false;

  const auto bit = static_cast<std::uint16_t>(1U << pad);
  state.pad = static_cast<std::uint8_t>(pad);
  if ((mask & bit) == 0) {
    if ((pads_ & bit) != 0) out.add(input::PadRemoval{state.pad});
    pads_ = static_cast<std::uint16_t>(pads_ & ~bit);
    return true;
  }
  // Clients that send no arrival (and every client for a plain pad) create it by its first state.
  if ((pads_ & bit) == 0) out.add(input::PadArrival{state.pad, input::PadKind::Unknown, 0, 0});
  pads_ = static_cast<std::uint16_t>(pads_ | bit);
  out.add(state);
  return true;
}

bool InputDecoder::pad_arrival(ByteSpan body, EventList& out) noexcept {
  ByteReader in(body);
  input::PadArrival arrival;
  arrival.pad = in.u8();
  const auto kind = in.u8();
  arrival.capabilities = in.le<std::uint16_t>();
  arrival.buttons = in.le<std::uint32_t>();
  if (!in.ok() || arrival.pad >= kPads) return false;
  // Newer clients may know kinds that this host does not; the pad still works.
  arrival.kind = kind <= 4 ? static_cast<input::PadKind>(kind) : input::PadKind::Unknown;
  const auto bit = static_cast<std::uint16_t>(1U << arrival.pad);
  if ((pads_ & bit) != 0) return true;  // an existing pad keeps its kind
  pads_ = static_cast<std::uint16_t>(pads_ | bit);
  out.add(arrival);
  return true;
}

}  // namespace pf::gamestream
