#if defined(__x86_64__)

#include <tmmintrin.h>

#include "fec/kernel_body.hpp"

namespace pf::fec {
namespace {

struct Ssse3 {
  using Vector = __m128i;
  struct Mask {};
  struct Constant {
    __m128i low;
    __m128i high;
  };
  static constexpr size_t kWidth = 16;
  static constexpr bool kMasked = false;
  static constexpr unsigned kRows = 4;
  static constexpr unsigned kStrips = 2;

  static PF_FEC_INLINE Mask full() { return {}; }
  static PF_FEC_INLINE Vector zero() { return _mm_setzero_si128(); }
  static PF_FEC_INLINE Vector load(const uint8_t* p, Mask) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  }
  static PF_FEC_INLINE void store(uint8_t* p, Vector v, Mask) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), v);
  }
  static PF_FEC_INLINE Vector add(Vector a, Vector b) { return _mm_xor_si128(a, b); }
  static PF_FEC_INLINE Constant constant(uint8_t c) {
    const auto* table = reinterpret_cast<const __m128i*>(kNibble.at[c]);
    return {_mm_load_si128(table), _mm_load_si128(table + 1)};
  }
  static PF_FEC_INLINE Vector multiply(Vector v, Constant c) {
    const __m128i nibble = _mm_set1_epi8(15);
    const __m128i low = _mm_and_si128(v, nibble);
    const __m128i high = _mm_and_si128(_mm_srli_epi64(v, 4), nibble);
    return _mm_xor_si128(_mm_shuffle_epi8(c.low, low), _mm_shuffle_epi8(c.high, high));
  }
};

}  // namespace

const KernelTable kSsse3Kernel = table_of<Ssse3>(8);

}  // namespace pf::fec

#endif
