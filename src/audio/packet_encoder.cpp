#include "audio/packet_encoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "audio/source.hpp"

namespace pf::audio {
namespace {

constexpr std::int64_t kSampleRate = 48'000;
constexpr std::int64_t kMicroseconds = 1'000'000;

}  // namespace

std::size_t to_pcm(std::span<const float> interleaved, unsigned bits,
                   MutableByteSpan out) noexcept {
  const auto bytes = bits / 8;
  const auto scale = static_cast<float>(1U << (bits - 1));
  auto* to = out.data();
  for (const float sample : interleaved) {
    // A NaN compares false both ways and becomes silence instead of noise.
    const auto scaled = sample == sample ? std::clamp(sample * scale, -scale, scale - 1) : 0.0F;
    const auto value = static_cast<std::uint32_t>(std::lrintf(scaled));
    for (unsigned i = 0; i < bytes; ++i) *to++ = static_cast<std::uint8_t>(value >> (8 * i));
  }
  return interleaved.size() * bytes;
}

Result<PacketEncoder> PacketEncoder::create(const Layout& layout, const Format& format,
                                            std::chrono::microseconds duration) {
  PacketEncoder made;
  made.channels_ = layout.channels();
  if (format.kind == Format::Kind::Opus) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(duration);
    if (ms != duration)
      return fail(Errc::EncoderFailed, fmt::format("Opus packets of {} us", duration.count()));
    auto opus = OpusEncoder::create(layout, ms, 0, format.constant_rate);
    if (!opus) return pass(opus);
    made.samples_ = opus->frame_samples();
    made.opus_ = std::move(*opus);
    return made;
  }
  const auto scaled = kSampleRate * duration.count();
  made.pcm_bits_ = format.kind == Format::Kind::Pcm24 ? 24 : 16;
  made.samples_ = static_cast<std::size_t>(std::max<std::int64_t>(scaled, 0) / kMicroseconds);
  const auto bytes = made.samples_ * made.channels_ * made.pcm_bits_ / 8;
  if (made.samples_ == 0 || scaled % kMicroseconds != 0 || bytes > kLargestPacket)
    return fail(Errc::EncoderFailed, fmt::format("PCM packets of {} us with {} channels of {} bit",
                                                 duration.count(), made.channels_, made.pcm_bits_));
  return made;
}

std::size_t PacketEncoder::encode(std::span<const float> interleaved,
                                  MutableByteSpan out) noexcept {
  if (interleaved.size() != samples_ * channels_) return 0;
  if (opus_) return opus_->encode(interleaved, out);
  if (out.size() < interleaved.size() * pcm_bits_ / 8) return 0;
  return to_pcm(interleaved, pcm_bits_, out);
}

}  // namespace pf::audio
