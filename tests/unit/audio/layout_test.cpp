#include "audio/layout.hpp"

#include <gtest/gtest.h>

namespace pf::audio {
namespace {

// gamestream.md 8.3.
TEST(Layout, TheTable) {
  const auto expect = [](Speakers speakers, bool high, unsigned streams, unsigned coupled,
                         unsigned bitrate) {
    const auto layout = opus_layout({speakers, high});
    EXPECT_EQ(layout.channels, static_cast<unsigned>(speakers));
    EXPECT_EQ(layout.streams, streams);
    EXPECT_EQ(layout.coupled, coupled);
    EXPECT_EQ(layout.streams + layout.coupled, layout.channels);
    EXPECT_EQ(layout.bitrate_bps, bitrate);
    for (std::uint8_t i = 0; i < layout.channels; ++i) EXPECT_EQ(layout.mapping[i], i);
  };
  expect(Speakers::Stereo, false, 1, 1, 96'000);
  expect(Speakers::Stereo, true, 1, 1, 512'000);
  expect(Speakers::Surround51, false, 4, 2, 256'000);
  expect(Speakers::Surround51, true, 6, 0, 1'536'000);
  expect(Speakers::Surround71, false, 5, 3, 450'000);
  expect(Speakers::Surround71, true, 8, 0, 2'048'000);
}

// punktfunk1.md 7.2.
TEST(Layout, TheNativeCodings) {
  const auto expect = [](Speakers speakers, Coding coding, unsigned streams, unsigned coupled,
                         std::array<std::uint8_t, 8> mapping) {
    Layout wanted{speakers};
    wanted.coding = coding;
    const auto layout = opus_layout(wanted);
    EXPECT_EQ(layout.streams, streams);
    EXPECT_EQ(layout.coupled, coupled);
    for (std::size_t i = 0; i < layout.channels; ++i)
      EXPECT_EQ(layout.mapping.at(i), mapping.at(i));
  };
  for (const auto coding : {Coding::Legacy, Coding::Standard, Coding::Uncoupled})
    expect(Speakers::Stereo, coding, 1, 1, {0, 1});
  expect(Speakers::Surround51, Coding::Legacy, 4, 2, {0, 1, 2, 3, 4, 5});
  expect(Speakers::Surround51, Coding::Standard, 4, 2, {0, 1, 4, 5, 2, 3});
  expect(Speakers::Surround51, Coding::Uncoupled, 6, 0, {0, 1, 2, 3, 4, 5});
  expect(Speakers::Surround71, Coding::Legacy, 5, 3, {0, 1, 2, 3, 4, 5, 6, 7});
  expect(Speakers::Surround71, Coding::Standard, 5, 3, {0, 1, 6, 7, 2, 3, 4, 5});
  expect(Speakers::Surround71, Coding::Uncoupled, 8, 0, {0, 1, 2, 3, 4, 5, 6, 7});
  Layout uncoupled{Speakers::Surround71};
  uncoupled.coding = Coding::Uncoupled;
  EXPECT_EQ(opus_layout(uncoupled).bitrate_bps, 2'048'000U);
  uncoupled.bitrate_bps = 999'000;
  EXPECT_EQ(opus_layout(uncoupled).bitrate_bps, 999'000U);
}

// punktfunk1.md 7.1, 7.2.
TEST(Layout, TheBestTierThatAPartOfTheVideoRatePays) {
  EXPECT_EQ(tier_bitrate_bps(Speakers::Stereo, Tier::High), 256'000U);
  EXPECT_EQ(tier_bitrate_bps(Speakers::Surround51, Tier::Low), 192'000U);
  EXPECT_EQ(tier_bitrate_bps(Speakers::Surround71, Tier::Standard), 450'000U);
  const auto expect = [](std::uint32_t video_kbps, bool can_repeat, Tier tier, bool redundant) {
    const auto choice = best_tier(Speakers::Stereo, video_kbps, can_repeat);
    EXPECT_EQ(choice.tier, tier) << video_kbps;
    EXPECT_EQ(choice.redundant, redundant) << video_kbps;
  };
  expect(20'000, true, Tier::High, true);
  expect(20'000, false, Tier::High, false);
  expect(10'239, true, Tier::High, false);
  expect(10'240, true, Tier::High, true);
  expect(5'119, true, Tier::Standard, false);
  expect(5'120, true, Tier::High, false);
  expect(2'560, true, Tier::Standard, false);
  expect(500, true, Tier::Low, false);
  expect(0, true, Tier::Low, false);
}

}  // namespace
}  // namespace pf::audio
