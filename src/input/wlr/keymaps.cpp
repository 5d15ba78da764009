#include "input/wlr/keymaps.hpp"

#include <linux/input-event-codes.h>
#include <xkbcommon/xkbcommon.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "input/injector.hpp"

namespace pf::input::wlr {
namespace {

constexpr std::uint32_t kXkbOffset = 8;  // XKB key codes are evdev codes plus 8

}  // namespace

struct Layout::Xkb {
  ~Xkb() {
    xkb_state_unref(state);
    xkb_keymap_unref(keymap);
    xkb_context_unref(context);
  }
  xkb_context* context = nullptr;
  xkb_keymap* keymap = nullptr;
  xkb_state* state = nullptr;
};

Layout::Layout() : xkb_(std::make_unique<Xkb>()) {}
Layout::Layout(Layout&& other) noexcept = default;
Layout::~Layout() = default;

Result<Layout> Layout::create() {
  Layout layout;
  auto& xkb = *layout.xkb_;
  xkb.context = xkb_context_new(XKB_CONTEXT_NO_FLAGS);
  if (xkb.context == nullptr) return fail(Errc::DeviceFailed, "no XKB context");
  xkb_context_set_log_level(xkb.context, XKB_LOG_LEVEL_CRITICAL);
  xkb.keymap = xkb_keymap_new_from_names(xkb.context, nullptr, XKB_KEYMAP_COMPILE_NO_FLAGS);
  if (xkb.keymap == nullptr)
    return fail(Errc::DeviceFailed, "the keyboard layout cannot be compiled: apt install xkb-data");
  xkb.state = xkb_state_new(xkb.keymap);
  char* text = xkb_keymap_get_as_string(xkb.keymap, XKB_KEYMAP_FORMAT_TEXT_V1);
  if (xkb.state == nullptr || text == nullptr)
    return fail(Errc::DeviceFailed, "the keyboard layout cannot be written");
  layout.text_ = text;
  std::free(text);
  layout.index();
  return layout;
}

void Layout::index() {
  auto* keymap = xkb_->keymap;
  xkb_mod_mask_t allowed = 0;
  for (const char* name : {XKB_MOD_NAME_SHIFT, "Mod5", "LevelThree"}) {
    const auto modifier = xkb_keymap_mod_get_index(keymap, name);
    if (modifier != XKB_MOD_INVALID && modifier < 32) allowed |= 1U << modifier;
  }
  const auto last = std::min(xkb_keymap_max_keycode(keymap), 255U);
  // Plain levels first, so that a character on two places takes the simpler one.
  for (xkb_level_index_t level = 0; level < 4; ++level) {
    for (auto code = std::max(xkb_keymap_min_keycode(keymap), kXkbOffset); code <= last; ++code) {
      if (level >= xkb_keymap_num_levels_for_key(keymap, code, 0)) continue;
      const xkb_keysym_t* symbols = nullptr;
      if (xkb_keymap_key_get_syms_by_level(keymap, code, 0, level, &symbols) != 1) continue;
      std::array<xkb_mod_mask_t, 8> masks{};
      const auto count =
          xkb_keymap_key_get_mods_for_level(keymap, code, 0, level, masks.data(), masks.size());
      for (std::size_t i = 0; i < count; ++i) {
        if ((masks[i] & ~allowed) != 0) continue;
        places_.emplace(symbols[0], Place{code - kXkbOffset, masks[i]});
        break;
      }
    }
  }
}

Modifiers Layout::key(std::uint32_t evdev_code, bool down) {
  xkb_state_update_key(xkb_->state, evdev_code + kXkbOffset, down ? XKB_KEY_DOWN : XKB_KEY_UP);
  return modifiers();
}

Modifiers Layout::modifiers() const {
  auto* state = xkb_->state;
  return {xkb_state_serialize_mods(state, XKB_STATE_MODS_DEPRESSED),
          xkb_state_serialize_mods(state, XKB_STATE_MODS_LATCHED),
          xkb_state_serialize_mods(state, XKB_STATE_MODS_LOCKED),
          xkb_state_serialize_layout(state, XKB_STATE_LAYOUT_EFFECTIVE)};
}

std::optional<Layout::Place> Layout::find(std::uint32_t keysym) const {
  const auto found = places_.find(keysym);
  if (found == places_.end()) return std::nullopt;
  return found->second;
}

std::uint32_t spare_key(std::size_t index) {
  static constexpr struct {
    std::uint32_t first, count;
  } kRows[] = {{KEY_1, 10}, {KEY_Q, 10}, {KEY_A, 9}, {KEY_Z, 7}};
  for (const auto& row : kRows) {
    if (index < row.count) return row.first + static_cast<std::uint32_t>(index);
    index -= row.count;
  }
  PF_ASSERT(false);
  return 0;
}

std::string spare_layout(std::span<const std::uint32_t> keysyms) {
  PF_ASSERT(keysyms.size() <= kSpareKeys);
  std::string codes, symbols;
  for (std::size_t i = 0; i < keysyms.size(); ++i) {
    std::array<char, 64> name{};
    xkb_keysym_get_name(keysyms[i], name.data(), name.size());
    const auto key = "<P" + std::to_string(i) + '>';
    codes += key + '=' + std::to_string(spare_key(i) + kXkbOffset) + ";\n";
    symbols += "key " + key + "{[" + name.data() + "]};\n";
  }
  return "xkb_keymap{\nxkb_keycodes \"pf\"{minimum=8;maximum=255;\n" + codes +
         "};\nxkb_types \"pf\"{include \"complete\"};\n"
         "xkb_compatibility \"pf\"{include \"complete\"};\nxkb_symbols \"pf\"{\n" +
         symbols + "};\n};\n";
}

}  // namespace pf::input::wlr
