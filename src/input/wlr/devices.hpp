// Turns neutral events into requests on the virtual devices. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "input/event.hpp"
#include "input/wlr/keymaps.hpp"
#include "input/wlr/link.hpp"
#include "input/wlr/protocol.hpp"

namespace pf::input::wlr {

class Devices {
 public:
  Devices(Link& link, Layout layout);
  ~Devices();
  Devices(const Devices&) = delete;
  Devices& operator=(const Devices&) = delete;

  // False when the kind is none that a virtual pointer or keyboard can perform.
  bool perform(const Event& event);

 private:
  bool on(const Key& key);
  bool on(const Text& text);
  bool on(const PointerMotion& motion);
  bool on(const PointerPosition& position);
  bool on(const PointerButton& button);
  bool on(const Scroll& scroll);
  bool on(const Touch& touch);
  bool on(const Pen& pen);
  template <class Other>
  bool on(const Other&) {
    return false;  // gamepads are made elsewhere
  }

  void send_modifiers(const Modifiers& modifiers);
  void upload(const std::string& keymap);
  void tap(std::uint32_t code);
  bool type_on_layout(std::string_view utf8);
  void type_with_spares(std::string_view utf8);
  void move_to(float x, float y);
  void press(std::uint32_t code, bool down);
  void scroll_axis(std::uint32_t axis, std::int32_t amount, std::int32_t& rest);

  KeyboardDevice keyboard_;
  PointerDevice pointer_;
  Layout layout_;
  Modifiers sent_;
  std::int32_t rest_vertical_ = 0, rest_horizontal_ = 0;  // 1/120 notches not yet a whole one
  std::optional<std::uint32_t> finger_;                   // the touch that acts as the pointer
  bool pen_down_ = false;
  std::uint8_t pen_buttons_ = 0;
};

}  // namespace pf::input::wlr
