// The configuration file of a private compositor: one output, no decoration, one application.
#pragma once

#include <cstdint>
#include <string>

#include "media/mode.hpp"

namespace pf::display::virtual_display {

inline constexpr const char* kOutput = "HEADLESS-1";    // the first headless output's name
inline constexpr const char* kX11File = "x11-display";  // where the compositor says $DISPLAY

// Millihertz, rounded to nearest: what the compositor reports as "refresh".
std::uint32_t refresh_millihertz(const media::Rational& rate);
// "output HEADLESS-1 mode --custom 1366x768@59.940Hz"
std::string mode_command(const media::Mode& mode, std::uint32_t millihertz);
// The whole file. With `xwayland` X programs work too, and the compositor writes its display name
// to kX11File in $XDG_RUNTIME_DIR.
std::string sway_config(const media::Mode& mode, bool xwayland);

}  // namespace pf::display::virtual_display
