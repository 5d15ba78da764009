#if defined(__x86_64__)

#include <immintrin.h>

#include "fec/kernel_body.hpp"

namespace pf::fec {
namespace {

struct Avx512Gfni {
  using Vector = __m512i;
  using Mask = __mmask64;
  using Constant = __m512i;
  static constexpr size_t kWidth = 64;
  static constexpr bool kMasked = true;
  static constexpr unsigned kRows = 8;
  static constexpr unsigned kStrips = 2;

  static PF_FEC_INLINE Mask full() { return ~uint64_t{0}; }
  static PF_FEC_INLINE Mask first(size_t n) { return (uint64_t{1} << n) - 1; }
  static PF_FEC_INLINE Vector zero() { return _mm512_setzero_si512(); }
  static PF_FEC_INLINE Vector load(const uint8_t* p, Mask mask) {
    return _mm512_maskz_loadu_epi8(mask, p);
  }
  static PF_FEC_INLINE void store(uint8_t* p, Vector v, Mask mask) {
    _mm512_mask_storeu_epi8(p, mask, v);
  }
  static PF_FEC_INLINE Vector add(Vector a, Vector b) { return _mm512_xor_si512(a, b); }
  static PF_FEC_INLINE Constant constant(uint8_t c) {
    Vector matrix = _mm512_set1_epi64(static_cast<long long>(kAffine.at[c]));
#if defined(__clang__)
    // clang 16 makes this an operand in memory and then scales its displacement by 64 for 8.
    asm("" : "+v"(matrix));
#endif
    return matrix;
  }
  static PF_FEC_INLINE Vector multiply(Vector v, Constant c) {
    return _mm512_gf2p8affine_epi64_epi8(v, c, 0);
  }
};

}  // namespace

const KernelTable kAvx512GfniKernel = table_of<Avx512Gfni>(8);

}  // namespace pf::fec

#endif
