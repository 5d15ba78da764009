// The video path of one stream: capture → newest-wins slot → encode thread → ring → send thread →
// the front end's sink (architecture, section 3). No locks and no allocation of ours from slot to
// sink.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

#include "base/latest_slot.hpp"
#include "base/spsc_ring.hpp"
#include "base/wake.hpp"
#include "capture/capture.hpp"
#include "encode/encoder.hpp"
#include "session/front_end.hpp"
#include "session/stats.hpp"

namespace pf::session {

class VideoPipeline final : public capture::FrameSink {
 public:
  enum class Lost : std::uint8_t { Capture = 1, Encoder };
  // `lost` is called at most once, from a media thread, and must only post.
  VideoPipeline(const encode::Config& config, std::unique_ptr<capture::Source> source,
                std::unique_ptr<encode::Encoder> encoder, VideoSink& sink, const Gate& gate,
                Stats& stats, std::function<void(Lost)> lost);
  ~VideoPipeline();  // stop()

  // Worker thread. Starts capturing; the threads wait for release().
  Result<> start();
  // Capture, then encode, then send are ended and joined. Idempotent. Not from a media thread.
  void stop();

  // Any thread. The peer can be reached: encode the newest picture as IDR at once and go on.
  void release() noexcept;
  void request_idr() noexcept;
  void set_bitrate(std::uint32_t kbps) noexcept;

  const char* source_name() const { return source_->name(); }
  const char* encoder_name() const { return encoder_->name(); }

 private:
  void on_frame(media::VideoFrame&& frame) noexcept override;
  void on_lost() noexcept override;
  void encode_loop() noexcept;
  void send_loop() noexcept;
  void report_lost(Lost what) noexcept;
  encode::Directives take_directives(SteadyTime now) noexcept;

  const encode::Config config_;
  const std::unique_ptr<capture::Source> source_;
  const std::unique_ptr<encode::Encoder> encoder_;
  VideoSink& sink_;
  const Gate& gate_;
  Stats& stats_;
  std::function<void(Lost)> lost_;

  LatestSlot<media::VideoFrame> slot_;
  SpscRing<media::AccessUnit> ring_{4};
  Wake encode_wake_, send_wake_;
  std::atomic<bool> released_{false}, stopping_{false}, lost_reported_{false};
  std::atomic<bool> idr_wanted_{true};
  std::atomic<std::uint32_t> bitrate_wanted_{0};
  SteadyTime last_idr_{};  // encode thread
  std::thread encode_thread_, send_thread_;
};

}  // namespace pf::session
