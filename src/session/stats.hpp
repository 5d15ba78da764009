// What one session's media threads count. Written by their threads, read by anybody.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

#include "base/metrics.hpp"
#include "media/access_unit.hpp"

namespace pf::session {

// The last few hundred frames' timelines. One writer; a reader may see a frame half-replaced only
// as a mismatch of `sequence`, and skips it.
class TimelineRing {
 public:
  static constexpr std::size_t kFrames = 512;
  void record(const media::Timeline& t) noexcept {
    const auto n = next_.load(std::memory_order_relaxed);
    auto& slot = slots_[n % kFrames];
    slot.sequence.store(0, std::memory_order_release);
    slot.values[0].store(t.captured_ns, std::memory_order_relaxed);
    slot.values[1].store(t.submitted_ns, std::memory_order_relaxed);
    slot.values[2].store(t.encoded_ns, std::memory_order_relaxed);
    slot.values[3].store(t.first_packet_ns, std::memory_order_relaxed);
    slot.values[4].store(t.last_packet_ns, std::memory_order_relaxed);
    slot.sequence.store(n + 1, std::memory_order_release);
    next_.store(n + 1, std::memory_order_release);
  }
  // Newest first; at most `out.size()`.
  template <class Out>
  void read(Out&& each, std::size_t limit) const {
    auto n = next_.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < limit && i < kFrames && n > 0; ++i, --n) {
      const auto& slot = slots_[(n - 1) % kFrames];
      media::Timeline t;
      const auto before = slot.sequence.load(std::memory_order_acquire);
      t.captured_ns = slot.values[0].load(std::memory_order_relaxed);
      t.submitted_ns = slot.values[1].load(std::memory_order_relaxed);
      t.encoded_ns = slot.values[2].load(std::memory_order_relaxed);
      t.first_packet_ns = slot.values[3].load(std::memory_order_relaxed);
      t.last_packet_ns = slot.values[4].load(std::memory_order_relaxed);
      if (before == n && slot.sequence.load(std::memory_order_acquire) == n) each(t);
    }
  }

 private:
  struct Slot {
    std::atomic<std::uint64_t> sequence{0};
    std::array<std::atomic<std::int64_t>, 5> values{};
  };
  std::array<Slot, kFrames> slots_;
  std::atomic<std::uint64_t> next_{0};
};

// A figure that somebody else measures and that may not be known. Any thread.
class Figure {
 public:
  void set(std::uint32_t v) noexcept { value_.store(v, std::memory_order_relaxed); }
  std::optional<std::uint32_t> value() const noexcept { return known(value_.load()); }
  std::optional<std::uint32_t> take() noexcept { return known(value_.exchange(kUnknown)); }

 private:
  static constexpr std::int64_t kUnknown = -1;
  static std::optional<std::uint32_t> known(std::int64_t v) noexcept {
    if (v == kUnknown) return std::nullopt;
    return static_cast<std::uint32_t>(v);
  }
  std::atomic<std::int64_t> value_{kUnknown};
};

struct Stats {
  metrics::Counter frames_sent, frames_skipped, frames_failed, repeats, idr_frames, sent_bytes;
  metrics::Counter repairs;  // units that answered a reported loss
  metrics::Counter audio_packets, audio_silent, input_events, input_refused;
  metrics::Counter microphone_packets, microphone_refused;
  metrics::Histogram encode_us;        // submitted → encoded
  metrics::Histogram capture_wait_us;  // captured → submitted
  metrics::Histogram send_us;          // encoded → last packet
  metrics::Histogram host_us;          // captured → last packet
  metrics::Gauge last_frame_ns;        // CLOCK_MONOTONIC of the last frame sent
  metrics::Gauge bitrate_kbps;
  Figure loss_ppm, rtt_us, fec_percent;  // from the client's reports (Stream::report)
  TimelineRing timelines;
};

}  // namespace pf::session
