// The connection to one X screen, with the extensions that capture needs.
#pragma once

#include <xcb/damage.h>
#include <xcb/shm.h>
#include <xcb/xcb.h>
#include <xcb/xfixes.h>

#include <string>

#include "base/result.hpp"
#include "capture/capture.hpp"
#include "capture/x11/cursor.hpp"
#include "capture/x11/xcb_reply.hpp"

namespace pf::capture::x11 {

// Plain parts of an open screen; used by one thread.
struct Screen {
  Connection connection;
  xcb_window_t root = XCB_NONE;
  std::uint32_t width = 0, height = 0;
  xcb_damage_damage_t damage = XCB_NONE;  // collects changes of the root and all in it
  xcb_xfixes_region_t region = XCB_NONE;  // scratch
  std::uint8_t damage_event = 0, xfixes_event = 0;

  // Errors as for start(): ConnectFailed, ProtocolMissing, Unavailable.
  static Result<Screen> open(const std::string& display, bool watch_cursor);

  // Round trips. False when the server has gone.
  bool read_size();
};

// The cursor's image from the server's answer; none when it is absurdly large or incomplete.
void take_image(xcb_xfixes_get_cursor_image_reply_t& reply, Cursor& cursor);

}  // namespace pf::capture::x11
