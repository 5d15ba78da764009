// The capture time of each packet of sound. Samples come in blocks, at times that jitter with the
// machine; what the packets say about their time runs evenly and follows slowly.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>

namespace pf::session {

class AudioClock {
 public:
  // `seen_ns`: when the first sample of this packet was captured, as far as one can tell now.
  // Returns its time; `duration` later the next packet is expected.
  std::int64_t next(std::int64_t seen_ns, std::chrono::nanoseconds duration) noexcept {
    const auto error = seen_ns - expected_ns_;
    if (expected_ns_ == 0 || std::abs(error) > kLost)
      expected_ns_ =
          std::max(seen_ns, last_ns_ + 1);  // sound was dropped or the source stood still
    else
      expected_ns_ += error / kSlowness;
    last_ns_ = expected_ns_;
    expected_ns_ += duration.count();
    return last_ns_;
  }

 private:
  static constexpr std::int64_t kLost = 30'000'000;
  static constexpr std::int64_t kSlowness = 64;
  std::int64_t expected_ns_ = 0, last_ns_ = 0;
};

}  // namespace pf::session
