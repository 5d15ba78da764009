// Reads the stamp of the synthetic picture back, from a luma plane (also after lossy coding) or
// from captured pixels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "capture/synthetic/stamp.hpp"
#include "media/video_frame.hpp"

namespace pf::test {

// `sample(x, y)` gives the brightness 0..255 of a pixel. Nothing when the stamp cannot be read.
template <class Sample>
std::optional<capture::synthetic::Stamp> read_stamp_with(std::uint32_t width, std::uint32_t height,
                                                         const Sample& sample) {
  using namespace capture::synthetic;
  if (stamp_rows(width, height) == 0) return std::nullopt;
  const auto columns = width / kBlockPixels;
  StampBytes bytes{};
  for (std::uint32_t bit = 0; bit < kStampBits; ++bit) {
    // The middle quarter only: edges suffer from filters and chroma.
    const auto left = bit % columns * kBlockPixels + kBlockPixels / 4;
    const auto top = bit / columns * kBlockPixels + kBlockPixels / 4;
    std::uint32_t sum = 0;
    for (std::uint32_t y = top; y < top + kBlockPixels / 2; ++y)
      for (std::uint32_t x = left; x < left + kBlockPixels / 2; ++x) sum += sample(x, y);
    const auto mean = sum / (kBlockPixels / 2 * kBlockPixels / 2);
    if (mean >= 126) bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] | 0x80 >> bit % 8);
  }
  const auto sum = stamp_checksum(bytes);
  if (bytes[0] != kStampMagic || bytes[13] != sum >> 8 || bytes[14] != (sum & 0xFF))
    return std::nullopt;
  Stamp stamp;
  std::uint64_t time = 0;
  for (std::size_t i = 0; i < 4; ++i) stamp.frame = stamp.frame << 8 | bytes[1 + i];
  for (std::size_t i = 0; i < 8; ++i) time = time << 8 | bytes[5 + i];
  stamp.drawn_ns = static_cast<std::int64_t>(time);
  return stamp;
}

inline std::optional<capture::synthetic::Stamp> read_stamp(const std::uint8_t* luma,
                                                           std::size_t stride, std::uint32_t width,
                                                           std::uint32_t height) {
  return read_stamp_with(width, height, [&](std::uint32_t x, std::uint32_t y) {
    return std::uint32_t{luma[y * stride + x]};
  });
}

inline std::optional<capture::synthetic::Stamp> read_stamp(const media::VideoFrame& frame) {
  return read_stamp_with(frame.width, frame.height, [&](std::uint32_t x, std::uint32_t y) {
    return std::uint32_t{frame.pixels[std::size_t{y} * frame.stride_bytes + x * 4 + 1]};
  });
}

}  // namespace pf::test
