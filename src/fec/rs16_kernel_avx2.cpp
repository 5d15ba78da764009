#if defined(__x86_64__)

#include <immintrin.h>

#include "fec/rs16_place.hpp"

namespace pf::fec {
namespace {

struct Avx2 : ChunkPlaces<Avx2, 32> {
  using Vector = __m256i;
  static constexpr size_t kWidth = 32;
  static constexpr unsigned kMaxLog = 2;

  static PF_FEC_INLINE Vector zero() { return _mm256_setzero_si256(); }
  static PF_FEC_INLINE Vector load(const uint8_t* p) {
    return _mm256_load_si256(reinterpret_cast<const __m256i*>(p));
  }
  static PF_FEC_INLINE void store(uint8_t* p, Vector v) {
    _mm256_store_si256(reinterpret_cast<__m256i*>(p), v);
  }
  static PF_FEC_INLINE Vector add(Vector a, Vector b) { return _mm256_xor_si256(a, b); }
  // Products are looked up by the low and the high four bits.
  static PF_FEC_INLINE Vector table(const uint8_t* p) {
    return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(p)));
  }
  static PF_FEC_INLINE Vector look_up(Vector v, const uint8_t* tables) {
    const Vector nibble = _mm256_set1_epi8(15);
    const Vector low = _mm256_and_si256(v, nibble);
    const Vector high = _mm256_and_si256(_mm256_srli_epi64(v, 4), nibble);
    return add(_mm256_shuffle_epi8(table(tables), low),
               _mm256_shuffle_epi8(table(tables + 16), high));
  }
  static PF_FEC_INLINE Vector add3(Vector a, Vector b, Vector c) { return add(add(a, b), c); }
  static PF_FEC_INLINE Vector product(Vector v, unsigned c) { return look_up(v, kSubNibble.at[c]); }
  static PF_FEC_INLINE Vector lift(Vector v) { return look_up(v, kLiftVector.nibble); }

  static PF_FEC_INLINE Vector load_any(const uint8_t* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  static PF_FEC_INLINE void store_any(uint8_t* p, Vector v) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v);
  }
};

}  // namespace

const Rs16Kernel kRs16Avx2Kernel = rs16_table_of<Avx2>();

}  // namespace pf::fec

#endif
