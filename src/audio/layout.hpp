// Speaker layouts, the Opus multistream parameters that each protocol advertises
// (gamestream.md 8.3, punktfunk1.md 7.2), and what a packet of sound holds.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace pf::audio {

enum class Speakers : std::uint8_t { Stereo = 2, Surround51 = 6, Surround71 = 8 };

// How the channels of a surround stream are coded; stereo is one coupled stream in each.
enum class Coding : std::uint8_t {
  Legacy = 1,  // coupled in the order FL FR | C LFE | BL BR (| SL SR)
  Standard,    // the coupled pairs are speakers that belong together
  Uncoupled,   // each channel its own stream
};

struct Layout {
  Speakers speakers = Speakers::Stereo;
  bool high_quality = false;  // GameStream's: surround is uncoupled, stereo gets a high bitrate
  Coding coding = Coding::Legacy;
  std::uint32_t bitrate_bps = 0;  // 0 = what the row of the table says
  unsigned channels() const { return static_cast<unsigned>(speakers); }
};

struct OpusLayout {
  std::uint8_t channels, streams, coupled;
  // First `channels` entries: which coded channel feeds each PCM slot, FL FR C LFE BL BR SL SR.
  std::array<std::uint8_t, 8> mapping;
  std::uint32_t bitrate_bps;
};

OpusLayout opus_layout(const Layout& layout);

// What the packets of a stream hold.
struct Format {
  enum class Kind : std::uint8_t {
    Opus = 1,
    Pcm16,  // interleaved little-endian signed 16 bit at 48 kHz
    Pcm24,  // the same, packed 24 bit
  };
  Kind kind = Kind::Opus;
  // Opus: all packets equally long (GameStream's parity needs that), or constrained variable rate,
  // which spends less on quiet passages.
  bool constant_rate = true;
};

// The native protocol's quality tiers of coupled Opus (punktfunk1.md 7.1, 7.2).
enum class Tier : std::uint8_t { Low = 1, Standard, High };
std::uint32_t tier_bitrate_bps(Speakers speakers, Tier tier);

// The best tier that takes no more than a twentieth of the video rate (at least 96 kb/s are always
// granted). `redundant`: each packet also repeats the one before it, which doubles the cost.
struct TierChoice {
  Tier tier = Tier::Low;
  bool redundant = false;
};
TierChoice best_tier(Speakers speakers, std::uint32_t video_kbps, bool can_repeat);

}  // namespace pf::audio
