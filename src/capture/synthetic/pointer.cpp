#include "capture/synthetic/pointer.hpp"

#include <array>

#include "capture/synthetic/stamp.hpp"

namespace pf::capture::synthetic {
namespace {

constexpr std::uint32_t kArrowWidth = 12, kArrowHeight = 16, kCrossSide = 24;
constexpr std::uint32_t kWhite = 0xFFFF'FFFF, kRed = 0xFFFF'0000;
// Half clear, as shadows are: its colours are halved with it.
constexpr std::uint32_t kShadow = 0x8000'0000;
constexpr std::uint64_t kPixelsPerFrame = 4;

template <std::uint32_t Width, std::uint32_t Height, class Paint>
constexpr auto painted(Paint paint) {
  std::array<std::uint32_t, std::size_t{Width} * Height> pixels{};
  for (std::uint32_t y = 0; y < Height; ++y)
    for (std::uint32_t x = 0; x < Width; ++x) pixels[y * Width + x] = paint(x, y);
  return pixels;
}

constexpr auto kArrow = painted<kArrowWidth, kArrowHeight>([](std::uint32_t x, std::uint32_t y) {
  const auto edge = y * 3 / 4;
  return x < edge ? kWhite : x == edge ? kShadow : 0U;
});
constexpr auto kCross = painted<kCrossSide, kCrossSide>([](std::uint32_t x, std::uint32_t y) {
  const auto middle = [](std::uint32_t at) { return at / 2 == kCrossSide / 4; };
  return middle(x) || middle(y) ? kRed : 0U;
});

// The part of the picture where pointers may be; all of it when it is tiny.
std::uint32_t top_of(std::uint32_t width, std::uint32_t height) {
  return (stamp_rows(width, height) + 1) * kBlockPixels < height
             ? (stamp_rows(width, height) + 1) * kBlockPixels
             : 0;
}

}  // namespace

PointerLook pointer_look(std::uint64_t frame) {
  const auto at = frame % 240;
  return at < 120 ? PointerLook::Arrow : at < 180 ? PointerLook::Cross : PointerLook::Hidden;
}

PointerImage pointer_image(PointerLook look) {
  if (look == PointerLook::Cross)
    return {kCross, kCrossSide, kCrossSide, kCrossSide / 2, kCrossSide / 2};
  return {kArrow, kArrowWidth, kArrowHeight, 0, 0};
}

PointerPlace pointer_place(std::uint32_t width, std::uint32_t height, std::uint64_t frame) {
  const auto top = top_of(width, height);
  return {static_cast<std::int32_t>(frame * kPixelsPerFrame % width),
          static_cast<std::int32_t>(top + frame * (kPixelsPerFrame / 2) % (height - top)),
          pointer_look(frame) != PointerLook::Hidden, width, height};
}

media::Rect pointer_area(std::uint32_t width, std::uint32_t height, std::uint64_t frame) {
  if (pointer_look(frame) == PointerLook::Hidden) return {};
  const auto image = pointer_image(pointer_look(frame));
  const auto place = pointer_place(width, height, frame);
  const auto clip = [](std::int64_t at, std::uint32_t size) {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(at, 0, size));
  };
  const std::int64_t left = place.x - image.hot_x, top = place.y - image.hot_y;
  const auto x0 = clip(left, width), x1 = clip(left + image.width, width);
  const auto y0 = clip(top, height), y1 = clip(top + image.height, height);
  return {x0, y0, x1 - x0, y1 - y0};
}

}  // namespace pf::capture::synthetic
