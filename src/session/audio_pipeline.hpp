// The audio path of one stream: source → sample ring → audio thread → Opus → the front end's sink
// (architecture, section 4). Paced by the source's own clock; when the source falls silent, real
// silence goes out on the steady clock, so that the client's playback never runs dry.
#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "audio/packet_encoder.hpp"
#include "audio/source.hpp"
#include "base/wake.hpp"
#include "session/audio_clock.hpp"
#include "session/front_end.hpp"
#include "session/sample_ring.hpp"
#include "session/stats.hpp"

namespace pf::session {

class AudioPipeline final : public audio::SampleSink {
 public:
  // `channels`: of the source.
  AudioPipeline(audio::PacketEncoder encoder, unsigned channels, std::chrono::microseconds duration,
                AudioSink& sink, const Gate& gate, Stats& stats);
  ~AudioPipeline();  // stop()
  void start();
  void stop();              // idempotent; the source must have stopped calling on_samples
  void release() noexcept;  // any thread: the peer can be reached
  // Any thread: the packets go on, with silence in them, so that the client's clock does.
  void set_muted(bool muted) noexcept { muted_.store(muted, std::memory_order_relaxed); }

 private:
  void on_samples(std::span<const float> interleaved) noexcept override;
  void loop() noexcept;

  audio::PacketEncoder encoder_;
  const std::chrono::microseconds duration_;
  AudioSink& sink_;
  const Gate& gate_;
  Stats& stats_;
  SampleRing ring_;
  std::atomic<std::int64_t> newest_ns_{0};  // when the last samples came
  std::vector<float> frame_;
  Wake wake_;
  std::atomic<bool> released_{false}, stopping_{false}, muted_{false};
  std::thread thread_;
};

}  // namespace pf::session
