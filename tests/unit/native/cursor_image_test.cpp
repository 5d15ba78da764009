#include "native/cursor_image.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "native/wire/codec.hpp"

namespace pf::native {
namespace {

const pf::media::Mode kMode{1280, 720, {60, 1}};
const PointerScale kSame(1280, 720, kMode);

capture::PointerImage image(std::span<const std::uint32_t> pixels, std::uint32_t width,
                            std::int32_t hot_x = 0, std::int32_t hot_y = 0) {
  return {pixels, width, static_cast<std::uint32_t>(pixels.size()) / width, hot_x, hot_y};
}

TEST(CursorImage, ColoursAreFreedOfTheirAlphaAndOrderedRgba) {
  // Opaque, half clear (its colours halved with it).
  const std::array<std::uint32_t, 3> pixels{0xFF10'2030, 0x8040'2000, 0};
  const auto shape = cursor_shape(image(pixels, 3, 2, 0), kSame);
  EXPECT_EQ(shape.width, 3);
  EXPECT_EQ(shape.height, 1);
  EXPECT_EQ(shape.hot_x, 2);
  EXPECT_EQ(shape.hot_y, 0);
  EXPECT_EQ(shape.rgba, (Bytes{0x10, 0x20, 0x30, 0xFF, 0x80, 0x40, 0x00, 0x80, 0, 0, 0, 0}));
}

TEST(CursorImage, MoreColourThanAlphaIsCutNotWrapped) {
  const std::array<std::uint32_t, 1> pixels{0x10FF'0001};
  EXPECT_EQ(cursor_shape(image(pixels, 1), kSame).rgba, (Bytes{255, 0, 16, 0x10}));
}

TEST(CursorImage, FollowsTheScaleOfThePicture) {
  // 2x2 blocks of one colour each: halving gives exactly those.
  std::vector<std::uint32_t> pixels(16 * 16);
  for (std::uint32_t y = 0; y < 16; ++y)
    for (std::uint32_t x = 0; x < 16; ++x) pixels[y * 16 + x] = 0xFF00'0000 | x / 2 << 8 | y / 2;
  const PointerScale half(2560, 1440, kMode);
  const auto shape = cursor_shape(image(pixels, 16, 10, 4), half);
  ASSERT_EQ(shape.width, 8);
  ASSERT_EQ(shape.height, 8);
  EXPECT_EQ(shape.hot_x, 5);
  EXPECT_EQ(shape.hot_y, 2);
  for (std::uint32_t y = 0; y < 8; ++y)
    for (std::uint32_t x = 0; x < 8; ++x) {
      const auto* p = shape.rgba.data() + (y * 8 + x) * 4;
      EXPECT_EQ((std::array<unsigned, 4>{p[0], p[1], p[2], p[3]}),
                (std::array<unsigned, 4>{0, x, y, 255}));
    }
  EXPECT_EQ(half.x(2559), 1279);
  EXPECT_EQ(half.y(0), 0);
}

TEST(CursorImage, BlackBarsMoveThePlace) {
  const PointerScale boxed(1024, 768, kMode);  // 960 wide in the middle
  EXPECT_EQ(boxed.x(0), 160);
  EXPECT_EQ(boxed.x(1024), 160 + 960);
  EXPECT_EQ(boxed.y(384), 360);
  EXPECT_LT(boxed.x(-100), 160) << "outside on the left";
}

TEST(CursorImage, NoSideExceedsWhatClientsTake) {
  for (const auto& [width, height] :
       {std::pair{256U, 256U}, {1024U, 3U}, {3U, 1024U}, {121U, 120U}, {120U, 120U}, {1U, 1U}}) {
    const std::vector<std::uint32_t> pixels(std::size_t{width} * height, 0xFF0A'0B0C);
    const auto shape =
        cursor_shape(image(pixels, width, static_cast<std::int32_t>(width) - 1, 0), kSame);
    EXPECT_LE(shape.width, 120) << width << 'x' << height;
    EXPECT_LE(shape.height, 120) << width << 'x' << height;
    ASSERT_EQ(shape.rgba.size(), std::size_t{4} * shape.width * shape.height);
    EXPECT_LT(shape.hot_x, shape.width);
    EXPECT_EQ(shape.rgba.front(), 0x0A);
    EXPECT_EQ(shape.rgba.back(), 0xFF) << "an even surface stays even";
    for (const auto generation : {wire::Generation::V1, wire::Generation::V2}) {
      Bytes out;
      EXPECT_TRUE(wire::encode(generation, shape, out)) << width << 'x' << height;
    }
  }
}

TEST(CursorImage, WhatCannotBeAPointerGivesNoShape) {
  const std::array<std::uint32_t, 4> pixels{};
  EXPECT_EQ(cursor_shape({pixels, 0, 4, 0, 0}, kSame).width, 0);
  EXPECT_EQ(cursor_shape({pixels, 4, 2, 0, 0}, kSame).width, 0) << "fewer pixels than it says";
  EXPECT_EQ(cursor_shape({pixels, 5000, 5000, 0, 0}, kSame).width, 0);
  const auto odd = cursor_shape({pixels, 2, 2, -7, 900}, kSame);
  EXPECT_EQ(odd.hot_x, 0);
  EXPECT_EQ(odd.hot_y, 1);
}

}  // namespace
}  // namespace pf::native
