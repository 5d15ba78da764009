// HEVC in software: what clients that play nothing else get.
#include <gtest/gtest.h>

#include "decoder.hpp"
#include "desktop_picture.hpp"
#include "encode/annexb.hpp"
#include "encode/encoder.hpp"

namespace pf::encode {
namespace {

const Backend* x265() {
  for (const auto& backend : backends())
    if (std::string(backend.name) == "x265" && try_out(backend, {media::Codec::Hevc}, {}).ok)
      return &backend;
  return nullptr;
}

TEST(X265, EveryUnitIsOnePictureAndIdrsComeOnDemandOnly) {
  const auto* backend = x265();
  if (backend == nullptr) GTEST_SKIP() << "this libavcodec has no libx265";
  Config config;
  config.codec = media::Codec::Hevc;
  config.mode = {640, 360, {60, 1}};
  config.bitrate_kbps = 20'000;
  auto encoder = backend->open(config, {});
  ASSERT_TRUE(encoder) << encoder.error().message();
  testing::Desktop desktop(640, 360);
  testing::Decoder decoder(media::Codec::Hevc);
  for (std::uint32_t n = 1; n <= 60; ++n) {
    desktop.draw(n % 9 == 0 ? n * 100 : n);  // also hard scene changes
    Directives directives;
    directives.force_idr = n == 10 || n == 41;
    media::AccessUnit unit;
    ASSERT_EQ((*encoder)->encode(desktop.frame(n), directives, unit), Outcome::Unit) << n;
    const bool idr = n == 1 || directives.force_idr;
    EXPECT_EQ(unit.type, idr ? media::FrameType::Idr : media::FrameType::Predicted) << n;
    const auto shape = shape_of(unit.bytes(), media::Codec::Hevc);
    EXPECT_EQ(shape.has_idr_slice, idr) << n;
    EXPECT_EQ(shape.starts_with_parameter_set, idr) << n;
    const auto* picture = decoder.decode(unit.bytes());
    ASSERT_NE(picture, nullptr) << n;
    EXPECT_EQ(picture->width, 640);
    EXPECT_EQ(picture->height, 360);
    EXPECT_GT(testing::psnr_rgb(*picture, desktop.pixels().data(), config.colour), 24.0) << n;
  }
}

TEST(X265, AChangeOfBitrateIsFollowed) {
  const auto* backend = x265();
  if (backend == nullptr) GTEST_SKIP() << "this libavcodec has no libx265";
  Config config;
  config.codec = media::Codec::Hevc;
  config.mode = {640, 360, {60, 1}};
  config.bitrate_kbps = 1'000;
  auto encoder = backend->open(config, {});
  ASSERT_TRUE(encoder) << encoder.error().message();
  testing::Desktop desktop(640, 360);
  std::size_t bytes[2]{};
  for (std::uint32_t n = 1; n <= 120; ++n) {
    desktop.draw(n);
    Directives directives;
    if (n == 61) directives.bitrate_kbps = 12'000;
    media::AccessUnit unit;
    ASSERT_EQ((*encoder)->encode(desktop.frame(n), directives, unit), Outcome::Unit);
    if (n % 60 > 5 || n % 60 == 0) bytes[(n - 1) / 60] += unit.bytes().size();
  }
  EXPECT_GT(bytes[1], 2 * bytes[0]);
}

}  // namespace
}  // namespace pf::encode
