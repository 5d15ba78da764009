#include "capture/x11/screen.hpp"

namespace pf::capture::x11 {
namespace {

constexpr std::size_t kMostCursorPixels = 1024 * 1024;

bool present(xcb_connection_t* connection, xcb_extension_t* extension) {
  const auto* data = xcb_get_extension_data(connection, extension);
  return data != nullptr && data->present != 0;
}

const xcb_visualtype_t* visual_of(const xcb_screen_t& screen) {
  for (auto depth = xcb_screen_allowed_depths_iterator(&screen); depth.rem > 0;
       xcb_depth_next(&depth))
    for (auto visual = xcb_depth_visuals_iterator(depth.data); visual.rem > 0;
         xcb_visualtype_next(&visual))
      if (visual.data->visual_id == screen.root_visual) return visual.data;
  return nullptr;
}

// The one layout that VideoFrame knows: 32 bits a pixel, bytes B, G, R, unused.
bool is_bgrx(const xcb_setup_t& setup, const xcb_screen_t& screen) {
  const auto* visual = visual_of(screen);
  if (visual == nullptr || setup.image_byte_order != XCB_IMAGE_ORDER_LSB_FIRST) return false;
  if (visual->red_mask != 0xFF0000 || visual->green_mask != 0xFF00 || visual->blue_mask != 0xFF)
    return false;
  for (auto format = xcb_setup_pixmap_formats_iterator(&setup); format.rem > 0;
       xcb_format_next(&format))
    if (format.data->depth == screen.root_depth) return format.data->bits_per_pixel == 32;
  return false;
}

// The versions must be agreed on before an extension may be used.
bool agree_on_versions(xcb_connection_t* c) {
  const auto shm = xcb_shm_query_version(c);
  const auto damage = xcb_damage_query_version(c, 1, 1);
  const auto xfixes = xcb_xfixes_query_version(c, 4, 0);
  const Owned<xcb_shm_query_version_reply_t> shm_reply(
      xcb_shm_query_version_reply(c, shm, nullptr));
  const Owned<xcb_damage_query_version_reply_t> damage_reply(
      xcb_damage_query_version_reply(c, damage, nullptr));
  const Owned<xcb_xfixes_query_version_reply_t> xfixes_reply(
      xcb_xfixes_query_version_reply(c, xfixes, nullptr));
  return shm_reply && damage_reply && xfixes_reply && xfixes_reply->major_version >= 2;
}

}  // namespace

Result<Screen> Screen::open(const std::string& display, bool watch_cursor) {
  Screen screen;
  int number = 0;
  screen.connection.reset(xcb_connect(display.c_str(), &number));
  xcb_connection_t* c = screen.connection.get();
  if (xcb_connection_has_error(c) != 0)
    return fail(Errc::ConnectFailed, "X display " + display +
                                         " cannot be reached (is it running, and is XAUTHORITY "
                                         "set for this user?)");
  if (!present(c, &xcb_shm_id))
    return fail(Errc::ProtocolMissing,
                "X display " + display +
                    " has no MIT-SHM: start the server without '-extension MIT-SHM', and reach it "
                    "through its local socket");
  if (!present(c, &xcb_damage_id))
    return fail(Errc::ProtocolMissing, "X display " + display +
                                           " has no DAMAGE: start the server without "
                                           "'-extension DAMAGE'");
  if (!present(c, &xcb_xfixes_id) || !agree_on_versions(c))
    return fail(Errc::ProtocolMissing, "X display " + display +
                                           " has no usable XFIXES: start the server without "
                                           "'-extension XFIXES'");
  auto screens = xcb_setup_roots_iterator(xcb_get_setup(c));
  for (; number > 0 && screens.rem > 1; --number) xcb_screen_next(&screens);
  const xcb_screen_t& data = *screens.data;
  if (!is_bgrx(*xcb_get_setup(c), data))
    return fail(Errc::Unavailable, "X display " + display +
                                       " does not use 32-bit true colour: start the server with a "
                                       "depth of 24");
  screen.root = data.root;
  screen.damage_event =
      static_cast<std::uint8_t>(xcb_get_extension_data(c, &xcb_damage_id)->first_event);
  screen.xfixes_event =
      static_cast<std::uint8_t>(xcb_get_extension_data(c, &xcb_xfixes_id)->first_event);
  const std::uint32_t events = XCB_EVENT_MASK_STRUCTURE_NOTIFY;  // size changes
  xcb_change_window_attributes(c, screen.root, XCB_CW_EVENT_MASK, &events);
  if (watch_cursor)
    xcb_xfixes_select_cursor_input(c, screen.root, XCB_XFIXES_CURSOR_NOTIFY_MASK_DISPLAY_CURSOR);
  screen.damage = xcb_generate_id(c);
  // One event when the region stops being empty; what is in it is asked for frame by frame. The
  // finer levels would flood us while an application draws.
  xcb_damage_create(c, screen.damage, screen.root, XCB_DAMAGE_REPORT_LEVEL_NON_EMPTY);
  screen.region = xcb_generate_id(c);
  xcb_xfixes_create_region(c, screen.region, 0, nullptr);
  if (!screen.read_size()) return fail(Errc::Lost, "X display " + display + " went away");
  return screen;
}

bool Screen::read_size() {
  const Owned<xcb_get_geometry_reply_t> reply(
      xcb_get_geometry_reply(connection.get(), xcb_get_geometry(connection.get(), root), nullptr));
  if (!reply) return false;
  width = reply->width;
  height = reply->height;
  return true;
}

void take_image(xcb_xfixes_get_cursor_image_reply_t& reply, Cursor& cursor) {
  const auto count = std::size_t{reply.width} * reply.height;
  // Nobody points with more; and the reply's length counts its words.
  const bool usable = count <= kMostCursorPixels && count <= reply.length;
  const std::uint32_t* words = xcb_xfixes_get_cursor_image_cursor_image(&reply);
  cursor.pixels.assign(words, words + (usable ? count : 0));
  cursor.width = usable ? reply.width : 0;
  cursor.height = usable ? reply.height : 0;
  cursor.hot_x = reply.xhot;
  cursor.hot_y = reply.yhot;
}

}  // namespace pf::capture::x11
