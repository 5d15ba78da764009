// The video sink of one native stream: packets, pacing and socket behind session::VideoSink
// (punktfunk1.md 6.13). Nothing allocates, locks, logs or throws after create().
#pragma once

#include <cstdint>
#include <memory>

#include "base/clock.hpp"
#include "native/media/clock.hpp"
#include "native/media/pacing.hpp"
#include "native/media/packet_sender.hpp"
#include "native/media/resend_budget.hpp"
#include "native/media/video_link.hpp"
#include "native/media/video_packets.hpp"
#include "net/udp_socket.hpp"
#include "session/front_end.hpp"

namespace pf::native::media {

// The user flags of a unit (punktfunk1.md 6.4). `mark_repeats`: host_caps2 REPEAT_MARK is in force.
std::uint32_t user_flags(const pf::media::AccessUnit& unit, bool mark_repeats) noexcept;

// Owned and called by the session's send thread; steered through the link.
class NativeVideoSink final : public session::VideoSink {
 public:
  struct Config {
    VideoPackets::Config packets{};
    Keys keys;
    std::shared_ptr<PacketNumbers> numbers{};  // of the session, shared with its probes
    MediaClock clock{};                        // of the session
    Nanoseconds frame_interval{16'666'667};
    std::uint32_t rate_kbps = 20'000;  // wire rate; frames leave at three times this
    bool mark_repeats = false;
    std::uint8_t dscp = 0;
    std::shared_ptr<net::UdpSocket> socket{};  // V2: the QUIC port's own
    std::shared_ptr<VideoLink> link{};
    std::shared_ptr<FrameTimings> timings{};  // none when the client did not ask (HOST_TIMING)
  };
  // Errc::BadConfig, CryptoFailed, OutOfMemory.
  static Result<std::unique_ptr<NativeVideoSink>> create(Config config);

  // False also while the gate is shut or no destination is known.
  bool send(pf::media::AccessUnit& unit) noexcept override;
  // What the client asked to be sent again.
  void on_call() noexcept override;

 private:
  NativeVideoSink(Config config, VideoPackets packets);
  void take_requests(bool idr) noexcept;
  MediaTime stamp(std::int64_t captured_ns, std::int64_t now_ns) noexcept;
  bool send_packets(pf::media::Timeline& timeline) noexcept;
  bool send_run(const net::PacketRun& run, pf::media::Timeline& timeline) noexcept;
  void report(const pf::media::Timeline& timeline, std::uint64_t pts_ns) noexcept;

  VideoPackets packets_;
  PacketSender sender_;
  FramePacer pacer_;
  ResendBudget resends_;
  MediaClock clock_;
  bool mark_repeats_;
  std::shared_ptr<FrameTimings> timings_;
  std::int64_t last_captured_ns_ = 0;
  // What was taken over from the link.
  std::uint8_t epoch_ = 0;
  std::uint32_t payload_ = 0, rate_kbps_ = 0;
  std::int64_t interval_ns_ = 0;
};

}  // namespace pf::native::media
