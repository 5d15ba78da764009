// The mouse pointer as part of the picture.
#pragma once

#include <cstdint>
#include <vector>

#include "media/video_frame.hpp"

namespace pf::capture::x11 {

struct Cursor {
  // The image: premultiplied ARGB, one word a pixel.
  std::vector<std::uint32_t> pixels;
  std::uint32_t width = 0, height = 0;
  std::int32_t hot_x = 0, hot_y = 0;
  // The hot spot's place on the screen, and whether the pointer is on this screen.
  std::int32_t x = 0, y = 0;
  bool on_screen = false;

  // Something of the image can be seen: programs hide the pointer by an image that is clear.
  bool shows() const;
  // The part of a width x height picture that it covers.
  media::Rect area(std::uint32_t picture_width, std::uint32_t picture_height) const;
};

// Lays the cursor over a Bgrx picture. Exact for opaque and clear pixels, rounded to nearest else.
void blend(const Cursor& cursor, std::uint8_t* picture, std::uint32_t stride_bytes,
           std::uint32_t picture_width, std::uint32_t picture_height);

}  // namespace pf::capture::x11
