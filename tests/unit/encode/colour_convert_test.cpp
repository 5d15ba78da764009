#include "encode/colour_convert.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace pf::encode {
namespace {

struct Planes {
  Planes(std::uint32_t w, std::uint32_t h, std::uint32_t pad, std::uint8_t fill)
      : width(w), height(h), stride(w + (w & 1) + pad) {
    y.assign(std::size_t{stride} * h, fill);
    uv.assign(std::size_t{stride} * ((h + 1) / 2), fill);
  }
  Nv12Image image() { return {y.data(), stride, uv.data(), stride, width, height}; }
  std::uint32_t width, height, stride;
  std::vector<std::uint8_t> y, uv;
};

std::vector<std::uint8_t> noise(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> bytes(count);
  for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
  return bytes;
}

const media::Colour kColours[] = {
    {media::Matrix::Bt601, false, false, false},  {media::Matrix::Bt601, true, false, false},
    {media::Matrix::Bt709, false, false, false},  {media::Matrix::Bt709, true, false, false},
    {media::Matrix::Bt2020, false, false, false}, {media::Matrix::Bt2020, true, false, false}};

// The standards' own formula, in floating point, for a picture of one colour.
void expect_colour(const media::Colour& colour, int r, int g, int b) {
  double kr = 0.2126, kb = 0.0722;
  if (colour.matrix == media::Matrix::Bt601) kr = 0.299, kb = 0.114;
  if (colour.matrix == media::Matrix::Bt2020) kr = 0.2627, kb = 0.0593;
  const double luma = kr * r + (1 - kr - kb) * g + kb * b;
  const double y = colour.full_range ? luma : 16 + luma * 219 / 255;
  const double scale = colour.full_range ? 1 : 224.0 / 255;
  const double u = 128 + scale * (b - luma) / (2 * (1 - kb));
  const double v = 128 + scale * (r - luma) / (2 * (1 - kr));

  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < 64 * 2; ++i)
    for (const int c : {b, g, r, 77}) pixels.push_back(static_cast<std::uint8_t>(c));
  Planes planes(64, 2, 0, 0);
  convert_to_nv12({pixels.data(), 64 * 4, 64, 2}, planes.image(), colour_matrix(colour),
                  {0, 0, 64, 2});
  const auto near = [](double a, double want) {
    return std::abs(a - std::fmin(want, 255)) <= 0.51;
  };
  EXPECT_TRUE(near(planes.y[9], y)) << int{planes.y[9]} << " wanted " << y;
  EXPECT_TRUE(near(planes.uv[10], u)) << int{planes.uv[10]} << " wanted " << u;
  EXPECT_TRUE(near(planes.uv[11], v)) << int{planes.uv[11]} << " wanted " << v;
}

TEST(ColourConvert, FollowsTheStandardsForEveryMatrixAndRange) {
  for (const auto& colour : kColours)
    for (const int r : {0, 1, 127, 254, 255})
      for (const int g : {0, 3, 128, 255})
        for (const int b : {0, 64, 200, 255}) expect_colour(colour, r, g, b);
}

TEST(ColourConvert, GreyHasNoColourAndWhiteIsWhite) {
  for (const auto& colour : kColours) {
    const auto m = colour_matrix(colour);
    EXPECT_EQ(m.u[0] + m.u[1] + m.u[2], 0);
    EXPECT_EQ(m.v[0] + m.v[1] + m.v[2], 0);
    const int white = ((m.y[0] + m.y[1] + m.y[2]) * 255 + (m.y_offset << 15) + (1 << 14)) >> 15;
    EXPECT_EQ(white, colour.full_range ? 255 : 235);
  }
}

TEST(ColourConvert, FastKernelEqualsScalarForAllSmallSizes) {
  for (std::uint32_t width = 1; width <= 100; ++width)
    for (const std::uint32_t height : {1U, 2U, 3U, 6U}) {
      const auto pixels = noise(std::size_t{4} * (width + 3) * height, width * 8 + height);
      const BgrxImage from{pixels.data(), (width + 3) * 4, width, height};
      const auto m = colour_matrix(kColours[width % 6]);
      Planes fast(width, height, 5, 0xaa), scalar(width, height, 5, 0xaa);
      convert_to_nv12(from, fast.image(), m, {0, 0, width, height});
      convert_to_nv12_scalar(from, scalar.image(), m, {0, 0, width, height});
      ASSERT_EQ(fast.y, scalar.y) << width << "x" << height;
      ASSERT_EQ(fast.uv, scalar.uv) << width << "x" << height;
    }
}

TEST(ColourConvert, TouchesOnlyTheAreaWidenedToEvenEdges) {
  const std::uint32_t width = 130, height = 9;
  const auto pixels = noise(std::size_t{4} * width * height, 5);
  const BgrxImage from{pixels.data(), width * 4, width, height};
  const auto m = colour_matrix(kColours[2]);
  Planes part(width, height, 0, 0), whole(width, height, 0, 0);
  convert_to_nv12(from, whole.image(), m, {0, 0, width, height});
  convert_to_nv12(from, part.image(), m, {35, 3, 60, 4});  // becomes 34..96 × 2..8
  for (std::uint32_t y = 0; y < height; ++y)
    for (std::uint32_t x = 0; x < width; ++x) {
      const bool inside = x >= 34 && x < 96 && y >= 2 && y < 8;
      ASSERT_EQ(part.y[y * width + x], inside ? whole.y[y * width + x] : 0) << x << "," << y;
    }
  for (std::uint32_t y = 0; y < (height + 1) / 2; ++y)
    for (std::uint32_t x = 0; x < width; ++x) {
      const bool inside = x >= 34 && x < 96 && y >= 1 && y < 4;
      ASSERT_EQ(part.uv[y * width + x], inside ? whole.uv[y * width + x] : 0) << x << "," << y;
    }
}

TEST(ColourConvert, AnAreaOutsideThePictureIsHarmless) {
  const std::uint32_t width = 34, height = 4;
  const auto pixels = noise(std::size_t{4} * width * height, 6);
  Planes planes(width, height, 0, 7);
  const auto before = planes.y;
  const BgrxImage from{pixels.data(), width * 4, width, height};
  convert_to_nv12(from, planes.image(), colour_matrix({}), {0xffffff00, 1, 0xffffffff, 2});
  convert_to_nv12(from, planes.image(), colour_matrix({}), {2, 900, 4, 0xffffffff});
  EXPECT_EQ(planes.y, before);
}

}  // namespace
}  // namespace pf::encode
