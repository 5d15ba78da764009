#include "input/x11/keymap.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <utility>

namespace pf::input::x11 {
namespace {

// Clients read the new layout when they get to the notification, possibly after the next change;
// so a borrowed key keeps its meaning until this many other characters were typed.
constexpr std::size_t kMaxBorrowed = 16;

}  // namespace

Keymap::Keymap(xcb_connection_t* connection) : connection_(connection) {
  const xcb_setup_t* setup = xcb_get_setup(connection);
  first_ = setup->min_keycode;
  keys_ = static_cast<std::size_t>(setup->max_keycode - setup->min_keycode) + 1;
}

void Keymap::load() {
  loaded_ = true;
  const auto cookie =
      xcb_get_keyboard_mapping(connection_, first_, static_cast<std::uint8_t>(keys_));
  const std::unique_ptr<xcb_get_keyboard_mapping_reply_t, decltype(&std::free)> reply(
      xcb_get_keyboard_mapping_reply(connection_, cookie, nullptr), &std::free);
  if (!reply) return;
  columns_ = reply->keysyms_per_keycode;
  const auto* symbols = xcb_get_keyboard_mapping_keysyms(reply.get());
  table_.assign(symbols, symbols + xcb_get_keyboard_mapping_keysyms_length(reply.get()));
  if (std::exchange(borrowed_found_, true)) return hide_borrowed();
  // From the top: the low unused codes are the ones that extra keys of a layout tend to get.
  for (std::size_t key = keys_; key-- > 0 && borrowed_.size() < kMaxBorrowed;) {
    bool unused = true;
    for (std::size_t column = 0; column < columns_; ++column)
      unused = unused && symbol(key, column) == XCB_NO_SYMBOL;
    if (unused) borrowed_.push_back({static_cast<xcb_keycode_t>(first_ + key), XCB_NO_SYMBOL});
  }
}

void Keymap::hide_borrowed() {
  // What a borrowed key means is known from `borrowed_` alone: the table may be one change behind.
  for (const Borrowed& slot : borrowed_) {
    const auto begin = static_cast<std::size_t>(slot.keycode - first_) * columns_;
    for (std::size_t i = begin; i < begin + columns_ && i < table_.size(); ++i)
      table_[i] = XCB_NO_SYMBOL;
  }
}

xcb_keysym_t Keymap::symbol(std::size_t key, std::size_t column) const {
  const std::size_t index = key * columns_ + column;
  return column < columns_ && index < table_.size() ? table_[index] : XCB_NO_SYMBOL;
}

std::optional<Stroke> Keymap::stroke(xcb_keysym_t keysym) {
  if (!loaded_) load();
  for (std::size_t column = 0; column < 2; ++column)
    for (std::size_t key = 0; key < keys_; ++key)
      if (symbol(key, column) == keysym)
        return Stroke{static_cast<xcb_keycode_t>(first_ + key), column == 1};
  const auto known = std::find_if(borrowed_.begin(), borrowed_.end(),
                                  [&](const Borrowed& b) { return b.keysym == keysym; });
  if (known != borrowed_.end()) return Stroke{known->keycode, false};
  if (borrowed_.empty()) return std::nullopt;
  Borrowed& slot = borrowed_[next_borrowed_];
  next_borrowed_ = (next_borrowed_ + 1) % borrowed_.size();
  slot.keysym = keysym;
  map(slot.keycode, keysym);
  return Stroke{slot.keycode, false};
}

void Keymap::give_back() {
  for (Borrowed& slot : borrowed_)
    if (std::exchange(slot.keysym, XCB_NO_SYMBOL) != XCB_NO_SYMBOL)
      map(slot.keycode, XCB_NO_SYMBOL);
}

void Keymap::map(xcb_keycode_t keycode, xcb_keysym_t keysym) {
  // The same symbol with and without Shift, so that a held Shift does not matter.
  const std::array<xcb_keysym_t, 2> symbols{keysym, keysym};
  xcb_change_keyboard_mapping(connection_, 1, keycode, 2, symbols.data());
}

}  // namespace pf::input::x11
