// Keeps a source at or below its mode's rate although the display's own clock is a little fast:
// one frame a period on average, each at most half a period early.
#pragma once

#include <algorithm>

#include "base/clock.hpp"
#include "media/mode.hpp"

namespace pf::capture {

class RateGate {
 public:
  explicit RateGate(const media::Rational& rate)
      : period_(media::Mode{2, 2, rate}.frames(1)), slack_(period_ / 2) {}

  // When the next frame may be taken.
  SteadyTime opens() const { return due_ - slack_; }
  // A frame was taken at `now`. A source that fell behind gets no more than half a period back.
  void took(SteadyTime now) { due_ = std::max(due_, now - slack_) + period_; }

 private:
  Nanoseconds period_;
  Nanoseconds slack_;
  SteadyTime due_{};
};

}  // namespace pf::capture
