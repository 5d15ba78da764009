#if defined(__x86_64__)

#include <immintrin.h>

#include "fec/kernel_body.hpp"

namespace pf::fec {
namespace {

struct Avx2Gfni {
  using Vector = __m256i;
  struct Mask {};
  using Constant = __m256i;
  static constexpr size_t kWidth = 32;
  static constexpr bool kMasked = false;
  static constexpr unsigned kRows = 6;
  static constexpr unsigned kStrips = 2;

  static PF_FEC_INLINE Mask full() { return {}; }
  static PF_FEC_INLINE Vector zero() { return _mm256_setzero_si256(); }
  static PF_FEC_INLINE Vector load(const uint8_t* p, Mask) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  static PF_FEC_INLINE void store(uint8_t* p, Vector v, Mask) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v);
  }
  static PF_FEC_INLINE Vector add(Vector a, Vector b) { return _mm256_xor_si256(a, b); }
  static PF_FEC_INLINE Constant constant(uint8_t c) {
    return _mm256_set1_epi64x(static_cast<long long>(kAffine.at[c]));
  }
  static PF_FEC_INLINE Vector multiply(Vector v, Constant c) {
    return _mm256_gf2p8affine_epi64_epi8(v, c, 0);
  }
};

}  // namespace

const KernelTable kAvx2GfniKernel = table_of<Avx2Gfni>(8);

}  // namespace pf::fec

#endif
