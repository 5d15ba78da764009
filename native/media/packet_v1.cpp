#include "native/media/packet_v1.hpp"

#include "native/media/blocks.hpp"

namespace pf::native::media {

void encode(const HeaderV1& h, std::span<std::uint8_t, HeaderV1::kBytes> out) noexcept {
  std::uint8_t* p = out.data();
  store_le(p, h.pts_ns);
  store_le(p + 8, h.frame);
  store_le(p + 12, h.stream_seq);
  store_le(p + 16, h.frame_bytes);
  store_le(p + 20, h.user_flags);
  store_le(p + 24, h.block);
  store_le(p + 26, h.block_count);
  store_le(p + 28, h.data);
  store_le(p + 30, h.parity);
  store_le(p + 32, h.shard);
  store_le(p + 34, h.shard_bytes);
  p[36] = HeaderV1::kMagic;
  p[37] = HeaderV1::kVersion;
  p[38] = static_cast<std::uint8_t>(h.scheme);
  p[39] = h.flags;
}

PacketCheck check_v1(ByteSpan plain, const PacketLimits& limits, HeaderV1& h, Shard& out) noexcept {
  if (plain.size() < HeaderV1::kBytes) return PacketCheck::TooShort;
  const std::uint8_t* p = plain.data();
  if (p[36] != HeaderV1::kMagic) return PacketCheck::BadMagic;
  h.pts_ns = load_le<std::uint64_t>(p);
  h.frame = load_le<std::uint32_t>(p + 8);
  h.stream_seq = load_le<std::uint32_t>(p + 12);
  h.frame_bytes = load_le<std::uint32_t>(p + 16);
  h.user_flags = load_le<std::uint32_t>(p + 20);
  h.block = load_le<std::uint16_t>(p + 24);
  h.block_count = load_le<std::uint16_t>(p + 26);
  h.data = load_le<std::uint16_t>(p + 28);
  h.parity = load_le<std::uint16_t>(p + 30);
  h.shard = load_le<std::uint16_t>(p + 32);
  h.shard_bytes = load_le<std::uint16_t>(p + 34);
  // Version and scheme are not looked at: the handshake named the scheme.
  h.scheme = p[38] == 1 ? FecScheme::Gf16 : FecScheme::Gf8;
  h.flags = p[39];

  const std::size_t payload = h.shard_bytes;
  if (plain.size() < HeaderV1::kBytes + payload) return PacketCheck::TooShort;
  if (limits.shard_payload != 0 ? payload != limits.shard_payload
                                : payload % 2 != 0 || payload < limits.min_shard_payload ||
                                      payload > limits.max_shard_payload)
    return PacketCheck::BadPayload;
  const std::size_t all = std::size_t{h.data} + h.parity;
  if (h.data == 0 || h.data > limits.max_data_per_block || h.shard >= all ||
      all > block_limit(limits.max_data_per_block, limits.parity_percentage, limits.scheme))
    return PacketCheck::BadShards;
  // Sentinels of streamed units (block_count 0) are for clients that asked for them.
  if (h.block >= h.block_count) return PacketCheck::BadBlock;
  if (h.frame_bytes > limits.max_frame_bytes) return PacketCheck::TooLarge;
  const auto cut = cut_frame(h.frame_bytes, payload, limits.max_data_per_block);
  if (cut.blocks != h.block_count || cut.data_of(h.block) != h.data) return PacketCheck::BadBlock;

  const bool probe = (h.flags & HeaderV1::kProbe) != 0 || (h.user_flags & flag::kProbe) != 0;
  out.stream = probe ? Stream::Probe : Stream::Video;
  out.frame = h.frame;
  out.pts = h.pts_ns;
  out.flags = h.user_flags;
  out.epoch = 0;
  out.block = h.block;
  out.base = static_cast<std::uint32_t>(cut.base_of(h.block));
  out.index = h.shard;
  out.data = h.data;
  out.parity = h.parity;
  out.frame_bytes = h.frame_bytes;
  out.block_count = h.block_count;
  out.bytes = plain.subspan(HeaderV1::kBytes, payload);
  return PacketCheck::Good;
}

}  // namespace pf::native::media
