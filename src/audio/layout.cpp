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

// punktfunk1.md 7.1: kb/s of the coupled layouts by tier.
struct TierRow {
  Speakers speakers;
  std::array<std::uint32_t, 3> kbps;  // low, standard, high
};
constexpr std::array kTiers{
    TierRow{Speakers::Stereo, {96, 128, 256}},
    TierRow{Speakers::Surround51, {192, 256, 448}},
    TierRow{Speakers::Surround71, {320, 450, 768}},
};
constexpr std::uint32_t kAlwaysGrantedBps = 96'000;
constexpr std::uint32_t kShareOfVideo = 20;  // one part in twenty

// punktfunk1.md 7.2: the rows whose mapping is not the identity.
constexpr std::array<std::uint8_t, 8> kStandard51{0, 1, 4, 5, 2, 3, 0, 0};
constexpr std::array<std::uint8_t, 8> kStandard71{0, 1, 6, 7, 2, 3, 4, 5};

}  // namespace

OpusLayout opus_layout(const Layout& layout) {
  const bool surround = layout.speakers != Speakers::Stereo;
  const bool uncoupled = surround && layout.coding == Coding::Uncoupled;
  const bool best = layout.high_quality || uncoupled;
  const auto row = std::find_if(kTable.begin(), kTable.end(), [&](const Row& r) {
    return r.speakers == layout.speakers && r.high_quality == best;
  });
  const auto& found = row != kTable.end() ? *row : kTable.front();
  std::array<std::uint8_t, 8> mapping{0, 1, 2, 3, 4, 5, 6, 7};
  if (layout.coding == Coding::Standard && !best) {
    if (layout.speakers == Speakers::Surround51) mapping = kStandard51;
    if (layout.speakers == Speakers::Surround71) mapping = kStandard71;
  }
  return {static_cast<std::uint8_t>(found.speakers), found.streams, found.coupled, mapping,
          layout.bitrate_bps != 0 ? layout.bitrate_bps : found.bitrate_bps};
}

std::uint32_t tier_bitrate_bps(Speakers speakers, Tier tier) {
  const auto row = std::find_if(kTiers.begin(), kTiers.end(),
                                [&](const TierRow& r) { return r.speakers == speakers; });
  const auto& found = row != kTiers.end() ? *row : kTiers.front();
  return found.kbps.at(static_cast<std::size_t>(tier) - 1) * 1000;
}

TierChoice best_tier(Speakers speakers, std::uint32_t video_kbps, bool can_repeat) {
  const auto budget =
      std::max<std::uint64_t>(kAlwaysGrantedBps, std::uint64_t{video_kbps} * 1000 / kShareOfVideo);
  constexpr std::array kBestFirst{TierChoice{Tier::High, true}, TierChoice{Tier::High, false},
                                  TierChoice{Tier::Standard, true},
                                  TierChoice{Tier::Standard, false}, TierChoice{Tier::Low, false}};
  for (const auto& choice : kBestFirst) {
    if (choice.redundant && !can_repeat) continue;
    const auto cost = std::uint64_t{tier_bitrate_bps(speakers, choice.tier)};
    if (cost * (choice.redundant ? 2 : 1) <= budget) return choice;
  }
  return {};
}

}  // namespace pf::audio
