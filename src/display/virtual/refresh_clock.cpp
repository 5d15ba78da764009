#include "display/virtual/refresh_clock.hpp"

#include <algorithm>
#include <chrono>

#include "display/virtual/sway_config.hpp"

namespace pf::display::virtual_display {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kOnce = 1'000'000;  // millihertz times milliseconds
constexpr std::int64_t kMostShorter = 2;
constexpr Nanoseconds kHalfStep = std::chrono::microseconds(500);
constexpr int kAgreeing = 2;

}  // namespace

RefreshClock::RefreshClock(const media::Rational& rate)
    : nominal_millihertz_(refresh_millihertz(rate)), period_(media::Mode{2, 2, rate}.frames(1)) {}

std::uint32_t RefreshClock::millihertz() const {
  if (shorter_ms_ == 0 || nominal_millihertz_ == 0) return nominal_millihertz_;
  const auto ms = std::max<std::int64_t>(kOnce / nominal_millihertz_ - shorter_ms_, 1);
  return static_cast<std::uint32_t>(kOnce / ms);
}

bool RefreshClock::observe(Nanoseconds interval) {
  const auto late = interval - period_;
  // Something slower than the clock: a program that does not draw for every refresh.
  if (late > period_ / 2) {
    agreed_ = 0;
    return false;
  }
  const int wanted = late > kHalfStep ? 1 : late < -kHalfStep ? -1 : 0;
  agreed_ = wanted != 0 && agreed_ * wanted >= 0 ? agreed_ + wanted : wanted;
  if (std::abs(agreed_) < kAgreeing) return false;
  agreed_ = 0;
  const auto before = millihertz();
  const auto shorter = std::clamp<std::int64_t>(shorter_ms_ + wanted, 0, kMostShorter);
  shorter_ms_ = period_ > milliseconds(shorter + 1) ? shorter : shorter_ms_;
  return millihertz() != before;
}

}  // namespace pf::display::virtual_display
