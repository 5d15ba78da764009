// Input of native clients (punktfunk1.md 7.5, 7.6): a length byte, then a datagram, again and
// again, so that the decoder's memory of pads, fingers and pen takes part. Events must be in range,
// and touches and pads must come and go in order, whatever arrives.
#include <array>
#include <cmath>

#include "base/result.hpp"
#include "native/wire/input_decode.hpp"

namespace {

using namespace pf;
using namespace pf::native::wire;
using input::TouchPhase;

bool unit(float value) {
  return value >= 0 && value <= 1;
}

struct Observer {
  std::array<bool, 16> pads{};
  bool pen_in_range = false, pen_down = false;

  void operator()(const input::Key& key) { PF_ASSERT(key.code != 0 && key.code < 0x300); }
  void operator()(const input::Text& text) { PF_ASSERT(text.length >= 1 && text.length <= 4); }
  void operator()(const input::PointerMotion& motion) {
    PF_ASSERT(std::isfinite(motion.dx) && std::isfinite(motion.dy));
  }
  void operator()(const input::PointerPosition& at) { PF_ASSERT(unit(at.x) && unit(at.y)); }
  void operator()(const input::PointerButton& button) {
    PF_ASSERT(button.button >= input::Button::Left && button.button <= input::Button::Extra);
  }
  void operator()(const input::Scroll& scroll) {
    PF_ASSERT(scroll.vertical == 0 || scroll.horizontal == 0);
  }
  void operator()(const input::Touch& touch) { PF_ASSERT(unit(touch.x) && unit(touch.y)); }
  void operator()(const input::Pen& pen) {
    PF_ASSERT(unit(pen.x) && unit(pen.y) && unit(pen.pressure) && pen.buttons < 4);
    switch (pen.phase) {
      case TouchPhase::Down:
        PF_ASSERT(!pen_down);
        pen_down = pen_in_range = true;
        break;
      case TouchPhase::Move:
        PF_ASSERT(pen_down);
        break;
      case TouchPhase::Up:
        PF_ASSERT(pen_down);
        pen_down = false;
        break;
      case TouchPhase::Hover:
        PF_ASSERT(!pen_down);
        pen_in_range = true;
        break;
      default:
        PF_ASSERT(pen.phase == TouchPhase::HoverLeave && pen_in_range && !pen_down);
        pen_in_range = false;
        break;
    }
  }
  void operator()(const input::PadArrival& arrival) {
    PF_ASSERT(arrival.pad < 16 && !pads[arrival.pad] && arrival.kind <= input::PadKind::Steam);
    pads[arrival.pad] = true;
  }
  void operator()(const input::PadRemoval& removal) {
    PF_ASSERT(removal.pad < 16 && pads[removal.pad]);
    pads[removal.pad] = false;
  }
  void operator()(const input::PadState& state) {
    PF_ASSERT(state.pad < 16 && pads[state.pad] && state.buttons <= 0x3FFFFF);
  }
  void operator()(const input::PadTouch& touch) {
    PF_ASSERT(touch.pad < 16 && touch.surface < 3 && touch.id < 8);
    PF_ASSERT(unit(touch.x) && unit(touch.y) && unit(touch.pressure));
  }
  void operator()(const input::PadMotion& motion) {
    PF_ASSERT(motion.pad < 16 && std::isfinite(motion.x));
  }
  template <class Other>
  void operator()(const Other&) {
    PF_ASSERT(false);  // nothing on this wire becomes another event
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  InputDecoder decoder;
  Observer observer;
  ByteReader reader({data, size});
  std::uint64_t rounds = 0;
  while (reader.remaining() > 0) {
    const std::size_t length = reader.u8();
    const auto datagram = reader.take(std::min(length, reader.remaining()));
    const auto plane = open_datagram(Generation::V1, datagram);
    if (!plane) continue;
    ++rounds;
    for (const auto& event : decoder.decode(*plane)) std::visit(observer, event);
    PF_ASSERT(decoder.pen_in_range() == observer.pen_in_range);
  }
  for (const auto& event : decoder.lift_pen()) std::visit(observer, event);
  PF_ASSERT(!observer.pen_in_range && decoder.counts().received == rounds);
  return 0;
}
