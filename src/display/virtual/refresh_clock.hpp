// The refresh rate that a headless wlroots output is given so that it comes near a wanted one. Its
// clock counts whole milliseconds (backend/headless/output.c) and starts anew only when a picture
// is composed, which takes its own time.
#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "media/mode.hpp"

namespace pf::display::virtual_display {

// One thread.
class RefreshClock {
 public:
  RefreshClock() = default;
  explicit RefreshClock(const media::Rational& rate);  // without correction

  // To ask for, in thousandths of a hertz.
  std::uint32_t millihertz() const;
  // `interval`: between pictures, as seen of late while every refresh brought one. True when
  // another whole millisecond comes nearer, has done so twice in a row, and millihertz() has
  // changed therefore.
  bool observe(Nanoseconds interval);

 private:
  std::uint32_t nominal_millihertz_ = 0;
  Nanoseconds period_{};
  std::int64_t shorter_ms_ = 0;  // what the clock is given less than it asks for
  int agreed_ = 0;               // observations in a row that want more (> 0) or less (< 0)
};

}  // namespace pf::display::virtual_display
