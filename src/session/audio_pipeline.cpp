#include "session/audio_pipeline.hpp"

#include <algorithm>
#include <array>

#include "base/thread.hpp"

namespace pf::session {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kRate = 48'000;
// How late samples may be before silence takes their place: more than a PipeWire quantum of 1,024.
constexpr auto kSlack = 40ms;
// What may lie waiting before the oldest is dropped: latency would otherwise never shrink again.
constexpr std::size_t kMaxWaitingFrames = kRate * 80 / 1000;
constexpr std::size_t kRingFrames = kRate * 200 / 1000;

}  // namespace

AudioPipeline::AudioPipeline(audio::PacketEncoder encoder, unsigned channels,
                             std::chrono::microseconds duration, AudioSink& sink, const Gate& gate,
                             Stats& stats)
    : encoder_(std::move(encoder)),
      duration_(duration),
      sink_(sink),
      gate_(gate),
      stats_(stats),
      ring_(channels, kRingFrames),
      frame_(encoder_.frame_samples() * channels) {}

AudioPipeline::~AudioPipeline() {
  stop();
}

void AudioPipeline::start() {
  thread_ = std::thread([this] { loop(); });
}
void AudioPipeline::stop() {
  stopping_.store(true, std::memory_order_release);
  wake_.signal();
  if (thread_.joinable()) thread_.join();
}
void AudioPipeline::release() noexcept {
  released_.store(true, std::memory_order_release);
  wake_.signal();
}
void AudioPipeline::on_samples(std::span<const float> interleaved) noexcept {
  const NoAllocScope no_alloc;
  newest_ns_.store(steady_now_ns(), std::memory_order_relaxed);
  ring_.push(interleaved);
  if (ring_.available() >= encoder_.frame_samples()) wake_.signal();
}

void AudioPipeline::loop() noexcept {
  name_this_thread("pf-audio");
  raise_this_thread();
  std::array<std::uint8_t, audio::PacketEncoder::kLargestPacket> packet;
  AudioClock clock;
  SteadyTime due{};  // when silence is sent if no samples came
  while (!stopping_.load(std::memory_order_acquire)) {
    if (!released_.load(std::memory_order_acquire)) {
      wake_.wait();
      continue;
    }
    if (due == SteadyTime{}) {
      // Old samples are of no use to a client that has only just come.
      ring_.skip_to(encoder_.frame_samples());
      due = steady_now();
    }
    if (ring_.available() > kMaxWaitingFrames) ring_.skip_to(encoder_.frame_samples());
    const NoAllocScope no_alloc;
    const bool real = ring_.pop(frame_);
    if (!real) {
      if (steady_now() < due) {
        wake_.wait_until(due);
        continue;
      }
      std::fill(frame_.begin(), frame_.end(), 0.0F);
      stats_.audio_silent.add();
    }
    const auto now = steady_now();
    due = real ? now + duration_ + kSlack : std::max(due + duration_, now - kSlack);
    if (!gate_.open()) continue;
    // The newest sample in the ring was captured when it came; this packet's lie before it.
    const auto behind =
        real ? ring_.available() + encoder_.frame_samples() : encoder_.frame_samples();
    const auto newest_ns = real ? newest_ns_.load(std::memory_order_relaxed) : to_ns(now);
    const auto first_ns = newest_ns - static_cast<std::int64_t>(behind) * 1'000'000'000 / kRate;
    const bool muted = muted_.load(std::memory_order_relaxed);
    if (muted) std::fill(frame_.begin(), frame_.end(), 0.0F);
    const auto bytes = encoder_.encode(frame_, packet);
    if (bytes == 0) continue;
    sink_.send({ByteSpan(packet).first(bytes), clock.next(first_ns, duration_), !real || muted});
    stats_.audio_packets.add();
  }
}

}  // namespace pf::session
