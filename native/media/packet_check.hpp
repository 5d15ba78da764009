// What a receiver demands of one packet, and the shard that it then holds, in terms that both
// generations share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "native/media/generation.hpp"

namespace pf::native::media {

// Why a packet is dropped.
enum class PacketCheck : std::uint8_t {
  Good = 0,
  TooShort,    // shorter than header and shard
  BadMagic,    // V1
  BadPayload,  // shard size odd, out of range, or not the one agreed on
  BadShards,   // K = 0, K > D, K + M beyond the limit, index beyond K + M
  BadBlock,    // block number, base or padding impossible, or not as derived from the frame's size
  TooLarge,    // the frame would exceed the cap
};
const char* name(PacketCheck check);

// What was agreed on in the handshake, from the receiver's side.
struct PacketLimits {
  // V1: 0 = any even size in min..max (clients that sent max_shard_payload), else exactly this.
  std::size_t shard_payload = 0;
  std::size_t min_shard_payload = 512;
  std::size_t max_shard_payload = 9170;   // V1: 9152
  std::size_t max_data_per_block = 4096;  // D
  FecScheme scheme = FecScheme::Gf16;
  unsigned parity_percentage = 90;  // the first public clients: Welcome's
  std::size_t max_frame_bytes = std::size_t{8} << 20;
};

// The frame cap of punktfunk1.md 6.3 from the values granted; bitrate 0 = unknown.
std::size_t frame_cap(std::uint32_t bitrate_kbps, double refresh_hz);

struct Shard {
  Stream stream = Stream::Video;
  std::uint32_t frame = 0;
  std::uint64_t pts = 0;    // V1: ns; V2: us, low 32 bits
  std::uint32_t flags = 0;  // user flags
  std::uint8_t epoch = 0;
  std::uint16_t block = 0;
  std::uint32_t base = 0;    // AU position of the block's first data shard
  std::uint16_t index = 0;   // within the block
  std::uint16_t data = 0;    // K
  std::uint16_t parity = 0;  // M
  // Known from every packet in V1, from those of the last block in V2.
  std::optional<std::size_t> frame_bytes;
  std::optional<std::size_t> block_count;
  ByteSpan bytes;
};

}  // namespace pf::native::media
