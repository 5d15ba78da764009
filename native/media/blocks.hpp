// How an access unit is cut into shards and FEC blocks (punktfunk1.md 6.5, punktfunk2.md 6.2). Pure
// functions of numbers.
#pragma once

#include <cstddef>
#include <cstdint>

#include "native/media/generation.hpp"

namespace pf::native::media {

inline constexpr unsigned kMaxFecPercentage = 90;
// What keeps K + M of the largest block within 16 bits.
inline constexpr std::size_t kMaxDataPerBlock = 32'768;
inline constexpr std::size_t kMaxBlockShardsGf8 = 255;

struct FrameCut {
  std::size_t data_shards = 0;     // of the whole unit, at least 1
  std::size_t blocks = 0;          // at least 1
  std::size_t data_per_block = 0;  // D: of every block but the last
  // Data shards of block b < blocks.
  std::size_t data_of(std::size_t b) const {
    return b + 1 < blocks ? data_per_block : data_shards - data_per_block * (blocks - 1);
  }
  std::size_t base_of(std::size_t b) const { return b * data_per_block; }
};
// shard_payload, data_per_block > 0.
FrameCut cut_frame(std::size_t frame_bytes, std::size_t shard_payload, std::size_t data_per_block);

// The most shards, data and parity, that a receiver takes in one block: D + ceil(D * percentage /
// 100), within the code's limit. percentage 90, or Welcome's for the first public clients.
std::size_t block_limit(std::size_t data_per_block, unsigned percentage, FecScheme scheme);

// Parity shards of a block of `data`: ceil(data * percentage / 100), at least 2 unless percentage
// is 0, as far as `limit` allows.
std::size_t parity_shards(std::size_t data, unsigned percentage, std::size_t limit);

}  // namespace pf::native::media
