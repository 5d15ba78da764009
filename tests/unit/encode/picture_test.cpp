#include "encode/picture.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "desktop_picture.hpp"

namespace pf::encode {
namespace {

using testing::Desktop;

void expect_same(const Nv12Buffer& a, const Nv12Buffer& b) {
  const auto &p = a.image(), &q = b.image();
  for (std::uint32_t y = 0; y < p.height; ++y)
    ASSERT_EQ(std::memcmp(p.y + std::size_t{y} * p.y_stride_bytes,
                          q.y + std::size_t{y} * q.y_stride_bytes, p.width),
              0)
        << "luma row " << y;
  for (std::uint32_t y = 0; y < p.height / 2; ++y)
    ASSERT_EQ(std::memcmp(p.uv + std::size_t{y} * p.uv_stride_bytes,
                          q.uv + std::size_t{y} * q.uv_stride_bytes, p.width),
              0)
        << "chroma row " << y;
}

// Property: whatever is damaged in whatever order, the picture equals a full conversion.
TEST(Picture, DamageLimitedConversionEqualsFullConversion) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto width = static_cast<std::uint32_t>(64 + seed * 14);
    const auto height = static_cast<std::uint32_t>(48 + seed * 6);
    Desktop desktop(width, height, seed);
    const media::Colour colour{seed % 2 ? media::Matrix::Bt709 : media::Matrix::Bt601,
                               seed % 3 == 0, false, false};
    Picture incremental(width, height, colour);
    std::uint64_t sequence = 0;
    for (int step = 0; step < 40; ++step) {
      desktop.scribble();
      auto damage_lost = desktop.random() % 5 == 0;
      if (damage_lost) {  // a frame that nobody saw
        ++sequence;
        desktop.scribble();
      }
      ASSERT_TRUE(incremental.update(desktop.frame(++sequence)));
      Picture full(width, height, colour);
      ASSERT_TRUE(full.update(desktop.frame(1)));
      expect_same(incremental.buffer(), full.buffer());
      if (HasFatalFailure()) FAIL() << "seed " << seed << " step " << step;
    }
  }
}

TEST(Picture, ScaledPictureFollowsDamageAndKeepsBarsBlack) {
  Desktop desktop(320, 180, 3);
  desktop.draw(0);
  const media::Colour colour{media::Matrix::Bt709, false, false, false};
  Picture picture(640, 480, colour);
  ASSERT_TRUE(picture.update(desktop.frame(1)));
  for (std::uint64_t n = 2; n < 8; ++n) {
    desktop.scribble();
    ASSERT_TRUE(picture.update(desktop.frame(n)));
  }
  Picture full(640, 480, colour);
  ASSERT_TRUE(full.update(desktop.frame(1)));
  expect_same(picture.buffer(), full.buffer());
  const auto& image = picture.buffer().image();
  EXPECT_EQ(image.y[std::size_t{10} * image.y_stride_bytes + 320], 16);
  EXPECT_EQ(image.y[std::size_t{470} * image.y_stride_bytes + 320], 16);
  EXPECT_EQ(image.uv[std::size_t{5} * image.uv_stride_bytes + 320], 128);
}

TEST(Picture, ASizeChangeStartsAfresh) {
  Desktop small(320, 180, 4), same(640, 360, 5);
  same.draw(1);
  small.draw(1);
  Picture picture(640, 360, {}), full(640, 360, {});
  ASSERT_TRUE(picture.update(small.frame(1)));
  auto frame = same.frame(2);
  frame.damage = {0, 0, 2, 2};
  ASSERT_TRUE(picture.update(frame));
  ASSERT_TRUE(full.update(same.frame(1)));
  expect_same(picture.buffer(), full.buffer());
}

TEST(Picture, AFrameWithoutPixelsIsRefused) {
  Picture picture(64, 64, {});
  EXPECT_FALSE(picture.update(media::VideoFrame{}));
}

TEST(Picture, FitKeepsTheAspect) {
  EXPECT_EQ(fit(1920, 1080, 1280, 720), (media::Rect{0, 0, 1280, 720}));
  EXPECT_EQ(fit(1024, 768, 1280, 720), (media::Rect{160, 0, 960, 720}));
  EXPECT_EQ(fit(2560, 1080, 1280, 720), (media::Rect{0, 90, 1280, 540}));
  EXPECT_EQ(fit(1, 8000, 1280, 720), (media::Rect{638, 0, 2, 720}));
}

}  // namespace
}  // namespace pf::encode
