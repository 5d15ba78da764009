#include "display/virtual/sway_config.hpp"

#include <fmt/format.h>

namespace pf::display::virtual_display {

std::uint32_t refresh_millihertz(const media::Rational& rate) {
  const auto scaled = std::uint64_t{rate.num} * 1000;
  return static_cast<std::uint32_t>((scaled + rate.den / 2) / rate.den);
}

std::string mode_command(const media::Mode& mode, std::uint32_t millihertz) {
  return fmt::format("output {} mode --custom {}x{}@{}.{:03}Hz", kOutput, mode.width, mode.height,
                     millihertz / 1000, millihertz % 1000);
}

std::string sway_config(const media::Mode& mode, bool xwayland) {
  std::string text = xwayland ? "xwayland enable\n" : "xwayland disable\n";
  text += mode_command(mode, refresh_millihertz(mode.rate)) + '\n';
  text +=
      "default_border none\n"
      "default_floating_border none\n"
      "focus_follows_mouse yes\n"
      "focus_on_window_activation focus\n"
      "for_window [tiling] fullscreen enable\n"  // dialogs float and stay above
      "seat seat0 fallback true\n"
      "swaynag_command -\n";  // no message bar in the picture
  if (xwayland) {
    // The display number is the compositor's choice and only its own children are told.
    text += fmt::format("exec printf '%s\\n' \"$DISPLAY\" > \"$XDG_RUNTIME_DIR/{}\"\n", kX11File);
  }
  return text;
}

}  // namespace pf::display::virtual_display
