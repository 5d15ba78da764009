#include "input/wlr/protocol.hpp"

#include <utility>

namespace pf::input::wlr {
namespace {

// Opcodes: the position of each request in its interface.
enum PointerManagerRequest : std::uint32_t {
  kCreatePointer = 0,
  kPointerManagerDestroy = 1,
  kCreatePointerWithOutput = 2,
};
enum PointerRequest : std::uint32_t {
  kMotion = 0,
  kMotionAbsolute = 1,
  kButton = 2,
  kAxis = 3,
  kFrame = 4,
  kAxisSource = 5,
  kAxisDiscrete = 7,
  kPointerDestroy = 8,
};
enum KeyboardManagerRequest : std::uint32_t { kCreateKeyboard = 0 };
enum KeyboardRequest : std::uint32_t {
  kKeymap = 0,
  kKey = 1,
  kModifiers = 2,
  kKeyboardDestroy = 3
};

constexpr std::uint32_t kXkbTextV1 = 1;    // wl_keyboard.keymap_format
constexpr std::uint32_t kSourceWheel = 0;  // wl_pointer.axis_source

// libwayland's tables are not const-correct, but are only read.
const wl_interface** types(const wl_interface* const* list) {
  return const_cast<const wl_interface**>(list);
}

const wl_interface* const kPlain[] = {nullptr, nullptr, nullptr, nullptr, nullptr};
const wl_interface* const kSeatAndPointer[] = {&wl_seat_interface, &kPointerInterface};
const wl_interface* const kSeatOutputAndPointer[] = {&wl_seat_interface, &wl_output_interface,
                                                     &kPointerInterface};
const wl_interface* const kSeatAndKeyboard[] = {&wl_seat_interface, &kKeyboardInterface};

const wl_message kPointerManagerRequests[] = {
    {"create_virtual_pointer", "?on", types(kSeatAndPointer)},
    {"destroy", "", types(kPlain)},
    {"create_virtual_pointer_with_output", "2?o?on", types(kSeatOutputAndPointer)},
};
const wl_message kPointerRequests[] = {
    {"motion", "uff", types(kPlain)},   {"motion_absolute", "uuuuu", types(kPlain)},
    {"button", "uuu", types(kPlain)},   {"axis", "uuf", types(kPlain)},
    {"frame", "", types(kPlain)},       {"axis_source", "u", types(kPlain)},
    {"axis_stop", "uu", types(kPlain)}, {"axis_discrete", "uufi", types(kPlain)},
    {"destroy", "1", types(kPlain)},
};
const wl_message kKeyboardManagerRequests[] = {
    {"create_virtual_keyboard", "on", types(kSeatAndKeyboard)},
};
const wl_message kKeyboardRequests[] = {
    {"keymap", "uhu", types(kPlain)},
    {"key", "uuu", types(kPlain)},
    {"modifiers", "uuuu", types(kPlain)},
    {"destroy", "1", types(kPlain)},
};

template <class... Args>
void send(wl_proxy* proxy, std::uint32_t opcode, Args... args) {
  wl_proxy_marshal_flags(proxy, opcode, nullptr, wl_proxy_get_version(proxy), 0, args...);
}

void send_destroy(wl_proxy* proxy, std::uint32_t opcode) {
  wl_proxy_marshal_flags(proxy, opcode, nullptr, wl_proxy_get_version(proxy),
                         WL_MARSHAL_FLAG_DESTROY);
}

}  // namespace

const wl_interface kPointerManagerInterface = {kPointerManagerName,     2, 3,
                                               kPointerManagerRequests, 0, nullptr};
const wl_interface kPointerInterface = {"zwlr_virtual_pointer_v1", 2, 9,
                                        kPointerRequests,          0, nullptr};
const wl_interface kKeyboardManagerInterface = {kKeyboardManagerName,     1, 1,
                                                kKeyboardManagerRequests, 0, nullptr};
const wl_interface kKeyboardInterface = {"zwp_virtual_keyboard_v1", 1, 4,
                                         kKeyboardRequests,         0, nullptr};

void PointerDevice::create(wl_proxy* manager, wl_seat* seat, wl_output* output) {
  const auto version = wl_proxy_get_version(manager);
  // Version 1 cannot tie the pointer to an output; with a single one that is the same.
  proxy_ = version >= 2
               ? wl_proxy_marshal_flags(manager, kCreatePointerWithOutput, &kPointerInterface,
                                        version, 0, seat, output, nullptr)
               : wl_proxy_marshal_flags(manager, kCreatePointer, &kPointerInterface, version, 0,
                                        seat, nullptr);
}

void PointerDevice::destroy() {
  if (proxy_ != nullptr) send_destroy(std::exchange(proxy_, nullptr), kPointerDestroy);
}

void PointerDevice::motion(std::uint32_t ms, double dx, double dy) {
  send(proxy_, kMotion, ms, wl_fixed_from_double(dx), wl_fixed_from_double(dy));
}

void PointerDevice::motion_absolute(std::uint32_t ms, std::uint32_t x, std::uint32_t y) {
  send(proxy_, kMotionAbsolute, ms, x, y, kExtent, kExtent);
}

void PointerDevice::button(std::uint32_t ms, std::uint32_t code, bool down) {
  send(proxy_, kButton, ms, code, down ? 1U : 0U);
}

void PointerDevice::axis(std::uint32_t ms, std::uint32_t axis, double value, std::int32_t steps) {
  if (steps != 0)
    send(proxy_, kAxisDiscrete, ms, axis, wl_fixed_from_double(value), steps);
  else
    send(proxy_, kAxis, ms, axis, wl_fixed_from_double(value));
  send(proxy_, kAxisSource, kSourceWheel);
}

void PointerDevice::frame() {
  send(proxy_, kFrame);
}

void KeyboardDevice::create(wl_proxy* manager, wl_seat* seat) {
  proxy_ = wl_proxy_marshal_flags(manager, kCreateKeyboard, &kKeyboardInterface,
                                  wl_proxy_get_version(manager), 0, seat, nullptr);
}

void KeyboardDevice::destroy() {
  if (proxy_ != nullptr) send_destroy(std::exchange(proxy_, nullptr), kKeyboardDestroy);
}

void KeyboardDevice::keymap(int fd, std::uint32_t size) {
  send(proxy_, kKeymap, kXkbTextV1, fd, size);
}

void KeyboardDevice::key(std::uint32_t ms, std::uint32_t code, bool down) {
  send(proxy_, kKey, ms, code, down ? 1U : 0U);
}

void KeyboardDevice::modifiers(std::uint32_t depressed, std::uint32_t latched, std::uint32_t locked,
                               std::uint32_t group) {
  send(proxy_, kModifiers, depressed, latched, locked, group);
}

void destroy_pointer_manager(wl_proxy* manager) {
  send_destroy(manager, kPointerManagerDestroy);
}

}  // namespace pf::input::wlr
