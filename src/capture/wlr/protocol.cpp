#include "capture/wlr/protocol.hpp"

namespace pf::capture::wlr {
namespace {

// Opcodes: the position of each request in its interface.
enum ManagerRequest : std::uint32_t { kCaptureOutput = 0, kManagerDestroy = 2 };
enum FrameRequest : std::uint32_t { kCopy = 0, kFrameDestroy = 1, kCopyWithDamage = 2 };

const wl_interface* const kPlain[] = {nullptr, nullptr, nullptr, nullptr};
const wl_interface* const kCaptureOutputTypes[] = {
    &kFrameInterface, nullptr, &wl_output_interface, nullptr, nullptr, nullptr, nullptr};
const wl_interface* const kCopyTypes[] = {&wl_buffer_interface};

// libwayland's tables are not const-correct, but are only read.
const wl_interface** types(const wl_interface* const* list) {
  return const_cast<const wl_interface**>(list);
}

const wl_message kManagerRequests[] = {
    {"capture_output", "nio", types(kCaptureOutputTypes)},
    {"capture_output_region", "nioiiii", types(kCaptureOutputTypes)},
    {"destroy", "", types(kPlain)},
};
const wl_message kFrameRequests[] = {
    {"copy", "o", types(kCopyTypes)},
    {"destroy", "", types(kPlain)},
    {"copy_with_damage", "2o", types(kCopyTypes)},
};
const wl_message kFrameEvents[] = {
    {"buffer", "uuuu", types(kPlain)},   {"flags", "u", types(kPlain)},
    {"ready", "uuu", types(kPlain)},     {"failed", "", types(kPlain)},
    {"damage", "2uuuu", types(kPlain)},  {"linux_dmabuf", "3uuu", types(kPlain)},
    {"buffer_done", "3", types(kPlain)},
};

}  // namespace

const wl_interface kManagerInterface = {kManagerName, 3, 3, kManagerRequests, 0, nullptr};
const wl_interface kFrameInterface = {
    "zwlr_screencopy_frame_v1", 3, 3, kFrameRequests, 7, kFrameEvents};

wl_proxy* capture_output(wl_proxy* manager, bool with_cursor, wl_output* output,
                         const FrameListener& listener, void* data) {
  wl_proxy* frame = wl_proxy_marshal_flags(manager, kCaptureOutput, &kFrameInterface,
                                           wl_proxy_get_version(manager), 0, nullptr,
                                           with_cursor ? 1 : 0, output);
  if (frame != nullptr) {
    auto* handlers = reinterpret_cast<void (**)()>(const_cast<FrameListener*>(&listener));
    wl_proxy_add_listener(frame, handlers, data);
  }
  return frame;
}

void copy(wl_proxy* frame, wl_buffer* buffer, bool wait_for_damage) {
  wl_proxy_marshal_flags(frame, wait_for_damage ? kCopyWithDamage : kCopy, nullptr,
                         wl_proxy_get_version(frame), 0, buffer);
}

void destroy_frame(wl_proxy* frame) {
  wl_proxy_marshal_flags(frame, kFrameDestroy, nullptr, wl_proxy_get_version(frame),
                         WL_MARSHAL_FLAG_DESTROY);
}

void destroy_manager(wl_proxy* manager) {
  wl_proxy_marshal_flags(manager, kManagerDestroy, nullptr, wl_proxy_get_version(manager),
                         WL_MARSHAL_FLAG_DESTROY);
}

}  // namespace pf::capture::wlr
