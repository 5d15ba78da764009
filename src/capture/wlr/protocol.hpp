// The requests and events of wlr-screencopy-unstable-v1 (version 3), as constants: the protocol's
// description is not packaged, and this is all that a capture client needs of it.
#pragma once

#include <wayland-client.h>

#include <cstdint>

namespace pf::capture::wlr {

inline constexpr const char* kManagerName = "zwlr_screencopy_manager_v1";
inline constexpr std::uint32_t kManagerVersion = 3;
inline constexpr std::uint32_t kFlagYInvert = 1;

extern const wl_interface kManagerInterface;
extern const wl_interface kFrameInterface;

// Event handlers in the protocol's order; called with the pointer given to add_listener.
struct FrameListener {
  void (*buffer)(void*, wl_proxy*, std::uint32_t format, std::uint32_t width, std::uint32_t height,
                 std::uint32_t stride);
  void (*flags)(void*, wl_proxy*, std::uint32_t flags);
  void (*ready)(void*, wl_proxy*, std::uint32_t seconds_high, std::uint32_t seconds_low,
                std::uint32_t nanoseconds);
  void (*failed)(void*, wl_proxy*);
  void (*damage)(void*, wl_proxy*, std::uint32_t x, std::uint32_t y, std::uint32_t width,
                 std::uint32_t height);
  void (*linux_dmabuf)(void*, wl_proxy*, std::uint32_t format, std::uint32_t width,
                       std::uint32_t height);
  void (*buffer_done)(void*, wl_proxy*);
};

// A new frame object, which announces the buffer it wants and then waits for copy(). Null when out
// of memory.
wl_proxy* capture_output(wl_proxy* manager, bool with_cursor, wl_output* output,
                         const FrameListener& listener, void* data);
// Copies the output's next picture; with `wait_for_damage` the next one that differs.
void copy(wl_proxy* frame, wl_buffer* buffer, bool wait_for_damage);
void destroy_frame(wl_proxy* frame);
void destroy_manager(wl_proxy* manager);

}  // namespace pf::capture::wlr
