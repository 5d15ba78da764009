// The encoder's own copy of the screen, in NV12 or 4:4:4 at the coded size. Converts only what a
// captured frame says has changed; scales with black bars when the sizes differ.
#pragma once

#include <cstdint>
#include <memory>

#include "encode/colour_convert.hpp"
#include "media/colour.hpp"
#include "media/video_frame.hpp"

namespace pf::encode {

// An NV12 image in one aligned block of memory (y plane, then uv plane).
class Nv12Buffer {
 public:
  Nv12Buffer() = default;
  Nv12Buffer(std::uint32_t width, std::uint32_t height);

  const Nv12Image& image() const { return image_; }
  // A part of the image; x, y, width and height even (or up to an odd edge).
  Nv12Image part(const media::Rect& area) const;
  void fill(std::uint8_t y, std::uint8_t u, std::uint8_t v);

 private:
  struct Free {
    void operator()(std::uint8_t* p) const;
  };
  std::unique_ptr<std::uint8_t, Free> memory_;
  std::size_t size_bytes_ = 0;
  Nv12Image image_{};
};

// The largest rectangle of the shape of `from` inside `to`, centred, with even edges.
media::Rect fit(std::uint32_t from_width, std::uint32_t from_height, std::uint32_t to_width,
                std::uint32_t to_height);

// Three planes of full size in one aligned block of memory.
class Yuv444Buffer {
 public:
  Yuv444Buffer() = default;
  Yuv444Buffer(std::uint32_t width, std::uint32_t height);
  const Yuv444Image& image() const { return image_; }
  void fill(std::uint8_t y, std::uint8_t u, std::uint8_t v);

 private:
  Nv12Buffer memory_;
  Yuv444Image image_{};
};

// Which part of a captured frame is new to an encoder that has seen the ones before.
class Damage {
 public:
  // `resized`: the frames have another size from here on, and everything is new.
  media::Rect of(const media::VideoFrame& frame, bool& resized);

 private:
  std::uint32_t width_ = 0, height_ = 0;
  std::uint64_t last_sequence_ = 0;
};

// One thread (the encode thread).
class Picture {
 public:
  Picture(std::uint32_t width, std::uint32_t height, const media::Colour& colour);

  // Takes over what is new in `frame`. Whole picture unless `frame.sequence` follows the last one's
  // and the size is the same. False when the frame has no pixels. Allocates only when the size of
  // the captured frames changes.
  bool update(const media::VideoFrame& frame);
  const Nv12Buffer& buffer() const { return coded_; }

 private:
  ColourMatrix matrix_;
  std::uint8_t black_;
  Nv12Buffer coded_;
  Nv12Buffer unscaled_;  // only while sizes differ
  media::Rect placed_;   // where the scaled picture lies
  Damage damage_;
};

// The same in 4:4:4.
class Picture444 {
 public:
  Picture444(std::uint32_t width, std::uint32_t height, const media::Colour& colour);
  bool update(const media::VideoFrame& frame);
  const Yuv444Buffer& buffer() const { return coded_; }

 private:
  ColourMatrix matrix_;
  std::uint8_t black_;
  Yuv444Buffer coded_, unscaled_;
  media::Rect placed_;
  Damage damage_;
};

}  // namespace pf::encode
