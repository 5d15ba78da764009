// Entry points, keyboard, pointer, touch and pen; pads are in input_decode_pads.cpp.
#include "native/wire/input_decode.hpp"

#include <algorithm>
#include <cmath>

namespace pf::native::wire {
namespace {

using input::TouchPhase;

float unit(float value) {
  return std::clamp(value, 0.0F, 1.0F);
}

// A place in the client's surface, whose size is in the flags; its last pixel is the far edge.
struct Surface {
  explicit Surface(std::uint32_t flags) : width(flags >> 16), height(flags & 0xFFFF) {}
  bool empty() const { return width == 0 || height == 0; }
  static float part(std::int32_t at, std::uint32_t size) {
    return unit(static_cast<float>(at) / static_cast<float>(std::max(size, 2U) - 1));
  }
  std::uint32_t width, height;
};

bool is(const InputRecord& r, InputKind kind) {
  return r.kind == static_cast<std::uint8_t>(kind);
}

// Sources and phases of kind 16.
enum Source : std::uint32_t { kUnknown, kWheel, kFinger, kContinuous, kTouch, kController };
enum Phase : std::uint32_t {
  kNone,
  kBegin,
  kUpdate,
  kEnd,
  kCancel,
  kMomentumBegin,
  kMomentum,
  kMomentumEnd
};

bool valid_scroll(const InputRecord& r, std::uint32_t source, std::uint32_t phase) {
  if (r.code > 1 || r.y != 0 || r.flags > 0xFFFF) return false;
  if (source > kController || phase > kMomentumEnd) return false;
  const bool stop = phase == kEnd || phase == kCancel || phase == kMomentumEnd;
  if (stop && r.x != 0) return false;
  if (source <= kWheel && phase != kNone) return false;
  return phase < kMomentumBegin || (source >= kFinger && source <= kTouch);
}

}  // namespace

void InputDecoder::add(const input::Event& event) noexcept {
  if (count_ < events_.size()) events_[count_++] = event;
}

std::span<const input::Event> InputDecoder::finish(Outcome outcome) noexcept {
  if (outcome) ++counts_.dropped[static_cast<std::size_t>(*outcome)];
  counts_.events += count_;
  return {events_.data(), count_};
}

std::span<const input::Event> InputDecoder::decode(const Plane& plane) noexcept {
  count_ = 0;
  ++counts_.received;
  if (plane.tag == Tag::Input) {
    const auto record = decode_input(plane);
    return finish(record ? on_record(*record) : record.error());
  }
  if (plane.tag != Tag::RichInput) return finish(Drop::UnknownTag);
  const auto report = decode_rich_input(plane);
  if (!report) return finish(report.error());
  return finish(std::visit([this](const auto& one) { return on(one); }, *report));
}

std::span<const input::Event> InputDecoder::decode_edge(
    const std::array<std::uint8_t, 18>& event) noexcept {
  const auto plane = open_datagram(Generation::V1, event);
  if (plane && plane->tag == Tag::Input) return decode(*plane);
  count_ = 0;
  ++counts_.received;
  return finish(Drop::UnknownTag);
}

InputDecoder::Outcome InputDecoder::on_record(const InputRecord& r) noexcept {
  if (r.kind > static_cast<std::uint8_t>(InputKind::ScrollV2)) return Drop::UnknownKind;
  switch (static_cast<InputKind>(r.kind)) {
    case InputKind::KeyDown:
    case InputKind::KeyUp:
      return on_key(r);
    case InputKind::MouseMove:
      add(input::PointerMotion{static_cast<float>(r.x), static_cast<float>(r.y)});
      return std::nullopt;
    case InputKind::MousePosition:
      return on_position(r);
    case InputKind::ButtonDown:
    case InputKind::ButtonUp:
      return on_button(r);
    case InputKind::Scroll:
      return on_scroll(r);
    case InputKind::PadButton:
      return on_pad_button(r);
    case InputKind::PadAxis:
      return on_pad_axis(r);
    case InputKind::TouchDown:
    case InputKind::TouchMove:
    case InputKind::TouchUp:
      return on_touch(r);
    case InputKind::PadState:
      return on_pad_state(r);
    case InputKind::PadRemove:
      return on_pad_remove(r);
    case InputKind::PadArrival:
      return on_pad_arrival(r);
    case InputKind::Text:
      return on_text(r);
    case InputKind::ScrollV2:
      return on_scroll_v2(r);
  }
  return Drop::UnknownKind;
}

InputDecoder::Outcome InputDecoder::on_key(const InputRecord& r) noexcept {
  const auto code = evdev_key(r.code);
  if (code == 0) return Drop::NoSuchKey;
  add(input::Key{code, is(r, InputKind::KeyDown)});
  return std::nullopt;
}

InputDecoder::Outcome InputDecoder::on_position(const InputRecord& r) noexcept {
  const Surface surface(r.flags);
  if (surface.empty()) return Drop::BadValue;
  add(input::PointerPosition{Surface::part(r.x, surface.width),
                             Surface::part(r.y, surface.height)});
  return std::nullopt;
}

InputDecoder::Outcome InputDecoder::on_button(const InputRecord& r) noexcept {
  if (r.code < 1 || r.code > 5) return Drop::BadValue;
  add(input::PointerButton{static_cast<input::Button>(r.code), is(r, InputKind::ButtonDown)});
  return std::nullopt;
}

// `amount` is in 1/768 of an event's unit, which whole 1/120 notches of all forms divide.
void InputDecoder::add_scroll(std::uint32_t axis, std::int64_t amount) noexcept {
  auto& rest = scroll_rest_[axis];
  rest += amount;
  const auto whole =
      static_cast<std::int32_t>(std::clamp<std::int64_t>(rest / kScrollUnit, INT32_MIN, INT32_MAX));
  rest %= kScrollUnit;
  if (whole != 0) add(axis == 0 ? input::Scroll{whole, 0} : input::Scroll{0, whole});
}

InputDecoder::Outcome InputDecoder::on_scroll(const InputRecord& r) noexcept {
  constexpr std::uint32_t kPrecise = 1;
  if (r.code > 1) return Drop::BadValue;
  // From a touchpad: 12 to the pixel, and 60 pixels to the notch as in kind 16.
  const std::int64_t unit = (r.flags & kPrecise) != 0 ? kScrollUnit / 6 : kScrollUnit;
  add_scroll(r.code, r.x * unit);
  return std::nullopt;
}

InputDecoder::Outcome InputDecoder::on_scroll_v2(const InputRecord& r) noexcept {
  const std::uint32_t source = r.flags & 0xFF, phase = (r.flags >> 8) & 0xFF;
  if (!valid_scroll(r, source, phase)) return Drop::BadValue;
  if (phase != kNone && phase != kUpdate && phase != kMomentum) scroll_rest_[r.code] = 0;
  // 1/256 of a unit; wheels count 120 to the notch, everything else 60 pixels.
  const std::int64_t unit = kScrollUnit / 256 * (source <= kWheel ? 1 : 2);
  add_scroll(r.code, r.x * unit);
  return std::nullopt;
}

InputDecoder::Outcome InputDecoder::on_touch(const InputRecord& r) noexcept {
  const Surface surface(r.flags);
  const bool up = is(r, InputKind::TouchUp);
  // A finger must come off the screen wherever that happened.
  if (surface.empty() && !up) return Drop::BadValue;
  input::Touch touch;
  touch.phase = up                            ? TouchPhase::Up
                : is(r, InputKind::TouchDown) ? TouchPhase::Down
                                              : TouchPhase::Move;
  touch.id = r.code;
  touch.x = surface.empty() ? 0 : Surface::part(r.x, surface.width);
  touch.y = surface.empty() ? 0 : Surface::part(r.y, surface.height);
  add(touch);
  return std::nullopt;
}

InputDecoder::Outcome InputDecoder::on_text(const InputRecord& r) noexcept {
  const auto c = r.code;
  if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) return Drop::BadValue;
  input::Text text;
  const auto put = [&](std::uint32_t byte) {
    text.utf8[text.length++] = static_cast<char>(static_cast<std::uint8_t>(byte));
  };
  if (c < 0x80) {
    put(c);
  } else {
    const unsigned more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    constexpr std::uint32_t kLead[] = {0, 0xC0, 0xE0, 0xF0};
    put(kLead[more] | c >> (6 * more));
    for (unsigned i = more; i-- > 0;) put(0x80 | ((c >> (6 * i)) & 0x3F));
  }
  add(text);
  return std::nullopt;
}

InputDecoder::Outcome InputDecoder::on(const PenBatch& batch) noexcept {
  for (const auto& sample : batch.all())
    if (!std::isfinite(sample.x) || !std::isfinite(sample.y)) return Drop::BadValue;
  if (pen_.seq && static_cast<std::int16_t>(batch.seq - *pen_.seq) <= 0) return Drop::Stale;
  pen_.seq = batch.seq;
  for (const auto& sample : batch.all())
    if ((sample.state & PenSample::kPredicted) == 0) pen_sample(sample);
  return std::nullopt;
}

void InputDecoder::pen_sample(const PenSample& sample) noexcept {
  const bool touching = (sample.state & PenSample::kTouching) != 0;
  const bool in_range = touching || (sample.state & PenSample::kInRange) != 0;
  const auto tool = sample.tool == 1 ? input::PenTool::Eraser : input::PenTool::Pen;
  if (!in_range || tool != pen_.last.tool) pen_leave();
  if (!in_range) return;

  auto& pen = pen_.last;
  pen.tool = tool;
  pen.buttons = static_cast<std::uint8_t>((sample.state & PenSample::kBarrel1 ? 1 : 0) |
                                          (sample.state & PenSample::kBarrel2 ? 2 : 0));
  pen.x = unit(sample.x);
  pen.y = unit(sample.y);
  pen.pressure = static_cast<float>(sample.pressure) / 65535.0F;
  pen.rotation = sample.azimuth < 360 ? sample.azimuth : std::uint16_t{0xFFFF};
  pen.tilt = sample.tilt <= 90 ? sample.tilt : std::uint8_t{0xFF};
  if (pen_.touching && !touching) {
    pen.pressure = 0;
    pen_phase(TouchPhase::Up);
  } else {
    pen_phase(!touching ? TouchPhase::Hover : pen_.touching ? TouchPhase::Move : TouchPhase::Down);
  }
  pen_.touching = touching;
  pen_.in_range = true;
}

void InputDecoder::pen_phase(TouchPhase phase) noexcept {
  auto event = pen_.last;
  event.phase = phase;
  add(event);
}

void InputDecoder::pen_leave() noexcept {
  pen_.last.pressure = 0;
  pen_.last.buttons = 0;
  if (pen_.touching) pen_phase(TouchPhase::Up);
  if (pen_.in_range) pen_phase(TouchPhase::HoverLeave);
  pen_.touching = pen_.in_range = false;
}

std::span<const input::Event> InputDecoder::lift_pen() noexcept {
  count_ = 0;
  pen_leave();
  return finish(std::nullopt);
}

}  // namespace pf::native::wire
