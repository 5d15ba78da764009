#include "encode/colour_convert.hpp"

#include <algorithm>
#include <cmath>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace pf::encode {
namespace {

constexpr int kFraction = 15;

std::uint8_t clamp_to_byte(std::int32_t value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

std::int32_t luma_bias(const ColourMatrix& m) {
  return (m.y_offset << kFraction) + (1 << (kFraction - 1));
}
// Chroma works on sums of four pixels, hence two more bits.
constexpr std::int32_t kChromaBias = (128 << (kFraction + 2)) + (1 << (kFraction + 1));

// Two rows (or one, when `rows` is 1) from even column `x` to `end`.
void convert_row_pair(const std::uint8_t* row0, const std::uint8_t* row1, std::uint8_t* y0,
                      std::uint8_t* y1, std::uint8_t* uv, std::uint32_t x, std::uint32_t end,
                      const ColourMatrix& m) noexcept {
  const auto bias = luma_bias(m);
  const auto luma = [&](const std::uint8_t* p) {
    return clamp_to_byte((m.y[0] * p[0] + m.y[1] * p[1] + m.y[2] * p[2] + bias) >> kFraction);
  };
  for (; x < end; x += 2) {
    const std::uint32_t next = x + 1 < end ? x + 1 : x;
    const auto *a = row0 + 4 * std::size_t{x}, *b = row0 + 4 * std::size_t{next};
    const auto *c = row1 + 4 * std::size_t{x}, *d = row1 + 4 * std::size_t{next};
    y0[x] = luma(a);
    y0[next] = luma(b);
    y1[x] = luma(c);
    y1[next] = luma(d);
    std::int32_t u = kChromaBias, v = kChromaBias;
    for (unsigned i = 0; i < 3; ++i) {
      const std::int32_t sum = a[i] + b[i] + c[i] + d[i];
      u += m.u[i] * sum;
      v += m.v[i] * sum;
    }
    uv[x] = clamp_to_byte(u >> (kFraction + 2));
    uv[x + 1] = clamp_to_byte(v >> (kFraction + 2));
  }
}

#if defined(__x86_64__)
// gcc's intrinsics hide casts and unused vectors that our warnings reject only in our own code.
#define PF_AVX2 __attribute__((target("avx2")))

PF_AVX2 inline __m256i load(const std::uint8_t* p) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(static_cast<const void*>(p)));
}
PF_AVX2 inline void store(std::uint8_t* p, __m256i v) {
  _mm256_storeu_si256(static_cast<__m256i*>(static_cast<void*>(p)), v);
}
PF_AVX2 inline __m256i coefficients(const std::array<std::int16_t, 3>& c) {
  return _mm256_setr_epi16(c[0], c[1], c[2], 0, c[0], c[1], c[2], 0, c[0], c[1], c[2], 0, c[0],
                           c[1], c[2], 0);
}

// Eight pixels' weighted sums, in order.
PF_AVX2 inline __m256i luma8(__m256i lo, __m256i hi, __m256i weights, __m256i bias) {
  const auto sums =
      _mm256_hadd_epi32(_mm256_madd_epi16(lo, weights), _mm256_madd_epi16(hi, weights));
  return _mm256_srai_epi32(_mm256_add_epi32(sums, bias), kFraction);
}

// 4 × 8 numbers to 32 bytes, in order.
PF_AVX2 inline __m256i pack32(__m256i a, __m256i b, __m256i c, __m256i d) {
  const auto bytes = _mm256_packus_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d));
  return _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}

// As convert_row_pair, for whole blocks of 32 pixels; returns where it stopped.
PF_AVX2 std::uint32_t convert_row_pair_avx2(const std::uint8_t* row0, const std::uint8_t* row1,
                                            std::uint8_t* y0, std::uint8_t* y1, std::uint8_t* uv,
                                            std::uint32_t x, std::uint32_t end,
                                            const ColourMatrix& m) noexcept {
  const auto zero = _mm256_setzero_si256();
  const auto wy = coefficients(m.y), wu = coefficients(m.u), wv = coefficients(m.v);
  const auto y_bias = _mm256_set1_epi32(luma_bias(m));
  const auto c_bias = _mm256_set1_epi32(kChromaBias);
  for (; x + 32 <= end; x += 32) {
    __m256i top[4], bottom[4], chroma[4];
    for (unsigned i = 0; i < 4; ++i) {
      const auto offset = 4 * (std::size_t{x} + 8 * i);
      const auto p = load(row0 + offset), q = load(row1 + offset);
      const auto p_lo = _mm256_unpacklo_epi8(p, zero), p_hi = _mm256_unpackhi_epi8(p, zero);
      const auto q_lo = _mm256_unpacklo_epi8(q, zero), q_hi = _mm256_unpackhi_epi8(q, zero);
      top[i] = luma8(p_lo, p_hi, wy, y_bias);
      bottom[i] = luma8(q_lo, q_hi, wy, y_bias);
      const auto lo = _mm256_add_epi16(p_lo, q_lo), hi = _mm256_add_epi16(p_hi, q_hi);
      const auto sum =
          _mm256_add_epi16(_mm256_unpacklo_epi64(lo, hi), _mm256_unpackhi_epi64(lo, hi));
      // u0 u1 v0 v1 in each lane, then interleaved.
      const auto pairs = _mm256_hadd_epi32(_mm256_madd_epi16(sum, wu), _mm256_madd_epi16(sum, wv));
      const auto shifted = _mm256_srai_epi32(_mm256_add_epi32(pairs, c_bias), kFraction + 2);
      chroma[i] = _mm256_shuffle_epi32(shifted, 0b11'01'10'00);
    }
    store(y0 + x, pack32(top[0], top[1], top[2], top[3]));
    store(y1 + x, pack32(bottom[0], bottom[1], bottom[2], bottom[3]));
    store(uv + x, pack32(chroma[0], chroma[1], chroma[2], chroma[3]));
  }
  return x;
}

bool have_avx2() {
  static const bool have = __builtin_cpu_supports("avx2") != 0;
  return have;
}
#endif

template <class RowPair>
void for_row_pairs(const BgrxImage& from, const Nv12Image& to, const media::Rect& area,
                   RowPair row_pair) noexcept {
  const auto height = std::min(from.height, to.height);
  const auto part = even_edges(area, std::min(from.width, to.width), height);
  const auto left = part.x, right = part.x + part.width, bottom = part.y + part.height;
  for (auto y = part.y; y < bottom; y += 2) {
    const auto second = y + 1 < height ? y + 1 : y;
    row_pair(from.pixels + std::size_t{y} * from.stride_bytes,
             from.pixels + std::size_t{second} * from.stride_bytes,
             to.y + std::size_t{y} * to.y_stride_bytes,
             to.y + std::size_t{second} * to.y_stride_bytes,
             to.uv + std::size_t{y / 2} * to.uv_stride_bytes, left, right);
  }
}

}  // namespace

media::Rect even_edges(const media::Rect& area, std::uint32_t width,
                       std::uint32_t height) noexcept {
  const auto end_of = [](std::uint32_t start, std::uint32_t length, std::uint32_t limit) {
    const auto end = std::min<std::uint64_t>(std::uint64_t{start} + length, limit);
    return std::min(static_cast<std::uint32_t>(end + (end & 1)), limit);
  };
  const auto left = std::min(area.x, width) & ~1U, top = std::min(area.y, height) & ~1U;
  return {left, top, end_of(area.x, area.width, width) - left,
          end_of(area.y, area.height, height) - top};
}

ColourWeights colour_weights(media::Matrix matrix, double y_scale, double c_scale, int fraction) {
  double kr = 0.2126, kb = 0.0722;
  switch (matrix) {
    case media::Matrix::Bt601:
      kr = 0.299, kb = 0.114;
      break;
    case media::Matrix::Bt709:
      break;
    case media::Matrix::Bt2020:
      kr = 0.2627, kb = 0.0593;
      break;
  }
  const auto fixed = [&](double value) { return std::lround(value * (1 << fraction)); };
  const auto narrow = [](auto value) { return static_cast<std::int16_t>(value); };
  ColourWeights w{};
  // Each row's last weight closes the sum, so that white is exactly white and grey has no colour.
  w.y[0] = narrow(fixed(kb * y_scale));
  w.y[2] = narrow(fixed(kr * y_scale));
  w.y[1] = narrow(fixed(y_scale) - w.y[0] - w.y[2]);
  w.u[0] = w.v[2] = narrow(fixed(0.5 * c_scale));
  w.u[2] = narrow(fixed(-0.5 * kr / (1 - kb) * c_scale));
  w.u[1] = narrow(-w.u[0] - w.u[2]);
  w.v[0] = narrow(fixed(-0.5 * kb / (1 - kr) * c_scale));
  w.v[1] = narrow(-w.v[2] - w.v[0]);
  return w;
}

ColourMatrix colour_matrix(const media::Colour& colour) {
  const double y_scale = colour.full_range ? 1.0 : 219.0 / 255.0;
  const double c_scale = colour.full_range ? 1.0 : 224.0 / 255.0;
  return {colour_weights(colour.matrix, y_scale, c_scale, kFraction), colour.full_range ? 0 : 16};
}

void convert_to_nv12_scalar(const BgrxImage& from, const Nv12Image& to, const ColourMatrix& matrix,
                            const media::Rect& area) noexcept {
  for_row_pairs(from, to, area,
                [&](auto* r0, auto* r1, auto* y0, auto* y1, auto* uv, auto left, auto right) {
                  convert_row_pair(r0, r1, y0, y1, uv, left, right, matrix);
                });
}

void convert_to_nv12(const BgrxImage& from, const Nv12Image& to, const ColourMatrix& matrix,
                     const media::Rect& area) noexcept {
#if defined(__x86_64__)
  if (have_avx2()) {
    for_row_pairs(from, to, area,
                  [&](auto* r0, auto* r1, auto* y0, auto* y1, auto* uv, auto left, auto right) {
                    const auto x = convert_row_pair_avx2(r0, r1, y0, y1, uv, left, right, matrix);
                    convert_row_pair(r0, r1, y0, y1, uv, x, right, matrix);
                  });
    return;
  }
#endif
  convert_to_nv12_scalar(from, to, matrix, area);
}

void convert_to_yuv444(const BgrxImage& from, const Yuv444Image& to, const ColourMatrix& matrix,
                       const media::Rect& area) noexcept {
  const auto width = std::min(from.width, to.width), height = std::min(from.height, to.height);
  const auto left = std::min(area.x, width), top = std::min(area.y, height);
  const auto right = left + std::min(area.width, width - left);
  const auto bottom = top + std::min(area.height, height - top);
  constexpr std::int32_t kBias = (128 << kFraction) + (1 << (kFraction - 1));
  const auto y_bias = luma_bias(matrix);
  for (auto row = top; row < bottom; ++row) {
    const auto* in = from.pixels + std::size_t{row} * from.stride_bytes;
    const auto at = std::size_t{row} * to.stride_bytes;
    auto *y = to.planes[0] + at, *u = to.planes[1] + at, *v = to.planes[2] + at;
    for (auto x = left; x < right; ++x) {
      const std::int32_t b = in[4 * x], g = in[4 * x + 1], r = in[4 * x + 2];
      y[x] = clamp_to_byte((matrix.y[0] * b + matrix.y[1] * g + matrix.y[2] * r + y_bias) >>
                           kFraction);
      u[x] =
          clamp_to_byte((matrix.u[0] * b + matrix.u[1] * g + matrix.u[2] * r + kBias) >> kFraction);
      v[x] =
          clamp_to_byte((matrix.v[0] * b + matrix.v[1] * g + matrix.v[2] * r + kBias) >> kFraction);
    }
  }
}

}  // namespace pf::encode
