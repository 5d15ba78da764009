// What each kind of virtual gamepad looks like to games: the names, numbers and ranges that the
// kernel's own drivers for the real devices use (xpad, hid-playstation, hid-nintendo), so that
// games and SDL's mapping table recognise them.
#pragma once

#include <cstdint>
#include <span>

#include "input/event.hpp"

namespace pf::input::uinput {

struct ButtonMap {
  std::uint32_t mask;  // one bit of pad_button
  std::uint16_t code;  // BTN_*
};

struct StickRange {
  std::int32_t minimum, maximum, fuzz, flat;
};

struct PadProfile {
  const char* name;
  std::uint16_t vendor, product, version;  // on the USB bus
  std::span<const ButtonMap> buttons;
  StickRange stick;
  bool trigger_axes;                   // ABS_Z and ABS_RZ, 0..255
  std::uint16_t left_trigger_button;   // BTN_TL2 or 0 = none
  std::uint16_t right_trigger_button;  // BTN_TR2 or 0
};

// Unknown and Steam are shown as the Xbox 360 pad, which every game knows.
const PadProfile& profile_of(PadKind kind);

}  // namespace pf::input::uinput
