#include "capture/synthetic/picture.hpp"

#include <algorithm>

#include "capture/synthetic/pointer.hpp"

namespace pf::capture::synthetic {
namespace {

constexpr std::uint32_t kWhite = 0x00FF'FFFF;
constexpr std::uint32_t kBlack = 0;
constexpr std::uint32_t kBox = 0x00F0'A020;
constexpr std::uint32_t kPixelsPerFrame = 8;  // brisk enough for an encoder to have work

// 0..span-1 and back again, without a jump.
std::uint32_t bounce(std::uint64_t position, std::uint32_t span) {
  if (span <= 1) return 0;
  const auto cycle = 2 * (std::uint64_t{span} - 1);
  const auto at = position % cycle;
  return static_cast<std::uint32_t>(at < span ? at : cycle - at);
}

media::Rect stamp_area(std::uint32_t width, std::uint32_t height) {
  const auto rows = stamp_rows(width, height);
  return rows == 0 ? media::Rect{}
                   : media::Rect{0, 0, width / kBlockPixels * kBlockPixels, rows * kBlockPixels};
}

}  // namespace

Picture::Picture(std::uint32_t width, std::uint32_t height)
    : width_(width), height_(height), pixels_(std::size_t{width} * height) {
  paint_background({0, 0, width, height});
}

const std::uint8_t* Picture::pixels() const {
  return reinterpret_cast<const std::uint8_t*>(pixels_.data());
}

media::Rect Picture::box_at(std::uint32_t width, std::uint32_t height, std::uint64_t index) {
  const auto top = stamp_area(width, height).height;  // the box keeps off the stamp
  const auto box_width = std::max(1U, width / 8), box_height = std::max(1U, (height - top) / 6);
  return {bounce(index * kPixelsPerFrame, width - box_width + 1),
          top + bounce(index * kPixelsPerFrame / 2, height - top - box_height + 1), box_width,
          box_height};
}

media::Rect Picture::damage_of(std::uint32_t width, std::uint32_t height, std::uint64_t index) {
  return stamp_area(width, height)
      .united(box_at(width, height, index - 1))
      .united(box_at(width, height, index));
}

void Picture::paint_background(const media::Rect& area) {
  for (std::uint32_t y = area.y; y < area.y + area.height; ++y) {
    auto* row = pixels_.data() + std::size_t{y} * width_;
    const auto green = y * 255 / height_ << 8;
    for (std::uint32_t x = area.x; x < area.x + area.width; ++x)
      row[x] = (x * 255 / width_) << 16 | green | 0x40;
  }
}

void Picture::fill(const media::Rect& area, std::uint32_t colour) {
  for (std::uint32_t y = area.y; y < area.y + area.height; ++y)
    std::fill_n(pixels_.begin() + static_cast<std::ptrdiff_t>(std::size_t{y} * width_ + area.x),
                area.width, colour);
}

void Picture::draw_pointer(std::uint64_t index) {
  pointer_ = pointer_area(width_, height_, index);
  const auto image = pointer_image(pointer_look(index));
  const auto place = pointer_place(width_, height_, index);
  const auto left = place.x - image.hot_x, top = place.y - image.hot_y;
  for (std::uint32_t y = pointer_.y; y < pointer_.y + pointer_.height; ++y)
    for (std::uint32_t x = pointer_.x; x < pointer_.x + pointer_.width; ++x) {
      const auto row = static_cast<std::uint32_t>(static_cast<std::int32_t>(y) - top);
      const auto column = static_cast<std::uint32_t>(static_cast<std::int32_t>(x) - left);
      const auto over = image.pixels[row * image.width + column];
      auto& pixel = pixels_[std::size_t{y} * width_ + x];
      std::uint32_t mixed = 0;
      for (unsigned shift = 0; shift < 24; shift += 8)
        mixed |= ((over >> shift & 0xFF) + (pixel >> shift & 0xFF) * (255 - (over >> 24)) / 255)
                 << shift;
      pixel = mixed;
    }
}

void Picture::draw(const Stamp& stamp, bool with_pointer) {
  paint_background(std::exchange(pointer_, {}));
  paint_background(box_);
  box_ = box_at(width_, height_, stamp.frame);
  fill(box_, kBox);
  if (with_pointer) draw_pointer(stamp.frame);
  if (stamp_rows(width_, height_) == 0) return;
  const auto bytes = pack_stamp(stamp);
  const auto columns = width_ / kBlockPixels;
  for (std::uint32_t bit = 0; bit < kStampBits; ++bit)
    fill({bit % columns * kBlockPixels, bit / columns * kBlockPixels, kBlockPixels, kBlockPixels},
         stamp_bit(bytes, bit) ? kWhite : kBlack);
}

}  // namespace pf::capture::synthetic
