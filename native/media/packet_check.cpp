#include "native/media/packet_check.hpp"

#include <algorithm>

namespace pf::native::media {

const char* name(PacketCheck check) {
  switch (check) {
    case PacketCheck::Good:
      return "good";
    case PacketCheck::TooShort:
      return "too-short";
    case PacketCheck::BadMagic:
      return "bad-magic";
    case PacketCheck::BadPayload:
      return "bad-payload";
    case PacketCheck::BadShards:
      return "bad-shards";
    case PacketCheck::BadBlock:
      return "bad-block";
    case PacketCheck::TooLarge:
      return "too-large";
  }
  return "unknown";
}

std::size_t frame_cap(std::uint32_t bitrate_kbps, double refresh_hz) {
  constexpr std::size_t kMost = std::size_t{64} << 20;
  constexpr std::size_t kLeast = std::size_t{8} << 20;
  if (bitrate_kbps == 0 || !(refresh_hz > 0)) return kMost;
  const double bytes = 4 * (bitrate_kbps * 125.0 / refresh_hz);
  return bytes >= static_cast<double>(kMost)
             ? kMost
             : std::clamp(static_cast<std::size_t>(bytes), kLeast, kMost);
}

}  // namespace pf::native::media
