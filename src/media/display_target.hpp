// How the back ends of capture, input and apps reach the display that a session streams. Filled in
// by the display back end that opened it; plain data, so that those rooms need not know each other.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "media/mode.hpp"

namespace pf::media {

enum class DisplayKind : std::uint8_t {
  Synthetic = 1,  // no display: a generated picture
  Wlroots,        // a Wayland compositor with wlr-screencopy and wlr virtual input
  X11,
};

struct DisplayTarget {
  DisplayKind kind = DisplayKind::Synthetic;
  std::string wayland_socket;  // absolute path of the compositor's socket (Wlroots)
  std::string output;          // output name, for example "HEADLESS-1" (Wlroots)
  std::string x11_display;     // for example ":0" (X11)
  Mode mode;                   // the display's mode when it was opened
  // What a program needs in its environment to appear on this display (WAYLAND_DISPLAY, DISPLAY,
  // XDG_RUNTIME_DIR, …); overrides the host's own environment.
  std::map<std::string, std::string> environment;
};

}  // namespace pf::media
