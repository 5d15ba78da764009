// The screen in whatever layout an encoder reads: two or three planes, 8 or 10 bit, 4:2:0 or 4:4:4.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "encode/deep_picture.hpp"
#include "encode/picture.hpp"

namespace pf::encode {

enum class Planes : std::uint8_t {
  Three = 1,  // y, u, v; 10 bit in the low bits of 16
  Two,        // y and interleaved chroma (NV12, P010); 4:4:4 has three all the same
};
enum class Bits : std::uint8_t {
  Low = 1,  // 10 bit in the low bits of 16, as software encoders read them
  High,     // in the high bits, as hardware does (P010, YUV444P16)
};

// One thread (the encode thread).
class Feed {
 public:
  struct View {
    std::uint8_t* planes[3] = {};
    int stride_bytes[3] = {};
  };

  Feed(std::uint32_t width, std::uint32_t height, const media::Colour& colour, Planes planes,
       Bits bits);
  // As Picture::update.
  bool update(const media::VideoFrame& frame);
  // The same memory for as long as the object lives.
  const View& view() const { return view_; }

 private:
  void place(unsigned plane, std::uint8_t* at, std::uint32_t stride_bytes);
  void rearrange();

  std::optional<Picture> halved_;  // one of the three
  std::optional<Picture444> full_;
  std::optional<DeepPicture> deep_;
  const bool two_planes_, high_;
  std::vector<std::uint8_t> copy_;  // what the pictures do not hold in that layout
  View view_;
};

}  // namespace pf::encode
