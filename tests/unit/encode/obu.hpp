// The OBUs of an AV1 temporal unit in the low-overhead format (AV1 specification 5.3), and the
// colour of a sequence header (5.5), as far as these tests look.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace pf::encode::testing {

inline constexpr unsigned kObuSequenceHeader = 1, kObuTemporalDelimiter = 2, kObuFrameHeader = 3,
                          kObuFrame = 6;

struct Obu {
  unsigned type = 0;
  std::span<const std::uint8_t> payload;
};

// Empty when the unit is not made of whole OBUs with a size each.
inline std::vector<Obu> obus(std::span<const std::uint8_t> unit) {
  std::vector<Obu> all;
  while (!unit.empty()) {
    const auto header = unit[0];
    if ((header & 0x80) != 0 || (header & 0x02) == 0) return {};
    std::size_t at = (header & 0x04) != 0 ? 2 : 1;
    std::uint64_t size = 0;
    for (unsigned shift = 0;; shift += 7) {
      if (at >= unit.size() || shift > 35) return {};
      const auto byte = unit[at++];
      size |= std::uint64_t{byte & 0x7fU} << shift;
      if ((byte & 0x80) == 0) break;
    }
    if (size > unit.size() - at) return {};
    all.push_back({static_cast<unsigned>(header >> 3 & 15), unit.subspan(at, size)});
    unit = unit.subspan(at + size);
  }
  return all;
}

// frame_type (5.9.2) of a frame's OBU: 0 = key frame.
inline unsigned frame_type(const Obu& obu) {
  return obu.payload[0] >> 5 & 3U;
}

}  // namespace pf::encode::testing
