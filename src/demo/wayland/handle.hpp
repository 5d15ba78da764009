// Ownership of Wayland and xkbcommon objects.
#pragma once

#include <wayland-client.h>
#include <xdg-shell-client-protocol.h>
#include <xkbcommon/xkbcommon.h>

#include <memory>

namespace pf::demo {

struct Destroy {
  void operator()(wl_display* object) const { wl_display_disconnect(object); }
  void operator()(wl_registry* object) const { wl_registry_destroy(object); }
  void operator()(wl_compositor* object) const { wl_compositor_destroy(object); }
  void operator()(wl_shm* object) const { wl_shm_destroy(object); }
  void operator()(wl_shm_pool* object) const { wl_shm_pool_destroy(object); }
  void operator()(wl_buffer* object) const { wl_buffer_destroy(object); }
  void operator()(wl_surface* object) const { wl_surface_destroy(object); }
  void operator()(wl_callback* object) const { wl_callback_destroy(object); }
  void operator()(wl_output* object) const { wl_output_destroy(object); }
  void operator()(wl_seat* object) const { wl_seat_destroy(object); }
  void operator()(wl_pointer* object) const { wl_pointer_destroy(object); }
  void operator()(wl_keyboard* object) const { wl_keyboard_destroy(object); }
  void operator()(xdg_wm_base* object) const { xdg_wm_base_destroy(object); }
  void operator()(xdg_surface* object) const { xdg_surface_destroy(object); }
  void operator()(xdg_toplevel* object) const { xdg_toplevel_destroy(object); }
  void operator()(xkb_context* object) const { xkb_context_unref(object); }
  void operator()(xkb_keymap* object) const { xkb_keymap_unref(object); }
  void operator()(xkb_state* object) const { xkb_state_unref(object); }
};

using Display = std::unique_ptr<wl_display, Destroy>;
using Registry = std::unique_ptr<wl_registry, Destroy>;
using Compositor = std::unique_ptr<wl_compositor, Destroy>;
using Shm = std::unique_ptr<wl_shm, Destroy>;
using ShmPool = std::unique_ptr<wl_shm_pool, Destroy>;
using Buffer = std::unique_ptr<wl_buffer, Destroy>;
using Surface = std::unique_ptr<wl_surface, Destroy>;
using Callback = std::unique_ptr<wl_callback, Destroy>;
using Output = std::unique_ptr<wl_output, Destroy>;
using SeatHandle = std::unique_ptr<wl_seat, Destroy>;
using PointerHandle = std::unique_ptr<wl_pointer, Destroy>;
using KeyboardHandle = std::unique_ptr<wl_keyboard, Destroy>;
using Shell = std::unique_ptr<xdg_wm_base, Destroy>;
using ShellSurface = std::unique_ptr<xdg_surface, Destroy>;
using Toplevel = std::unique_ptr<xdg_toplevel, Destroy>;
using KeyContext = std::unique_ptr<xkb_context, Destroy>;
using Keymap = std::unique_ptr<xkb_keymap, Destroy>;
using KeyState = std::unique_ptr<xkb_state, Destroy>;

}  // namespace pf::demo
