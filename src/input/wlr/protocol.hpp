// The requests of wlr-virtual-pointer-unstable-v1 (version 2) and virtual-keyboard-unstable-v1, as
// constants: neither protocol's description is packaged. Neither object has events.
#pragma once

#include <wayland-client.h>

#include <cstdint>

namespace pf::input::wlr {

inline constexpr const char* kPointerManagerName = "zwlr_virtual_pointer_manager_v1";
inline constexpr const char* kKeyboardManagerName = "zwp_virtual_keyboard_manager_v1";
inline constexpr std::uint32_t kPointerManagerVersion = 2;
inline constexpr std::uint32_t kKeyboardManagerVersion = 1;

extern const wl_interface kPointerManagerInterface;
extern const wl_interface kPointerInterface;
extern const wl_interface kKeyboardManagerInterface;
extern const wl_interface kKeyboardInterface;

// One virtual pointer on one output. A value type around the protocol object; `ms` are milliseconds
// of any steady clock. Changes take effect with frame().
class PointerDevice {
 public:
  // Absolute positions run from 0 to this: finer than the 1/256 pixel that the compositor keeps.
  static constexpr std::uint32_t kExtent = 1 << 20;

  void create(wl_proxy* manager, wl_seat* seat, wl_output* output);
  void destroy();
  void motion(std::uint32_t ms, double dx, double dy);
  void motion_absolute(std::uint32_t ms, std::uint32_t x, std::uint32_t y);
  void button(std::uint32_t ms, std::uint32_t code, bool down);
  // axis: 0 vertical, 1 horizontal; value in pixels, down and right positive; whole steps or 0.
  void axis(std::uint32_t ms, std::uint32_t axis, double value, std::int32_t steps);
  void frame();

 private:
  wl_proxy* proxy_ = nullptr;
};

class KeyboardDevice {
 public:
  void create(wl_proxy* manager, wl_seat* seat);
  void destroy();
  void keymap(int fd, std::uint32_t size);  // XKB text, terminated by a zero byte that counts
  void key(std::uint32_t ms, std::uint32_t code, bool down);  // evdev code
  void modifiers(std::uint32_t depressed, std::uint32_t latched, std::uint32_t locked,
                 std::uint32_t group);

 private:
  wl_proxy* proxy_ = nullptr;
};

void destroy_pointer_manager(wl_proxy* manager);

}  // namespace pf::input::wlr
