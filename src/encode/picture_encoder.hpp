// What the encoders of real pictures have in common around coding one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "encode/encoder.hpp"

namespace pf::encode {

// BadInput with what is wrong: sides must be even and 16 to 8192 pixels, the rate whole, and the
// bitrate from 1 kb/s to what an encoder's arithmetic holds.
Result<> check(const Config& config);

// Bytes that the bitrate gives one picture.
std::size_t share_bytes(const Config& config);

// Stamps, errors and exceptions; what comes of one picture is for the encoder itself.
class PictureEncoder : public Encoder {
 public:
  Outcome encode(const media::VideoFrame& frame, const Directives& directives,
                 media::AccessUnit& out) noexcept final;
  Outcome repeat(std::int64_t captured_ns, const Directives& directives,
                 media::AccessUnit& out) noexcept final;

 protected:
  // One picture on its way, steady clock.
  struct Shot {
    std::int64_t captured_ns, submitted_ns;
    bool repeat;
  };

  // Makes `frame` the picture that code() codes. False when it has no pixels.
  virtual bool take(const media::VideoFrame& frame) = 0;
  // Sets `out`'s bytes, and the rest through finish().
  virtual Outcome code(const Shot& shot, const Directives& directives, media::AccessUnit& out) = 0;

  // All of `out` but its bytes; it was encoded now.
  static void finish(media::AccessUnit& out, media::FrameType type, media::Codec codec,
                     const Shot& shot) noexcept;
  // Says so to people; always Failed.
  Outcome failed(const char* why) noexcept;
};

}  // namespace pf::encode
