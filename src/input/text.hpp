// Committed text as code points and X keysyms.
#pragma once

#include <cstdint>
#include <string_view>

namespace pf::input {

// Takes the next code point off the front of UTF-8 `text`. Malformed bytes (overlong, surrogate,
// cut short, above U+10FFFF) are skipped; 0 = nothing left.
char32_t next_code_point(std::string_view& text);

// The keysym of a code point: Latin-1 as it is, Return, Tab, BackSpace and Escape for their control
// characters, else 0x01000000 + code point (X11 protocol, appendix A). 0 = not typeable.
std::uint32_t keysym_of(char32_t code_point);

}  // namespace pf::input
