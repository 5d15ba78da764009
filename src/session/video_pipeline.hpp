// The video path of one stream: capture → newest-wins slot → encode thread → ring → send thread →
// the front end's sink (architecture, section 3). No locks and no allocation of ours from slot to
// sink.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

#include "base/clock.hpp"
#include "base/latest_slot.hpp"
#include "base/spsc_ring.hpp"
#include "base/wake.hpp"
#include "capture/capture.hpp"
#include "encode/encoder.hpp"
#include "session/front_end.hpp"
#include "session/picture_area.hpp"
#include "session/recovery_desk.hpp"
#include "session/stats.hpp"

namespace pf::session {

// What goes on when one pipeline of a stream takes the place of another. Touched by the threads of
// the released pipeline only, and at most one of a stream is released and not stopped.
struct Sequence {
  std::uint32_t index = 0;       // of the last unit; encode thread
  std::uint32_t sink_epoch = 1;  // the mode that the sink knows; send thread
  PictureSize display, picture;  // as captured and as coded; set by the encode thread
  SteadyTime last_sent{};        // send thread
};

class VideoPipeline final : public capture::FrameSink {
 public:
  enum class Lost : std::uint8_t { Capture = 1, Encoder };
  // `lost` is called at most once, from a media thread, and must only post. `epoch`: of its units.
  VideoPipeline(const encode::Config& config, std::unique_ptr<capture::Source> source,
                std::unique_ptr<encode::Encoder> encoder, VideoSink& sink, const Gate& gate,
                Stats& stats, Sequence& sequence, std::uint32_t epoch,
                std::function<void(Lost)> lost);
  ~VideoPipeline();  // stop()

  // Worker thread. Starts capturing; the threads wait for release().
  Result<> start();
  // Capture, then encode, then send are ended and joined; what is coded already is still sent (the
  // indices have no gap). Idempotent. Not from a media thread.
  void stop();

  // Any thread. The peer can be reached: encode the newest picture as IDR at once and go on.
  void release() noexcept;
  void request_idr() noexcept;
  void invalidate(std::uint32_t first, std::uint32_t last) noexcept;
  void set_bitrate(std::uint32_t kbps) noexcept;
  void call_sink() noexcept { send_wake_.signal(); }  // VideoSink::on_call()
  void draw_pointer(bool in_picture) noexcept { source_->draw_pointer(in_picture); }
  bool lost() const noexcept { return lost_reported_.load(std::memory_order_acquire); }

  const char* source_name() const { return source_->name(); }
  const char* encoder_name() const { return encoder_->name(); }

 private:
  void on_frame(media::VideoFrame&& frame) noexcept override;
  void on_lost() noexcept override;
  void encode_loop() noexcept;
  void send_loop() noexcept;
  void tell_gap() noexcept;
  void report_lost(Lost what) noexcept;
  void hand_over(media::AccessUnit&& unit, SteadyTime now,
                 const RecoveryDesk::Orders& orders) noexcept;

  const encode::Config config_;
  const std::unique_ptr<capture::Source> source_;
  const std::unique_ptr<encode::Encoder> encoder_;
  VideoSink& sink_;
  const Gate& gate_;
  Stats& stats_;
  Sequence& sequence_;
  const std::uint32_t epoch_;
  std::function<void(Lost)> lost_;

  LatestSlot<media::VideoFrame> slot_;
  SpscRing<media::AccessUnit> ring_{4};
  Wake encode_wake_, send_wake_;
  std::atomic<bool> released_{false}, stopping_{false}, lost_reported_{false};
  std::atomic<bool> encode_ended_{false};  // nothing comes into the ring any more
  RecoveryDesk desk_;
  std::atomic<std::uint32_t> bitrate_wanted_{0};
  std::thread encode_thread_, send_thread_;
};

}  // namespace pf::session
