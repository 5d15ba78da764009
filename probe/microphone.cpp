#include "probe/microphone.hpp"

namespace pf::probe {
namespace {

constexpr std::uint32_t kBitrate = 64'000;
constexpr std::size_t kMaxPacket = 1'400;
// A sender that was held up does not try to catch up: the host's buffer is short.
constexpr auto kMostBehind = std::chrono::milliseconds(100);

}  // namespace

Microphone::Microphone(std::shared_ptr<Sound> sound, audio::OpusEncoder encoder)
    : sound_(std::move(sound)),
      encoder_(std::move(encoder)),
      samples_(encoder_.frame_samples() * 2),
      packet_(kMaxPacket) {}

Result<Microphone> Microphone::create(std::shared_ptr<Sound> sound) {
  auto encoder = audio::OpusEncoder::create({}, kPacket, kBitrate);
  if (!encoder) return fail(Errc::BadSound, encoder.error().message());
  return Microphone(std::move(sound), std::move(*encoder));
}

std::optional<ByteSpan> Microphone::due(SteadyTime now) {
  if (now < at_) return std::nullopt;
  if (sound_->read(samples_) == 0) {
    at_ = SteadyTime::max();
    return std::nullopt;
  }
  at_ += kPacket;
  if (now - at_ > kMostBehind) at_ = now;
  return ByteSpan(packet_).first(encoder_.encode(samples_, packet_));
}

}  // namespace pf::probe
