#if defined(__x86_64__)

#include <tmmintrin.h>

#include "fec/rs16_place.hpp"

namespace pf::fec {
namespace {

struct Ssse3 : ChunkPlaces<Ssse3, 16> {
  using Vector = __m128i;
  static constexpr size_t kWidth = 16;
  static constexpr unsigned kMaxLog = 2;

  static PF_FEC_INLINE Vector zero() { return _mm_setzero_si128(); }
  static PF_FEC_INLINE Vector load(const uint8_t* p) {
    return _mm_load_si128(reinterpret_cast<const __m128i*>(p));
  }
  static PF_FEC_INLINE void store(uint8_t* p, Vector v) {
    _mm_store_si128(reinterpret_cast<__m128i*>(p), v);
  }
  static PF_FEC_INLINE Vector add(Vector a, Vector b) { return _mm_xor_si128(a, b); }
  // Products are looked up by the low and the high four bits.
  static PF_FEC_INLINE Vector table(const uint8_t* p) {
    return _mm_load_si128(reinterpret_cast<const __m128i*>(p));
  }
  static PF_FEC_INLINE Vector look_up(Vector v, const uint8_t* tables) {
    const Vector nibble = _mm_set1_epi8(15);
    const Vector low = _mm_and_si128(v, nibble);
    const Vector high = _mm_and_si128(_mm_srli_epi64(v, 4), nibble);
    return add(_mm_shuffle_epi8(table(tables), low), _mm_shuffle_epi8(table(tables + 16), high));
  }
  static PF_FEC_INLINE Vector add3(Vector a, Vector b, Vector c) { return add(add(a, b), c); }
  static PF_FEC_INLINE Vector product(Vector v, unsigned c) { return look_up(v, kSubNibble.at[c]); }
  static PF_FEC_INLINE Vector lift(Vector v) { return look_up(v, kLiftVector.nibble); }

  static PF_FEC_INLINE Vector load_any(const uint8_t* p) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  }
  static PF_FEC_INLINE void store_any(uint8_t* p, Vector v) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), v);
  }
};

}  // namespace

const Rs16Kernel kRs16Ssse3Kernel = rs16_table_of<Ssse3>();

}  // namespace pf::fec

#endif
