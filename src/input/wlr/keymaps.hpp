// Keyboard layouts for the virtual keyboard: the main one, with the modifier state that goes with
// each key and a way to find a character on it, and throw-away ones for characters it lacks.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>

#include "base/result.hpp"

namespace pf::input::wlr {

struct Modifiers {
  std::uint32_t depressed = 0, latched = 0, locked = 0, group = 0;
  bool operator==(const Modifiers&) const = default;
};

// One thread at a time.
class Layout {
 public:
  // The layout that the XKB_DEFAULT_* environment names, "us" otherwise. DeviceFailed when there
  // are no keyboard descriptions (xkb-data).
  static Result<Layout> create();
  Layout(Layout&& other) noexcept;
  ~Layout();

  const std::string& text() const { return text_; }
  // What the modifiers are after this key.
  Modifiers key(std::uint32_t evdev_code, bool down);
  Modifiers modifiers() const;
  struct Place {
    std::uint32_t evdev_code = 0;
    std::uint32_t modifiers = 0;  // that must be held
  };
  // Where a keysym is typed with at most Shift and AltGr held.
  std::optional<Place> find(std::uint32_t keysym) const;

 private:
  struct Xkb;
  Layout();
  void index();
  std::unique_ptr<Xkb> xkb_;
  std::string text_;
  std::unordered_map<std::uint32_t, Place> places_;
};

// Keys that hold characters of a throw-away layout: digits and letters only, since programs give
// meanings of their own to the others (Escape, Return, …) whatever their symbol.
inline constexpr std::size_t kSpareKeys = 36;
std::uint32_t spare_key(std::size_t index);
// A layout whose spare key i types keysyms[i], without modifiers; at most kSpareKeys of them.
std::string spare_layout(std::span<const std::uint32_t> keysyms);

}  // namespace pf::input::wlr
