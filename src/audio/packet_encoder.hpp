// What turns a session's samples into the packets of one stream: Opus or uncompressed PCM.
#pragma once

#include <chrono>
#include <optional>

#include "audio/opus_encoder.hpp"

namespace pf::audio {

// Interleaved little-endian samples of `bits` (16 or 24, packed) from floats of ±1; what is beyond
// is clipped. `out` must hold the samples. Returns the bytes written.
std::size_t to_pcm(std::span<const float> interleaved, unsigned bits, MutableByteSpan out) noexcept;

class PacketEncoder {
 public:
  // The most bytes a packet may have.
  static constexpr std::size_t kLargestPacket = 1400;

  // `duration` of one packet. Opus: 5, 10 or 20 ms; PCM: any that holds a whole number of samples
  // and fits kLargestPacket. Errc::EncoderFailed otherwise.
  static Result<PacketEncoder> create(const Layout& layout, const Format& format,
                                      std::chrono::microseconds duration);

  std::size_t frame_samples() const { return samples_; }  // per channel in one packet
  // `interleaved` must hold frame_samples() × channels floats, `out` kLargestPacket bytes. Returns
  // the bytes written, 0 on failure. No allocation.
  std::size_t encode(std::span<const float> interleaved, MutableByteSpan out) noexcept;

 private:
  PacketEncoder() = default;
  std::size_t samples_ = 0, channels_ = 0;
  unsigned pcm_bits_ = 0;
  std::optional<OpusEncoder> opus_;
};

}  // namespace pf::audio
