#include "support/gs_client_input.hpp"

#include <bit>
#include <functional>

namespace pf::test::gs::input_packet {
namespace {

enum Channel : std::uint8_t {
  kGeneric = 0,
  kKeyboard = 2,
  kMouse = 3,
  kPen = 4,
  kTouch = 5,
  kText = 6,
  kPad = 0x10,
  kMotion = 0x20
};

Bytes packet(std::uint32_t magic, const std::function<void(ByteWriter&)>& body) {
  Bytes bytes;
  ByteWriter writer(bytes);
  writer.be<std::uint32_t>(0).le<std::uint32_t>(magic);
  body(writer);
  store_be<std::uint32_t>(bytes.data(), static_cast<std::uint32_t>(bytes.size() - 4));
  return bytes;
}

std::uint32_t bits(float value) {
  return std::bit_cast<std::uint32_t>(value);
}

std::uint8_t nth(std::uint8_t first, std::uint8_t controller) {
  return static_cast<std::uint8_t>(first + controller);
}

// Hover and move may be lost (gamestream.md 5.1).
bool must_arrive(std::uint8_t event) {
  return event != 0 && event != 3;
}

}  // namespace

InputPacket haptics() {
  return {packet(0x0D, [](ByteWriter& w) { w.le<std::uint16_t>(1); }), kGeneric};
}

InputPacket key(std::uint8_t vk, bool down, std::uint8_t modifiers, std::uint8_t flags) {
  return {packet(down ? 3 : 4,
                 [&](ByteWriter& w) {
                   w.u8(flags)
                       .le<std::uint16_t>(static_cast<std::uint16_t>(0x8000U | vk))
                       .u8(modifiers)
                       .le<std::uint16_t>(0);
                 }),
          kKeyboard};
}

InputPacket text(std::string_view utf8) {
  return {packet(0x17, [&](ByteWriter& w) { w.bytes(as_bytes(utf8)); }), kText};
}

InputPacket move(std::int16_t dx, std::int16_t dy) {
  return {packet(7, [&](ByteWriter& w) { w.be(dx).be(dy); }), kMouse};
}

InputPacket position(std::int16_t x, std::int16_t y, std::int16_t width, std::int16_t height) {
  return {packet(5,
                 [&](ByteWriter& w) {
                   w.be(x)
                       .be(y)
                       .be<std::uint16_t>(0)
                       .be(static_cast<std::int16_t>(width - 1))
                       .be(static_cast<std::int16_t>(height - 1));
                 }),
          kMouse};
}

InputPacket button(std::uint8_t button, bool down) {
  return {packet(down ? 8 : 9, [&](ByteWriter& w) { w.u8(button); }), kMouse};
}

InputPacket scroll(std::int16_t amount) {
  return {packet(0x0A, [&](ByteWriter& w) { w.be(amount).be(amount).be<std::uint16_t>(0); }),
          kMouse};
}

InputPacket hscroll(std::int16_t amount) {
  return {packet(0x55000001, [&](ByteWriter& w) { w.be(amount); }), kMouse};
}

InputPacket pad(std::uint8_t controller, std::uint16_t active_mask, const PadButtons& state) {
  return {packet(0x0C,
                 [&](ByteWriter& w) {
                   w.le<std::uint16_t>(0x001A)
                       .le<std::uint16_t>(controller)
                       .le(active_mask)
                       .le<std::uint16_t>(0x0014)
                       .le(static_cast<std::uint16_t>(state.buttons))
                       .u8(state.left_trigger)
                       .u8(state.right_trigger)
                       .le(state.left_x)
                       .le(state.left_y)
                       .le(state.right_x)
                       .le(state.right_y)
                       .le<std::uint16_t>(0x009C)
                       .le(static_cast<std::uint16_t>(state.buttons >> 16))
                       .le<std::uint16_t>(0x0055);
                 }),
          nth(kPad, controller)};
}

InputPacket touch(std::uint8_t event, std::uint32_t id, float x, float y, float pressure,
                  std::uint16_t rotation, float major, float minor) {
  return {packet(0x55000002,
                 [&](ByteWriter& w) {
                   w.u8(event).u8(0).le(rotation).le(id).le(bits(x)).le(bits(y)).le(bits(pressure));
                   w.le(bits(major)).le(bits(minor));
                 }),
          kTouch, must_arrive(event)};
}

InputPacket pen(std::uint8_t event, std::uint8_t tool, std::uint8_t buttons, float x, float y,
                float pressure, std::uint16_t rotation, std::uint8_t tilt) {
  return {packet(0x55000003,
                 [&](ByteWriter& w) {
                   w.u8(event).u8(tool).u8(buttons).u8(0).le(bits(x)).le(bits(y));
                   w.le(bits(pressure)).le(rotation).u8(tilt).u8(0).le(0U).le(0U);
                 }),
          kPen, must_arrive(event)};
}

InputPacket pad_arrival(std::uint8_t controller, std::uint8_t type, std::uint16_t capabilities,
                        std::uint32_t buttons) {
  return {packet(0x55000004,
                 [&](ByteWriter& w) { w.u8(controller).u8(type).le(capabilities).le(buttons); }),
          nth(kPad, controller)};
}

InputPacket pad_touch(std::uint8_t controller, std::uint8_t event, std::uint32_t id, float x,
                      float y, float pressure) {
  return {packet(0x55000005,
                 [&](ByteWriter& w) {
                   w.u8(controller).u8(event).u8(0).u8(0).le(id).le(bits(x)).le(bits(y));
                   w.le(bits(pressure));
                 }),
          nth(kPad, controller), must_arrive(event)};
}

InputPacket pad_motion(std::uint8_t controller, std::uint8_t type, float x, float y, float z) {
  const bool resting_gyro = type == 2 && x == 0 && y == 0 && z == 0;
  return {packet(0x55000006,
                 [&](ByteWriter& w) {
                   w.u8(controller).u8(type).le<std::uint16_t>(0).le(bits(x)).le(bits(y));
                   w.le(bits(z));
                 }),
          nth(kMotion, controller), resting_gyro};
}

InputPacket pad_battery(std::uint8_t controller, std::uint8_t state, std::uint8_t percent) {
  return {packet(0x55000007, [&](ByteWriter& w) { w.u8(controller).u8(state).u8(percent).u8(0); }),
          nth(kPad, controller)};
}

}  // namespace pf::test::gs::input_packet
