#ifdef PF_HAVE_CAPTURE_X11
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <vector>

#include "capture/x11/cursor.hpp"
#include "capture/x11/screen.hpp"

namespace pf::capture::x11 {
namespace {

Cursor square(std::uint32_t size, std::uint32_t pixel) {
  Cursor cursor;
  cursor.width = cursor.height = size;
  cursor.pixels.assign(std::size_t{size} * size, pixel);
  cursor.on_screen = true;
  return cursor;
}

// As the server answers: `words` of image behind the head.
Cursor taken(std::uint16_t width, std::uint16_t height, std::uint32_t words) {
  xcb_xfixes_get_cursor_image_reply_t head{};
  head.width = width;
  head.height = height;
  head.length = words;
  std::vector<std::uint32_t> reply(sizeof head / 4 + words, 0xFF00FF00);
  std::memcpy(reply.data(), &head, sizeof head);
  Cursor cursor = square(2, 0xFFFFFFFF);
  take_image(*static_cast<xcb_xfixes_get_cursor_image_reply_t*>(static_cast<void*>(reply.data())),
             cursor);
  return cursor;
}

TEST(X11Cursor, AnImageIsTakenWholeOrNotAtAll) {
  const auto good = taken(3, 2, 6);
  EXPECT_EQ(good.pixels, std::vector<std::uint32_t>(6, 0xFF00FF00));
  EXPECT_EQ(good.width, 3U);
  EXPECT_TRUE(good.shows());
  for (const auto& bad : {taken(3, 2, 5), taken(60'000, 60'000, 16)}) {
    EXPECT_TRUE(bad.pixels.empty());
    EXPECT_EQ(bad.width * bad.height, 0U);
    EXPECT_FALSE(bad.shows());
  }
}

TEST(X11Cursor, AreaIsClippedAtEveryEdge) {
  Cursor cursor = square(10, 0);
  cursor.hot_x = cursor.hot_y = 3;
  cursor.x = cursor.y = 50;
  EXPECT_EQ(cursor.area(100, 100), (media::Rect{47, 47, 10, 10}));
  cursor.x = cursor.y = 0;
  EXPECT_EQ(cursor.area(100, 100), (media::Rect{0, 0, 7, 7}));
  cursor.x = cursor.y = 99;
  EXPECT_EQ(cursor.area(100, 100), (media::Rect{96, 96, 4, 4}));
  cursor.x = 500;
  EXPECT_TRUE(cursor.area(100, 100).empty());
  cursor.x = -500;
  EXPECT_TRUE(cursor.area(100, 100).empty());
  cursor.x = 50;
  cursor.on_screen = false;
  EXPECT_TRUE(cursor.area(100, 100).empty());
}

TEST(X11Cursor, BlendsPremultiplied) {
  std::array<std::uint8_t, 4 * 4> picture{};
  picture.fill(200);
  Cursor cursor = square(1, 0xFF102030);
  cursor.x = 1;
  blend(cursor, picture.data(), 16, 4, 1);
  EXPECT_EQ(picture[4], 0x30);
  EXPECT_EQ(picture[5], 0x20);
  EXPECT_EQ(picture[6], 0x10);
  EXPECT_EQ(picture[7], 200) << "the unused byte stays";
  cursor.pixels[0] = 0;
  cursor.x = 2;
  blend(cursor, picture.data(), 16, 4, 1);
  EXPECT_EQ(picture[8], 200);
  cursor.pixels[0] = 0x80404040;
  blend(cursor, picture.data(), 16, 4, 1);
  EXPECT_EQ(picture[8], 0x40 + (200 * 127 + 127) / 255);
  cursor.pixels[0] = 0x01FFFFFF;  // not premultiplied: must not wrap round
  blend(cursor, picture.data(), 16, 4, 1);
  EXPECT_EQ(picture[8], 255);
}

TEST(X11Cursor, WritesOnlyInsideThePicture) {
  constexpr std::uint32_t width = 5, height = 4, guard = 64;
  for (std::int32_t y = -8; y <= 12; ++y)
    for (std::int32_t x = -8; x <= 12; ++x) {
      std::array<std::uint8_t, guard * 2 + width * height * 4> memory{};
      Cursor cursor = square(6, 0xFFFFFFFF);
      cursor.hot_x = 2;
      cursor.x = x;
      cursor.y = y;
      blend(cursor, memory.data() + guard, width * 4, width, height);
      std::size_t white = 0;
      for (std::size_t i = 0; i < memory.size(); ++i) {
        const bool inside = i >= guard && i < memory.size() - guard;
        if (memory[i] != 0) ++white;
        ASSERT_TRUE(memory[i] == 0 || inside);
      }
      const auto area = cursor.area(width, height);
      ASSERT_EQ(white, std::size_t{area.width} * area.height * 3);
    }
}

}  // namespace
}  // namespace pf::capture::x11
#endif
