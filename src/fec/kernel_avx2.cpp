#if defined(__x86_64__)

#include <immintrin.h>

#include "fec/kernel_body.hpp"

namespace pf::fec {
namespace {

struct Avx2 {
  using Vector = __m256i;
  struct Mask {};
  struct Constant {
    __m256i low;
    __m256i high;
  };
  static constexpr size_t kWidth = 32;
  static constexpr bool kMasked = false;
  static constexpr unsigned kRows = 4;
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
    const auto* table = reinterpret_cast<const __m128i*>(kNibble.at[c]);
    return {_mm256_broadcastsi128_si256(_mm_load_si128(table)),
            _mm256_broadcastsi128_si256(_mm_load_si128(table + 1))};
  }
  static PF_FEC_INLINE Vector multiply(Vector v, Constant c) {
    const __m256i nibble = _mm256_set1_epi8(15);
    const __m256i low = _mm256_and_si256(v, nibble);
    const __m256i high = _mm256_and_si256(_mm256_srli_epi64(v, 4), nibble);
    return _mm256_xor_si256(_mm256_shuffle_epi8(c.low, low), _mm256_shuffle_epi8(c.high, high));
  }
};

}  // namespace

const KernelTable kAvx2Kernel = table_of<Avx2>(8);

}  // namespace pf::fec

#endif
