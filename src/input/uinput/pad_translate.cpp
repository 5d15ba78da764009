#include "input/uinput/pad_translate.hpp"

#include <linux/input-event-codes.h>

namespace pf::input::uinput {
namespace {

// As SDL does: a digital trigger button is down from an eighth of the way.
constexpr std::uint8_t kTriggerPressed = 32;

std::int32_t hat(std::uint32_t buttons, std::uint32_t negative, std::uint32_t positive) {
  return ((buttons & positive) != 0 ? 1 : 0) - ((buttons & negative) != 0 ? 1 : 0);
}

class Difference {
 public:
  void key(std::uint16_t code, bool before, bool after) {
    if (before != after) codes_.add(EV_KEY, code, after ? 1 : 0);
  }
  void axis(std::uint16_t code, std::int32_t before, std::int32_t after) {
    if (before != after) codes_.add(EV_ABS, code, after);
  }
  InputCodes close() {
    if (!codes_.empty()) codes_.add(EV_SYN, SYN_REPORT, 0);
    return codes_;
  }

 private:
  InputCodes codes_;
};

}  // namespace

std::int32_t stick_value(const StickRange& range, std::int16_t place, bool down_positive) {
  std::int32_t value = place;
  if (down_positive) value = value == -32768 ? 32767 : -value;
  if (range.minimum < 0) return value < range.minimum ? range.minimum : value;
  return (value + 32768) >> 8;  // 0..255, middle 128
}

InputCodes translate(const PadProfile& profile, const PadState& from, const PadState& to) {
  using namespace pad_button;
  Difference out;
  for (const ButtonMap& button : profile.buttons)
    out.key(button.code, (from.buttons & button.mask) != 0, (to.buttons & button.mask) != 0);
  if (profile.left_trigger_button != 0)
    out.key(profile.left_trigger_button, from.left_trigger >= kTriggerPressed,
            to.left_trigger >= kTriggerPressed);
  if (profile.right_trigger_button != 0)
    out.key(profile.right_trigger_button, from.right_trigger >= kTriggerPressed,
            to.right_trigger >= kTriggerPressed);
  const auto stick = [&](std::uint16_t code, std::int16_t before, std::int16_t after, bool down) {
    out.axis(code, stick_value(profile.stick, before, down),
             stick_value(profile.stick, after, down));
  };
  stick(ABS_X, from.left_x, to.left_x, false);
  stick(ABS_Y, from.left_y, to.left_y, true);
  stick(ABS_RX, from.right_x, to.right_x, false);
  stick(ABS_RY, from.right_y, to.right_y, true);
  if (profile.trigger_axes) {
    out.axis(ABS_Z, from.left_trigger, to.left_trigger);
    out.axis(ABS_RZ, from.right_trigger, to.right_trigger);
  }
  out.axis(ABS_HAT0X, hat(from.buttons, kLeft, kRight), hat(to.buttons, kLeft, kRight));
  out.axis(ABS_HAT0Y, hat(from.buttons, kUp, kDown), hat(to.buttons, kUp, kDown));
  return out.close();
}

}  // namespace pf::input::uinput
