#if defined(__x86_64__)

// The intrinsics' own "undefined" operands look like uninitialised variables to gcc 12.
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#include "fec/rs16_kernel_body.hpp"

namespace pf::fec {
namespace {

struct Avx512Gfni {
  using Vector = __m512i;
  static constexpr size_t kWidth = 64;
  static constexpr unsigned kMaxLog = 3;

  static PF_FEC_INLINE Vector zero() { return _mm512_setzero_si512(); }
  static PF_FEC_INLINE Vector load(const uint8_t* p) { return _mm512_load_si512(p); }
  static PF_FEC_INLINE void store(uint8_t* p, Vector v) { _mm512_store_si512(p, v); }
  static PF_FEC_INLINE Vector add(Vector a, Vector b) { return _mm512_xor_si512(a, b); }
  static PF_FEC_INLINE Vector affine(Vector v, uint64_t matrix) {
    Vector m = _mm512_set1_epi64(static_cast<long long>(matrix));
#if defined(__clang__)
    // clang 16 makes this an operand in memory and then scales its displacement by 64 for 8.
    asm("" : "+v"(m));
#endif
    return _mm512_gf2p8affine_epi64_epi8(v, m, 0);
  }
  static PF_FEC_INLINE Vector add3(Vector a, Vector b, Vector c) {
    return _mm512_ternarylogic_epi64(a, b, c, 0x96);
  }
  static PF_FEC_INLINE Vector product(Vector v, unsigned c) { return affine(v, kSubAffine.at[c]); }
  static PF_FEC_INLINE Vector lift(Vector v) { return affine(v, kLiftVector.affine); }

  // Two 64-byte chunks, the second or both of them perhaps cut short: `half` low bytes each and as
  // many high bytes.
  struct Place {
    size_t offset;
    uint32_t half[2];
    __mmask32 mask[2];
  };
  static PF_FEC_INLINE size_t columns(size_t bytes) { return (bytes + 127) / 128; }
  static PF_FEC_INLINE Place place(size_t bytes, size_t column) {
    const size_t rest = bytes - column * 128;
    const auto first = static_cast<uint32_t>(rest < 64 ? rest / 2 : 32);
    const auto second = static_cast<uint32_t>(rest < 64 ? 0 : (rest < 128 ? (rest - 64) / 2 : 32));
    return {column * 128, {first, second}, {bits(first), bits(second)}};
  }
  static PF_FEC_INLINE bool is_full(const Place& place) { return place.half[1] == 32; }
  static PF_FEC_INLINE __mmask32 bits(uint32_t n) {
    return static_cast<__mmask32>((uint64_t{1} << n) - 1);
  }

  template <bool kFull>
  static PF_FEC_INLINE void load_shard(const uint8_t* shard, const Place& place, Vector& low,
                                       Vector& high) {
    const uint8_t* p = shard + place.offset;
    if constexpr (kFull) {
      low = join(half(p), half(p + 64));
      high = join(half(p + 32), half(p + 96));
    } else {
      low = join(_mm256_maskz_loadu_epi8(place.mask[0], p),
                 _mm256_maskz_loadu_epi8(place.mask[1], p + 64));
      high = join(_mm256_maskz_loadu_epi8(place.mask[0], p + place.half[0]),
                  _mm256_maskz_loadu_epi8(place.mask[1], p + 64 + place.half[1]));
    }
  }
  template <bool kFull>
  static PF_FEC_INLINE void store_shard(uint8_t* shard, const Place& place, Vector low,
                                        Vector high) {
    uint8_t* p = shard + place.offset;
    const __mmask32 first = kFull ? ~0U : place.mask[0];
    const __mmask32 second = kFull ? ~0U : place.mask[1];
    const size_t first_half = kFull ? 32 : place.half[0];
    const size_t second_half = kFull ? 32 : place.half[1];
    _mm256_mask_storeu_epi8(p, first, _mm512_castsi512_si256(low));
    _mm256_mask_storeu_epi8(p + first_half, first, _mm512_castsi512_si256(high));
    _mm256_mask_storeu_epi8(p + 64, second, _mm512_extracti64x4_epi64(low, 1));
    _mm256_mask_storeu_epi8(p + 64 + second_half, second, _mm512_extracti64x4_epi64(high, 1));
  }

 private:
  static PF_FEC_INLINE __m256i half(const uint8_t* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  static PF_FEC_INLINE Vector join(__m256i a, __m256i b) {
    return _mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1);
  }
};

}  // namespace

const Rs16Kernel kRs16Avx512GfniKernel = rs16_table_of<Avx512Gfni>();

}  // namespace pf::fec

#endif
