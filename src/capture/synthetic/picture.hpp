// Draws the synthetic picture: a gradient, a moving box, a stamp. Each buffer remembers where its
// box was, so that a new frame redraws only what differs.
#pragma once

#include <cstdint>
#include <vector>

#include "capture/synthetic/stamp.hpp"
#include "media/video_frame.hpp"

namespace pf::capture::synthetic {

// BGRX of `width` x `height`, rows without gaps.
class Picture {
 public:
  Picture(std::uint32_t width, std::uint32_t height);

  // Turns whatever frame this buffer holds into frame `stamp.frame`, with the pointer or without.
  void draw(const Stamp& stamp, bool with_pointer = false);
  const std::uint8_t* pixels() const;
  std::uint32_t stride_bytes() const { return width_ * 4; }

  // Where the box is in frame `index`.
  static media::Rect box_at(std::uint32_t width, std::uint32_t height, std::uint64_t index);
  // What differs between frame index-1 and frame index.
  static media::Rect damage_of(std::uint32_t width, std::uint32_t height, std::uint64_t index);

 private:
  void paint_background(const media::Rect& area);
  void fill(const media::Rect& area, std::uint32_t colour);
  void draw_pointer(std::uint64_t index);

  std::uint32_t width_;
  std::uint32_t height_;
  std::vector<std::uint32_t> pixels_;
  media::Rect box_;
  media::Rect pointer_;  // where one was drawn
};

}  // namespace pf::capture::synthetic
