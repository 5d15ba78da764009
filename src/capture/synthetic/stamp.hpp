// A machine-readable stamp in the top left corner of a generated picture: black and white blocks
// that survive lossy coding, so that a test can tell which frame it sees and when it was drawn.
#pragma once

#include <array>
#include <cstdint>

namespace pf::capture::synthetic {

struct Stamp {
  std::uint32_t frame = 0;    // the frame's sequence number
  std::int64_t drawn_ns = 0;  // its captured_ns
  bool operator==(const Stamp&) const = default;
};

inline constexpr std::uint32_t kBlockPixels = 16;
inline constexpr std::uint8_t kStampMagic = 0xA5;
inline constexpr std::uint32_t kStampBits = 8 + 32 + 64 + 16;  // magic, frame, time, checksum

// Blocks run left to right, then down, as many in a row as fit; rows needed for a picture this
// wide. 0 when the picture is too small for a stamp.
constexpr std::uint32_t stamp_rows(std::uint32_t width, std::uint32_t height) {
  const auto columns = width / kBlockPixels;
  if (columns == 0) return 0;
  const auto rows = (kStampBits + columns - 1) / columns;
  return rows * kBlockPixels < height ? rows : 0;  // the box needs room, too
}

using StampBytes = std::array<std::uint8_t, kStampBits / 8>;

constexpr std::uint16_t stamp_checksum(const StampBytes& bytes) {
  // Fletcher's sum over all but the last two bytes: a swapped or flipped block is noticed.
  std::uint32_t low = 1, high = 0;
  for (std::size_t i = 0; i + 2 < bytes.size(); ++i) {
    low = (low + bytes[i]) % 255;
    high = (high + low) % 255;
  }
  return static_cast<std::uint16_t>(high << 8 | low);
}

constexpr StampBytes pack_stamp(const Stamp& stamp) {
  StampBytes bytes{};
  bytes[0] = kStampMagic;
  for (std::size_t i = 0; i < 4; ++i)
    bytes[1 + i] = static_cast<std::uint8_t>(stamp.frame >> (24 - 8 * i));
  const auto time = static_cast<std::uint64_t>(stamp.drawn_ns);
  for (std::size_t i = 0; i < 8; ++i)
    bytes[5 + i] = static_cast<std::uint8_t>(time >> (56 - 8 * i));
  const auto sum = stamp_checksum(bytes);
  bytes[13] = static_cast<std::uint8_t>(sum >> 8);
  bytes[14] = static_cast<std::uint8_t>(sum);
  return bytes;
}

constexpr bool stamp_bit(const StampBytes& bytes, std::uint32_t index) {
  return (bytes[index / 8] >> (7 - index % 8) & 1) != 0;
}

}  // namespace pf::capture::synthetic
