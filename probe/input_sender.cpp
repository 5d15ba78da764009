#include "probe/input_sender.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "native/wire/datagram.hpp"

namespace pf::probe {

namespace wire = native::wire;

namespace {

// punktfunk1.md 7.5.
enum Kind : std::uint8_t {
  kKeyDown = 0,
  kKeyUp = 1,
  kMove = 2,
  kMoveAbs = 3,
  kButtonDown = 4,
  kButtonUp = 5,
  kScroll = 6,
  kPadButton = 7,
  kPadAxis = 8,
  kTouchDown = 9,
  kTouchMove = 10,
  kTouchUp = 11,
  kPadState = 12,
  kPadRemove = 13,
  kPadArrival = 14,
  kText = 15,
  kScrollV2 = 16,
};
enum Rich : std::uint8_t { kTouchpad = 0x01, kMotion = 0x02, kPen = 0x05 };
constexpr std::uint32_t kPrecise = 1;  // kScroll: from a touchpad
constexpr unsigned kRepeats = 2;       // of arrivals and removals, after the first

constexpr bool is_wheel(std::uint8_t source) {
  return source <= 1;
}
std::uint16_t unit16(double value) {
  return static_cast<std::uint16_t>(std::lround(std::clamp(value, 0.0, 1.0) * 65535));
}
std::int32_t pair(std::int16_t high, std::int16_t low) {
  return std::bit_cast<std::int32_t>(std::uint32_t{std::bit_cast<std::uint16_t>(high)} << 16U |
                                     std::bit_cast<std::uint16_t>(low));
}

}  // namespace

std::vector<std::uint32_t> code_points(std::string_view utf8) {
  std::vector<std::uint32_t> out;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const std::size_t size = lead < 0x80               ? 1
                             : (lead & 0xE0U) == 0xC0U ? 2
                             : (lead & 0xF0U) == 0xE0U ? 3
                             : (lead & 0xF8U) == 0xF0U ? 4
                                                       : 0;
    if (size == 0 || i + size > utf8.size()) {
      ++i;
      continue;
    }
    std::uint32_t value = size == 1 ? lead : lead & (0x7FU >> size);
    bool good = true;
    for (std::size_t k = 1; k < size; ++k) {
      const auto byte = static_cast<unsigned char>(utf8[i + k]);
      good = good && (byte & 0xC0U) == 0x80U;
      value = value << 6U | (byte & 0x3FU);
    }
    if (good) out.push_back(value);
    i += good ? size : 1;
  }
  return out;
}

InputSender::InputSender(Wire wire, const wire::ServerHello& hello)
    : wire_(std::move(wire)),
      mode_(hello.mode),
      snapshots_((hello.host_caps & wire::host_cap::kGamepadState) != 0),
      scroll_v2_((hello.host_caps2 & wire::host_cap2::kScroll) != 0),
      edges_((hello.host_caps2 & wire::host_cap2::kInputEdges) != 0) {}

void InputSender::record(std::uint8_t kind, std::uint32_t code, std::int32_t x, std::int32_t y,
                         std::uint32_t flags, bool edge) {
  std::array<std::uint8_t, 18> event{};
  event[0] = static_cast<std::uint8_t>(wire::Tag::Input);
  event[1] = kind;
  store_le(event.data() + 2, code);
  store_le(event.data() + 6, x);
  store_le(event.data() + 10, y);
  store_le(event.data() + 14, flags);
  ++sent_;
  if (edge && edges_)
    wire_.edge(event);
  else
    wire_.datagram(event);
}

void InputSender::rich(ByteSpan event) {
  ++sent_;
  wire_.datagram(event);
}

std::uint32_t InputSender::surface() const {
  return mode_.width << 16U | (mode_.height & 0xFFFFU);
}
std::int32_t InputSender::pixel_x(double x) const {
  return static_cast<std::int32_t>(std::lround(std::clamp(x, 0.0, 1.0) * mode_.width));
}
std::int32_t InputSender::pixel_y(double y) const {
  return static_cast<std::int32_t>(std::lround(std::clamp(y, 0.0, 1.0) * mode_.height));
}

void InputSender::perform(const KeyAction& a) {
  record(a.down ? kKeyDown : kKeyUp, a.vk, 0, 0, 0, true);
}

void InputSender::perform(const TextAction& a) {
  for (const auto point : code_points(a.utf8)) record(kText, point, 0, 0, 0);
}

void InputSender::perform(const MoveAction& a) {
  record(kMove, 0, a.dx, a.dy, 0);
}

void InputSender::perform(const PositionAction& a) {
  record(kMoveAbs, 0, pixel_x(a.x), pixel_y(a.y), surface());
}

void InputSender::perform(const ButtonAction& a) {
  record(a.down ? kButtonDown : kButtonUp, a.button, 0, 0, 0);
}

void InputSender::perform(const ScrollAction& a) {
  const std::uint32_t axis = a.horizontal ? 1 : 0;
  if (scroll_v2_) {
    record(kScrollV2, axis, static_cast<std::int32_t>(std::lround(a.amount * 256)), 0,
           a.source | std::uint32_t{a.phase} << 8U);
    return;
  }
  // Older hosts: whole units, the rest carried over, and no stops.
  auto& rest = scroll_rest_[axis];
  rest += is_wheel(a.source) ? a.amount : a.amount * 12;
  const double whole = std::trunc(rest);
  rest -= whole;
  if (whole == 0) return;
  record(kScroll, axis, static_cast<std::int32_t>(whole), 0, is_wheel(a.source) ? 0 : kPrecise);
}

void InputSender::perform(const TouchAction& a) {
  const auto kind = a.contact == Contact::Down   ? kTouchDown
                    : a.contact == Contact::Move ? kTouchMove
                                                 : kTouchUp;
  record(kind, a.id, pixel_x(a.x), pixel_y(a.y), surface());
}

void InputSender::perform(const PenAction& a) {
  Bytes event;
  ByteWriter out(event);
  const auto state = static_cast<std::uint8_t>((a.in_range || a.touching ? 1U : 0U) |
                                               (a.touching ? 2U : 0U) | (a.buttons & 3U) << 2U);
  out.u8(static_cast<std::uint8_t>(wire::Tag::RichInput)).u8(kPen).u8(0).u8(1).le(pen_seq_++);
  out.u8(state).u8(a.eraser ? 1 : 0);
  out.le(std::bit_cast<std::uint32_t>(static_cast<float>(a.x)));
  out.le(std::bit_cast<std::uint32_t>(static_cast<float>(a.y)));
  // Distance, tilt, azimuth and roll: none.
  out.le(unit16(a.pressure)).le(std::uint16_t{0xFFFF}).u8(0xFF).le(std::uint16_t{0xFFFF});
  out.le(std::uint16_t{0xFFFF}).le(std::uint16_t{0});
  rich(event);
}

void InputSender::perform(const PadArriveAction& a) {
  auto& pad = pads_[a.pad % pads_.size()];
  pad.live = true;
  pad.kind = a.kind;
  pad.state = {};
  pad.state.pad = a.pad;
  pad.removals_left = 0;
  pad.arrivals_left = kRepeats;
  record(kPadArrival, static_cast<std::uint32_t>(a.kind), 0, 0, a.pad);
  send_state(pad);
}

void InputSender::perform(const PadStateAction& a) {
  auto& pad = pads_[a.pad % pads_.size()];
  const auto before = pad.state;
  pad.live = true;
  pad.state = a;
  if (snapshots_)
    send_state(pad);
  else
    send_legacy(before, a);
}

void InputSender::perform(const PadRemoveAction& a) {
  auto& pad = pads_[a.pad % pads_.size()];
  pad.live = false;
  pad.arrivals_left = 0;
  pad.removals_left = kRepeats;
  record(kPadRemove, 0, 0, 0, std::uint32_t{++pad.seq} << 24U | a.pad);
}

void InputSender::perform(const PadMotionAction& a) {
  Bytes event;
  ByteWriter out(event);
  out.u8(static_cast<std::uint8_t>(wire::Tag::RichInput)).u8(kMotion).u8(a.pad);
  for (const auto v : a.gyro) out.le(v);
  for (const auto v : a.accel) out.le(v);
  rich(event);
}

void InputSender::perform(const PadTouchAction& a) {
  Bytes event;
  ByteWriter out(event);
  out.u8(static_cast<std::uint8_t>(wire::Tag::RichInput)).u8(kTouchpad).u8(a.pad).u8(a.finger);
  out.u8(a.active ? 1 : 0).le(unit16(a.x)).le(unit16(a.y));
  rich(event);
}

void InputSender::send_state(Pad& pad) {
  if (!snapshots_) return;
  const auto& s = pad.state;
  record(kPadState, s.buttons, pair(s.left_x, s.left_y), pair(s.right_x, s.right_y),
         std::uint32_t{++pad.seq} << 24U | std::uint32_t{s.left_trigger} << 16U |
             std::uint32_t{s.right_trigger} << 8U | s.pad);
}

void InputSender::send_legacy(const PadStateAction& from, const PadStateAction& to) {
  const auto changed = from.buttons ^ to.buttons;
  for (std::uint32_t bit = 1; bit != 0; bit <<= 1U)
    if ((changed & bit) != 0) record(kPadButton, bit, (to.buttons & bit) != 0 ? 1 : 0, 0, to.pad);
  const std::array<std::pair<std::int32_t, std::int32_t>, 6> axes{
      {{from.left_x, to.left_x},
       {from.left_y, to.left_y},
       {from.right_x, to.right_x},
       {from.right_y, to.right_y},
       {from.left_trigger, to.left_trigger},
       {from.right_trigger, to.right_trigger}}};
  for (std::uint32_t i = 0; i < axes.size(); ++i)
    if (axes[i].first != axes[i].second) record(kPadAxis, i, axes[i].second, 0, to.pad);
}

bool InputSender::any_pad() const {
  return std::any_of(pads_.begin(), pads_.end(), [](const Pad& p) {
    return p.live || p.arrivals_left > 0 || p.removals_left > 0;
  });
}

void InputSender::send(const InputAction& action, SteadyTime now) {
  std::visit([this](const auto& a) { perform(a); }, action);
  if (!refresh_ && any_pad()) refresh_ = now + kPadRefresh;
}

void InputSender::tick(SteadyTime now) {
  if (!refresh_ || now < *refresh_) return;
  for (std::size_t i = 0; i < pads_.size(); ++i) {
    auto& pad = pads_[i];
    const auto index = static_cast<std::uint32_t>(i);
    if (pad.removals_left > 0) {
      --pad.removals_left;
      record(kPadRemove, 0, 0, 0, std::uint32_t{++pad.seq} << 24U | index);
    }
    if (!pad.live) continue;
    if (pad.arrivals_left > 0) {
      --pad.arrivals_left;
      record(kPadArrival, static_cast<std::uint32_t>(pad.kind), 0, 0, index);
    }
    send_state(pad);
  }
  refresh_ = any_pad() ? std::optional(now + kPadRefresh) : std::nullopt;
}

SteadyTime InputSender::next() const {
  return refresh_.value_or(SteadyTime::max());
}

}  // namespace pf::probe
