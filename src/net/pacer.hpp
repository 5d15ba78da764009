// When the packets of a frame may leave. Pure arithmetic on absolute times: no clock, no thread, no
// socket. gamestream.md 7.7.
//
// A frame is cut into groups of at most one burst. Group by group, packet n of N is due at
//   start + duration * n / N,   duration = min(bits / rate, share * frame interval).
// Deadlines are absolute, so a late wake-up is made up for and does not shift the rest. A frame
// that fits one burst leaves at once.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"

namespace pf::net {

class Pacer {
 public:
  struct Options {
    // 80 % of 1 Gbit/s, unless the path was measured.
    std::uint64_t rate_bits_per_second = 800'000'000;
    std::size_t burst_packets = 64;
    std::size_t burst_bytes = 64 * 1024;
    // A frame is out after this share of the frame interval, however large it is.
    double interval_share = 0.5;
    // Waits shorter than this are not worth a wake-up: the group goes now.
    Nanoseconds slack = std::chrono::microseconds(50);
  };

  Pacer(const Options& options, Nanoseconds frame_interval);

  // Takes effect with the next begin(). 0 is ignored.
  void set_rate(std::uint64_t bits_per_second);
  void set_frame_interval(Nanoseconds interval);

  // A new frame of `packets` packets of `packet_bytes` each starts now.
  void begin(SteadyTime now, std::size_t packets, std::size_t packet_bytes);

  struct Step {
    std::size_t packets = 0;  // send this many now, in one batch; 0 = wait until `wake`
    SteadyTime wake{};        // when to ask again; only with packets == 0
  };
  // At most one burst. What it grants counts as sent: send it, then ask again. `ready` is how many
  // packets are there to be sent (the current block's rest); with ready == 0 nothing is granted and
  // wake is now.
  Step next(SteadyTime now, std::size_t ready);

  std::size_t sent() const { return sent_; }
  bool done() const { return sent_ >= total_; }

 private:
  SteadyTime due(std::size_t packet) const;

  Options options_;
  Nanoseconds interval_;
  SteadyTime start_{};
  Nanoseconds duration_{0};
  std::size_t total_ = 0;
  std::size_t group_ = 1;  // packets in a burst
  std::size_t sent_ = 0;
};

}  // namespace pf::net
