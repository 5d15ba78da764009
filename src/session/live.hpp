// What a running stream does, second by second, for people who watch it (trust-and-console.md 4.6):
// the last minute of one session. Control thread. What cannot be measured is absent, never 0.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "session/stats.hpp"

namespace pf::session {

struct LiveSample {
  std::int64_t unix_ms = 0;
  double fps = 0, mbps = 0;                                   // sent in the second before
  std::optional<std::uint32_t> loss_ppm;                      // as the client reports it
  std::optional<std::uint32_t> host_p50_us, host_p99_us;      // captured → last packet
  std::optional<std::uint32_t> encode_p50_us, encode_p99_us;  // submitted → encoded
  std::optional<std::uint32_t> rtt_us;
  std::optional<std::uint32_t> fec_percent;   // parity, as a share of the data
  std::optional<std::uint32_t> bitrate_kbps;  // of the encoder
};

// The middle one of the times between pictures that were captured since `since_ns`; none when there
// were fewer than `least`.
std::optional<Nanoseconds> picture_interval(const Stats& stats, std::int64_t since_ns,
                                            std::size_t least);

class LiveRing {
 public:
  static constexpr std::size_t kSeconds = 60;

  // Looks at what `stats` counted since the call before, `elapsed_s` ago. Takes the client's loss
  // report out of it, so that an old one is not shown again.
  void sample(Stats& stats, std::int64_t unix_ms, std::int64_t steady_ns, double elapsed_s);
  // A new stream counts from zero.
  void restart() { frames_ = bytes_ = 0; }

  std::vector<LiveSample> all() const;  // oldest first
  const LiveSample* newest() const;     // nothing before the first

 private:
  std::array<LiveSample, kSeconds> ring_;
  std::size_t count_ = 0;  // ever
  std::uint64_t frames_ = 0, bytes_ = 0;
};

}  // namespace pf::session
