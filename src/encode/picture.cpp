#include "encode/picture.hpp"

#include <cstdlib>
#include <cstring>
#include <new>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include <libyuv/scale.h>
#include <libyuv/scale_uv.h>
#pragma GCC diagnostic pop

namespace pf::encode {
namespace {

constexpr std::uint32_t kAlign = 64;  // a cache line, and the widest vector

std::uint32_t aligned(std::uint32_t value) {
  return (value + kAlign - 1) / kAlign * kAlign;
}

int as_int(std::uint32_t value) {
  return static_cast<int>(value);
}

}  // namespace

void Nv12Buffer::Free::operator()(std::uint8_t* p) const {
  std::free(p);
}

Nv12Buffer::Nv12Buffer(std::uint32_t width, std::uint32_t height) {
  const auto stride = aligned(width + (width & 1));
  const std::uint32_t chroma_rows = (height + 1) / 2;
  // Encoders' vector code may read a little beyond the last row.
  size_bytes_ = std::size_t{stride} * (height + chroma_rows) + kAlign;
  size_bytes_ = (size_bytes_ + kAlign - 1) / kAlign * kAlign;
  memory_.reset(static_cast<std::uint8_t*>(std::aligned_alloc(kAlign, size_bytes_)));
  if (!memory_) throw std::bad_alloc();
  image_ = {memory_.get(), stride, memory_.get() + std::size_t{stride} * height,
            stride,        width,  height};
  fill(0, 128, 128);
}

Nv12Image Nv12Buffer::part(const media::Rect& area) const {
  return {image_.y + std::size_t{area.y} * image_.y_stride_bytes + area.x,
          image_.y_stride_bytes,
          image_.uv + std::size_t{area.y / 2} * image_.uv_stride_bytes + area.x,
          image_.uv_stride_bytes,
          area.width,
          area.height};
}

void Nv12Buffer::fill(std::uint8_t y, std::uint8_t u, std::uint8_t v) {
  const auto luma = static_cast<std::size_t>(image_.uv - image_.y);
  std::memset(image_.y, y, luma);
  for (std::size_t i = luma; i + 1 < size_bytes_; i += 2) {
    image_.y[i] = u;
    image_.y[i + 1] = v;
  }
}

media::Rect fit(std::uint32_t from_width, std::uint32_t from_height, std::uint32_t to_width,
                std::uint32_t to_height) {
  const auto wide = std::uint64_t{from_width} * to_height,
             high = std::uint64_t{from_height} * to_width;
  media::Rect r{0, 0, to_width, to_height};
  const auto even = [](std::uint64_t value) {
    return static_cast<std::uint32_t>(std::max<std::uint64_t>(value & ~std::uint64_t{1}, 2));
  };
  if (wide > high)
    r.height = even(high / from_width);
  else if (wide < high)
    r.width = even(wide / from_height);
  r.x = (to_width - r.width) / 2 & ~1U;
  r.y = (to_height - r.height) / 2 & ~1U;
  return r;
}

Picture::Picture(std::uint32_t width, std::uint32_t height, const media::Colour& colour)
    : matrix_(colour_matrix(colour)),
      black_(static_cast<std::uint8_t>(matrix_.y_offset)),
      coded_(width, height) {
  coded_.fill(black_, 128, 128);
}

media::Rect Damage::of(const media::VideoFrame& frame, bool& resized) {
  resized = frame.width != width_ || frame.height != height_;
  const bool follows = !resized && frame.sequence == last_sequence_ + 1;
  width_ = frame.width;
  height_ = frame.height;
  last_sequence_ = frame.sequence;
  return follows ? frame.damage : media::Rect{0, 0, frame.width, frame.height};
}

bool Picture::update(const media::VideoFrame& frame) {
  if (frame.pixels == nullptr || frame.width == 0 || frame.height == 0) return false;
  const auto& coded = coded_.image();
  const bool same = frame.width == coded.width && frame.height == coded.height;
  bool resized = false;
  const auto area = damage_.of(frame, resized);
  if (resized) {
    coded_.fill(black_, 128, 128);
    unscaled_ = same ? Nv12Buffer() : Nv12Buffer(frame.width, frame.height);
    placed_ = fit(frame.width, frame.height, coded.width, coded.height);
  }
  if (area.empty()) return true;

  const BgrxImage from{frame.pixels, frame.stride_bytes, frame.width, frame.height};
  if (same) {
    convert_to_nv12(from, coded, matrix_, area);
    return true;
  }
  const auto& source = unscaled_.image();
  convert_to_nv12(from, source, matrix_, area);
  const auto to = coded_.part(placed_);
  libyuv::ScalePlane(source.y, as_int(source.y_stride_bytes), as_int(source.width),
                     as_int(source.height), to.y, as_int(to.y_stride_bytes), as_int(to.width),
                     as_int(to.height), libyuv::kFilterBox);
  libyuv::UVScale(source.uv, as_int(source.uv_stride_bytes), as_int((source.width + 1) / 2),
                  as_int((source.height + 1) / 2), to.uv, as_int(to.uv_stride_bytes),
                  as_int((to.width + 1) / 2), as_int((to.height + 1) / 2), libyuv::kFilterBox);
  return true;
}

Yuv444Buffer::Yuv444Buffer(std::uint32_t width, std::uint32_t height)
    : memory_(width, 2 * height) {  // as much as three planes of full size need
  const auto& all = memory_.image();
  const auto plane = std::size_t{all.y_stride_bytes} * height;
  image_ = {{all.y, all.y + plane, all.y + 2 * plane}, all.y_stride_bytes, width, height};
  fill(0, 128, 128);
}

void Yuv444Buffer::fill(std::uint8_t y, std::uint8_t u, std::uint8_t v) {
  const auto plane = std::size_t{image_.stride_bytes} * image_.height;
  std::memset(image_.planes[0], y, plane);
  std::memset(image_.planes[1], u, plane);
  std::memset(image_.planes[2], v, plane);
}

Picture444::Picture444(std::uint32_t width, std::uint32_t height, const media::Colour& colour)
    : matrix_(colour_matrix(colour)),
      black_(static_cast<std::uint8_t>(matrix_.y_offset)),
      coded_(width, height) {
  coded_.fill(black_, 128, 128);
}

bool Picture444::update(const media::VideoFrame& frame) {
  if (frame.pixels == nullptr || frame.width == 0 || frame.height == 0) return false;
  const auto& coded = coded_.image();
  const bool same = frame.width == coded.width && frame.height == coded.height;
  bool resized = false;
  const auto area = damage_.of(frame, resized);
  if (resized) {
    coded_.fill(black_, 128, 128);
    unscaled_ = same ? Yuv444Buffer() : Yuv444Buffer(frame.width, frame.height);
    placed_ = fit(frame.width, frame.height, coded.width, coded.height);
  }
  if (area.empty()) return true;
  const BgrxImage from{frame.pixels, frame.stride_bytes, frame.width, frame.height};
  const auto& target = same ? coded : unscaled_.image();
  convert_to_yuv444(from, target, matrix_, area);
  if (same) return true;
  const auto offset = std::size_t{placed_.y} * coded.stride_bytes + placed_.x;
  for (unsigned plane = 0; plane < 3; ++plane)
    libyuv::ScalePlane(target.planes[plane], as_int(target.stride_bytes), as_int(target.width),
                       as_int(target.height), coded.planes[plane] + offset,
                       as_int(coded.stride_bytes), as_int(placed_.width), as_int(placed_.height),
                       libyuv::kFilterBox);
  return true;
}

}  // namespace pf::encode
