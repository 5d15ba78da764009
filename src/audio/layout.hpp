// Speaker layouts and the Opus multistream parameters that each protocol advertises
// (gamestream.md 8.3).
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace pf::audio {

enum class Speakers : std::uint8_t { Stereo = 2, Surround51 = 6, Surround71 = 8 };

struct Layout {
  Speakers speakers = Speakers::Stereo;
  bool high_quality = false;
  unsigned channels() const { return static_cast<unsigned>(speakers); }
};

struct OpusLayout {
  std::uint8_t channels, streams, coupled;
  std::array<std::uint8_t, 8>
      mapping;  // first `channels` entries; PCM order FL FR C LFE BL BR SL SR
  std::uint32_t bitrate_bps;
};

OpusLayout opus_layout(const Layout& layout);

}  // namespace pf::audio
