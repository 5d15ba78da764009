// The sinks of one GameStream stream: packets, pacing and socket behind session::VideoSink and
// session::AudioSink. Nothing allocates, locks, logs or throws after create().
#pragma once

#include <cstdint>
#include <memory>

#include "base/clock.hpp"
#include "gamestream/audio_packets.hpp"
#include "gamestream/media_link.hpp"
#include "gamestream/video_packets.hpp"
#include "net/pacer.hpp"
#include "net/udp_socket.hpp"
#include "session/front_end.hpp"

namespace pf::gamestream {

// The host processing latency of 7.3, in 0.1 ms: capture to `now`; 0 for a repeat, whose picture
// has no such time, at least 1 otherwise.
std::uint32_t host_latency(const media::AccessUnit& unit, std::int64_t now_ns) noexcept;
// The 90 kHz capture clock of 7.2.
std::uint32_t rtp_timestamp(std::int64_t captured_ns) noexcept;

// Owned and called by the session's send thread.
class GsVideoSink final : public session::VideoSink {
 public:
  struct Config {
    VideoPackets::Config packets;
    Nanoseconds frame_interval{16'666'667};
    std::uint8_t dscp = 0;
    std::shared_ptr<net::UdpSocket> socket;
    std::shared_ptr<MediaLink> link;  // its share of parity is followed; create() sets the first
  };
  static Result<std::unique_ptr<GsVideoSink>> create(Config config);
  bool send(media::AccessUnit& unit) noexcept override;

 private:
  GsVideoSink(Config config, VideoPackets packets);
  bool send_block(const net::PacketRun& block, media::Timeline& timeline) noexcept;

  VideoPackets packets_;
  net::Pacer pacer_;
  std::shared_ptr<net::UdpSocket> socket_;
  std::shared_ptr<MediaLink> link_;
  net::Route route_;
  std::uint32_t seen_ = 0;
};

// Owned and called by the session's audio thread.
class GsAudioSink final : public session::AudioSink {
 public:
  struct Config {
    AudioPackets::Config packets;
    std::uint8_t dscp = 0;
    std::shared_ptr<net::UdpSocket> socket;
    std::shared_ptr<MediaLink> link;
  };
  static Result<std::unique_ptr<GsAudioSink>> create(Config config);
  void send(const session::AudioPacket& packet) noexcept override;

 private:
  GsAudioSink(Config config, AudioPackets packets);

  AudioPackets packets_;
  std::shared_ptr<net::UdpSocket> socket_;
  std::shared_ptr<MediaLink> link_;
  net::Route route_;
  std::uint32_t seen_ = 0;
};

}  // namespace pf::gamestream
