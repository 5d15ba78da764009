#if defined(__x86_64__)

#include <immintrin.h>

#include "fec/rs16_place.hpp"

namespace pf::fec {
namespace {

struct Avx2Gfni : ChunkPlaces<Avx2Gfni, 32> {
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
  static PF_FEC_INLINE Vector affine(Vector v, uint64_t matrix) {
    return _mm256_gf2p8affine_epi64_epi8(v, _mm256_set1_epi64x(static_cast<long long>(matrix)), 0);
  }
  static PF_FEC_INLINE Vector add3(Vector a, Vector b, Vector c) { return add(add(a, b), c); }
  static PF_FEC_INLINE Vector product(Vector v, unsigned c) { return affine(v, kSubAffine.at[c]); }
  static PF_FEC_INLINE Vector lift(Vector v) { return affine(v, kLiftVector.affine); }

  static PF_FEC_INLINE Vector load_any(const uint8_t* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  static PF_FEC_INLINE void store_any(uint8_t* p, Vector v) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v);
  }
};

}  // namespace

const Rs16Kernel kRs16Avx2GfniKernel = rs16_table_of<Avx2Gfni>();

}  // namespace pf::fec

#endif
