// What an access unit looks like from outside, held against the flags it came with (punktfunk1.md
// 6.5, 6.9). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"

namespace pf::probe {

struct PictureShape {
  bool has_picture = false;           // a slice or frame
  bool key = false;                   // IDR (H.264), IRAP (HEVC), a sequence header (AV1)
  bool parameter_sets_first = false;  // before the first slice, all that the codec needs
};

// `codec`: one bit of wire::codec_bit. Nothing for other codecs, or when the bytes cannot be
// walked.
std::optional<PictureShape> shape_of(std::uint8_t codec, ByteSpan unit);

// Why the unit breaks a rule; empty when it does not.
std::string wrong_with(std::uint8_t codec, ByteSpan unit, bool flagged_key);

}  // namespace pf::probe
