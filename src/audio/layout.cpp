#include "audio/layout.hpp"

#include <algorithm>

namespace pf::audio {
namespace {

// gamestream.md 8.3.
struct Row {
  Speakers speakers;
  bool high_quality;
  std::uint8_t streams, coupled;
  std::uint32_t bitrate_bps;
};
constexpr std::array kTable{
    Row{Speakers::Stereo, false, 1, 1, 96'000},
    Row{Speakers::Stereo, true, 1, 1, 512'000},
    Row{Speakers::Surround51, false, 4, 2, 256'000},
    Row{Speakers::Surround51, true, 6, 0, 1'536'000},
    Row{Speakers::Surround71, false, 5, 3, 450'000},
    Row{Speakers::Surround71, true, 8, 0, 2'048'000},
};

}  // namespace

OpusLayout opus_layout(const Layout& layout) {
  const auto row = std::find_if(kTable.begin(), kTable.end(), [&](const Row& r) {
    return r.speakers == layout.speakers && r.high_quality == layout.high_quality;
  });
  const auto& found = row != kTable.end() ? *row : kTable.front();
  return {static_cast<std::uint8_t>(found.speakers),
          found.streams,
          found.coupled,
          {0, 1, 2, 3, 4, 5, 6, 7},
          found.bitrate_bps};
}

}  // namespace pf::audio
