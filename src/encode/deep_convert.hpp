// Rows of captured pixels to planes of 10 bit, 4:2:0 or 4:4:4, as SDR or mapped into PQ.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "encode/colour_convert.hpp"
#include "media/colour.hpp"

namespace pf::encode {

// Rows on their way hold 4 numbers a pixel, B, G, R and one unused, from 0 to a maximum: that of
// the captured pixels, or kPqMax once they are PQ coded.
inline constexpr std::uint32_t kByteMax = 255, kPqMax = 4095;

// As ColourMatrix, for 10 bit: limited range per BT.2100-2 table 9 (64..940, 64..960).
struct DeepMatrix : ColourWeights {
  std::int32_t y_offset;  // 0 (full range) or 64
  int fraction;           // bits behind the point of the weights
};

// `max`: what the rows hold at most (kByteMax or kPqMax).
DeepMatrix deep_matrix(const media::Colour& colour, std::uint32_t max);

// SDR pixels as an HDR screen shows them: sRGB (IEC 61966-2-1) made linear, BT.709 to BT.2020
// primaries (BT.2087-0), white at 203 cd/m² (BT.2408), coded with PQ (BT.2100-2 table 4).
class PqMapper {
 public:
  PqMapper();  // computes its tables: worker thread
  // `count` pixels of BGRx to a row of 0..kPqMax. Any thread; no allocation.
  void map(const std::uint8_t* bgrx, std::uint16_t* row, std::uint32_t count) const noexcept;

 private:
  static constexpr std::uint32_t kSteps = 65536;
  std::array<std::uint32_t, 256> linear_;
  std::array<std::uint16_t, kSteps> coded_;
};

// `count` pixels of BGRx to a row of 0..kByteMax.
void widen(const std::uint8_t* bgrx, std::uint16_t* row, std::uint32_t count) noexcept;

// Two rows of pixels from even `x` to `end`, which is even or the end of the row: luma of each, and
// one row of chroma, the mean of 2×2 pixels. `row1` may be `row0` (and y1 y0) on an odd last row.
struct HalvedRows {
  const std::uint16_t *row0, *row1;
  std::uint16_t *y0, *y1, *u, *v;
};
void convert_rows(const HalvedRows& rows, std::uint32_t x, std::uint32_t end,
                  const DeepMatrix& matrix) noexcept;
// The definition, which the fast kernel equals to the bit.
void convert_rows_scalar(const HalvedRows& rows, std::uint32_t x, std::uint32_t end,
                         const DeepMatrix& matrix) noexcept;

// One row of pixels with a colour each.
void convert_row(const std::uint16_t* row, std::uint16_t* const planes[3], std::uint32_t x,
                 std::uint32_t end, const DeepMatrix& matrix) noexcept;
void convert_row_scalar(const std::uint16_t* row, std::uint16_t* const planes[3], std::uint32_t x,
                        std::uint32_t end, const DeepMatrix& matrix) noexcept;

}  // namespace pf::encode
