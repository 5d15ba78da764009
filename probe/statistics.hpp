// What a session measured. Plain values; copy them out of a running session with
// ClientSession::statistics().
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "native/media/receiver.hpp"
#include "native/quic/connection.hpp"
#include "native/wire/hello.hpp"
#include "native/wire/messages.hpp"
#include "probe/violations.hpp"

namespace pf::probe {

// Exact quantiles of the newest values.
class Samples {
 public:
  static constexpr std::size_t kKept = 200'000;
  void add(std::int64_t value);
  std::uint64_t count() const { return count_; }
  bool empty() const { return count_ == 0; }
  // q in 0..1; 0 without values.
  std::int64_t quantile(double q) const;
  double mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }
  std::int64_t max() const { return max_; }

 private:
  std::vector<std::int64_t> values_;
  std::uint64_t count_ = 0;
  double sum_ = 0;
  std::int64_t max_ = 0;
};

struct VideoStatistics {
  std::uint64_t frames = 0;  // whole
  std::uint64_t clean = 0;   // that a decoder could show
  std::uint64_t held = 0;    // whole, but depending on something lost
  std::uint64_t late = 0;    // overtaken
  std::uint64_t lost = 0;    // passed over
  std::uint64_t key_frames = 0, anchors = 0, repeats = 0;
  std::uint64_t bytes = 0;     // of access units
  std::uint64_t largest = 0;   // bytes
  std::uint64_t repaired = 0;  // data shards restored from parity
  std::uint64_t filled = 0;    // frames completed by shards asked for
  std::optional<std::int64_t> first_packet_ms, first_frame_ms;  // since the dial
  std::int64_t first_us = 0, last_us = 0;                       // arrival of frames, same origin
  Samples interval_us;                                          // between arrivals of whole frames
  Samples latency_us;   // capture to arrival, by the synchronised clocks
  Samples recovery_ms;  // from a loss seen to the next clean frame
};

// What the host says it spent (0xCF), matched with arrivals.
struct TimingStatistics {
  std::uint64_t reports = 0, unmatched = 0;
  Samples host_us, network_us, queue_us, encode_us, pace_us;
};

struct AudioStatistics {
  std::uint64_t packets = 0, bytes = 0;
  std::uint64_t gaps = 0;       // packets that never came and were not repeated
  std::uint64_t recovered = 0;  // from the copy in the next packet
  std::uint64_t late = 0;       // not ahead of the last one
  std::uint64_t silent = 0;     // empty
  std::optional<std::int64_t> first_ms;
  Samples interval_us;
};

struct ClipboardStatistics {
  bool shared = false;                     // now
  std::uint64_t offered = 0, fetched = 0;  // by the client, and from the host
  std::uint64_t served = 0, refused = 0;   // of the host's fetches
  std::uint64_t received_bytes = 0;        // of the last text
};

struct LossWindowEntry {
  std::int64_t at_ms = 0;  // since streaming began
  std::uint32_t ppm = 0;
  std::uint64_t packets = 0;  // of the session so far
};

struct ModeChange {
  std::int64_t at_ms = 0;
  bool accepted = false;
  native::wire::WireMode mode;
  std::optional<std::uint8_t> epoch{};  // announced by a StreamConfig; none: by a Reconfigured
};

struct SpeedTest {
  std::uint32_t target_kbps = 0, asked_ms = 0;
  std::optional<native::wire::ProbeResult> result;
  std::uint64_t received_packets = 0, received_frames = 0;
  double received_mbps = 0;  // goodput over the host's duration
};

struct Note {
  std::int64_t at_ms = 0;
  std::string text;
};

struct Statistics {
  std::string alpn;
  std::string host_fingerprint;
  std::optional<native::wire::ServerHello> hello;
  std::uint64_t pendings = 0;
  std::optional<std::int64_t> connected_ms, hello_ms, ready_ms;  // since the dial
  std::int64_t streamed_ms = 0;

  VideoStatistics video;
  TimingStatistics timing;
  AudioStatistics audio;
  ClipboardStatistics clipboard;
  native::media::Receiver::Stats packets;
  native::media::Reassembler::Stats shards;
  std::uint64_t forced_drops = 0, foreign_packets = 0, queue_drops = 0;
  native::quic::ConnectionStats quic;

  std::optional<std::int64_t> clock_offset_ns;
  std::uint64_t clock_rtt_ns = 0, clock_floor_ns = 0;
  unsigned clock_resyncs = 0, clock_rejected = 0, clock_unanswered = 0;

  std::vector<LossWindowEntry> windows;
  std::uint64_t keyframe_asks = 0, range_asks = 0, punches = 0;
  std::uint64_t shard_asks = 0, shards_asked = 0;  // NACK
  std::uint64_t input_events = 0, microphone_packets = 0;
  std::uint64_t rumbles = 0, pad_outputs = 0, cursor_states = 0, cursor_shapes = 0, hdr_updates = 0,
                pad_audio = 0;
  std::uint32_t bitrate_kbps = 0;  // now in force
  std::uint64_t bitrate_changes = 0, bitrate_asks = 0;
  std::vector<ModeChange> modes;
  std::vector<SpeedTest> speed_tests;
  std::vector<Note> notes;  // marks of the script, and what the host announced
  Violations violations;
};

// The "data" of `stream --json`.
nlohmann::json to_json(const Statistics& statistics);
// The same in short, for people.
std::string to_text(const Statistics& statistics);

}  // namespace pf::probe
