#include "capture/x11/cursor.hpp"

#include <algorithm>
#include <cstring>

namespace pf::capture::x11 {

bool Cursor::shows() const {
  return std::any_of(pixels.begin(), pixels.end(),
                     [](std::uint32_t pixel) { return pixel >> 24 != 0; });
}

media::Rect Cursor::area(std::uint32_t picture_width, std::uint32_t picture_height) const {
  if (!on_screen) return {};
  const auto clip = [](std::int64_t at, std::uint32_t size) {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(at, 0, size));
  };
  const std::int64_t left = std::int64_t{x} - hot_x, top = std::int64_t{y} - hot_y;
  const std::uint32_t x0 = clip(left, picture_width), x1 = clip(left + width, picture_width);
  const std::uint32_t y0 = clip(top, picture_height), y1 = clip(top + height, picture_height);
  if (x0 == x1 || y0 == y1) return {};
  return {x0, y0, x1 - x0, y1 - y0};
}

void blend(const Cursor& cursor, std::uint8_t* picture, std::uint32_t stride_bytes,
           std::uint32_t picture_width, std::uint32_t picture_height) {
  const media::Rect area = cursor.area(picture_width, picture_height);
  const std::int64_t left = std::int64_t{cursor.x} - cursor.hot_x;
  const std::int64_t top = std::int64_t{cursor.y} - cursor.hot_y;
  for (std::uint32_t y = area.y; y < area.y + area.height; ++y) {
    const auto row = static_cast<std::size_t>(y - top) * cursor.width;
    for (std::uint32_t x = area.x; x < area.x + area.width; ++x) {
      const std::uint32_t source = cursor.pixels[row + static_cast<std::size_t>(x - left)];
      const std::uint32_t alpha = source >> 24;
      if (alpha == 0) continue;
      std::uint8_t* pixel = picture + std::size_t{y} * stride_bytes + std::size_t{x} * 4;
      for (unsigned channel = 0; channel < 3; ++channel) {
        const std::uint32_t over = source >> (8 * channel) & 0xFF;
        const std::uint32_t sum = over + (pixel[channel] * (255 - alpha) + 127) / 255;
        pixel[channel] = static_cast<std::uint8_t>(std::min(sum, 255U));
      }
    }
  }
}

}  // namespace pf::capture::x11
