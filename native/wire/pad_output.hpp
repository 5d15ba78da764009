// Pad output, datagram 0xCD: what a game does to a pad beyond rumble (punktfunk1.md 7.7).
#pragma once

#include <array>
#include <cstdint>
#include <variant>

#include "native/wire/datagram.hpp"

namespace pf::native::wire {

struct PadLed {
  std::uint8_t pad = 0, red = 0, green = 0, blue = 0;
  bool operator==(const PadLed&) const = default;
};
struct PlayerLeds {
  std::uint8_t pad = 0, bits = 0;
  bool operator==(const PlayerLeds&) const = default;
};
struct AdaptiveTrigger {
  std::uint8_t pad = 0;
  bool right = false;                     // R2, else L2
  std::array<std::uint8_t, 11> effect{};  // DualSense: mode, then parameters; zeros release
  bool operator==(const AdaptiveTrigger&) const = default;
};
struct TrackpadHaptic {
  std::uint8_t pad = 0;
  bool left = false;
  std::uint16_t amplitude = 0;
  std::uint16_t off_us = 0;  // off time of a period
  std::uint16_t count = 0;
  bool operator==(const TrackpadHaptic&) const = default;
};
struct RawReport {
  std::uint8_t pad = 0;
  bool feature = false;                 // else an output report
  std::uint8_t size = 0;                // 1..64
  std::array<std::uint8_t, 64> data{};  // report id first
  bool operator==(const RawReport&) const = default;
};
struct PadAudioControl {
  std::uint16_t pad = 0;
  std::uint8_t flags = 0;
  std::array<std::uint8_t, 6> raw{};  // bytes 5 to 10 of output report 0x02
  bool operator==(const PadAudioControl&) const = default;
};
struct MicLed {
  std::uint8_t pad = 0, mode = 0;
  bool operator==(const MicLed&) const = default;
};

using PadOutput = std::variant<PadLed, PlayerLeds, AdaptiveTrigger, TrackpadHaptic, RawReport,
                               PadAudioControl, MicLed>;

// As the encoders and decoders of datagram.hpp.
std::size_t encode_pad_output(Generation generation, const PadOutput& output,
                              MutableByteSpan out) noexcept;
Decoded<PadOutput> decode_pad_output(const Plane& plane) noexcept;

}  // namespace pf::native::wire
