#include "probe/forced_loss.hpp"

#include <algorithm>

namespace pf::probe {

ForcedLoss::ForcedLoss(const LossPlan& plan) : plan_(plan), state_(plan.seed) {
  plan_.percent = std::clamp(plan_.percent, 0.0, 100.0);
  plan_.burst = std::max(plan_.burst, 1.0);
}

void ForcedLoss::set_percent(double percent) noexcept {
  plan_.percent = std::clamp(percent, 0.0, 100.0);
}

// SplitMix64: the same numbers everywhere, unlike the distributions of the standard library.
double ForcedLoss::next() noexcept {
  state_ += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  z ^= z >> 31U;
  return static_cast<double>(z >> 11U) * 0x1.0p-53;
}

bool ForcedLoss::drop(Nanoseconds since_start, std::size_t bytes) noexcept {
  if (plan_.largest != 0 && bytes > plan_.largest) {
    ++dropped_;
    return true;
  }
  if (plan_.percent <= 0 || since_start < plan_.from || (plan_.to && since_start >= *plan_.to)) {
    losing_ = false;
    return false;
  }
  // Two states, after Gilbert: a burst ends with 1 in `burst`, and begins as often as gives the
  // wanted share.
  const double share = plan_.percent / 100;
  const double end = 1 / plan_.burst;
  const double begin = share >= 1 ? 1 : std::min(1.0, end * share / (1 - share));
  if (plan_.burst <= 1)
    losing_ = next() < share;
  else
    losing_ = share >= 1 || (losing_ ? next() >= end : next() < begin);
  if (losing_) ++dropped_;
  return losing_;
}

}  // namespace pf::probe
