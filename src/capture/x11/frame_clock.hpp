// When the next frame may be taken: never faster than the mode's rate, on absolute deadlines while
// the picture keeps moving, at once after a rest. Pure: time is given.
#pragma once

#include <cstdint>

#include "media/mode.hpp"

namespace pf::capture::x11 {

class FrameClock {
 public:
  explicit FrameClock(const media::Mode& mode) : mode_(mode) {}

  // CLOCK_MONOTONIC ns before which no frame may be taken.
  std::int64_t due_ns() const { return due_ns_; }
  std::int64_t period_ns() const { return mode_.frames(1).count(); }

  // A frame is taken at `now_ns`, which is not before due_ns(). A frame that is late by less than
  // half the period keeps the grid, so that the scheduler's delays do not add up (at 240 Hz they
  // are a good part of a period); a later one starts a new grid.
  void take(std::int64_t now_ns) {
    if (now_ns - due_ns_ > period_ns() / 2) {
      anchor_ns_ = now_ns;
      count_ = 0;
    }
    ++count_;
    due_ns_ = anchor_ns_ + mode_.frames(count_).count();
  }

 private:
  media::Mode mode_;
  std::int64_t anchor_ns_ = 0;
  std::uint64_t count_ = 0;
  std::int64_t due_ns_ = 0;
};

}  // namespace pf::capture::x11
