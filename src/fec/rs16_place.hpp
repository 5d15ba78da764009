// How kernels without byte masks get at shards: a place is up to kWidth elements within one 64-byte
// chunk, low bytes at one offset and high bytes at another. Anonymous, for the reason given in
// kernel_body.hpp.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "fec/rs16_kernel_body.hpp"

namespace pf::fec {
namespace {

// V offers load_any(p) and store_any(p, v) without alignment.
template <class V, size_t kElements>
struct ChunkPlaces {
  struct Place {
    size_t low;
    size_t high;
    size_t count;
  };

  static PF_FEC_INLINE size_t columns(size_t bytes) {
    return bytes / 64 * (32 / kElements) + (bytes % 64 / 2 + kElements - 1) / kElements;
  }
  static PF_FEC_INLINE Place place(size_t bytes, size_t column) {
    const size_t chunk = column / (32 / kElements) * 64;
    const size_t at = column % (32 / kElements) * kElements;
    const size_t half = bytes - chunk < 64 ? (bytes - chunk) / 2 : 32;
    return {chunk + at, chunk + half + at, half - at < kElements ? half - at : kElements};
  }
  static PF_FEC_INLINE bool is_full(const Place& place) { return place.count == kElements; }

  template <bool kFull, class Vector>
  static PF_FEC_INLINE void load_shard(const uint8_t* shard, const Place& place, Vector& low,
                                       Vector& high) {
    if constexpr (kFull) {
      low = V::load_any(shard + place.low);
      high = V::load_any(shard + place.high);
    } else {
      uint8_t part[2][kElements] = {};
      memcpy(part[0], shard + place.low, place.count);
      memcpy(part[1], shard + place.high, place.count);
      low = V::load_any(part[0]);
      high = V::load_any(part[1]);
    }
  }
  template <bool kFull, class Vector>
  static PF_FEC_INLINE void store_shard(uint8_t* shard, const Place& place, Vector low,
                                        Vector high) {
    if constexpr (kFull) {
      V::store_any(shard + place.low, low);
      V::store_any(shard + place.high, high);
    } else {
      uint8_t part[2][kElements];
      V::store_any(part[0], low);
      V::store_any(part[1], high);
      memcpy(shard + place.low, part[0], place.count);
      memcpy(shard + place.high, part[1], place.count);
    }
  }
};

}  // namespace
}  // namespace pf::fec
