// The media clock: time since the session began on the monotonic clock, shown on the wire as
// Unix-scaled nanoseconds (punktfunk2.md 8). punktfunk/1 uses the same wire time as its CLOCK, for
// pts and for ClockEcho alike, so that no wall-clock step reaches a client. A value; any thread.
#pragma once

#include <cstdint>

namespace pf::native::media {

struct MediaTime {
  std::uint64_t wire_ns = 0;  // audio, timing, ClockEcho, pts of punktfunk/1
  std::uint32_t pts_us = 0;   // pts of punktfunk/2: microseconds since the origin, low 32 bits
};

class MediaClock {
 public:
  MediaClock();  // begins now
  // `origin_ns`: Unix nanoseconds that media time 0 stands for; `steady_ns`: CLOCK_MONOTONIC then.
  MediaClock(std::uint64_t origin_ns, std::int64_t steady_ns)
      : origin_ns_(origin_ns), steady_ns_(steady_ns) {}

  std::uint64_t origin_ns() const noexcept { return origin_ns_; }  // ServerHello tag 2
  // The moment `steady_ns` on CLOCK_MONOTONIC; moments before the origin count as the origin.
  MediaTime at(std::int64_t steady_ns) const noexcept;
  MediaTime now() const noexcept;

 private:
  std::uint64_t origin_ns_;
  std::int64_t steady_ns_;
};

// The receiver's way back: 32-bit microseconds, unwrapped to the nearest; the first value seeds.
class PtsUnwrapper {
 public:
  // Microseconds since the origin.
  std::uint64_t unwrap(std::uint32_t pts_us) noexcept;

 private:
  std::uint64_t last_us_ = 0;
  bool any_ = false;
};

}  // namespace pf::native::media
