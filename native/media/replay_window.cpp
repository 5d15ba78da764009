#include "native/media/replay_window.hpp"

#include <algorithm>

namespace pf::native::media {

ReplayWindow::ReplayWindow() : seen_(std::make_unique<std::uint64_t[]>(kWords)) {}

bool ReplayWindow::fresh(std::uint64_t number) const noexcept {
  if (!any_ || number > highest_) return true;
  if (highest_ - number >= kSize) return false;
  return (seen_[number / 64 % kWords] >> number % 64 & 1) == 0;
}

bool ReplayWindow::accept(std::uint64_t number) noexcept {
  if (!fresh(number)) return false;
  if (!any_) {
    any_ = true;
    highest_ = number;
  } else if (number > highest_) {
    // The places between the old and the new end were last used one round ago.
    if (number - highest_ >= kSize) {
      std::fill_n(seen_.get(), kWords, 0);
    } else {
      for (std::uint64_t n = highest_ + 1; n <= number;) {
        if (n % 64 == 0 && number - n >= 63) {
          seen_[n / 64 % kWords] = 0;
          n += 64;
        } else {
          seen_[n / 64 % kWords] &= ~(std::uint64_t{1} << n % 64);
          ++n;
        }
      }
    }
    highest_ = number;
  }
  seen_[number / 64 % kWords] |= std::uint64_t{1} << number % 64;
  return true;
}

}  // namespace pf::native::media
