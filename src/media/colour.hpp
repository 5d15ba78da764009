// Codec and colour of an encoded stream, as negotiated.
#pragma once

#include <cstdint>

namespace pf::media {

enum class Codec : std::uint8_t { H264 = 1, Hevc, Av1 };
enum class Matrix : std::uint8_t { Bt601 = 1, Bt709, Bt2020 };

struct Colour {
  Matrix matrix = Matrix::Bt709;
  bool full_range = false;
  bool ten_bit = false;
  bool yuv444 = false;
  // BT.2020 primaries with the PQ transfer of SMPTE ST 2084; 10 bit, and matrix is Bt2020.
  bool hdr = false;
  bool operator==(const Colour&) const = default;
};

constexpr const char* name(Codec codec) {
  switch (codec) {
    case Codec::H264:
      return "H.264";
    case Codec::Hevc:
      return "HEVC";
    case Codec::Av1:
      return "AV1";
  }
  return "?";
}

// What a stream's pictures are made of, apart from their size: what is offered and asked for.
struct VideoFormat {
  Codec codec = Codec::H264;
  bool ten_bit = false;
  bool yuv444 = false;
  bool operator==(const VideoFormat&) const = default;
};

}  // namespace pf::media
