// The layouts that encoders read hold the same picture.
#include "encode/feed.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "desktop_picture.hpp"

namespace pf::encode {
namespace {

constexpr std::uint32_t kWidth = 134, kHeight = 50;

class FeedTest : public ::testing::Test {
 protected:
  FeedTest() : desktop_(kWidth, kHeight) { desktop_.draw(5); }
  Feed fed(bool ten_bit, bool yuv444, Planes planes, Bits bits) {
    media::Colour colour;
    colour.ten_bit = ten_bit;
    colour.yuv444 = yuv444;
    Feed feed(kWidth, kHeight, colour, planes, bits);
    EXPECT_TRUE(feed.update(desktop_.frame(1)));
    return feed;
  }
  static unsigned at(const Feed& feed, unsigned plane, std::uint32_t x, std::uint32_t y,
                     bool wide) {
    const auto& view = feed.view();
    const auto* row = view.planes[plane] + y * static_cast<std::size_t>(view.stride_bytes[plane]);
    if (!wide) return row[x];
    std::uint16_t value = 0;
    std::memcpy(&value, row + 2 * std::size_t{x}, 2);
    return value;
  }
  testing::Desktop desktop_;
};

TEST_F(FeedTest, TwoPlanesAndThreeHoldTheSame) {
  for (const bool deep : {false, true}) {
    const auto three = fed(deep, false, Planes::Three, Bits::Low);
    const auto two = fed(deep, false, Planes::Two, Bits::High);
    const unsigned up = deep ? 6 : 0;  // P010: the upper ten of sixteen bits
    for (std::uint32_t y = 0; y < kHeight; ++y)
      for (std::uint32_t x = 0; x < kWidth; ++x)
        ASSERT_EQ(at(two, 0, x, y, deep), at(three, 0, x, y, deep) << up);
    for (std::uint32_t y = 0; y < kHeight / 2; ++y)
      for (std::uint32_t x = 0; x < kWidth / 2; ++x) {
        ASSERT_EQ(at(two, 1, 2 * x, y, deep), at(three, 1, x, y, deep) << up);
        ASSERT_EQ(at(two, 1, 2 * x + 1, y, deep), at(three, 2, x, y, deep) << up);
      }
  }
}

TEST_F(FeedTest, FullChromaHasThreePlanesInAnyLayout) {
  const auto low = fed(true, true, Planes::Three, Bits::Low);
  const auto high = fed(true, true, Planes::Two, Bits::High);
  for (unsigned plane = 0; plane < 3; ++plane)
    for (std::uint32_t y = 0; y < kHeight; ++y)
      for (std::uint32_t x = 0; x < kWidth; ++x)
        ASSERT_EQ(at(high, plane, x, y, true), at(low, plane, x, y, true) << 6);
  const auto bytes = fed(false, true, Planes::Two, Bits::High);
  for (unsigned plane = 0; plane < 3; ++plane)
    for (std::uint32_t y = 0; y < kHeight; ++y)
      for (std::uint32_t x = 0; x < kWidth; ++x)
        ASSERT_NEAR(4.0 * at(bytes, plane, x, y, false), at(low, plane, x, y, true), 3);
}

}  // namespace
}  // namespace pf::encode
