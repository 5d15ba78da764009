// The pace of native video (punktfunk1.md 6.13) on top of net::Pacer: three times the stream's
// rate, within one frame interval, with a first burst that leaves at once.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"
#include "net/pacer.hpp"

namespace pf::native::media {

class FramePacer {
 public:
  static constexpr std::size_t kFirstBurstBytes = 128 * 1024;

  // `rate_kbps`: the stream's; 0 = unknown.
  FramePacer(std::uint32_t rate_kbps, Nanoseconds frame_interval);
  // From the next frame on; 0 is ignored.
  void set_rate_kbps(std::uint32_t kbps);
  void set_frame_interval(Nanoseconds interval);

  void begin(SteadyTime now, std::size_t packets, std::size_t packet_bytes);
  net::Pacer::Step next(SteadyTime now, std::size_t ready) { return pacer_.next(now, ready); }

 private:
  Nanoseconds interval_;
  std::uint64_t bits_per_second_;
  net::Pacer pacer_;
};

// CLOCK_MONOTONIC, absolute.
void sleep_until(SteadyTime deadline) noexcept;

}  // namespace pf::native::media
