// What a native stream's media threads share with the threads that steer it. Every setter is
// wait-free and takes effect with the next unit. Lives as long as any of its users.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

#include "base/metrics.hpp"
#include "base/spsc_ring.hpp"
#include "net/destination.hpp"
#include "session/front_end.hpp"

namespace pf::native::media {

struct VideoCounters {
  metrics::Counter frames;           // sent whole
  metrics::Counter frames_failed;    // refused, or cut short
  metrics::Counter packets;          // handed to the kernel, video and probe
  metrics::Counter bytes;            // of UDP payload, the same
  metrics::Counter dropped_packets;  // the socket did not take them
  metrics::Counter resent_packets;   // because the client asked for them (NACK)
  metrics::Counter resends_refused;  // packets: not kept any more, or more than the budget
};

// A client's wish for shards of one frame to be sent again (punktfunk2.md 9.4).
struct ResendAsk {
  std::uint32_t frame = 0;
  std::array<std::uint16_t, 16> shards{};
  std::uint8_t count = 0;
};

class VideoLink {
 public:
  // Where media goes: one thread sets it (pf-quic), also while media flows.
  net::Destination destination;
  VideoCounters counters;

  // The gate of the stream that owns the sink; set before media starts. Lives as long as the link
  // is used.
  void set_gate(const session::Gate* gate) noexcept {
    gate_.store(gate, std::memory_order_release);
  }
  bool open() const noexcept {
    const auto* gate = gate_.load(std::memory_order_acquire);
    return gate != nullptr && gate->open();
  }

  // 0..90; from LossReport (punktfunk1.md 6.10).
  void set_fec_percentage(unsigned percentage) noexcept { fec_.store(percentage); }
  // Even, at most the sink's max_shard_payload; others are ignored (punktfunk1.md 6.14).
  void set_shard_payload(std::uint32_t bytes) noexcept { payload_.store(bytes); }
  // The stream's wire rate, for the pacer. 0 is ignored.
  void set_rate_kbps(std::uint32_t kbps) noexcept { rate_kbps_.store(kbps); }
  void set_frame_interval_ns(std::int64_t ns) noexcept { interval_ns_.store(ns); }
  // punktfunk2.md 6.5: used from the next IDR on, so call it once units of the old mode have ended
  // and before the first one of the new mode.
  void set_epoch(std::uint8_t epoch) noexcept { epoch_.store(epoch); }

  // pf-quic. False when too many wait. The send thread takes them in order.
  bool ask_resend(const ResendAsk& ask) noexcept { return resends_.push(ResendAsk(ask)); }
  std::optional<ResendAsk> take_resend() noexcept { return resends_.pop(); }

  // What was asked for last; nothing asked: -1 or 0 (the sink's configuration holds).
  int fec_percentage() const noexcept { return fec_.load(); }
  std::uint32_t shard_payload() const noexcept { return payload_.load(); }
  std::uint32_t rate_kbps() const noexcept { return rate_kbps_.load(); }
  std::int64_t frame_interval_ns() const noexcept { return interval_ns_.load(); }
  std::uint8_t epoch() const noexcept { return epoch_.load(); }

  // Frames are numbered by the packets they became, units by the session: a unit that could not be
  // sent has no frame. The sink tells by how much they differ; the front end asks.
  void set_unit_offset(std::uint32_t offset) noexcept { unit_offset_.store(offset); }
  std::uint32_t unit_of(std::uint32_t frame) const noexcept { return frame + unit_offset_.load(); }

 private:
  SpscRing<ResendAsk> resends_{8};
  std::atomic<std::uint32_t> unit_offset_{1};
  std::atomic<const session::Gate*> gate_{nullptr};
  std::atomic<int> fec_{-1};
  std::atomic<std::uint32_t> payload_{0}, rate_kbps_{0};
  std::atomic<std::int64_t> interval_ns_{0};
  std::atomic<std::uint8_t> epoch_{0};
};

// Host timing of one frame, as datagram 0xCF carries it (punktfunk1.md 7.10).
struct FrameTiming {
  std::uint64_t pts_ns = 0;    // the wire time that the frame's packets carry
  std::uint32_t total_us = 0;  // capture to last packet
  std::uint32_t queue_us = 0;  // capture to encoder
  std::uint32_t encode_us = 0;
  std::uint32_t pace_us = 0;  // encoded to last packet
};

// Told about each frame sent, on the send thread: must not block, allocate, lock or log.
class FrameTimings {
 public:
  virtual ~FrameTimings() = default;
  virtual void on_frame_sent(const FrameTiming& timing) noexcept = 0;
};

}  // namespace pf::native::media
