#include "demo/canvas.hpp"

#include <algorithm>

#include "demo/font.hpp"

namespace pf::demo {

Canvas::Canvas(std::uint32_t* pixels, std::uint32_t width, std::uint32_t height, media::Rect clip)
    : pixels_(pixels), width_(width) {
  const std::uint32_t x = std::min(clip.x, width), y = std::min(clip.y, height);
  clip_ = {x, y, std::min(clip.width, width - x), std::min(clip.height, height - y)};
}

bool Canvas::touches(const media::Rect& a) const {
  return !a.empty() && a.x < clip_.x + clip_.width && clip_.x < a.x + a.width &&
         a.y < clip_.y + clip_.height && clip_.y < a.y + a.height;
}

void Canvas::fill(const media::Rect& area, Colour colour) {
  for (std::uint32_t y = area.y; y < area.y + area.height; ++y)
    span(static_cast<std::int32_t>(area.x), static_cast<std::int32_t>(area.x + area.width),
         static_cast<std::int32_t>(y), colour);
}

void Canvas::span(std::int32_t x0, std::int32_t x1, std::int32_t y, Colour colour) {
  const auto top = static_cast<std::int32_t>(clip_.y);
  const auto bottom = static_cast<std::int32_t>(clip_.y + clip_.height);
  if (y < top || y >= bottom) return;
  x0 = std::max(x0, static_cast<std::int32_t>(clip_.x));
  x1 = std::min(x1, static_cast<std::int32_t>(clip_.x + clip_.width));
  if (x0 >= x1) return;
  std::uint32_t* row = pixels_ + static_cast<std::size_t>(y) * width_;
  std::fill(row + x0, row + x1, colour);
}

void Canvas::dot(std::int32_t x, std::int32_t y, Colour colour, std::uint32_t part_of_256) {
  if (x < 0 || y < 0) return;
  const auto ux = static_cast<std::uint32_t>(x), uy = static_cast<std::uint32_t>(y);
  if (ux < clip_.x || ux >= clip_.x + clip_.width || uy < clip_.y || uy >= clip_.y + clip_.height)
    return;
  std::uint32_t& pixel = pixels_[std::size_t{uy} * width_ + ux];
  pixel = part_of_256 >= 256 ? colour : mix(pixel & 0xFFFFFF, colour, part_of_256);
}

void Canvas::text(std::int32_t x, std::int32_t y, std::uint32_t scale, Colour colour,
                  std::u32string_view text) {
  const auto size = static_cast<std::int32_t>(scale);
  for (const char32_t code_point : text) {
    const Glyph& shape = glyph(code_point);
    for (std::int32_t row = 0; row < static_cast<std::int32_t>(kGlyphRows); ++row)
      for (std::int32_t column = 0; column < static_cast<std::int32_t>(kGlyphColumns); ++column) {
        if ((shape[static_cast<std::size_t>(row)] >> (4 - column) & 1) == 0) continue;
        for (std::int32_t line = 0; line < size; ++line)
          span(x + column * size, x + (column + 1) * size, y + row * size + line, colour);
      }
    x += static_cast<std::int32_t>(kAdvance) * size;
  }
}

}  // namespace pf::demo
