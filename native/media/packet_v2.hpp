// The 25-byte sealed header of punktfunk/2 media packets (punktfunk2.md 6.1). Pure.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "native/media/packet_check.hpp"

namespace pf::native::media {

struct HeaderV2 {
  static constexpr std::size_t kBytes = 25;
  static constexpr std::uint16_t kLastBlock = 0x8000;
  static constexpr std::uint16_t kUserFlags = 0x7FFF;

  std::uint8_t epoch = 0;
  std::uint16_t flags = 0;  // kLastBlock and the user flags
  std::uint32_t frame = 0;
  std::uint32_t pts_us = 0;
  std::uint16_t block = 0;
  std::uint32_t base = 0;  // in shards
  std::uint16_t shard = 0;
  std::uint16_t data = 0;    // K
  std::uint16_t parity = 0;  // M
  std::uint16_t pad = 0;

  bool operator==(const HeaderV2&) const = default;
};

void encode(const HeaderV2& header, std::span<std::uint8_t, HeaderV2::kBytes> out) noexcept;

// Reads and checks the decrypted packet as a client does (6.3, what one packet alone can show).
// `out` is set with Check::Good only; its pts is the raw 32 bits.
PacketCheck check_v2(ByteSpan plain, Stream stream, const PacketLimits& limits, HeaderV2& header,
                     Shard& out) noexcept;

}  // namespace pf::native::media
