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

}  // namespace
}  // namespace pf::audio
