#include "native/media/packet_v2.hpp"

#include <algorithm>

#include "native/media/blocks.hpp"

namespace pf::native::media {

void encode(const HeaderV2& h, std::span<std::uint8_t, HeaderV2::kBytes> out) noexcept {
  std::uint8_t* p = out.data();
  p[0] = h.epoch;
  store_le(p + 1, h.flags);
  store_le(p + 3, h.frame);
  store_le(p + 7, h.pts_us);
  store_le(p + 11, h.block);
  store_le(p + 13, h.base);
  store_le(p + 17, h.shard);
  store_le(p + 19, h.data);
  store_le(p + 21, h.parity);
  store_le(p + 23, h.pad);
}

PacketCheck check_v2(ByteSpan plain, Stream stream, const PacketLimits& limits, HeaderV2& h,
                     Shard& out) noexcept {
  if (plain.size() < HeaderV2::kBytes) return PacketCheck::TooShort;
  const std::uint8_t* p = plain.data();
  h.epoch = p[0];
  h.flags = load_le<std::uint16_t>(p + 1);
  h.frame = load_le<std::uint32_t>(p + 3);
  h.pts_us = load_le<std::uint32_t>(p + 7);
  h.block = load_le<std::uint16_t>(p + 11);
  h.base = load_le<std::uint32_t>(p + 13);
  h.shard = load_le<std::uint16_t>(p + 17);
  h.data = load_le<std::uint16_t>(p + 19);
  h.parity = load_le<std::uint16_t>(p + 21);
  h.pad = load_le<std::uint16_t>(p + 23);

  const std::size_t payload = plain.size() - HeaderV2::kBytes;
  if (payload % 2 != 0 || payload < limits.min_shard_payload || payload > limits.max_shard_payload)
    return PacketCheck::BadPayload;
  const std::size_t all = std::size_t{h.data} + h.parity;
  if (h.data == 0 || h.data > limits.max_data_per_block || h.shard >= all ||
      all > block_limit(limits.max_data_per_block, kMaxFecPercentage, limits.scheme))
    return PacketCheck::BadShards;
  const std::size_t cap = limits.max_frame_bytes;
  const std::size_t block_cap =
      (cap + payload - 1) / payload / std::min<std::size_t>(16, limits.max_data_per_block) + 2;
  if (std::size_t{h.block} + 1 >= block_cap) return PacketCheck::BadBlock;
  const std::size_t end = std::size_t{h.base} + h.data;
  const bool last = (h.flags & HeaderV2::kLastBlock) != 0;
  out.frame_bytes.reset();
  out.block_count.reset();
  if (last) {
    if (h.pad > payload || (h.pad == payload && end != 1)) return PacketCheck::BadBlock;
    if (end * payload - h.pad > cap) return PacketCheck::TooLarge;
    out.frame_bytes = end * payload - h.pad;
    out.block_count = std::size_t{h.block} + 1;
  } else if (end * payload > cap) {
    return PacketCheck::TooLarge;
  }

  out.stream = stream;
  out.frame = h.frame;
  out.pts = h.pts_us;
  out.flags = h.flags & HeaderV2::kUserFlags;
  out.epoch = h.epoch;
  out.block = h.block;
  out.base = h.base;
  out.index = h.shard;
  out.data = h.data;
  out.parity = h.parity;
  out.bytes = plain.subspan(HeaderV2::kBytes);
  return PacketCheck::Good;
}

}  // namespace pf::native::media
