// Static metadata of an HDR10 stream (SMPTE ST 2086, CTA-861.3), as both front ends tell it.
#pragma once

#include <cstdint>

namespace pf::media {

struct Chromaticity {
  std::uint16_t x = 0, y = 0;  // CIE 1931, in 1/50000
  bool operator==(const Chromaticity&) const = default;
};

struct HdrMetadata {
  Chromaticity red, green, blue, white;
  std::uint32_t max_luminance_nits = 0;
  std::uint32_t min_luminance_10000th_nit = 0;
  std::uint16_t max_content_light_nits = 0;        // brightest pixel
  std::uint16_t max_frame_average_light_nits = 0;  // brightest picture
  bool operator==(const HdrMetadata&) const = default;
};

// Where the white of SDR content lies in an HDR picture (ITU-R BT.2408 table 1), in cd/m².
inline constexpr std::uint16_t kReferenceWhiteNits = 203;

// What is true of a desktop of SDR content that was mapped into PQ: BT.709 primaries and D65 white,
// nothing brighter than reference white, which a white screen shows everywhere. Black is the least
// that the field can tell from "not known".
inline constexpr HdrMetadata kMappedSdr{{32000, 16500},      {15000, 30000},      {7500, 3000},
                                        {15635, 16450},      kReferenceWhiteNits, 1,
                                        kReferenceWhiteNits, kReferenceWhiteNits};

}  // namespace pf::media
