// The encoder's own copy of the screen in 10 bit, as Picture and Picture444 are in 8.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "encode/deep_convert.hpp"
#include "encode/picture.hpp"
#include "media/colour.hpp"
#include "media/video_frame.hpp"

namespace pf::encode {

// Three planes of 10-bit numbers in 16 bits each, the low ones.
class DeepBuffer {
 public:
  DeepBuffer() = default;
  DeepBuffer(std::uint32_t width, std::uint32_t height, bool yuv444);
  std::uint16_t* plane(unsigned i) const { return planes_[i]; }
  std::uint32_t stride(unsigned i) const { return strides_[i]; }  // in numbers
  std::uint32_t width(unsigned i) const { return i == 0 || yuv444_ ? width_ : (width_ + 1) / 2; }
  std::uint32_t height(unsigned i) const { return i == 0 || yuv444_ ? height_ : (height_ + 1) / 2; }
  // All of a plane, its padding included.
  void fill(unsigned i, std::uint16_t value);

 private:
  Nv12Buffer memory_;
  std::uint16_t* planes_[3]{};
  std::uint32_t strides_[3]{};
  std::uint32_t width_ = 0, height_ = 0;
  bool yuv444_ = false;
};

// One thread (the encode thread).
class DeepPicture {
 public:
  // Worker thread: with colour.hdr, tables are computed.
  DeepPicture(std::uint32_t width, std::uint32_t height, const media::Colour& colour);
  // As Picture::update.
  bool update(const media::VideoFrame& frame);
  const DeepBuffer& buffer() const { return coded_; }

 private:
  void clear();
  void convert(const media::VideoFrame& frame, const media::Rect& area, const DeepBuffer& to);
  void read_row(const media::VideoFrame& frame, std::uint32_t y, std::uint32_t left,
                std::uint32_t right, std::uint16_t* row) const;

  const bool yuv444_;
  std::unique_ptr<const PqMapper> mapper_;  // null for SDR
  DeepMatrix matrix_;
  std::uint32_t width_, height_;
  DeepBuffer coded_, unscaled_;
  std::vector<std::uint16_t> rows_[2];
  media::Rect placed_;
  Damage damage_;
};

}  // namespace pf::encode
