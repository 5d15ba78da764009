#include "encode/x264/x264_encoder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "desktop_picture.hpp"

namespace pf::encode::x264 {
namespace {

constexpr std::uint32_t kWidth = 640, kHeight = 360;

// Shares of the bitrate that each picture of a moving desktop takes.
std::vector<double> shares(std::uint32_t kbps, std::uint32_t later_kbps, unsigned pictures) {
  Config config;
  config.mode = {kWidth, kHeight, {60, 1}};
  config.bitrate_kbps = kbps;
  auto encoder = open_x264(config, {});
  EXPECT_TRUE(encoder.has_value());
  testing::Desktop desktop(kWidth, kHeight);
  std::vector<double> all;
  for (std::uint32_t t = 0; t < pictures && encoder; ++t) {
    desktop.draw(t);
    const auto frame = desktop.frame(t + 1);
    Directives directives;
    directives.index = t;
    directives.bitrate_kbps = t < pictures / 2 ? kbps : later_kbps;
    media::AccessUnit unit;
    EXPECT_EQ((*encoder)->encode(frame, directives, unit), Outcome::Unit);
    all.push_back(static_cast<double>(unit.bytes().size()) * 8 * 60 /
                  (directives.bitrate_kbps * 1000.0));
  }
  return all;
}

double mean(const std::vector<double>& all, std::size_t from, std::size_t to) {
  double sum = 0;
  for (auto i = from; i < to; ++i) sum += all[i];
  return sum / static_cast<double>(to - from);
}

TEST(X264Encoder, KeepsToItsBitrateEvenWhereTheCoarsestQuantizerWouldNot) {
  for (const std::uint32_t kbps : {150U, 600U, 3000U, 12'000U}) {
    const auto all = shares(kbps, kbps, 160);
    ASSERT_EQ(all.size(), 160U);
    EXPECT_LT(mean(all, 20, 160), 1.1) << kbps;
    EXPECT_LT(*std::max_element(all.begin() + 20, all.end()), 6) << kbps;
  }
}

TEST(X264Encoder, FollowsABitrateThatFallsAndOneThatRises) {
  const auto falls = shares(8000, 800, 160);
  EXPECT_LT(mean(falls, 95, 160), 1.1);
  const auto rises = shares(400, 4000, 200);
  EXPECT_GT(mean(rises, 160, 200), 0.6);
}

}  // namespace
}  // namespace pf::encode::x264
