// How many answers a second go to senders that nobody knows. Pure arithmetic; internal.
#pragma once

#include <algorithm>
#include <cstdint>

namespace pf::native::quic {

class RateCap {
 public:
  // A burst may be as large as one second's worth.
  explicit RateCap(std::uint32_t per_second) : per_second_(per_second), tokens_(per_second) {}

  // `now` in nanoseconds, never going back.
  bool allow(std::uint64_t now) {
    const double elapsed = last_ == 0 ? 0.0 : static_cast<double>(now - last_) / 1e9;
    last_ = now;
    tokens_ = std::min<double>(per_second_, tokens_ + elapsed * per_second_);
    if (tokens_ < 1.0) return false;
    tokens_ -= 1.0;
    return true;
  }

 private:
  double per_second_;
  double tokens_;
  std::uint64_t last_ = 0;
};

}  // namespace pf::native::quic
