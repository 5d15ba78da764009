// Which keycode types a keysym on an X server, borrowing unused keycodes for what the layout lacks.
#pragma once

#include <xcb/xcb.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace pf::input::x11 {

struct Stroke {
  xcb_keycode_t keycode = 0;
  bool shift = false;
};

// Owned by the injector's thread. Does round trips.
class Keymap {
 public:
  explicit Keymap(xcb_connection_t* connection);

  // Reads the server's table again before the next lookup.
  void invalidate() { loaded_ = false; }
  // How to type `keysym`; maps it onto a borrowed keycode when no key of the layout has it.
  std::optional<Stroke> stroke(xcb_keysym_t keysym);
  // Takes the borrowed keycodes out of the layout again.
  void give_back();

 private:
  struct Borrowed {
    xcb_keycode_t keycode = 0;
    xcb_keysym_t keysym = XCB_NO_SYMBOL;
  };
  void load();
  void hide_borrowed();
  void map(xcb_keycode_t keycode, xcb_keysym_t keysym);
  xcb_keysym_t symbol(std::size_t key, std::size_t column) const;

  xcb_connection_t* connection_;
  xcb_keycode_t first_ = 0;
  std::size_t keys_ = 0;
  std::size_t columns_ = 0;
  std::vector<xcb_keysym_t> table_;
  std::vector<Borrowed> borrowed_;
  std::size_t next_borrowed_ = 0;
  bool loaded_ = false;
  bool borrowed_found_ = false;
};

}  // namespace pf::input::x11
