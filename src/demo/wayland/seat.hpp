// Keyboard and pointer of a Wayland seat.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "demo/wayland/handle.hpp"

namespace pf::demo {

// Called while events are dispatched.
class InputHandler {
 public:
  virtual void on_key(std::uint32_t code, bool down, const std::string& name) = 0;
  // What a key press types: one character, as UTF-8 and as its code point.
  virtual void on_text(std::uint32_t code, std::string_view utf8, char32_t code_point) = 0;
  virtual void on_pointer(double x, double y) = 0;
  virtual void on_enter(wl_pointer* pointer, std::uint32_t serial, double x, double y) = 0;
  virtual void on_leave() = 0;
  virtual void on_button(std::uint32_t code, bool down) = 0;
  // axis 0 vertical, 1 horizontal; 1/120 notch, down and right positive.
  virtual void on_scroll(std::uint32_t axis, double value120) = 0;

 protected:
  ~InputHandler() = default;
};

class Seat {
 public:
  // Version of wl_seat that is understood.
  static constexpr std::uint32_t kVersion = 8;
  Seat(SeatHandle seat, InputHandler& handler);
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;

 private:
  struct Listeners;
  friend struct Listeners;
  void capabilities(std::uint32_t bits);
  void keymap(std::uint32_t format, int fd, std::uint32_t size);
  void key(std::uint32_t code, bool down);
  void flush_scroll();

  InputHandler& handler_;
  SeatHandle seat_;
  PointerHandle pointer_;
  KeyboardHandle keyboard_;
  KeyContext context_;
  Keymap keymap_;
  KeyState state_;
  // One pointer frame's scroll, from the finest account that the compositor gives.
  struct Axis {
    bool seen = false, fine = false;
    double value120 = 0;
  } axes_[2];
};

}  // namespace pf::demo
