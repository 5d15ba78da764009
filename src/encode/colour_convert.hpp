// BGRx to NV12 (8 bit, 4:2:0) or planes of 4:4:4: the one pass over the pixels that a software-fed
// encoder needs.
#pragma once

#include <array>
#include <cstdint>

#include "media/colour.hpp"
#include "media/video_frame.hpp"

namespace pf::encode {

// What B, G and R (in this order, as in memory) contribute to each of the three, in fixed point.
struct ColourWeights {
  std::array<std::int16_t, 3> y, u, v;
};

// From the luma weights of ITU-R BT.601-7 2.5.1, BT.709-6 3.2 and BT.2020-2 table 4. The scales are
// the largest luma, and the span of chroma, that the largest B, G and R give; `fraction` bits stand
// behind the point, no more than leave every weight below 2^15.
ColourWeights colour_weights(media::Matrix matrix, double y_scale, double c_scale, int fraction);

// Fixed-point conversion with 15 bits of fraction; limited range per BT.709-6 3.4 (16..235,
// 16..240).
struct ColourMatrix : ColourWeights {
  std::int32_t y_offset;  // 0 (full range) or 16
};

ColourMatrix colour_matrix(const media::Colour& colour);

// The part `area` of a picture of this size, widened to even edges or to the picture's own.
media::Rect even_edges(const media::Rect& area, std::uint32_t width, std::uint32_t height) noexcept;

struct BgrxImage {
  const std::uint8_t* pixels;
  std::uint32_t stride_bytes;
  std::uint32_t width, height;
};

struct Nv12Image {
  std::uint8_t* y;
  std::uint32_t y_stride_bytes;
  std::uint8_t* uv;  // (width + 1) / 2 interleaved pairs a row, (height + 1) / 2 rows
  std::uint32_t uv_stride_bytes;
  std::uint32_t width, height;
};

// Converts the part `area` of `from` into the same place of `to` (equal sizes). Chroma is the mean
// of 2×2 pixels, as BT.601/709 sited at the middle; on odd sizes the last column or row counts
// twice. `area` is widened to even edges. Any thread; no allocation.
void convert_to_nv12(const BgrxImage& from, const Nv12Image& to, const ColourMatrix& matrix,
                     const media::Rect& area) noexcept;

// The definition, one pixel at a time: the oracle of the fast kernels, which are bit-exact.
void convert_to_nv12_scalar(const BgrxImage& from, const Nv12Image& to, const ColourMatrix& matrix,
                            const media::Rect& area) noexcept;

struct Yuv444Image {
  std::uint8_t* planes[3];  // y, u, v, each of the picture's size
  std::uint32_t stride_bytes;
  std::uint32_t width, height;
};

// The same for 4:4:4: every pixel keeps its colour, so small coloured text stays sharp. `area`
// needs no even edges. Any thread; no allocation.
void convert_to_yuv444(const BgrxImage& from, const Yuv444Image& to, const ColourMatrix& matrix,
                       const media::Rect& area) noexcept;

}  // namespace pf::encode
