#include "encode/deep_picture.hpp"

#include <algorithm>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include <libyuv/scale.h>
#pragma GCC diagnostic pop

namespace pf::encode {
namespace {

int as_int(std::uint32_t value) {
  return static_cast<int>(value);
}

}  // namespace

DeepBuffer::DeepBuffer(std::uint32_t width, std::uint32_t height, bool yuv444)
    // Bytes twice as wide; as many rows as three planes need.
    : memory_(2 * (width + (width & 1)), yuv444 ? 2 * height : height + (height & 1)),
      width_(width),
      height_(height),
      yuv444_(yuv444) {
  const auto& all = memory_.image();
  const auto stride = all.y_stride_bytes / 2;
  auto* at = static_cast<std::uint16_t*>(static_cast<void*>(all.y));
  for (unsigned i = 0; i < 3; ++i) {
    strides_[i] = i == 0 || yuv444 ? stride : stride / 2;
    planes_[i] = at;
    at += std::size_t{strides_[i]} * this->height(i);
  }
}

void DeepBuffer::fill(unsigned i, std::uint16_t value) {
  std::fill_n(planes_[i], std::size_t{strides_[i]} * height(i), value);
}

DeepPicture::DeepPicture(std::uint32_t width, std::uint32_t height, const media::Colour& colour)
    : yuv444_(colour.yuv444),
      mapper_(colour.hdr ? std::make_unique<PqMapper>() : nullptr),
      matrix_(deep_matrix(colour, colour.hdr ? kPqMax : kByteMax)),
      width_(width),
      height_(height),
      coded_(width, height, yuv444_) {
  clear();
}

void DeepPicture::clear() {
  coded_.fill(0, static_cast<std::uint16_t>(matrix_.y_offset));
  coded_.fill(1, 512);
  coded_.fill(2, 512);
}

void DeepPicture::read_row(const media::VideoFrame& frame, std::uint32_t y, std::uint32_t left,
                           std::uint32_t right, std::uint16_t* row) const {
  const auto* from = frame.pixels + std::size_t{y} * frame.stride_bytes + 4 * std::size_t{left};
  auto* to = row + 4 * std::size_t{left};
  if (mapper_)
    mapper_->map(from, to, right - left);
  else
    widen(from, to, right - left);
}

void DeepPicture::convert(const media::VideoFrame& frame, const media::Rect& area,
                          const DeepBuffer& to) {
  const auto part = even_edges(area, frame.width, frame.height);
  const auto left = part.x, right = part.x + part.width, bottom = part.y + part.height;
  if (left >= right) return;
  const auto at = [&](unsigned plane, std::uint32_t y) {
    return to.plane(plane) + std::size_t{y} * to.stride(plane);
  };
  for (auto y = part.y; y < bottom; y += 2) {
    const auto second = y + 1 < frame.height ? y + 1 : y;
    read_row(frame, y, left, right, rows_[0].data());
    if (second != y) read_row(frame, second, left, right, rows_[1].data());
    const auto* row1 = rows_[second != y ? 1 : 0].data();
    if (yuv444_) {
      std::uint16_t* const first_row[3] = {at(0, y), at(1, y), at(2, y)};
      convert_row(rows_[0].data(), first_row, left, right, matrix_);
      std::uint16_t* const second_row[3] = {at(0, second), at(1, second), at(2, second)};
      convert_row(row1, second_row, left, right, matrix_);
    } else {
      convert_rows({rows_[0].data(), row1, at(0, y), at(0, second), at(1, y / 2), at(2, y / 2)},
                   left, right, matrix_);
    }
  }
}

bool DeepPicture::update(const media::VideoFrame& frame) {
  if (frame.pixels == nullptr || frame.width == 0 || frame.height == 0) return false;
  const bool same = frame.width == width_ && frame.height == height_;
  bool resized = false;
  const auto area = damage_.of(frame, resized);
  if (resized) {
    clear();
    unscaled_ = same ? DeepBuffer() : DeepBuffer(frame.width, frame.height, yuv444_);
    placed_ = fit(frame.width, frame.height, width_, height_);
    for (auto& row : rows_) row.resize(4 * std::size_t{frame.width});
  }
  if (area.empty()) return true;
  if (same) {
    convert(frame, area, coded_);
    return true;
  }
  convert(frame, area, unscaled_);
  for (unsigned i = 0; i < 3; ++i) {
    const auto half = i == 0 || yuv444_ ? 1U : 2U;
    auto* to =
        coded_.plane(i) + std::size_t{placed_.y / half} * coded_.stride(i) + placed_.x / half;
    libyuv::ScalePlane_16(unscaled_.plane(i), as_int(unscaled_.stride(i)),
                          as_int(unscaled_.width(i)), as_int(unscaled_.height(i)), to,
                          as_int(coded_.stride(i)), as_int(placed_.width / half),
                          as_int(placed_.height / half), libyuv::kFilterBox);
  }
  return true;
}

}  // namespace pf::encode
