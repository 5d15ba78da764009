// Sound of one native stream: QUIC datagrams 0xC9, or 0xD2 or 0xD3 where both ends agreed on
// redundancy or uncompressed sound (punktfunk1.md 7.1). Nothing allocates, locks, logs or throws
// after construction.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "native/media/clock.hpp"
#include "native/media/video_link.hpp"
#include "native/quic/datagram_port.hpp"
#include "native/wire/datagram.hpp"
#include "session/front_end.hpp"

namespace pf::native {

// Owned and called by the session's audio thread.
class NativeAudioSink final : public session::AudioSink {
 public:
  struct Config {
    wire::Generation generation = wire::Generation::V2;
    bool pcm = false;        // 0xD3
    bool redundant = false;  // each packet also carries the one before it, where that fits
    media::MediaClock clock;
    std::shared_ptr<quic::DatagramPort> port;
    std::shared_ptr<media::VideoLink> link;  // for its gate
  };
  explicit NativeAudioSink(Config config)
      : config_(std::move(config)), last_pts_ns_(config_.clock.origin_ns()) {}

  void send(const session::AudioPacket& packet) noexcept override;

 private:
  static constexpr std::size_t kMaxPacket = 1500;

  Config config_;
  std::uint64_t last_pts_ns_;
  std::uint32_t seq_ = 0;  // never starts again: clients drop what is not ahead
  std::array<std::uint8_t, kMaxPacket> previous_{};
  std::size_t previous_bytes_ = 0;
};

// Host timing of each frame (punktfunk1.md 7.10). Called on the session's send thread.
class TimingSender final : public media::FrameTimings {
 public:
  TimingSender(wire::Generation generation, std::shared_ptr<quic::DatagramPort> port)
      : generation_(generation), port_(std::move(port)) {}
  void on_frame_sent(const media::FrameTiming& timing) noexcept override;

 private:
  wire::Generation generation_;
  std::shared_ptr<quic::DatagramPort> port_;
};

}  // namespace pf::native
