#include "encode/x264/activity.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace pf::encode::x264 {
namespace {

constexpr std::uint32_t kWidth = 320, kHeight = 192, kStride = 384;

using Luma = std::vector<std::uint8_t>;

Luma flat(std::uint8_t value) {
  return Luma(std::size_t{kStride} * kHeight, value);
}

// Soft noise around `middle`, different at each seed.
Luma textured(unsigned seed, int middle = 128, int swing = 40) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> any(-swing, swing);
  Luma luma(std::size_t{kStride} * kHeight);
  for (auto& pixel : luma)
    pixel = static_cast<std::uint8_t>(std::clamp(middle + any(random), 0, 255));
  return luma;
}

Luma scrolled(const Luma& luma, std::uint32_t by) {
  Luma to = luma;
  for (std::uint32_t y = 0; y < kHeight; ++y)
    for (std::uint32_t x = 0; x < kWidth; ++x)
      to[y * kStride + x] = luma[y * kStride + (x + by) % kWidth];
  return to;
}

TEST(X264Activity, TheFirstPictureIsFreshAndHasNoChange) {
  ActivityMeter meter(kWidth, kHeight);
  const auto seen = meter.measure(textured(1).data(), kStride, false);
  EXPECT_EQ(seen.change, 0);
  EXPECT_EQ(seen.fresh, 1);
  EXPECT_GT(seen.spectrum.blocks, 0U);
}

TEST(X264Activity, TheSamePictureAgainHasNeither) {
  ActivityMeter meter(kWidth, kHeight);
  const auto luma = textured(2);
  meter.measure(luma.data(), kStride, false);
  const auto seen = meter.measure(luma.data(), kStride, false);
  EXPECT_EQ(seen.change, 0);
  EXPECT_EQ(seen.fresh, 0);
  EXPECT_EQ(seen.spectrum.blocks, 0U);
}

TEST(X264Activity, AScrollIsChangeButNotFresh) {
  ActivityMeter meter(kWidth, kHeight);
  const auto luma = textured(3);
  meter.measure(luma.data(), kStride, false);
  const auto seen = meter.measure(scrolled(luma, 2).data(), kStride, false);
  EXPECT_GT(seen.change, 10);
  EXPECT_EQ(seen.fresh, 0);
}

TEST(X264Activity, ACutIsFresh) {
  ActivityMeter meter(kWidth, kHeight);
  meter.measure(textured(4, 60).data(), kStride, false);
  const auto seen = meter.measure(textured(5, 190).data(), kStride, false);
  EXPECT_GT(seen.change, 100);
  EXPECT_EQ(seen.fresh, 1);
}

TEST(X264Activity, OnlyTheNewWindowIsFresh) {
  ActivityMeter meter(kWidth, kHeight);
  auto luma = flat(40);
  meter.measure(luma.data(), kStride, false);
  for (std::uint32_t y = 0; y < 64; ++y)
    std::fill_n(luma.begin() + y * kStride, 64, std::uint8_t{200});
  const auto seen = meter.measure(luma.data(), kStride, false);
  EXPECT_DOUBLE_EQ(seen.fresh, 64.0 * 64 / (kWidth * kHeight));
}

TEST(X264Activity, ColoursOutsideTheWidthAreNotLookedAt) {
  ActivityMeter meter(kWidth, kHeight);
  auto luma = flat(40);
  meter.measure(luma.data(), kStride, false);
  for (std::uint32_t y = 0; y < kHeight; ++y)
    std::fill(luma.begin() + y * kStride + kWidth, luma.begin() + (y + 1) * kStride,
              std::uint8_t{255});
  EXPECT_EQ(meter.measure(luma.data(), kStride, false).change, 0);
}

TEST(X264Activity, OddSizesAreLookedAtToTheirEdges) {
  for (const auto& [width, height] : {std::pair{16U, 16U}, {70U, 10U}, {66U, 130U}}) {
    ActivityMeter meter(width, height);
    const Luma luma(std::size_t{width} * height, 7);
    EXPECT_EQ(meter.measure(luma.data(), width, true).fresh, 1);
    EXPECT_EQ(meter.measure(luma.data(), width, false).fresh, 0);
  }
}

TEST(X264Spectrum, NothingIsLeftOfAFlatPicture) {
  ActivityMeter meter(kWidth, kHeight);
  const auto seen = meter.measure(flat(128).data(), kStride, true);
  EXPECT_LT(seen.spectrum.bits_per_block(10), 1);
}

TEST(X264Spectrum, CostsLessAtACoarserQuantizerAndMoreWithMoreDetail) {
  ActivityMeter meter(kWidth, kHeight);
  const auto fine = meter.measure(textured(6, 128, 60).data(), kStride, true).spectrum;
  const auto soft = meter.measure(textured(7, 128, 6).data(), kStride, true).spectrum;
  for (int quantizer = 10; quantizer < 51; ++quantizer) {
    EXPECT_GE(fine.bits_per_block(quantizer), fine.bits_per_block(quantizer + 1));
    EXPECT_GE(fine.bits_per_block(quantizer), soft.bits_per_block(quantizer));
  }
  EXPECT_GT(fine.bits_per_block(20), 4 * fine.bits_per_block(45));
}

TEST(X264Spectrum, IsNothingWithoutBlocks) {
  EXPECT_EQ(Spectrum{}.bits_per_block(26), 0);
}

}  // namespace
}  // namespace pf::encode::x264
