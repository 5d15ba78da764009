// Pad states to the kernel's input events: a pure function.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "input/event.hpp"
#include "input/uinput/pad_profile.hpp"

namespace pf::input::uinput {

struct InputCode {
  std::uint16_t type = 0;  // EV_KEY, EV_ABS, EV_SYN
  std::uint16_t code = 0;
  std::int32_t value = 0;
  bool operator==(const InputCode&) const = default;
};

// At most 12 buttons, 2 trigger buttons, 8 axes and the closing SYN_REPORT.
class InputCodes {
 public:
  void add(std::uint16_t type, std::uint16_t code, std::int32_t value) {
    items_[size_++] = {type, code, value};
  }
  std::span<const InputCode> items() const { return {items_.data(), size_}; }
  bool empty() const { return size_ == 0; }

 private:
  std::array<InputCode, 24> items_{};
  std::size_t size_ = 0;
};

// A stick's place (up and right positive) as the profile's axis value; `down_positive` for the Y
// axes, which point down in the kernel. The middle maps to the middle exactly.
std::int32_t stick_value(const StickRange& range, std::int16_t place, bool down_positive);

// What a reader of the device must be told to get from one state to the other: only what differs,
// closed by SYN_REPORT; empty when nothing differs.
InputCodes translate(const PadProfile& profile, const PadState& from, const PadState& to);

}  // namespace pf::input::uinput
