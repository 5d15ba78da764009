// A deterministic moving desktop: wallpaper, scrolling text, a window that moves, a noisy video
// region. Gives frames with exact damage, like a capture back end.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "media/video_frame.hpp"

namespace pf::encode::testing {

class Desktop {
 public:
  Desktop(std::uint32_t width, std::uint32_t height, std::uint64_t seed = 1)
      : width_(width), height_(height), state_(seed * 2654435761U + 1) {
    const auto count = std::size_t{width} * height;
    wallpaper_.resize(count);
    for (std::uint32_t y = 0; y < height; ++y)
      for (std::uint32_t x = 0; x < width; ++x)
        wallpaper_[std::size_t{y} * width + x] =
            rgb(40 + x * 120 / width, 60 + y * 100 / height, 150 - (x + y) * 60 / (width + height));
    make_text();
    pixels_ = wallpaper_;
  }

  std::uint32_t width() const { return width_; }
  std::uint32_t height() const { return height_; }
  const std::vector<std::uint32_t>& pixels() const { return pixels_; }

  // Draws picture number `t`; everything counts as damaged.
  void draw(std::uint32_t t) {
    pixels_ = wallpaper_;
    const auto text_height = height_ * 3 / 4;
    for (std::uint32_t y = 0; y < text_height; ++y)
      for (std::uint32_t x = 0; x + 20 < text_width_; ++x)
        at(width_ / 20 + x, height_ / 12 + y) = text_at(x, t * 3 + y);
    const auto window_width = width_ / 4, window_height = height_ / 3;
    const auto left = t * 5 % (width_ - window_width), top = height_ / 8 + t * 2 % (height_ / 3);
    for (std::uint32_t y = 0; y < window_height; ++y)
      for (std::uint32_t x = 0; x < window_width; ++x)
        at(left + x, top + y) = y < 24 ? rgb(48, 96, 160) : text_at(x, 1000 + y);
    const auto video_width = width_ / 4, video_height = height_ / 4;
    for (std::uint32_t y = 0; y < video_height; ++y)
      for (std::uint32_t x = 0; x < video_width; ++x) {
        const auto u = ((x + t * 2) * (y + t)) >> 6, v = (x * x + y * y + t * 40) >> 7;
        at(width_ - video_width - width_ / 30 + x, height_ - video_height - height_ / 20 + y) =
            rgb((u & 127) + (random() & 15), (v & 127) + 40, ((u + v) & 127) + 60);
      }
    damage_ = {0, 0, width_, height_};
  }

  // Changes only a random rectangle.
  void scribble() {
    const auto left = random() % width_, top = random() % height_;
    damage_ = {left, top, 1 + random() % (width_ - left), 1 + random() % (height_ - top)};
    const auto base = random();
    for (std::uint32_t y = top; y < top + damage_.height; ++y)
      for (std::uint32_t x = left; x < left + damage_.width; ++x)
        at(x, y) = (base + x * 0x010305 + y * 0x030201) & 0xffffff;
  }

  // Borrowed: valid until the next draw.
  media::VideoFrame frame(std::uint64_t sequence) const {
    media::VideoFrame f;
    f.pixels = static_cast<const std::uint8_t*>(static_cast<const void*>(pixels_.data()));
    f.stride_bytes = width_ * 4;
    f.width = width_;
    f.height = height_;
    f.damage = damage_;
    f.sequence = sequence;
    f.captured_ns = static_cast<std::int64_t>(sequence) * 1000;
    return f;
  }

  std::uint32_t random() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<std::uint32_t>(state_ >> 20);
  }

 private:
  static std::uint32_t rgb(std::uint32_t r, std::uint32_t g, std::uint32_t b) {
    return (r & 255) << 16 | (g & 255) << 8 | (b & 255);
  }
  std::uint32_t& at(std::uint32_t x, std::uint32_t y) {
    return pixels_[std::size_t{std::min(y, height_ - 1)} * width_ + std::min(x, width_ - 1)];
  }
  std::uint32_t text_at(std::uint32_t x, std::uint32_t y) const {
    return text_[std::size_t{y % kTextRows} * text_width_ + x % text_width_];
  }
  void make_text() {
    text_width_ = std::max(width_ / 2, 64U);
    text_.assign(std::size_t{text_width_} * kTextRows, rgb(248, 248, 248));
    for (std::uint32_t line = 0; line + 16 <= kTextRows; line += 16) {
      const auto letters = random() % (text_width_ / 8);
      for (std::uint32_t letter = 1; letter < letters; ++letter) {
        if (random() % 6 == 0) continue;
        const auto ink = random() % 9 == 0 ? rgb(32, 64, 192) : rgb(16, 16, 16);
        const auto stem = letter * 8 + 1 + random() % 5, bar = line + 3 + random() % 9;
        for (std::uint32_t y = line + 2; y < line + 13; ++y)
          text_[std::size_t{y} * text_width_ + stem] = ink;
        for (std::uint32_t x = letter * 8 + 1; x < letter * 8 + 7; ++x)
          text_[std::size_t{bar} * text_width_ + x] = ink;
      }
    }
  }

  static constexpr std::uint32_t kTextRows = 2048;
  std::uint32_t width_, height_, text_width_ = 0;
  std::uint64_t state_;
  media::Rect damage_;
  std::vector<std::uint32_t> pixels_, wallpaper_, text_;
};

}  // namespace pf::encode::testing
