// Input packets as the client's library writes them (gamestream.md 6). Test support; pure.
#pragma once

#include "base/bytes.hpp"

namespace pf::test::gs {

// Channel and delivery of one packet (gamestream.md 5.1).
struct InputPacket {
  Bytes bytes;
  std::uint8_t channel = 0;
  bool reliable = true;
};

namespace input_packet {

struct PadButtons {
  std::uint32_t buttons = 0;
  std::uint8_t left_trigger = 0, right_trigger = 0;
  std::int16_t left_x = 0, left_y = 0, right_x = 0, right_y = 0;
};

InputPacket haptics();
// `vk`: Windows virtual key; the stock client's 0x80 high byte is added.
InputPacket key(std::uint8_t vk, bool down, std::uint8_t modifiers = 0, std::uint8_t flags = 0);
InputPacket text(std::string_view utf8);
InputPacket move(std::int16_t dx, std::int16_t dy);
// Of a picture of `width`×`height`.
InputPacket position(std::int16_t x, std::int16_t y, std::int16_t width, std::int16_t height);
InputPacket button(std::uint8_t button, bool down);
InputPacket scroll(std::int16_t amount);
InputPacket hscroll(std::int16_t amount);
InputPacket pad(std::uint8_t controller, std::uint16_t active_mask, const PadButtons& state);
InputPacket touch(std::uint8_t event, std::uint32_t id, float x, float y, float pressure,
                  std::uint16_t rotation = 0xFFFF, float major = 0, float minor = 0);
InputPacket pen(std::uint8_t event, std::uint8_t tool, std::uint8_t buttons, float x, float y,
                float pressure, std::uint16_t rotation = 0xFFFF, std::uint8_t tilt = 0xFF);
InputPacket pad_arrival(std::uint8_t controller, std::uint8_t type, std::uint16_t capabilities,
                        std::uint32_t buttons);
InputPacket pad_touch(std::uint8_t controller, std::uint8_t event, std::uint32_t id, float x,
                      float y, float pressure);
InputPacket pad_motion(std::uint8_t controller, std::uint8_t type, float x, float y, float z);
InputPacket pad_battery(std::uint8_t controller, std::uint8_t state, std::uint8_t percent);

}  // namespace input_packet
}  // namespace pf::test::gs
