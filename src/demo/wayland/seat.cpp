#include "demo/wayland/seat.hpp"

#include <sys/mman.h>

#include <array>

#include "base/unique_fd.hpp"

namespace pf::demo {
namespace {

// libinput's and wlroots' measure of one notch where only lengths are told.
constexpr double kLengthOfNotch = 15.0;

}  // namespace

struct Seat::Listeners {
  static Seat& self(void* data) { return *static_cast<Seat*>(data); }

  static wl_seat_listener seat() {
    wl_seat_listener l{};
    l.capabilities = [](void* data, wl_seat*, std::uint32_t bits) {
      self(data).capabilities(bits);
    };
    l.name = [](void*, wl_seat*, const char*) {};
    return l;
  }

  static wl_keyboard_listener keyboard() {
    wl_keyboard_listener l{};
    l.keymap = [](void* data, wl_keyboard*, std::uint32_t format, int fd, std::uint32_t size) {
      self(data).keymap(format, fd, size);
    };
    l.enter = [](void*, wl_keyboard*, std::uint32_t, wl_surface*, wl_array*) {};
    l.leave = [](void*, wl_keyboard*, std::uint32_t, wl_surface*) {};
    l.key = [](void* data, wl_keyboard*, std::uint32_t, std::uint32_t, std::uint32_t code,
               std::uint32_t state) {
      self(data).key(code, state == WL_KEYBOARD_KEY_STATE_PRESSED);
    };
    l.modifiers = [](void* data, wl_keyboard*, std::uint32_t, std::uint32_t depressed,
                     std::uint32_t latched, std::uint32_t locked, std::uint32_t group) {
      if (self(data).state_)
        xkb_state_update_mask(self(data).state_.get(), depressed, latched, locked, 0, 0, group);
    };
    l.repeat_info = [](void*, wl_keyboard*, std::int32_t, std::int32_t) {};
    return l;
  }

  static wl_pointer_listener pointer() {
    wl_pointer_listener l{};
    l.enter = [](void* data, wl_pointer* pointer, std::uint32_t serial, wl_surface*, wl_fixed_t x,
                 wl_fixed_t y) {
      self(data).handler_.on_enter(pointer, serial, wl_fixed_to_double(x), wl_fixed_to_double(y));
    };
    l.leave = [](void* data, wl_pointer*, std::uint32_t, wl_surface*) {
      self(data).handler_.on_leave();
    };
    l.motion = [](void* data, wl_pointer*, std::uint32_t, wl_fixed_t x, wl_fixed_t y) {
      self(data).handler_.on_pointer(wl_fixed_to_double(x), wl_fixed_to_double(y));
    };
    l.button = [](void* data, wl_pointer*, std::uint32_t, std::uint32_t, std::uint32_t code,
                  std::uint32_t state) {
      self(data).handler_.on_button(code, state == WL_POINTER_BUTTON_STATE_PRESSED);
    };
    l.axis = [](void* data, wl_pointer*, std::uint32_t, std::uint32_t axis, wl_fixed_t length) {
      if (axis > 1) return;
      Axis& a = self(data).axes_[axis];
      if (!a.fine) a.value120 += wl_fixed_to_double(length) / kLengthOfNotch * 120;
      a.seen = true;
    };
    l.frame = [](void* data, wl_pointer*) { self(data).flush_scroll(); };
    l.axis_source = [](void*, wl_pointer*, std::uint32_t) {};
    l.axis_stop = [](void*, wl_pointer*, std::uint32_t, std::uint32_t) {};
    l.axis_discrete = [](void* data, wl_pointer*, std::uint32_t axis, std::int32_t notches) {
      if (axis > 1) return;
      Axis& a = self(data).axes_[axis];
      a = {true, true, notches * 120.0};
    };
    l.axis_value120 = [](void* data, wl_pointer*, std::uint32_t axis, std::int32_t value) {
      if (axis > 1) return;
      Axis& a = self(data).axes_[axis];
      a = {true, true, static_cast<double>(value)};
    };
    return l;
  }
};

Seat::Seat(SeatHandle seat, InputHandler& handler)
    : handler_(handler),
      seat_(std::move(seat)),
      context_(xkb_context_new(XKB_CONTEXT_NO_DEFAULT_INCLUDES)) {
  static const wl_seat_listener listener = Listeners::seat();
  wl_seat_add_listener(seat_.get(), &listener, this);
}

void Seat::capabilities(std::uint32_t bits) {
  const bool has_pointer = (bits & WL_SEAT_CAPABILITY_POINTER) != 0;
  const bool has_keyboard = (bits & WL_SEAT_CAPABILITY_KEYBOARD) != 0;
  if (!has_pointer) pointer_.reset();
  if (!has_keyboard) keyboard_.reset();
  if (has_pointer && !pointer_) {
    static const wl_pointer_listener listener = Listeners::pointer();
    pointer_.reset(wl_seat_get_pointer(seat_.get()));
    wl_pointer_add_listener(pointer_.get(), &listener, this);
  }
  if (has_keyboard && !keyboard_) {
    static const wl_keyboard_listener listener = Listeners::keyboard();
    keyboard_.reset(wl_seat_get_keyboard(seat_.get()));
    wl_keyboard_add_listener(keyboard_.get(), &listener, this);
  }
}

void Seat::keymap(std::uint32_t format, int fd, std::uint32_t size) {
  const UniqueFd owned(fd);
  if (format != WL_KEYBOARD_KEYMAP_FORMAT_XKB_V1 || size == 0) return;
  void* text = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, owned.get(), 0);
  if (text == MAP_FAILED) return;
  keymap_.reset(xkb_keymap_new_from_buffer(context_.get(), static_cast<const char*>(text), size - 1,
                                           XKB_KEYMAP_FORMAT_TEXT_V1, XKB_KEYMAP_COMPILE_NO_FLAGS));
  munmap(text, size);
  state_.reset(keymap_ ? xkb_state_new(keymap_.get()) : nullptr);
}

void Seat::key(std::uint32_t code, bool down) {
  if (!state_) return handler_.on_key(code, down, std::to_string(code));
  const xkb_keycode_t keycode = code + 8;
  std::array<char, 64> name{};
  if (xkb_keysym_get_name(xkb_state_key_get_one_sym(state_.get(), keycode), name.data(),
                          name.size()) < 0)
    name[0] = '?';
  handler_.on_key(code, down, name.data());
  const char32_t code_point = down ? xkb_state_key_get_utf32(state_.get(), keycode) : 0;
  if (code_point == 0) return;
  std::array<char, 16> text{};
  const int length = xkb_state_key_get_utf8(state_.get(), keycode, text.data(), text.size());
  if (length > 0 && static_cast<std::size_t>(length) < text.size())
    handler_.on_text(code, {text.data(), static_cast<std::size_t>(length)}, code_point);
}

void Seat::flush_scroll() {
  for (std::uint32_t axis = 0; axis < 2; ++axis) {
    if (axes_[axis].seen && axes_[axis].value120 != 0)
      handler_.on_scroll(axis, axes_[axis].value120);
    axes_[axis] = {};
  }
}

}  // namespace pf::demo
