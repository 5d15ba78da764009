#include "encode/x264/quantizer.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace pf::encode::x264 {
namespace {

constexpr double kReference = 26;       // quantizer that costs are kept at
constexpr double kHalvingSteps = 6;     // quantizer steps that halve a picture's size
constexpr double kFreshShares = 2.5;    // what an IDR or a cut may take
constexpr double kRepayPictures = 6;    // how fast debt is paid back
constexpr double kMostSavedShares = 1;  // what a quiet time may leave for later
constexpr double kLeastShare = 0.35;    // of a share, however deep the debt
// Loads that even a picture without change or detail has: what is left to refine, and headers.
constexpr double kLeastChange = 0.05, kLeastDetail = 0.25;
// A cut: most of the picture is other than before, in brightness too (a moving camera is not).
constexpr double kCutChange = 10, kCutShift = 0.3;
// First guesses; measured on moving desktops and film.
constexpr double kFirstPredicted = 0.02, kFirstFresh = 0.1;
constexpr double kLearn = 0.5;  // weight of the newest picture
// A picture that is expected to be larger than this many targets is coded coarser from the start.
constexpr double kExpectedExcess = 1.3;
// Quantizer steps after a picture that was too large, as a part of what would have made it fit...
constexpr double kCorrection = 0.4, kMostUp = 6;
// ... and after one that left room. Finer means coding again what the coarser pictures before left
// out, so that a step down costs far more than the halving rule says: steps are made slowly, and
// one that proved too large is not tried again for some time.
constexpr double kFullEnough = 0.88, kHalfEmpty = 0.4, kSlowDown = 0.25, kFastDown = 0.75;
constexpr double kFinerExcess = 1.5;
constexpr int kBarredPictures = 240;

constexpr double kLeastStep = QuantizerControl::kLeast, kMostStep = QuantizerControl::kMost;

double scale_of(double quantizer) {
  return std::exp2((kReference - quantizer) / kHalvingSteps);
}

}  // namespace

QuantizerControl::QuantizerControl(double pixels, double share_bits)
    : pixels_(pixels), share_(std::max(share_bits, 1.0)) {}

void QuantizerControl::set_share(double share_bits) {
  const auto share = std::max(share_bits, 1.0);
  if (share > share_) barred_pictures_ = 0;
  debt_ *= share / share_;  // a debt is time on the line, which a wider line pays faster
  share_ = share;
}

// The nearest class that is known, the busier one first: it is the safer guess.
double QuantizerControl::cost_of(std::size_t load_class) const {
  for (std::size_t distance = 0; distance < kClasses; ++distance) {
    if (load_class + distance < kClasses && predicted_[load_class + distance])
      return *predicted_[load_class + distance];
    if (distance <= load_class && predicted_[load_class - distance])
      return *predicted_[load_class - distance];
  }
  return kFirstPredicted;
}

int QuantizerControl::choose(bool idr, const Activity& activity, double idle_shares) noexcept {
  debt_ = std::max(debt_ - std::max(idle_shares, 0.0) * share_, -kMostSavedShares * share_);
  is_fresh_ = idr || (activity.change > kCutChange && activity.shift > kCutShift);
  if (is_fresh_) {
    load_ = activity.detail + kLeastDetail;
    target_ = kFreshShares * share_ - std::max(debt_, 0.0) / 2;
    target_ = std::max(target_, kLeastShare * share_);
    barred_pictures_ = 0;
    level_ = kReference + steps_too_large(fresh_.value_or(kFirstFresh), kReference);
  } else {
    load_ = activity.change + kLeastChange;
    const auto power = std::ilogb(load_ / kLeastChange);
    class_ = static_cast<std::size_t>(std::clamp(power, 0, static_cast<int>(kClasses) - 1));
    target_ = std::max(share_ - debt_ / kRepayPictures, kLeastShare * share_);
    const double excess = kHalvingSteps * std::log2(kExpectedExcess);
    level_ += std::max(steps_too_large(cost_of(class_), level_) - excess, 0.0);
  }
  level_ = std::clamp(level_, kLeastStep, kMostStep);
  chosen_ = static_cast<int>(std::lround(level_));
  if (barred_pictures_ > 0) --barred_pictures_;
  is_finer_ = !is_fresh_ && chosen_ < last_;
  if (is_finer_ && barred_pictures_ > 0 && chosen_ <= barred_) {
    level_ = chosen_ = last_;
    is_finer_ = false;
  }
  last_ = chosen_;
  return chosen_;
}

// By how many steps `quantizer` misses the target, at that cost; negative = room is left.
double QuantizerControl::steps_too_large(double cost, double quantizer) const {
  return kHalvingSteps * std::log2(cost * load_ * pixels_ * scale_of(quantizer) / target_);
}

void QuantizerControl::coded(std::size_t bytes) noexcept {
  const double bits = std::max(static_cast<double>(bytes) * 8, 1.0);
  debt_ = std::max(debt_ + bits - share_, -kMostSavedShares * share_);
  const double seen = bits / (load_ * pixels_ * scale_of(chosen_));
  auto& cost = is_fresh_ ? fresh_ : predicted_[class_];
  if (!is_finer_ || !cost)
    cost = cost ? std::exp2(std::lerp(std::log2(*cost), std::log2(seen), kLearn)) : seen;
  if (is_fresh_) return;
  const double fill = bits / target_;
  if (is_finer_ && fill > kFinerExcess) {
    barred_ = chosen_;
    barred_pictures_ = kBarredPictures;
  }
  if (fill > 1)
    level_ += std::min(kCorrection * kHalvingSteps * std::log2(fill), kMostUp);
  else if (fill < kHalfEmpty)
    level_ -= kFastDown;
  else if (fill < kFullEnough)
    level_ -= kSlowDown;
}

}  // namespace pf::encode::x264
