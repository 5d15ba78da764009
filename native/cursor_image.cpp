#include "native/cursor_image.hpp"

#include <algorithm>
#include <array>

#include "encode/picture.hpp"

namespace pf::native {
namespace {

constexpr std::uint32_t kMaxSide = wire::CursorShape::kMaxSide;
// Nobody's pointer is larger; what a broken driver reports must not cost a second of scaling.
constexpr std::uint32_t kMaxImageSide = 1024;

std::int32_t mapped(std::int32_t at, std::uint32_t from, std::uint32_t to) {
  return static_cast<std::int32_t>(std::int64_t{at} * to / from);
}

struct Sum {
  std::array<std::uint64_t, 4> channels{};  // blue, green, red, alpha, premultiplied
  std::uint64_t weight = 0;
  void add(std::uint32_t pixel, std::uint64_t times) {
    for (unsigned c = 0; c < 4; ++c) channels[c] += times * (pixel >> (8 * c) & 0xFF);
    weight += times;
  }
};

// The mean of the source pixels that one pixel of the result covers, each by its share: in units of
// 1/to of a source pixel, result pixel `at` covers [at*from, (at+1)*from).
Sum mean(const capture::PointerImage& image, std::uint32_t x, std::uint32_t y, std::uint32_t width,
         std::uint32_t height) {
  const auto spans = [](std::uint32_t at, std::uint32_t from, std::uint32_t to, auto use) {
    const std::uint64_t begin = std::uint64_t{at} * from, end = begin + from;
    for (auto pixel = begin / to; pixel * to < end; ++pixel)
      use(static_cast<std::uint32_t>(pixel),
          std::min(end, (pixel + 1) * to) - std::max(begin, pixel * to));
  };
  Sum sum;
  spans(y, image.height, height, [&](std::uint32_t row, std::uint64_t tall) {
    spans(x, image.width, width, [&](std::uint32_t column, std::uint64_t wide) {
      sum.add(image.pixels[std::size_t{row} * image.width + column], tall * wide);
    });
  });
  return sum;
}

// Colours without their alpha, rounded; what is clear is black.
void store_straight(const Sum& sum, std::uint8_t* rgba) {
  const auto alpha = sum.channels[3];
  for (unsigned c = 0; c < 3; ++c)
    rgba[2 - c] = alpha == 0 ? std::uint8_t{0}
                             : static_cast<std::uint8_t>(std::min<std::uint64_t>(
                                   255, (sum.channels[c] * 255 + alpha / 2) / alpha));
  rgba[3] = static_cast<std::uint8_t>((alpha + sum.weight / 2) / sum.weight);
}

}  // namespace

PointerScale::PointerScale(std::uint32_t picture_width, std::uint32_t picture_height,
                           const pf::media::Mode& mode)
    : from_width_(std::max(picture_width, 1U)),
      from_height_(std::max(picture_height, 1U)),
      to_(encode::fit(from_width_, from_height_, mode.width, mode.height)) {}

std::int32_t PointerScale::x(std::int32_t picture_x) const {
  return static_cast<std::int32_t>(to_.x) + mapped(picture_x, from_width_, to_.width);
}
std::int32_t PointerScale::y(std::int32_t picture_y) const {
  return static_cast<std::int32_t>(to_.y) + mapped(picture_y, from_height_, to_.height);
}
std::uint32_t PointerScale::length(std::uint32_t pixels) const {
  const auto scaled = (std::uint64_t{pixels} * to_.width + from_width_ / 2) / from_width_;
  return static_cast<std::uint32_t>(std::max<std::uint64_t>(scaled, 1));
}

wire::CursorShape cursor_shape(const capture::PointerImage& image, const PointerScale& scale) {
  wire::CursorShape shape;
  if (image.width == 0 || image.height == 0 || image.width > kMaxImageSide ||
      image.height > kMaxImageSide || image.pixels.size() < std::size_t{image.width} * image.height)
    return shape;
  std::uint64_t width = scale.length(image.width), height = scale.length(image.height);
  if (const auto side = std::max(width, height); side > kMaxSide) {
    width = std::max<std::uint64_t>(1, width * kMaxSide / side);
    height = std::max<std::uint64_t>(1, height * kMaxSide / side);
  }
  shape.width = static_cast<std::uint16_t>(width);
  shape.height = static_cast<std::uint16_t>(height);
  const auto hot = [](std::int32_t at, std::uint32_t from, std::uint32_t to) {
    return static_cast<std::uint16_t>(
        std::clamp(mapped(at, from, to), 0, static_cast<std::int32_t>(to) - 1));
  };
  shape.hot_x = hot(image.hot_x, image.width, shape.width);
  shape.hot_y = hot(image.hot_y, image.height, shape.height);
  shape.rgba.resize(std::size_t{4} * shape.width * shape.height);
  auto* out = shape.rgba.data();
  for (std::uint32_t y = 0; y < shape.height; ++y)
    for (std::uint32_t x = 0; x < shape.width; ++x, out += 4)
      store_straight(mean(image, x, y, shape.width, shape.height), out);
  return shape;
}

}  // namespace pf::native
