#include "encode/deep_convert.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace pf::encode {
namespace {

constexpr std::int32_t kMax = 1023;

std::int32_t luma_bias(const DeepMatrix& m) {
  return (m.y_offset << m.fraction) + (1 << (m.fraction - 1));
}
std::int32_t chroma_bias(int fraction) {
  return (512 << fraction) + (1 << (fraction - 1));
}

std::uint16_t clamp10(std::int32_t value) {
  return static_cast<std::uint16_t>(std::clamp(value, 0, kMax));
}

std::uint16_t weigh(const std::uint16_t* p, const std::array<std::int16_t, 3>& weights,
                    std::int32_t bias, int fraction) {
  return clamp10((weights[0] * p[0] + weights[1] * p[1] + weights[2] * p[2] + bias) >> fraction);
}

#if defined(__x86_64__)
#define PF_AVX2 __attribute__((target("avx2")))

PF_AVX2 inline __m256i load(const std::uint16_t* p) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(static_cast<const void*>(p)));
}
PF_AVX2 inline void store(std::uint16_t* p, __m256i v) {
  _mm256_storeu_si256(static_cast<__m256i*>(static_cast<void*>(p)), v);
}
PF_AVX2 inline void store(std::uint16_t* p, __m128i v) {
  _mm_storeu_si128(static_cast<__m128i*>(static_cast<void*>(p)), v);
}
PF_AVX2 inline __m256i weights4(const std::array<std::int16_t, 3>& c) {
  return _mm256_setr_epi16(c[0], c[1], c[2], 0, c[0], c[1], c[2], 0, c[0], c[1], c[2], 0, c[0],
                           c[1], c[2], 0);
}

// Sixteen pixels' weighted sums, in order.
PF_AVX2 inline __m256i weigh16(const __m256i pixels[4], __m256i weights, __m256i bias,
                               __m128i shift) {
  const auto sums = [&](unsigned i) __attribute__((target("avx2"))) {
    const auto pairs = _mm256_hadd_epi32(_mm256_madd_epi16(pixels[i], weights),
                                         _mm256_madd_epi16(pixels[i + 1], weights));
    return _mm256_sra_epi32(_mm256_add_epi32(pairs, bias), shift);
  };
  const auto mixed =
      _mm256_min_epu16(_mm256_packus_epi32(sums(0), sums(2)), _mm256_set1_epi16(kMax));
  return _mm256_permutevar8x32_epi32(mixed, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}

PF_AVX2 std::uint32_t convert_rows_avx2(const HalvedRows& r, std::uint32_t x, std::uint32_t end,
                                        const DeepMatrix& m) noexcept {
  const auto wy = weights4(m.y), wu = weights4(m.u), wv = weights4(m.v);
  const auto y_bias = _mm256_set1_epi32(luma_bias(m));
  const auto c_bias = _mm256_set1_epi32(chroma_bias(m.fraction + 2));
  const auto y_shift = _mm_cvtsi32_si128(m.fraction), c_shift = _mm_cvtsi32_si128(m.fraction + 2);
  for (; x + 16 <= end; x += 16) {
    __m256i top[4], bottom[4], chroma[2];
    for (unsigned i = 0; i < 4; ++i) {
      top[i] = load(r.row0 + 4 * (std::size_t{x} + 4 * i));
      bottom[i] = load(r.row1 + 4 * (std::size_t{x} + 4 * i));
    }
    store(r.y0 + x, weigh16(top, wy, y_bias, y_shift));
    store(r.y1 + x, weigh16(bottom, wy, y_bias, y_shift));
    for (unsigned i = 0; i < 2; ++i) {
      const auto a = _mm256_add_epi16(top[2 * i], bottom[2 * i]);
      const auto b = _mm256_add_epi16(top[2 * i + 1], bottom[2 * i + 1]);
      const auto sum = _mm256_add_epi16(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b));
      // u0 u2 v0 v2 in the low half, u1 u3 v1 v3 in the high one.
      const auto uv = _mm256_hadd_epi32(_mm256_madd_epi16(sum, wu), _mm256_madd_epi16(sum, wv));
      chroma[i] = _mm256_sra_epi32(_mm256_add_epi32(uv, c_bias), c_shift);
    }
    const auto packed =
        _mm256_min_epu16(_mm256_packus_epi32(chroma[0], chroma[1]), _mm256_set1_epi16(kMax));
    const auto even = _mm256_castsi256_si128(packed), odd = _mm256_extracti128_si256(packed, 1);
    const auto first = _mm_unpacklo_epi16(even, odd), second = _mm_unpackhi_epi16(even, odd);
    store(r.u + x / 2, _mm_unpacklo_epi64(first, second));
    store(r.v + x / 2, _mm_unpackhi_epi64(first, second));
  }
  return x;
}

PF_AVX2 std::uint32_t convert_row_avx2(const std::uint16_t* row, std::uint16_t* const planes[3],
                                       std::uint32_t x, std::uint32_t end,
                                       const DeepMatrix& m) noexcept {
  const auto wy = weights4(m.y), wu = weights4(m.u), wv = weights4(m.v);
  const auto y_bias = _mm256_set1_epi32(luma_bias(m));
  const auto c_bias = _mm256_set1_epi32(chroma_bias(m.fraction));
  const auto shift = _mm_cvtsi32_si128(m.fraction);
  for (; x + 16 <= end; x += 16) {
    __m256i pixels[4];
    for (unsigned i = 0; i < 4; ++i) pixels[i] = load(row + 4 * (std::size_t{x} + 4 * i));
    store(planes[0] + x, weigh16(pixels, wy, y_bias, shift));
    store(planes[1] + x, weigh16(pixels, wu, c_bias, shift));
    store(planes[2] + x, weigh16(pixels, wv, c_bias, shift));
  }
  return x;
}

bool have_avx2() {
  static const bool have = __builtin_cpu_supports("avx2") != 0;
  return have;
}
#endif

double srgb_to_linear(double value) {
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

// BT.2100-2 table 4, inverse EOTF; 1 = 10,000 cd/m².
double pq(double luminance) {
  constexpr double kM1 = 2610.0 / 16384, kM2 = 2523.0 / 32;
  constexpr double kC1 = 3424.0 / 4096, kC2 = 2413.0 / 128, kC3 = 2392.0 / 128;
  const double power = std::pow(luminance, kM1);
  return std::pow((kC1 + kC2 * power) / (1 + kC3 * power), kM2);
}

// BT.2087-0 M2 in 16 bits of fraction; each row's sum is one, so that grey stays grey.
constexpr std::uint32_t kFromRed[3] = {41118, 21581, 2837};
constexpr std::uint32_t kFromGreen[3] = {4528, 60262, 746};
constexpr std::uint32_t kFromBlue[3] = {1074, 5769, 58693};

}  // namespace

DeepMatrix deep_matrix(const media::Colour& colour, std::uint32_t max) {
  // As many bits as 16-bit weights and 32-bit sums allow.
  const int fraction = max == kByteMax ? 13 : 17;
  const double y_scale = (colour.full_range ? 1023.0 : 876.0) / max;
  const double c_scale = (colour.full_range ? 1023.0 : 896.0) / max;
  return {colour_weights(colour.matrix, y_scale, c_scale, fraction), colour.full_range ? 0 : 64,
          fraction};
}

PqMapper::PqMapper() {
  for (std::uint32_t i = 0; i < linear_.size(); ++i)
    linear_[i] = static_cast<std::uint32_t>(std::lround(srgb_to_linear(i / 255.0) * (kSteps - 1)));
  constexpr double kWhite = 203.0 / 10000;
  for (std::uint32_t i = 0; i < kSteps; ++i)
    coded_[i] = static_cast<std::uint16_t>(
        i == 0 ? 0 : std::lround(pq(kWhite * i / (kSteps - 1)) * kPqMax));
}

void PqMapper::map(const std::uint8_t* bgrx, std::uint16_t* row,
                   std::uint32_t count) const noexcept {
  std::uint32_t last = 0xff000000;
  std::array<std::uint16_t, 4> out{};
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto* p = bgrx + 4 * std::size_t{i};
    const auto key = p[0] | std::uint32_t{p[1]} << 8 | std::uint32_t{p[2]} << 16;
    // Desktops are made of runs of equal pixels.
    if (key != last) {
      last = key;
      const auto b = linear_[p[0]], g = linear_[p[1]], r = linear_[p[2]];
      const auto mix = [&](const std::uint32_t(&from)[3]) {
        return coded_[(from[0] * r + from[1] * g + from[2] * b + 32768) >> 16];
      };
      out = {mix(kFromBlue), mix(kFromGreen), mix(kFromRed), 0};
    }
    std::memcpy(row + 4 * std::size_t{i}, out.data(), sizeof out);
  }
}

void widen(const std::uint8_t* bgrx, std::uint16_t* row, std::uint32_t count) noexcept {
  for (std::size_t i = 0; i < 4 * std::size_t{count}; ++i) row[i] = bgrx[i];
}

void convert_rows_scalar(const HalvedRows& r, std::uint32_t x, std::uint32_t end,
                         const DeepMatrix& m) noexcept {
  const auto y_bias = luma_bias(m), c_bias = chroma_bias(m.fraction + 2);
  for (; x < end; x += 2) {
    const std::uint32_t next = x + 1 < end ? x + 1 : x;
    const auto *a = r.row0 + 4 * std::size_t{x}, *b = r.row0 + 4 * std::size_t{next};
    const auto *c = r.row1 + 4 * std::size_t{x}, *d = r.row1 + 4 * std::size_t{next};
    r.y0[x] = weigh(a, m.y, y_bias, m.fraction);
    r.y0[next] = weigh(b, m.y, y_bias, m.fraction);
    r.y1[x] = weigh(c, m.y, y_bias, m.fraction);
    r.y1[next] = weigh(d, m.y, y_bias, m.fraction);
    std::int32_t u = c_bias, v = c_bias;
    for (unsigned i = 0; i < 3; ++i) {
      const std::int32_t sum = a[i] + b[i] + c[i] + d[i];
      u += m.u[i] * sum;
      v += m.v[i] * sum;
    }
    r.u[x / 2] = clamp10(u >> (m.fraction + 2));
    r.v[x / 2] = clamp10(v >> (m.fraction + 2));
  }
}

void convert_rows(const HalvedRows& rows, std::uint32_t x, std::uint32_t end,
                  const DeepMatrix& matrix) noexcept {
#if defined(__x86_64__)
  if (have_avx2()) x = convert_rows_avx2(rows, x, end, matrix);
#endif
  convert_rows_scalar(rows, x, end, matrix);
}

void convert_row_scalar(const std::uint16_t* row, std::uint16_t* const planes[3], std::uint32_t x,
                        std::uint32_t end, const DeepMatrix& m) noexcept {
  const auto y_bias = luma_bias(m), c_bias = chroma_bias(m.fraction);
  for (; x < end; ++x) {
    const auto* p = row + 4 * std::size_t{x};
    planes[0][x] = weigh(p, m.y, y_bias, m.fraction);
    planes[1][x] = weigh(p, m.u, c_bias, m.fraction);
    planes[2][x] = weigh(p, m.v, c_bias, m.fraction);
  }
}

void convert_row(const std::uint16_t* row, std::uint16_t* const planes[3], std::uint32_t x,
                 std::uint32_t end, const DeepMatrix& matrix) noexcept {
#if defined(__x86_64__)
  if (have_avx2()) x = convert_row_avx2(row, planes, x, end, matrix);
#endif
  convert_row_scalar(row, planes, x, end, matrix);
}

}  // namespace pf::encode
