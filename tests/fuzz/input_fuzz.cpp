// Input packets (gamestream.md 6): two bytes of length, then a packet, again and again, so that the
// decoder's memory of modifiers and pads takes part. Events must be in range whatever comes.
#include "base/result.hpp"
#include "gamestream/input_decode.hpp"

namespace {

using namespace pf;

bool unit(float value) {
  return value >= 0 && value <= 1;
}

void check(const input::Key& key) {
  PF_ASSERT(key.code != 0 && key.code < 0x300);
}
void check(const input::Text& text) {
  PF_ASSERT(text.length > 0 && text.length <= text.utf8.size());
}
void check(const input::PointerPosition& position) {
  PF_ASSERT(unit(position.x) && unit(position.y));
}
void check(const input::PointerButton& button) {
  PF_ASSERT(button.button >= input::Button::Left && button.button <= input::Button::Extra);
}
void check(const input::Touch& touch) {
  PF_ASSERT(unit(touch.x) && unit(touch.y) && unit(touch.pressure));
}
void check(const input::Pen& pen) {
  PF_ASSERT(unit(pen.x) && unit(pen.y) && unit(pen.pressure) && pen.buttons < 8);
}
void check(const input::PadArrival& arrival) {
  PF_ASSERT(arrival.pad < 16 && arrival.kind <= input::PadKind::Steam);
}
void check(const input::PadRemoval& removal) {
  PF_ASSERT(removal.pad < 16);
}
void check(const input::PadState& state) {
  PF_ASSERT(state.pad < 16);
}
void check(const input::PadTouch& touch) {
  PF_ASSERT(touch.pad < 16 && unit(touch.x) && unit(touch.y));
}
void check(const input::PadMotion& motion) {
  PF_ASSERT(motion.pad < 16 && motion.x == motion.x);
}
void check(const input::PadBattery& battery) {
  PF_ASSERT(battery.pad < 16 && battery.state <= 5);
}
template <class Other>
void check(const Other&) {}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gamestream::InputDecoder decoder;
  ByteReader reader({data, size});
  while (reader.remaining() >= 2) {
    const std::size_t length = reader.le<std::uint16_t>();
    const auto packet = reader.take(std::min(length, reader.remaining()));
    const auto list = decoder.decode(packet);
    for (const auto& event : list.events()) std::visit([](const auto& one) { check(one); }, event);
  }
  return 0;
}
