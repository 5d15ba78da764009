// A small bitmap font: printable ASCII, five columns by seven rows, and two rows for what hangs
// below the line.
#pragma once

#include <array>
#include <cstdint>

namespace pf::demo {

inline constexpr std::uint32_t kGlyphColumns = 5, kGlyphRows = 9;
// From one letter to the next, in font pixels.
inline constexpr std::uint32_t kAdvance = kGlyphColumns + 1;

using Glyph = std::array<std::uint8_t, kGlyphRows>;

// Rows from the top; bit 4 is the left column. A box for what is not printable ASCII.
const Glyph& glyph(char32_t code_point);

}  // namespace pf::demo
