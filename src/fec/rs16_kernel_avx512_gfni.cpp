#if defined(__x86_64__)

// The intrinsics' own "undefined" operands look like uninitialised variables to gcc 12.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
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
    return _mm512_gf2p8affine_epi64_epi8(v, _mm512_set1_epi64(static_cast<long long>(matrix)), 0);
  }
  static PF_FEC_INLINE Vector multiply_add(Vector sum, Vector v, unsigned c) {
    return add(sum, affine(v, kSubAffine.at[c]));
  }
  static PF_FEC_INLINE Vector multiply_add2(Vector sum, Vector v, unsigned c, Vector w,
                                            unsigned d) {
    return _mm512_ternarylogic_epi64(sum, affine(v, kSubAffine.at[c]), affine(w, kSubAffine.at[d]),
                                     0x96);
  }
  static PF_FEC_INLINE Vector lift_add(Vector sum, Vector v) {
    return add(sum, affine(v, kLiftVector.affine));
  }

  // Two 64-byte chunks, the second or both of them perhaps cut short: `half` low bytes each and as
  // many high bytes.
  struct Place {
    size_t offset;
    uint32_t half[2];
    __mmask32 mask[2];
  };
  template <class Run>
  static PF_FEC_INLINE void for_each_place(size_t bytes, const Run& run) {
    size_t offset = 0;
    for (; offset + 128 <= bytes; offset += 128)
      run.template run<true>(Place{offset, {32, 32}, {~0U, ~0U}});
    if (offset == bytes) return;
    const size_t rest = bytes - offset;
    const auto first = static_cast<uint32_t>(rest < 64 ? rest / 2 : 32);
    const auto second = static_cast<uint32_t>(rest < 64 ? 0 : (rest - 64) / 2);
    run.template run<false>(Place{offset, {first, second}, {bits(first), bits(second)}});
  }
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
    _mm256_mask_storeu_epi8(p, first, _mm512_castsi512_si256(low));
    _mm256_mask_storeu_epi8(p + place.half[0], first, _mm512_castsi512_si256(high));
    _mm256_mask_storeu_epi8(p + 64, second, _mm512_extracti64x4_epi64(low, 1));
    _mm256_mask_storeu_epi8(p + 64 + place.half[1], second, _mm512_extracti64x4_epi64(high, 1));
  }
  // The next column of this shard.
  static PF_FEC_INLINE void fetch(const uint8_t* shard, const Place& place) {
    _mm_prefetch(shard + place.offset + 128, _MM_HINT_T0);
    _mm_prefetch(shard + place.offset + 192, _MM_HINT_T0);
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
