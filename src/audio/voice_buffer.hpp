// From Opus packets that a network delivers to samples that a sound server fetches: a short
// adaptive jitter buffer, loss concealment and decoding (punktfunk1.md 7.3). One thread pushes, one
// thread fetches; no locks, no allocation after create().
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "audio/microphone.hpp"
#include "base/bytes.hpp"
#include "base/metrics.hpp"

struct OpusDecoder;

namespace pf::audio {

class VoiceBuffer final : public SampleFeed {
 public:
  static constexpr std::size_t kLargestPacket = 1400;
  // How much waits before the first sample is played: more after each time it ran dry, less again
  // when it did not.
  static constexpr std::chrono::milliseconds kLeastDelay{20}, kMostDelay{60};

  static Result<std::unique_ptr<VoiceBuffer>> create();
  ~VoiceBuffer();

  // One thread. `packet`: one Opus packet of 48 kHz mono or stereo; empty = silence as long as the
  // packet before. Larger ones, and more than fit, are dropped.
  void push(std::uint32_t seq, ByteSpan packet, std::int64_t now_ns) noexcept;

  // The fetching thread. Silence while there is nothing to play.
  void fill(std::span<float> stereo) noexcept override;
  void fill_at(std::span<float> stereo, std::int64_t now_ns) noexcept;
  std::chrono::milliseconds delay() const noexcept;  // that is aimed at

  // Any thread.
  struct Counts {
    metrics::Counter received, late, concealed, overflowed, stale, dried_up, skipped, restarted;
  };
  const Counts& counts() const { return counts_; }

 private:
  struct Packet {
    std::uint32_t seq = 0;
    std::uint16_t size = 0;
    bool present = false;
    std::int64_t arrived_ns = 0;
    std::array<std::uint8_t, kLargestPacket> bytes;
  };
  struct Destroy {
    void operator()(OpusDecoder* decoder) const;
  };
  static constexpr std::size_t kRing = 64;            // packets on the way between the threads
  static constexpr std::size_t kWindow = 32;          // packets that wait for their turn
  static constexpr std::size_t kMostSamples = 5'760;  // 120 ms, the longest packet there is

  VoiceBuffer();
  void collect(std::int64_t now_ns) noexcept;
  void accept(const Packet& packet) noexcept;
  void restart(std::uint32_t seq) noexcept;
  bool decode_next() noexcept;
  int decode(const Packet* packet, bool repair) noexcept;
  void played(std::size_t frames) noexcept;
  std::size_t waiting() const noexcept;  // samples, decoded or not
  Packet& slot(std::uint32_t seq) { return window_[seq % kWindow]; }

  std::vector<Packet> ring_;
  std::atomic<std::uint32_t> pushed_{0}, taken_{0};
  Counts counts_;

  // The fetching thread.
  std::unique_ptr<OpusDecoder, Destroy> decoder_;
  std::vector<Packet> window_;
  std::array<float, 2 * kMostSamples> decoded_{};
  std::size_t decoded_from_ = 0, decoded_to_ = 0;  // frames
  bool synced_ = false, buffering_ = true;
  bool fresh_ = false;                   // nothing was played since the start of the sequence
  std::uint32_t next_ = 0, newest_ = 0;  // sequence numbers
  std::size_t packet_samples_ = 480;     // of the last one
  std::size_t target_samples_;
  unsigned blind_ = 0;     // packets' worth of concealment since the last packet
  unsigned late_run_ = 0;  // packets that came too late since one that did not
  std::size_t calm_samples_ = 0, excess_samples_ = 0;
};

}  // namespace pf::audio
