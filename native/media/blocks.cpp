#include "native/media/blocks.hpp"

#include <algorithm>

namespace pf::native::media {
namespace {

constexpr std::size_t divide_up(std::size_t a, std::size_t b) {
  return (a + b - 1) / b;
}

}  // namespace

FrameCut cut_frame(std::size_t frame_bytes, std::size_t shard_payload, std::size_t data_per_block) {
  FrameCut cut;
  cut.data_shards = std::max<std::size_t>(1, divide_up(frame_bytes, shard_payload));
  cut.blocks = divide_up(cut.data_shards, data_per_block);
  cut.data_per_block = data_per_block;
  return cut;
}

std::size_t block_limit(std::size_t data_per_block, unsigned percentage, FecScheme scheme) {
  const std::size_t most = scheme == FecScheme::Gf8 ? kMaxBlockShardsGf8 : 65'535;
  return std::min(most, data_per_block + divide_up(data_per_block * percentage, 100));
}

std::size_t parity_shards(std::size_t data, unsigned percentage, std::size_t limit) {
  if (percentage == 0 || limit <= data) return 0;
  return std::min(std::max<std::size_t>(2, divide_up(data * percentage, 100)), limit - data);
}

}  // namespace pf::native::media
