#include "input/wlr/devices.hpp"

#include <fcntl.h>
#include <linux/input-event-codes.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"
#include "input/text.hpp"

namespace pf::input::wlr {
namespace {

constexpr std::int32_t kNotch = 120;
constexpr double kPixelsPerNotch = 15;  // what a wheel's notch is in wl_pointer.axis
constexpr std::uint32_t kVertical = 0, kHorizontal = 1;

std::uint32_t now_ms() {
  return static_cast<std::uint32_t>(steady_now_ns() / 1'000'000);
}

std::uint32_t button_code(Button button) {
  switch (button) {
    case Button::Left:
      return BTN_LEFT;
    case Button::Middle:
      return BTN_MIDDLE;
    case Button::Right:
      return BTN_RIGHT;
    case Button::Side:
      return BTN_SIDE;
    case Button::Extra:
      return BTN_EXTRA;
  }
  return 0;
}

std::uint32_t extent(float position) {
  const auto inside = std::clamp(static_cast<double>(position), 0.0, 1.0);
  return static_cast<std::uint32_t>(std::lround(inside * PointerDevice::kExtent));
}

}  // namespace

Devices::Devices(Link& link, Layout layout) : layout_(std::move(layout)) {
  keyboard_.create(link.keyboard_manager(), link.seat());
  pointer_.create(link.pointer_manager(), link.seat(), link.output());
  upload(layout_.text());
  send_modifiers(layout_.modifiers());
}

Devices::~Devices() {
  keyboard_.destroy();
  pointer_.destroy();
}

bool Devices::perform(const Event& event) {
  return std::visit([this](const auto& one) { return on(one); }, event);
}

void Devices::upload(const std::string& keymap) {
  const UniqueFd fd(::memfd_create("pf-keymap", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  const auto size = keymap.size() + 1;
  if (!fd || ::write(fd.get(), keymap.c_str(), size) != static_cast<ssize_t>(size)) return;
  ::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
  keyboard_.keymap(fd.get(), static_cast<std::uint32_t>(size));  // libwayland duplicates it
}

void Devices::send_modifiers(const Modifiers& modifiers) {
  sent_ = modifiers;
  keyboard_.modifiers(modifiers.depressed, modifiers.latched, modifiers.locked, modifiers.group);
}

bool Devices::on(const Key& key) {
  keyboard_.key(now_ms(), key.code, key.down);
  const auto after = layout_.key(key.code, key.down);
  // The compositor does not work them out from a virtual keyboard's keys.
  if (after != sent_) send_modifiers(after);
  return true;
}

void Devices::tap(std::uint32_t code) {
  keyboard_.key(now_ms(), code, true);
  keyboard_.key(now_ms(), code, false);
}

bool Devices::on(const Text& text) {
  const std::string_view utf8(text.utf8.data(),
                              std::min<std::size_t>(text.length, text.utf8.size()));
  if (!type_on_layout(utf8)) type_with_spares(utf8);
  send_modifiers(layout_.modifiers());  // what is really held
  return true;
}

// All or nothing, so that a text is not torn between two layouts.
bool Devices::type_on_layout(std::string_view utf8) {
  auto rest = utf8;
  while (const auto point = next_code_point(rest)) {
    const auto keysym = keysym_of(point);
    if (keysym != 0 && !layout_.find(keysym)) return false;
  }
  rest = utf8;
  while (const auto point = next_code_point(rest)) {
    const auto place = layout_.find(keysym_of(point));
    if (!place) continue;
    send_modifiers({place->modifiers, 0, 0, 0});
    tap(place->evdev_code);
  }
  return true;
}

void Devices::type_with_spares(std::string_view utf8) {
  send_modifiers({});
  auto rest = utf8;
  while (!rest.empty()) {
    // As much of the text as one layout has keys for.
    std::array<std::uint32_t, kSpareKeys> keysyms{};
    std::array<std::uint8_t, sizeof(Text::utf8)> order{};
    std::size_t used = 0, count = 0;
    while (!rest.empty() && count < order.size()) {
      auto after = rest;
      const auto point = next_code_point(after);
      const auto keysym = point != 0 ? keysym_of(point) : 0;
      if (keysym != 0) {
        const auto end = keysyms.begin() + static_cast<std::ptrdiff_t>(used);
        const auto found = std::find(keysyms.begin(), end, keysym);
        if (found == end) {
          if (used == keysyms.size()) break;
          keysyms[used++] = keysym;
        }
        order[count++] = static_cast<std::uint8_t>(found - keysyms.begin());
      }
      rest = after;
    }
    if (count == 0) break;
    upload(spare_layout(std::span(keysyms).first(used)));
    for (std::size_t i = 0; i < count; ++i) tap(spare_key(order[i]));
  }
  upload(layout_.text());
}

bool Devices::on(const PointerMotion& motion) {
  pointer_.motion(now_ms(), static_cast<double>(motion.dx), static_cast<double>(motion.dy));
  pointer_.frame();
  return true;
}

void Devices::move_to(float x, float y) {
  pointer_.motion_absolute(now_ms(), extent(x), extent(y));
  pointer_.frame();
}

bool Devices::on(const PointerPosition& position) {
  move_to(position.x, position.y);
  return true;
}

void Devices::press(std::uint32_t code, bool down) {
  pointer_.button(now_ms(), code, down);
  pointer_.frame();
}

bool Devices::on(const PointerButton& button) {
  press(button_code(button.button), button.down);
  return true;
}

// Every part of a notch scrolls smoothly at once; programs that count notches get them whole.
void Devices::scroll_axis(std::uint32_t axis, std::int32_t amount, std::int32_t& rest) {
  if (amount == 0) return;
  if ((rest < 0) != (amount < 0)) rest = 0;  // turned round: a half notch does not count back
  rest += amount;
  const auto steps = rest / kNotch;
  rest -= steps * kNotch;
  pointer_.axis(now_ms(), axis, kPixelsPerNotch * amount / kNotch, steps);
}

bool Devices::on(const Scroll& scroll) {
  scroll_axis(kVertical, -scroll.vertical, rest_vertical_);  // wl_pointer counts down positive
  scroll_axis(kHorizontal, scroll.horizontal, rest_horizontal_);
  pointer_.frame();
  return true;
}

bool Devices::on(const Touch& touch) {
  switch (touch.phase) {
    case TouchPhase::Down:
      if (finger_) return true;  // a pointer has one place
      finger_ = touch.id;
      move_to(touch.x, touch.y);
      press(BTN_LEFT, true);
      return true;
    case TouchPhase::Move:
      if (finger_ == touch.id) move_to(touch.x, touch.y);
      return true;
    case TouchPhase::Hover:
      if (!finger_) move_to(touch.x, touch.y);
      return true;
    case TouchPhase::Up:
    case TouchPhase::Cancel:
      if (finger_ != touch.id) return true;
      [[fallthrough]];
    case TouchPhase::CancelAll:
      if (finger_) press(BTN_LEFT, false);
      finger_.reset();
      return true;
    case TouchPhase::ButtonOnly:
    case TouchPhase::HoverLeave:
      return true;
  }
  return true;
}

bool Devices::on(const Pen& pen) {
  const auto gone = pen.phase == TouchPhase::Cancel || pen.phase == TouchPhase::CancelAll ||
                    pen.phase == TouchPhase::HoverLeave;
  if (!gone && pen.phase != TouchPhase::ButtonOnly) move_to(pen.x, pen.y);
  const bool down =
      pen.phase == TouchPhase::Down ||
      (pen_down_ && (pen.phase == TouchPhase::Move || pen.phase == TouchPhase::ButtonOnly));
  if (down != pen_down_) press(BTN_LEFT, down);
  pen_down_ = down;
  const auto buttons = gone ? std::uint8_t{0} : pen.buttons;
  // The barrel's buttons, as tablets map them: primary = right click, secondary = middle.
  const std::pair<std::uint8_t, std::uint32_t> kBarrel[] = {{std::uint8_t{1}, BTN_RIGHT},
                                                            {std::uint8_t{2}, BTN_MIDDLE}};
  for (const auto& [bit, code] : kBarrel)
    if (((buttons ^ pen_buttons_) & bit) != 0) press(code, (buttons & bit) != 0);
  pen_buttons_ = buttons;
  return true;
}

}  // namespace pf::input::wlr
