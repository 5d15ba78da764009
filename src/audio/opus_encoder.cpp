#include "audio/opus_encoder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "audio/source.hpp"

// Its macros cast in the C manner.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include <opus_multistream.h>

namespace pf::audio {
namespace {

constexpr std::int32_t kSampleRate = 48'000;
// The first step with a pitch pre-filter, worth 1 dB at 96 kb/s; more only costs (README.md).
constexpr int kComplexity = 4;
// A datagram holds 1,400 bytes: 12 of RTP header and the payload padded to 16 (gamestream.md 8.1,
// 8.2).
constexpr std::uint32_t kLargestPacket = 1375;

struct Destroy {
  void operator()(::OpusEncoder* p) const { opus_encoder_destroy(p); }
  void operator()(OpusMSEncoder* p) const { opus_multistream_encoder_destroy(p); }
};

}  // namespace

// A packet of one stream is the same from both (RFC 7845, 5.1.1), but for each packet the encoder
// of several asks the processor what it can do, which a virtual machine has to ask outside.
struct OpusEncoder::Impl {
  std::unique_ptr<::OpusEncoder, Destroy> single;
  std::unique_ptr<OpusMSEncoder, Destroy> several;
  std::size_t samples;
  std::size_t channels;

  template <class... Request>
  int ctl(Request... request) {
    return single ? opus_encoder_ctl(single.get(), request...)
                  : opus_multistream_encoder_ctl(several.get(), request...);
  }
};

OpusEncoder::OpusEncoder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
OpusEncoder::OpusEncoder(OpusEncoder&&) noexcept = default;
OpusEncoder& OpusEncoder::operator=(OpusEncoder&&) noexcept = default;
OpusEncoder::~OpusEncoder() = default;

Result<OpusEncoder> OpusEncoder::create(const Layout& layout, std::chrono::milliseconds duration,
                                        std::uint32_t bitrate_bps, bool constant_rate) {
  const auto ms = duration.count();
  if (ms != 5 && ms != 10 && ms != 20)
    return fail(Errc::EncoderFailed, fmt::format("packets of {} ms", ms));
  const auto shape = opus_layout(layout);
  auto impl = std::make_unique<Impl>();
  impl->samples = static_cast<std::size_t>(kSampleRate / 1000 * ms);
  impl->channels = shape.channels;
  int error = OPUS_OK;
  if (shape.streams == 1)
    impl->single.reset(opus_encoder_create(kSampleRate, shape.channels,
                                           OPUS_APPLICATION_RESTRICTED_LOWDELAY, &error));
  else
    impl->several.reset(opus_multistream_encoder_create(
        kSampleRate, shape.channels, shape.streams, shape.coupled, shape.mapping.data(),
        OPUS_APPLICATION_RESTRICTED_LOWDELAY, &error));
  if (error != OPUS_OK || !(impl->single || impl->several))
    return fail(Errc::EncoderFailed, opus_strerror(error));
  const auto largest = kLargestPacket * 8 * 1000 / static_cast<std::uint32_t>(ms);
  const auto bitrate = std::min(bitrate_bps != 0 ? bitrate_bps : shape.bitrate_bps, largest);
  for (const int result :
       {impl->ctl(OPUS_SET_VBR(constant_rate ? 0 : 1)), impl->ctl(OPUS_SET_VBR_CONSTRAINT(1)),
        impl->ctl(OPUS_SET_BITRATE(static_cast<opus_int32>(bitrate))),
        impl->ctl(OPUS_SET_COMPLEXITY(kComplexity))})
    if (result != OPUS_OK) return fail(Errc::EncoderFailed, opus_strerror(result));
  return OpusEncoder(std::move(impl));
}

std::size_t OpusEncoder::frame_samples() const {
  return impl_->samples;
}

std::size_t OpusEncoder::encode(std::span<const float> interleaved, MutableByteSpan out) noexcept {
  if (interleaved.size() != impl_->samples * impl_->channels) return 0;
  const auto room = static_cast<opus_int32>(std::min<std::size_t>(out.size(), kLargestPacket));
  const auto samples = static_cast<int>(impl_->samples);
  const auto written =
      impl_->single
          ? opus_encode_float(impl_->single.get(), interleaved.data(), samples, out.data(), room)
          : opus_multistream_encode_float(impl_->several.get(), interleaved.data(), samples,
                                          out.data(), room);
  return written > 0 ? static_cast<std::size_t>(written) : 0;
}

}  // namespace pf::audio
#pragma GCC diagnostic pop
