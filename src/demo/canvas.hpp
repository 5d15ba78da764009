// Drawing into a part of a Bgrx picture. Whatever lies outside the clip is left alone.
#pragma once

#include <cstdint>
#include <string_view>

#include "media/video_frame.hpp"

namespace pf::demo {

using Colour = std::uint32_t;  // 0xRRGGBB

constexpr Colour mix(Colour from, Colour to, std::uint32_t part_of_256) {
  Colour out = 0;
  for (unsigned shift = 0; shift < 24; shift += 8) {
    const std::uint32_t a = from >> shift & 0xFF, b = to >> shift & 0xFF;
    out |= ((a * (256 - part_of_256) + b * part_of_256) >> 8) << shift;
  }
  return out;
}

class Canvas {
 public:
  // `pixels` are rows of `width` words without padding; they must outlive the canvas.
  Canvas(std::uint32_t* pixels, std::uint32_t width, std::uint32_t height, media::Rect clip);

  const media::Rect& clip() const { return clip_; }
  bool touches(const media::Rect& area) const;

  void fill(const media::Rect& area, Colour colour);
  // One pixel, `part_of_256` of it covered.
  void dot(std::int32_t x, std::int32_t y, Colour colour, std::uint32_t part_of_256);
  // A row of pixels from x0 up to, not including, x1.
  void span(std::int32_t x0, std::int32_t x1, std::int32_t y, Colour colour);
  // Text with its top left corner at x, y; each font pixel is a square of `scale` pixels.
  void text(std::int32_t x, std::int32_t y, std::uint32_t scale, Colour colour,
            std::u32string_view text);

 private:
  std::uint32_t* pixels_;
  std::uint32_t width_;
  media::Rect clip_;
};

}  // namespace pf::demo
