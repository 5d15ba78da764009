#include "device/support/test_window.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wayland-client.h>
#include <xkbcommon/xkbcommon.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"
#include "relative-pointer-client.h"
#include "xdg-shell-client.h"

namespace pf::test {
namespace {

template <class T>
T* bind(wl_registry* registry, std::uint32_t id, const wl_interface& type, std::uint32_t version) {
  return static_cast<T*>(wl_registry_bind(registry, id, &type, version));
}

}  // namespace

struct TestWindow::Impl {
  wl_display* display = nullptr;
  wl_registry* registry = nullptr;
  wl_compositor* compositor = nullptr;
  wl_shm* shm = nullptr;
  wl_seat* seat = nullptr;
  xdg_wm_base* shell = nullptr;
  zwp_relative_pointer_manager_v1* relative_manager = nullptr;
  zwp_relative_pointer_v1* relative = nullptr;
  wl_surface* surface = nullptr;
  xdg_surface* role = nullptr;
  xdg_toplevel* toplevel = nullptr;
  wl_keyboard* keyboard = nullptr;
  wl_pointer* pointer = nullptr;
  xkb_context* xkb = nullptr;
  xkb_keymap* keymap = nullptr;
  xkb_state* state = nullptr;

  bool configured = false;
  bool focused = false;
  std::uint32_t width = 0, height = 0;
  std::uint64_t frames = 0;
  std::uint32_t* pixels = nullptr;
  std::size_t bytes = 0;
  wl_buffer* buffer = nullptr;
  std::uint32_t buffer_width = 0, buffer_height = 0;
  std::vector<wl_callback*> pending;  // of frames not shown yet
  std::vector<std::string> events;
  std::string typed;

  ~Impl() {
    drop_buffer();
    for (auto* callback : pending) wl_callback_destroy(callback);
    if (state != nullptr) xkb_state_unref(state);
    if (keymap != nullptr) xkb_keymap_unref(keymap);
    if (xkb != nullptr) xkb_context_unref(xkb);
    if (relative != nullptr) zwp_relative_pointer_v1_destroy(relative);
    if (pointer != nullptr) wl_pointer_destroy(pointer);
    if (keyboard != nullptr) wl_keyboard_destroy(keyboard);
    if (toplevel != nullptr) xdg_toplevel_destroy(toplevel);
    if (role != nullptr) xdg_surface_destroy(role);
    if (surface != nullptr) wl_surface_destroy(surface);
    if (relative_manager != nullptr) zwp_relative_pointer_manager_v1_destroy(relative_manager);
    if (seat != nullptr) wl_seat_destroy(seat);
    if (shell != nullptr) xdg_wm_base_destroy(shell);
    if (shm != nullptr) wl_shm_destroy(shm);
    if (compositor != nullptr) wl_compositor_destroy(compositor);
    if (registry != nullptr) wl_registry_destroy(registry);
    if (display != nullptr) wl_display_disconnect(display);
  }

  static Impl& of(void* data) { return *static_cast<Impl*>(data); }

  void drop_buffer() {
    if (buffer != nullptr) wl_buffer_destroy(buffer);
    if (pixels != nullptr) ::munmap(pixels, bytes);
    buffer = nullptr;
    pixels = nullptr;
  }

  void make_buffer() {
    drop_buffer();
    bytes = std::size_t{width} * height * 4;
    const UniqueFd fd(::memfd_create("pf-window", MFD_CLOEXEC));
    if (::ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0) return;
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    if (memory == MAP_FAILED) return;
    pixels = static_cast<std::uint32_t*>(memory);
    auto* pool = wl_shm_create_pool(shm, fd.get(), static_cast<std::int32_t>(bytes));
    buffer = wl_shm_pool_create_buffer(
        pool, 0, static_cast<std::int32_t>(width), static_cast<std::int32_t>(height),
        static_cast<std::int32_t>(width * 4), WL_SHM_FORMAT_XRGB8888);
    wl_shm_pool_destroy(pool);
    buffer_width = width;
    buffer_height = height;
  }

  void on_global(std::uint32_t id, const char* name, std::uint32_t version) {
    if (std::strcmp(name, wl_compositor_interface.name) == 0) {
      compositor = bind<wl_compositor>(registry, id, wl_compositor_interface, 4);
    } else if (std::strcmp(name, wl_shm_interface.name) == 0) {
      shm = bind<wl_shm>(registry, id, wl_shm_interface, 1);
    } else if (std::strcmp(name, wl_seat_interface.name) == 0) {
      seat = bind<wl_seat>(registry, id, wl_seat_interface, std::min(version, 5U));
      static const wl_seat_listener listener = {
          [](void* self, wl_seat*, std::uint32_t caps) { of(self).on_capabilities(caps); },
          [](void*, wl_seat*, const char*) {}};
      wl_seat_add_listener(seat, &listener, this);
    } else if (std::strcmp(name, xdg_wm_base_interface.name) == 0) {
      shell = bind<xdg_wm_base>(registry, id, xdg_wm_base_interface, 1);
      static const xdg_wm_base_listener listener = {
          [](void*, xdg_wm_base* base, std::uint32_t serial) { xdg_wm_base_pong(base, serial); }};
      xdg_wm_base_add_listener(shell, &listener, this);
    } else if (std::strcmp(name, zwp_relative_pointer_manager_v1_interface.name) == 0) {
      relative_manager = bind<zwp_relative_pointer_manager_v1>(
          registry, id, zwp_relative_pointer_manager_v1_interface, 1);
    }
  }

  void on_capabilities(std::uint32_t caps) {
    if ((caps & WL_SEAT_CAPABILITY_KEYBOARD) != 0 && keyboard == nullptr) listen_keyboard();
    if ((caps & WL_SEAT_CAPABILITY_POINTER) != 0 && pointer == nullptr) listen_pointer();
  }

  void on_key(std::uint32_t code, bool down) {
    events.push_back(fmt::format("key {} {}", code, down ? "down" : "up"));
    if (!down || state == nullptr) return;
    char text[16];
    const int length = xkb_state_key_get_utf8(state, code + 8, text, sizeof text);
    if (length > 0) {
      typed.append(text, static_cast<std::size_t>(length));
      events.push_back(fmt::format("text {}", text));
    }
  }

  void on_keymap(int fd, std::uint32_t size) {
    const UniqueFd owned(fd);
    void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (memory == MAP_FAILED) return;
    if (xkb == nullptr) xkb = xkb_context_new(XKB_CONTEXT_NO_FLAGS);
    if (state != nullptr) xkb_state_unref(state);
    if (keymap != nullptr) xkb_keymap_unref(keymap);
    keymap = xkb_keymap_new_from_string(xkb, static_cast<const char*>(memory),
                                        XKB_KEYMAP_FORMAT_TEXT_V1, XKB_KEYMAP_COMPILE_NO_FLAGS);
    state = keymap != nullptr ? xkb_state_new(keymap) : nullptr;
    ::munmap(memory, size);
  }

  void listen_keyboard() {
    static const wl_keyboard_listener listener = {
        [](void* self, wl_keyboard*, std::uint32_t, std::int32_t fd, std::uint32_t size) {
          of(self).on_keymap(fd, size);
        },
        [](void* self, wl_keyboard*, std::uint32_t, wl_surface*, wl_array*) {
          of(self).focused = true;
          of(self).events.emplace_back("focus");
        },
        [](void* self, wl_keyboard*, std::uint32_t, wl_surface*) { of(self).focused = false; },
        [](void* self, wl_keyboard*, std::uint32_t, std::uint32_t, std::uint32_t code,
           std::uint32_t pressed) { of(self).on_key(code, pressed != 0); },
        [](void* self, wl_keyboard*, std::uint32_t, std::uint32_t depressed, std::uint32_t latched,
           std::uint32_t locked, std::uint32_t group) {
          auto& me = of(self);
          me.events.push_back(fmt::format("modifiers {}", depressed | locked));
          if (me.state != nullptr)
            xkb_state_update_mask(me.state, depressed, latched, locked, 0, 0, group);
        },
        [](void*, wl_keyboard*, std::int32_t, std::int32_t) {}};
    keyboard = wl_seat_get_keyboard(seat);
    wl_keyboard_add_listener(keyboard, &listener, this);
  }

  void listen_pointer() {
    static wl_pointer_listener listener = {};  // newer headers have more members
    listener.enter = [](void* self, wl_pointer*, std::uint32_t, wl_surface*, wl_fixed_t x,
                        wl_fixed_t y) { of(self).on_motion(x, y); };
    listener.leave = [](void*, wl_pointer*, std::uint32_t, wl_surface*) {};
    listener.motion = [](void* self, wl_pointer*, std::uint32_t, wl_fixed_t x, wl_fixed_t y) {
      of(self).on_motion(x, y);
    };
    listener.button = [](void* self, wl_pointer*, std::uint32_t, std::uint32_t, std::uint32_t code,
                         std::uint32_t pressed) {
      of(self).events.push_back(fmt::format("button {} {}", code, pressed != 0 ? "down" : "up"));
    };
    listener.axis = [](void* self, wl_pointer*, std::uint32_t, std::uint32_t axis,
                       wl_fixed_t value) {
      of(self).events.push_back(fmt::format("axis {} {:.1f}", axis, wl_fixed_to_double(value)));
    };
    listener.frame = [](void* self, wl_pointer*) { of(self).events.emplace_back("frame"); };
    listener.axis_source = [](void*, wl_pointer*, std::uint32_t) {};
    listener.axis_stop = [](void*, wl_pointer*, std::uint32_t, std::uint32_t) {};
    listener.axis_discrete = [](void* self, wl_pointer*, std::uint32_t axis, std::int32_t steps) {
      of(self).events.push_back(fmt::format("discrete {} {}", axis, steps));
    };
    pointer = wl_seat_get_pointer(seat);
    wl_pointer_add_listener(pointer, &listener, this);
    if (relative_manager == nullptr) return;
    static const zwp_relative_pointer_v1_listener relative_listener = {
        [](void* self, zwp_relative_pointer_v1*, std::uint32_t, std::uint32_t, wl_fixed_t,
           wl_fixed_t, wl_fixed_t dx, wl_fixed_t dy) {
          of(self).events.push_back(fmt::format("relative {:.1f} {:.1f}", wl_fixed_to_double(dx),
                                                wl_fixed_to_double(dy)));
        }};
    relative = zwp_relative_pointer_manager_v1_get_relative_pointer(relative_manager, pointer);
    zwp_relative_pointer_v1_add_listener(relative, &relative_listener, this);
  }

  void on_motion(wl_fixed_t x, wl_fixed_t y) {
    events.push_back(fmt::format("motion {} {}", wl_fixed_to_int(x), wl_fixed_to_int(y)));
  }

  void map() {
    static const xdg_surface_listener role_listener = {
        [](void* self, xdg_surface* shell_surface, std::uint32_t serial) {
          xdg_surface_ack_configure(shell_surface, serial);
          of(self).configured = true;
        }};
    static xdg_toplevel_listener toplevel_listener = {};
    toplevel_listener.configure = [](void* self, xdg_toplevel*, std::int32_t w, std::int32_t h,
                                     wl_array*) {
      if (w > 0) of(self).width = static_cast<std::uint32_t>(w);
      if (h > 0) of(self).height = static_cast<std::uint32_t>(h);
    };
    toplevel_listener.close = [](void*, xdg_toplevel*) {};
    surface = wl_compositor_create_surface(compositor);
    role = xdg_wm_base_get_xdg_surface(shell, surface);
    xdg_surface_add_listener(role, &role_listener, this);
    toplevel = xdg_surface_get_toplevel(role);
    xdg_toplevel_add_listener(toplevel, &toplevel_listener, this);
    xdg_toplevel_set_title(toplevel, "test window");
    wl_surface_commit(surface);
  }

  void show(std::uint32_t x, std::uint32_t y, std::uint32_t w, std::uint32_t h) {
    static const wl_callback_listener listener = {
        [](void* self, wl_callback* callback, std::uint32_t) {
          wl_callback_destroy(callback);
          std::erase(of(self).pending, callback);
          ++of(self).frames;
        }};
    pending.push_back(wl_surface_frame(surface));
    wl_callback_add_listener(pending.back(), &listener, this);
    wl_surface_attach(surface, buffer, 0, 0);
    wl_surface_damage_buffer(surface, static_cast<std::int32_t>(x), static_cast<std::int32_t>(y),
                             static_cast<std::int32_t>(w), static_cast<std::int32_t>(h));
    wl_surface_commit(surface);
    wl_display_flush(display);
  }

  bool pump(const std::function<bool()>& done, SteadyTime deadline) {
    while (true) {
      if (wl_display_dispatch_pending(display) < 0) return false;
      if (done()) return true;
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_now()).count();
      if (left <= 0) return false;
      if (wl_display_prepare_read(display) != 0) continue;
      wl_display_flush(display);
      pollfd item{wl_display_get_fd(display), POLLIN, 0};
      if (::poll(&item, 1, static_cast<int>(left)) > 0) {
        if (wl_display_read_events(display) < 0) return false;
      } else {
        wl_display_cancel_read(display);
      }
    }
  }
};

TestWindow::TestWindow(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TestWindow::~TestWindow() = default;

std::unique_ptr<TestWindow> TestWindow::open(const std::string& wayland_socket) {
  auto impl = std::make_unique<Impl>();
  auto& me = *impl;
  me.display = wl_display_connect(wayland_socket.c_str());
  if (me.display == nullptr) return nullptr;
  static const wl_registry_listener listener = {
      [](void* self, wl_registry*, std::uint32_t id, const char* name, std::uint32_t version) {
        Impl::of(self).on_global(id, name, version);
      },
      [](void*, wl_registry*, std::uint32_t) {}};
  me.registry = wl_display_get_registry(me.display);
  wl_registry_add_listener(me.registry, &listener, &me);
  const auto deadline = steady_now() + std::chrono::seconds(10);
  if (!me.pump([&] { return me.compositor && me.shm && me.seat && me.shell; }, deadline))
    return nullptr;
  me.map();
  if (!me.pump([&] { return me.configured; }, deadline)) return nullptr;
  std::unique_ptr<TestWindow> window(new TestWindow(std::move(impl)));
  // The first picture maps the window; the compositor then gives it the whole output.
  window->paint(0x202020);
  if (!window->pump([&] { return me.frames > 0; })) return nullptr;
  window->paint(0x202020);
  if (!window->pump([&] { return me.frames > 1; })) return nullptr;
  return window;
}

std::uint32_t TestWindow::width() const {
  return impl_->width;
}
std::uint32_t TestWindow::height() const {
  return impl_->height;
}
const std::vector<std::string>& TestWindow::events() const {
  return impl_->events;
}
const std::string& TestWindow::typed() const {
  return impl_->typed;
}
void TestWindow::forget() {
  impl_->events.clear();
  impl_->typed.clear();
}
bool TestWindow::has_keyboard_focus() const {
  return impl_->focused;
}
std::uint64_t TestWindow::frames_shown() const {
  return impl_->frames;
}

void TestWindow::paint(std::uint32_t colour) {
  paint(colour, 0, 0, impl_->width != 0 ? impl_->width : 64,
        impl_->height != 0 ? impl_->height : 64);
}

void TestWindow::paint(std::uint32_t colour, std::uint32_t x, std::uint32_t y, std::uint32_t w,
                       std::uint32_t h) {
  auto& me = *impl_;
  if (me.width == 0) me.width = 64;
  if (me.height == 0) me.height = 64;
  if (me.buffer == nullptr || me.buffer_width != me.width || me.buffer_height != me.height)
    me.make_buffer();
  if (me.pixels == nullptr) return;
  for (auto row = y; row < std::min(y + h, me.height); ++row)
    std::fill_n(me.pixels + std::size_t{row} * me.width + x, std::min(w, me.width - x), colour);
  me.show(x, y, w, h);
}

bool TestWindow::pump(const std::function<bool()>& done, std::chrono::milliseconds limit) {
  return impl_->pump(done, steady_now() + limit);
}

}  // namespace pf::test
