#include "demo/scene.hpp"

#include <gtest/gtest.h>

#include <set>

#include "capture/synthetic/stamp.hpp"
#include "demo/font.hpp"

namespace pf::demo {
namespace {

constexpr std::uint32_t kWidth = 640, kHeight = 360;
constexpr std::int64_t kFrameNs = 16'666'667;

using Pixels = std::vector<std::uint32_t>;

void draw(const Scene& scene, Pixels& pixels, const media::Rect& part) {
  Canvas canvas(pixels.data(), kWidth, kHeight, part);
  scene.draw(canvas);
}
Pixels whole(const Scene& scene) {
  Pixels pixels(kWidth * kHeight, 0xDEADBEEF);
  draw(scene, pixels, {0, 0, kWidth, kHeight});
  return pixels;
}

// Redrawing only what advance() names gives the same picture as drawing everything.
void play(SceneOptions options) {
  Scene scene("host", options);
  scene.resize(kWidth, kHeight);
  scene.set_rate_mhz(60'000);
  Pixels pixels(kWidth * kHeight, 0);
  std::int64_t now = 5'000'000'000;
  for (int i = 0; i < 120; ++i, now += kFrameNs) {
    if (i % 7 == 3) scene.key("Shift_L", true);
    if (i % 5 == 1) scene.typed(U'a' + static_cast<char32_t>(i % 26));
    if (i % 31 == 30) scene.typed(U'\b');
    if (i % 2 == 1) scene.pointer(i * 5.0, i * 2.0);
    if (i % 20 == 10) scene.button("left", true, now);
    if (i % 20 == 12) scene.button("left", false, now);
    if (i % 9 == 4) scene.scroll(1, -0.5);
    if (!scene.wants_frame()) continue;
    std::uint64_t area = 0;
    for (const auto& part : scene.advance(now, i < 60 ? "10:00:59" : "10:01:00")) {
      draw(scene, pixels, part);
      area += std::uint64_t{part.width} * part.height;
    }
    ASSERT_EQ(pixels, whole(scene)) << "frame " << i;
    if (i > 0) {
      EXPECT_LT(area, kWidth * kHeight / 3) << "frame " << i;
    }
  }
}

TEST(Scene, ChangedPartsAddUpToTheWholePicture) {
  play({});
}
TEST(Scene, ChangedPartsAddUpWhenStillOrStamped) {
  play({.still = true});
  play({.stamp = true});
  play({.still = true, .stamp = true});
}

TEST(Scene, AMovingSceneAlwaysWantsFramesAStillOneOnlyAfterInput) {
  Scene moving("host", {}), still("host", {.still = true});
  EXPECT_FALSE(moving.wants_frame()) << "no size yet";
  moving.resize(kWidth, kHeight);
  still.resize(kWidth, kHeight);
  EXPECT_TRUE(still.wants_frame());
  moving.advance(1, "");
  still.advance(1, "");
  EXPECT_TRUE(moving.wants_frame());
  EXPECT_FALSE(still.wants_frame());
  still.pointer(3, 4);
  EXPECT_TRUE(still.wants_frame());
  still.advance(2, "");
  EXPECT_FALSE(still.wants_frame());
  still.pointer(3, 4);
  EXPECT_FALSE(still.wants_frame()) << "nothing to see has changed";
}

TEST(Scene, TheStampSaysFrameAndTime) {
  namespace stamp = capture::synthetic;
  Scene scene("host", {.stamp = true});
  scene.resize(kWidth, kHeight);
  for (std::uint32_t frame = 1; frame <= 3; ++frame) {
    const std::int64_t now = 1'000 + frame;
    scene.advance(now, "");
    EXPECT_EQ(scene.frame(), frame);
    const Pixels pixels = whole(scene);
    stamp::StampBytes bytes{};
    const auto columns = kWidth / stamp::kBlockPixels;
    for (std::uint32_t bit = 0; bit < stamp::kStampBits; ++bit) {
      const auto x = bit % columns * stamp::kBlockPixels + stamp::kBlockPixels / 2;
      const auto y = bit / columns * stamp::kBlockPixels + stamp::kBlockPixels / 2;
      if ((pixels[y * kWidth + x] & 0xFFFFFF) == 0xFFFFFF)
        bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] | 0x80 >> bit % 8);
    }
    EXPECT_EQ(bytes, stamp::pack_stamp({frame, now}));
  }
}

TEST(Scene, TinyAndOddSizesDrawInsideThePicture) {
  for (const auto& [width, height] : {std::pair{1U, 1U}, {2U, 2U}, {17U, 33U}, {64U, 8U}}) {
    Scene scene("host", {.stamp = true});
    scene.resize(width, height);
    scene.button("left", true, 1);
    for (const auto& part : scene.advance(1, "00:00:00")) {
      EXPECT_LE(part.x + part.width, width);
      EXPECT_LE(part.y + part.height, height);
    }
    Pixels pixels(width * height + 64, 0x12345678);
    Canvas canvas(pixels.data() + 32, width, height, {0, 0, width, height});
    scene.draw(canvas);
    for (std::size_t i = 0; i < 32; ++i) {
      ASSERT_EQ(pixels[i], 0x12345678U);
      ASSERT_EQ(pixels[pixels.size() - 1 - i], 0x12345678U);
    }
  }
}

TEST(Font, EveryPrintableCharacterHasItsOwnShape) {
  std::set<Glyph> shapes;
  for (char32_t c = 0x20; c <= 0x7E; ++c) {
    EXPECT_TRUE(shapes.insert(glyph(c)).second) << static_cast<unsigned>(c);
    for (const auto row : glyph(c)) EXPECT_LT(row, 32);
  }
  EXPECT_EQ(glyph(0x7F), glyph(U'\u00E9'));
  EXPECT_FALSE(shapes.contains(glyph(0x7F)));
}

}  // namespace
}  // namespace pf::demo
