// A desktop's pointer as the cursor channel carries it (punktfunk1.md 3.8 CursorShape, 7.9). Pure.
#pragma once

#include "capture/capture.hpp"
#include "media/mode.hpp"
#include "native/wire/messages.hpp"

namespace pf::native {

// How a picture of one size lies in pictures of the streamed mode: as the encoder scales it, with
// black bars where the shapes differ.
class PointerScale {
 public:
  PointerScale() = default;
  PointerScale(std::uint32_t picture_width, std::uint32_t picture_height,
               const pf::media::Mode& mode);

  std::int32_t x(std::int32_t picture_x) const;
  std::int32_t y(std::int32_t picture_y) const;
  // A length of so many picture pixels; at least 1.
  std::uint32_t length(std::uint32_t pixels) const;
  bool operator==(const PointerScale&) const = default;

 private:
  std::uint32_t from_width_ = 1, from_height_ = 1;
  pf::media::Rect to_{0, 0, 1, 1};
};

// Straight-alpha RGBA at the streamed size, made smaller where it would exceed 120 pixels a side;
// the hot spot lies inside. `serial` is left to the caller. An image without pixels, or with fewer
// than its size says, gives a shape of no size.
wire::CursorShape cursor_shape(const capture::PointerImage& image, const PointerScale& scale);

}  // namespace pf::native
