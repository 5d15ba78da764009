// What a hello's values mean when they are not among those that the protocol lists
// (punktfunk1.md 3.2, 3.3; punktfunk2.md 4.1, 4.2). Internal to the codecs.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "native/wire/hello.hpp"
#include "native/wire/text.hpp"

namespace pf::native::wire::sane {

inline Compositor compositor(std::uint8_t value) {
  return value <= static_cast<std::uint8_t>(Compositor::Windows) ? static_cast<Compositor>(value)
                                                                 : Compositor::Automatic;
}
inline GamepadKind gamepad(std::uint8_t value) {
  return value <= static_cast<std::uint8_t>(GamepadKind::Switch2GameCube)
             ? static_cast<GamepadKind>(value)
             : GamepadKind::Automatic;
}
inline LinkKind link(std::uint8_t value) {
  return value <= static_cast<std::uint8_t>(LinkKind::Other) ? static_cast<LinkKind>(value)
                                                             : LinkKind::Unknown;
}
inline std::uint8_t channels(std::uint8_t value) {
  return value == 6 || value == 8 ? value : std::uint8_t{2};
}
inline std::uint8_t codecs(std::uint8_t bits) {
  return bits == 0 ? codec_bit::kHevc : bits;
}
inline std::uint8_t codec(std::uint8_t bit) {
  return bit == codec_bit::kH264 || bit == codec_bit::kAv1 || bit == codec_bit::kPyroWave
             ? bit
             : codec_bit::kHevc;
}
inline std::uint8_t audio_bits(std::uint8_t value) {
  return value == 24 ? std::uint8_t{24} : std::uint8_t{16};
}
// What a client asks for; what a host granted must be one of the rates of the PCM plane.
inline std::uint32_t asked_rate(std::uint32_t hz) {
  return hz == 0 ? 48'000 : hz;
}
inline std::uint32_t granted_rate(std::uint32_t hz) {
  return hz == 44'100 || hz == 88'200 || hz == 96'000 || hz == 176'400 || hz == 192'000 ? hz
                                                                                        : 48'000;
}
inline std::uint16_t frame_us(std::uint16_t value) {
  return value != 0 && value < 1000 ? std::uint16_t{1000} : value;
}
inline std::uint8_t bit_depth(std::uint8_t value) {
  return value == 10 ? std::uint8_t{10} : std::uint8_t{8};
}
inline std::uint8_t chroma(std::uint8_t value) {
  return value == 3 ? std::uint8_t{3} : std::uint8_t{1};
}
inline FecScheme fec(std::uint8_t value) {
  return value == 1 ? FecScheme::Gf16 : FecScheme::Gf8;
}
// A text that breaks its rules counts as none.
inline std::string text(ByteSpan bytes, std::size_t max) {
  const auto view = as_text(bytes);
  return view.size() <= max && valid_text(view) ? std::string(view) : std::string();
}

}  // namespace pf::native::wire::sane
