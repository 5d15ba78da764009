#include "native/media/clock.hpp"

#include <chrono>

#include "base/clock.hpp"

namespace pf::native::media {

MediaClock::MediaClock()
    : MediaClock(static_cast<std::uint64_t>(std::chrono::duration_cast<Nanoseconds>(
                                                std::chrono::system_clock::now().time_since_epoch())
                                                .count()),
                 steady_now_ns()) {}

MediaTime MediaClock::at(std::int64_t steady_ns) const noexcept {
  const auto elapsed_us =
      steady_ns > steady_ns_ ? static_cast<std::uint64_t>(steady_ns - steady_ns_) / 1000 : 0;
  // Elapsed time is rounded, not the sum: a receiver rebuilds origin + pts_us * 1000.
  return {origin_ns_ + 1000 * elapsed_us, static_cast<std::uint32_t>(elapsed_us)};
}

MediaTime MediaClock::now() const noexcept {
  return at(steady_now_ns());
}

std::uint64_t PtsUnwrapper::unwrap(std::uint32_t pts_us) noexcept {
  if (!any_) {
    any_ = true;
    return last_us_ = pts_us;
  }
  const auto step = static_cast<std::int32_t>(pts_us - static_cast<std::uint32_t>(last_us_));
  // Never below zero: what seems to be before the beginning is a wrap ahead.
  if (step < 0 && static_cast<std::uint64_t>(-static_cast<std::int64_t>(step)) > last_us_)
    return last_us_ += static_cast<std::uint32_t>(step);
  return last_us_ += static_cast<std::uint64_t>(static_cast<std::int64_t>(step));
}

}  // namespace pf::native::media
