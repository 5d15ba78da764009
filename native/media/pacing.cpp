#include "native/media/pacing.hpp"

#include <time.h>

#include <algorithm>
#include <cerrno>

namespace pf::native::media {
namespace {

constexpr std::uint64_t kTimesStreamRate = 3;
constexpr std::uint64_t kUnknownRate = 800'000'000;
// A frame is out before the next one is due, with a little to spare.
constexpr double kIntervalShare = 0.9;

std::uint64_t pace(std::uint32_t kbps) {
  return kbps == 0 ? kUnknownRate : kTimesStreamRate * kbps * 1000;
}

net::Pacer::Options options(std::uint64_t bits_per_second) {
  net::Pacer::Options made;
  made.rate_bits_per_second = bits_per_second;
  made.interval_share = kIntervalShare;
  return made;
}

}  // namespace

FramePacer::FramePacer(std::uint32_t rate_kbps, Nanoseconds frame_interval)
    : interval_(frame_interval),
      bits_per_second_(pace(rate_kbps)),
      pacer_(options(bits_per_second_), frame_interval) {}

void FramePacer::set_rate_kbps(std::uint32_t kbps) {
  if (kbps == 0) return;
  bits_per_second_ = pace(kbps);
  pacer_.set_rate(bits_per_second_);
}

void FramePacer::set_frame_interval(Nanoseconds interval) {
  if (interval.count() <= 0) return;
  interval_ = interval;
  pacer_.set_frame_interval(interval);
}

void FramePacer::begin(SteadyTime now, std::size_t packets, std::size_t packet_bytes) {
  const double all = static_cast<double>(packets) * static_cast<double>(packet_bytes);
  if (all <= 0) return pacer_.begin(now, packets, packet_bytes);
  // The pacer takes this long for the whole frame. A start that lies back by the burst's part of it
  // makes exactly the burst overdue.
  const double duration = std::min(all * 8e9 / static_cast<double>(bits_per_second_),
                                   static_cast<double>(interval_.count()) * kIntervalShare);
  const double burst = std::min(1.0, static_cast<double>(kFirstBurstBytes) / all);
  pacer_.begin(now - Nanoseconds(static_cast<std::int64_t>(duration * burst)), packets,
               packet_bytes);
}

void sleep_until(SteadyTime deadline) noexcept {
  const auto ns = to_ns(deadline);
  const timespec at{static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
  while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr) == EINTR) {
  }
}

}  // namespace pf::native::media
