// The 40-byte header of punktfunk/1 media packets (punktfunk1.md 6.3). Pure.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "native/media/packet_check.hpp"

namespace pf::native::media {

struct HeaderV1 {
  static constexpr std::size_t kBytes = 40;
  static constexpr std::uint8_t kMagic = 0xC9;
  static constexpr std::uint8_t kVersion = 1;
  // Written when the packet gets its number, at the very end.
  static constexpr std::size_t kStreamSeqOffset = 12;
  static constexpr std::size_t kFlagsOffset = 39;
  // `flags`.
  static constexpr std::uint8_t kPicture = 0x01;
  static constexpr std::uint8_t kEndOfFrame = 0x02;
  static constexpr std::uint8_t kStartOfFrame = 0x04;
  static constexpr std::uint8_t kProbe = 0x08;

  std::uint64_t pts_ns = 0;
  std::uint32_t frame = 0;
  std::uint32_t stream_seq = 0;
  std::uint32_t frame_bytes = 0;
  std::uint32_t user_flags = 0;
  std::uint16_t block = 0;
  std::uint16_t block_count = 0;
  std::uint16_t data = 0;    // K
  std::uint16_t parity = 0;  // M
  std::uint16_t shard = 0;
  std::uint16_t shard_bytes = 0;
  FecScheme scheme = FecScheme::Gf16;
  std::uint8_t flags = kPicture;

  bool operator==(const HeaderV1&) const = default;
};

// `out`: kBytes long.
void encode(const HeaderV1& header, std::span<std::uint8_t, HeaderV1::kBytes> out) noexcept;

// Reads and checks the decrypted packet as a client does, geometry included. `out` is set with
// Check::Good only: the shard, in the terms that both generations share.
PacketCheck check_v1(ByteSpan plain, const PacketLimits& limits, HeaderV1& header,
                     Shard& out) noexcept;

}  // namespace pf::native::media
