#include "encode/feed.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include <libyuv/planar_functions.h>
#pragma GCC diagnostic pop

namespace pf::encode {
namespace {

constexpr int kDepth = 10;

int as_int(std::uint32_t value) {
  return static_cast<int>(value);
}

std::uint16_t* wide(std::uint8_t* p) {
  return static_cast<std::uint16_t*>(static_cast<void*>(p));
}
std::uint8_t* bytes(std::uint16_t* p) {
  return static_cast<std::uint8_t*>(static_cast<void*>(p));
}

}  // namespace

Feed::Feed(std::uint32_t width, std::uint32_t height, const media::Colour& colour, Planes planes,
           Bits bits)
    : two_planes_(planes == Planes::Two && !colour.yuv444),
      high_(bits == Bits::High && colour.ten_bit) {
  if (colour.ten_bit) {
    deep_.emplace(width, height, colour);
    const auto& buffer = deep_->buffer();
    for (unsigned i = 0; i < 3; ++i) place(i, bytes(buffer.plane(i)), 2 * buffer.stride(i));
    if (!high_) return;
    // Rows of the copy are as long as those of the luma plane, which is more than chroma needs.
    const auto plane = std::size_t{2} * buffer.stride(0) * buffer.height(0);
    copy_.resize(3 * plane);
    const auto stride = 2 * buffer.stride(0);
    for (unsigned i = 0; i < 3; ++i) place(i, copy_.data() + i * plane, stride);
    if (two_planes_) place(2, nullptr, 0);
  } else if (colour.yuv444) {
    full_.emplace(width, height, colour);
    const auto& image = full_->buffer().image();
    for (unsigned i = 0; i < 3; ++i) place(i, image.planes[i], image.stride_bytes);
  } else {
    halved_.emplace(width, height, colour);
    const auto& image = halved_->buffer().image();
    place(0, image.y, image.y_stride_bytes);
    place(1, image.uv, image.uv_stride_bytes);
    if (two_planes_) return;
    const auto stride = image.uv_stride_bytes / 2;
    const auto plane = std::size_t{stride} * ((image.height + 1) / 2);
    copy_.resize(2 * plane);
    place(1, copy_.data(), stride);
    place(2, copy_.data() + plane, stride);
  }
}

void Feed::place(unsigned plane, std::uint8_t* at, std::uint32_t stride_bytes) {
  view_.planes[plane] = at;
  view_.stride_bytes[plane] = as_int(stride_bytes);
}

bool Feed::update(const media::VideoFrame& frame) {
  const bool taken = deep_   ? deep_->update(frame)
                     : full_ ? full_->update(frame)
                             : halved_->update(frame);
  if (taken && !copy_.empty()) rearrange();
  return taken;
}

void Feed::rearrange() {
  if (halved_) {
    const auto& image = halved_->buffer().image();
    libyuv::SplitUVPlane(image.uv, as_int(image.uv_stride_bytes), view_.planes[1],
                         view_.stride_bytes[1], view_.planes[2], view_.stride_bytes[2],
                         as_int((image.width + 1) / 2), as_int((image.height + 1) / 2));
    return;
  }
  const auto& buffer = deep_->buffer();
  for (unsigned i = 0; i < (two_planes_ ? 1U : 3U); ++i)
    libyuv::ConvertToMSBPlane_16(buffer.plane(i), as_int(buffer.stride(i)), wide(view_.planes[i]),
                                 view_.stride_bytes[i] / 2, as_int(buffer.width(i)),
                                 as_int(buffer.height(i)), kDepth);
  if (two_planes_)
    libyuv::MergeUVPlane_16(buffer.plane(1), as_int(buffer.stride(1)), buffer.plane(2),
                            as_int(buffer.stride(2)), wide(view_.planes[1]),
                            view_.stride_bytes[1] / 2, as_int(buffer.width(1)),
                            as_int(buffer.height(1)), kDepth);
}

}  // namespace pf::encode
