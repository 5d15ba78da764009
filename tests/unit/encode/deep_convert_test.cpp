#include "encode/deep_convert.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "decoder.hpp"
#include "encode/deep_picture.hpp"

namespace pf::encode {
namespace {

media::Colour colour(media::Matrix matrix, bool full, bool hdr = false) {
  media::Colour c;
  c.matrix = matrix;
  c.full_range = full;
  c.ten_bit = true;
  c.hdr = hdr;
  return c;
}

const media::Colour kColours[] = {
    colour(media::Matrix::Bt601, false),  colour(media::Matrix::Bt601, true),
    colour(media::Matrix::Bt709, false),  colour(media::Matrix::Bt709, true),
    colour(media::Matrix::Bt2020, false), colour(media::Matrix::Bt2020, true)};

struct Yuv {
  double y, u, v;
};

// BT.2100-2 table 9 for 10 bit, in floating point; r, g, b from 0 to 1.
Yuv wanted(const media::Colour& c, double r, double g, double b) {
  double kr = 0.2126, kb = 0.0722;
  if (c.matrix == media::Matrix::Bt601) kr = 0.299, kb = 0.114;
  if (c.matrix == media::Matrix::Bt2020) kr = 0.2627, kb = 0.0593;
  const double luma = kr * r + (1 - kr - kb) * g + kb * b;
  const double ys = c.full_range ? 1023 : 876, cs = c.full_range ? 1023 : 896;
  return {(c.full_range ? 0 : 64) + luma * ys, 512 + cs * (b - luma) / (2 * (1 - kb)),
          512 + cs * (r - luma) / (2 * (1 - kr))};
}

// A picture of one colour through everything: rows, matrix, planes.
Yuv through(const media::Colour& c, int r, int g, int b) {
  std::vector<std::uint32_t> pixels(64 * 4, static_cast<std::uint32_t>(r << 16 | g << 8 | b));
  media::VideoFrame frame;
  frame.pixels = static_cast<const std::uint8_t*>(static_cast<const void*>(pixels.data()));
  frame.stride_bytes = 64 * 4;
  frame.width = 64;
  frame.height = 4;
  frame.sequence = 1;
  DeepPicture picture(64, 4, c);
  EXPECT_TRUE(picture.update(frame));
  const auto& out = picture.buffer();
  const auto at = [&](unsigned plane) { return static_cast<double>(out.plane(plane)[17]); };
  return {at(0), at(1), at(2)};
}

void expect_near(const Yuv& got, const Yuv& want, double most) {
  const auto held = [](double v) { return std::fmin(std::fmax(v, 0), 1023); };
  EXPECT_NEAR(got.y, held(want.y), most);
  EXPECT_NEAR(got.u, held(want.u), most);
  EXPECT_NEAR(got.v, held(want.v), most);
}

TEST(DeepConvert, FollowsTheStandardsForEveryMatrixRangeAndChroma) {
  for (auto c : kColours)
    for (const bool full_chroma : {false, true}) {
      c.yuv444 = full_chroma;
      for (const int r : {0, 1, 127, 255})
        for (const int g : {0, 3, 128, 255})
          for (const int b : {0, 64, 255})
            expect_near(through(c, r, g, b), wanted(c, r / 255.0, g / 255.0, b / 255.0), 0.56);
    }
}

TEST(DeepConvert, SdrLiesInPqWhereAnHdrScreenShowsIt) {
  const auto c = colour(media::Matrix::Bt2020, false, true);
  for (const int r : {0, 40, 128, 255})
    for (const int g : {0, 90, 255})
      for (const int b : {0, 20, 255}) {
        const auto pq = testing::mapped_to_pq(static_cast<std::uint32_t>(r << 16 | g << 8 | b));
        SCOPED_TRACE(std::to_string(r) + " " + std::to_string(g) + " " + std::to_string(b));
        expect_near(through(c, r, g, b), wanted(c, pq[0], pq[1], pq[2]), 2.0);
      }
  // BT.2408 table 1: reference white is 58 % of PQ; black is black.
  EXPECT_NEAR(through(c, 255, 255, 255).y, 64 + 876 * 0.5807, 1);
  EXPECT_EQ(through(c, 255, 255, 255).u, 512);
  EXPECT_EQ(through(c, 0, 0, 0).y, 64);
}

TEST(DeepConvert, GreyHasNoColourAndWhiteIsWhite) {
  for (const auto& c : kColours)
    for (const auto max : {kByteMax, kPqMax}) {
      const auto m = deep_matrix(c, max);
      EXPECT_EQ(m.u[0] + m.u[1] + m.u[2], 0);
      EXPECT_EQ(m.v[0] + m.v[1] + m.v[2], 0);
      const auto sum = (m.y[0] + m.y[1] + m.y[2]) * static_cast<std::int64_t>(max);
      const auto white = (sum + (std::int64_t{m.y_offset} << m.fraction) +
                          (std::int64_t{1} << (m.fraction - 1))) >>
                         m.fraction;
      EXPECT_EQ(white, c.full_range ? 1023 : 940);
    }
}

TEST(DeepConvert, FastKernelsEqualTheScalarOnesForAllSmallSizes) {
  std::mt19937 random(7);
  for (std::uint32_t width = 1; width <= 80; ++width)
    for (const auto max : {kByteMax, kPqMax}) {
      std::vector<std::uint16_t> rows[2];
      for (auto& row : rows) {
        row.resize(4 * std::size_t{width});
        for (auto& number : row) number = static_cast<std::uint16_t>(random() % (max + 1));
      }
      const auto m = deep_matrix(kColours[width % 6], max);
      struct Out {
        std::vector<std::uint16_t> planes[4];
      } fast, scalar;
      for (auto* out : {&fast, &scalar})
        for (auto& plane : out->planes) plane.assign(width + 1, 0xaaaa);
      const auto halved = [&](Out& o) {
        return HalvedRows{rows[0].data(),     rows[1].data(),     o.planes[0].data(),
                          o.planes[1].data(), o.planes[2].data(), o.planes[3].data()};
      };
      convert_rows(halved(fast), 0, width, m);
      convert_rows_scalar(halved(scalar), 0, width, m);
      EXPECT_TRUE(std::ranges::equal(fast.planes, scalar.planes)) << width;
      const auto full = [](Out& o, std::uint16_t*(&to)[3]) {
        for (unsigned i = 0; i < 3; ++i) to[i] = o.planes[i].data();
      };
      std::uint16_t *a[3], *b[3];
      full(fast, a);
      full(scalar, b);
      convert_row(rows[0].data(), a, 0, width, m);
      convert_row_scalar(rows[0].data(), b, 0, width, m);
      EXPECT_TRUE(std::ranges::equal(fast.planes, scalar.planes)) << width;
    }
}

// Parts of a picture come out as they do in the whole, and nothing else changes.
TEST(DeepPicture, FollowsDamage) {
  for (const bool full_chroma : {false, true}) {
    auto c = colour(media::Matrix::Bt709, false);
    c.yuv444 = full_chroma;
    const std::uint32_t width = 131, height = 9;
    DeepPicture part(width, height, c), whole(width, height, c);
    std::vector<std::uint32_t> pixels(std::size_t{width} * height);
    std::mt19937 random(3);
    media::VideoFrame frame;
    frame.pixels = static_cast<const std::uint8_t*>(static_cast<const void*>(pixels.data()));
    frame.stride_bytes = width * 4;
    frame.width = width;
    frame.height = height;
    for (std::uint64_t n = 1; n <= 40; ++n) {
      const auto x = static_cast<std::uint32_t>(random() % width),
                 y = static_cast<std::uint32_t>(random() % height);
      frame.damage = {x, y, static_cast<std::uint32_t>(1 + random() % (width - x)),
                      static_cast<std::uint32_t>(1 + random() % (height - y))};
      for (auto row = y; row < y + frame.damage.height; ++row)
        for (auto at = x; at < x + frame.damage.width; ++at)
          pixels[std::size_t{row} * width + at] = static_cast<std::uint32_t>(random());
      frame.sequence = n;
      ASSERT_TRUE(part.update(frame));
      frame.sequence = 1000 + 2 * n;  // never follows: all is new
      ASSERT_TRUE(whole.update(frame));
      for (unsigned plane = 0; plane < 3; ++plane)
        for (std::uint32_t row = 0; row < whole.buffer().height(plane); ++row)
          ASSERT_TRUE(std::equal(
              whole.buffer().plane(plane) + std::size_t{row} * whole.buffer().stride(plane),
              whole.buffer().plane(plane) + std::size_t{row} * whole.buffer().stride(plane) +
                  whole.buffer().width(plane),
              part.buffer().plane(plane) + std::size_t{row} * part.buffer().stride(plane)))
              << plane << " " << row << " " << n;
    }
  }
}

TEST(DeepPicture, ScalesWithBlackBars) {
  DeepPicture picture(640, 360, colour(media::Matrix::Bt709, false));
  std::vector<std::uint32_t> pixels(320 * 240, 0xffffff);
  media::VideoFrame frame;
  frame.pixels = static_cast<const std::uint8_t*>(static_cast<const void*>(pixels.data()));
  frame.stride_bytes = 320 * 4;
  frame.width = 320;
  frame.height = 240;
  frame.sequence = 1;
  ASSERT_TRUE(picture.update(frame));
  const auto* row = picture.buffer().plane(0) + std::size_t{180} * picture.buffer().stride(0);
  EXPECT_EQ(row[10], 64);
  EXPECT_EQ(row[320], 940);
  EXPECT_EQ(row[630], 64);
}

}  // namespace
}  // namespace pf::encode
