#include "encode/x264/quantizer.hpp"

#include <algorithm>
#include <cmath>

namespace pf::encode::x264 {
namespace {

constexpr double kReference = 26;      // quantizer that costs are kept at
constexpr double kHalvingSteps = 6;    // quantizer steps that halve a picture's size
constexpr double kRepayPictures = 6;   // how fast debt is paid back
constexpr double kMostDebt = 6;        // shares; older sins than a tenth of a second are forgiven
constexpr double kMostSaved = 1;       // shares that a quiet time may leave for later
constexpr double kLeastTarget = 0.35;  // of a share, however deep the debt
// Shares that a picture may take: an IDR or a cut, and one that is expected to be large.
constexpr double kFreshShares = 2.2, kExpectedShares = 1.3;
constexpr double kMostlyFresh = 0.5;   // of a picture, which then counts as a cut
constexpr double kLeastChange = 0.05;  // load of a picture without any: headers, things to refine
constexpr double kFirstCost = 0.02;    // a guess, from moving desktops
constexpr double kLearn = 0.5;         // weight of the newest picture
constexpr double kLeastFreshCost = 0.4, kMostFreshCost = 2.5;
// Quantizer steps after a picture that was too large, as a part of what would have made it fit...
constexpr double kTooFull = 1.08, kCorrection = 0.4, kMostUp = 6;
// ... and after one that left room. Finer means coding again what the coarser pictures before left
// out, so that a step down costs far more than the halving rule says: steps are made slowly, and
// one that proved too large is not tried again for some time.
constexpr double kStays = 0.8;  // steps; a smaller wish would only make the picture flicker
constexpr double kFullEnough = 0.88, kRefinement = 0.3, kMostDown = 0.75;
// Pictures this small leave room for what a larger step costs.
constexpr double kNearlyEmpty = 0.3, kMostDownThen = 2;
constexpr double kFinerExcess = 1.8;
constexpr int kBarredPictures = 120;
constexpr double kBlockPixels = 64;

constexpr double kLeastStep = QuantizerControl::kLeast, kMostStep = QuantizerControl::kMost;

double scale_of(double quantizer) {
  return std::exp2((kReference - quantizer) / kHalvingSteps);
}

double blend(double known, double seen) {
  return std::exp2(std::lerp(std::log2(known), std::log2(seen), kLearn));
}

}  // namespace

QuantizerControl::QuantizerControl(double pixels, double share_bits)
    : pixels_(pixels), share_(std::max(share_bits, 1.0)) {}

void QuantizerControl::set_share(double share_bits) {
  const auto share = std::max(share_bits, 1.0);
  if (share > share_) barred_pictures_ = 0;
  debt_ *= share / share_;  // a debt is time on the line
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
  return kFirstCost;
}

double QuantizerControl::expected_bits(double quantizer) const {
  const auto fresh = activity_.spectrum.bits_per_block(static_cast<int>(std::lround(quantizer))) *
                     fresh_cost_ * activity_.fresh / kBlockPixels;
  const auto rest = is_fresh_ ? 0 : cost_of(class_) * load_ * scale_of(quantizer);
  return (fresh + rest) * pixels_;
}

void QuantizerControl::raise_until_it_fits(double limit_bits) {
  while (level_ < kMostStep && expected_bits(level_) > limit_bits) level_ += 0.5;
}

int QuantizerControl::choose(bool idr, const Activity& activity, double idle_shares) noexcept {
  debt_ = std::max(debt_ - std::max(idle_shares, 0.0) * share_, -kMostSaved * share_);
  activity_ = activity;
  is_fresh_ = idr || activity.fresh > kMostlyFresh;
  const double least = kLeastTarget * share_;
  if (barred_pictures_ > 0) --barred_pictures_;
  if (is_fresh_) {
    barred_pictures_ = 0;
    target_ = std::max(kFreshShares * share_ - std::max(debt_, 0.0) / 2, least);
    level_ = kLeastStep;
    raise_until_it_fits(target_);
  } else {
    load_ = activity.change * (1 - activity.fresh) + kLeastChange;
    const auto power = std::ilogb(load_ / kLeastChange);
    class_ = static_cast<std::size_t>(std::clamp(power, 0, static_cast<int>(kClasses) - 1));
    target_ = std::max(share_ - debt_ / kRepayPictures, least);
    raise_until_it_fits(target_ * std::lerp(kExpectedShares, kFreshShares, activity.fresh));
  }
  level_ = std::clamp(level_, kLeastStep, kMostStep);
  const bool stays = !is_fresh_ && std::abs(level_ - last_) < kStays;
  chosen_ = stays ? last_ : static_cast<int>(std::lround(level_));
  is_finer_ = !is_fresh_ && chosen_ < last_;
  if (is_finer_ && barred_pictures_ > 0 && chosen_ <= barred_) {
    level_ = chosen_ = last_;
    is_finer_ = false;
  }
  last_ = chosen_;
  return chosen_;
}

void QuantizerControl::learn(double bits) {
  if (is_fresh_) {
    const auto said = expected_bits(chosen_) / fresh_cost_;
    if (said > 0)
      fresh_cost_ = std::clamp(blend(fresh_cost_, bits / said), kLeastFreshCost, kMostFreshCost);
    return;
  }
  auto& cost = predicted_[class_];
  if ((is_finer_ && cost) || activity_.fresh > 0) return;  // other costs stand beside the class's
  const double seen = bits / (load_ * pixels_ * scale_of(chosen_));
  cost = cost ? blend(*cost, seen) : seen;
}

void QuantizerControl::coded(std::size_t bytes) noexcept {
  const double bits = std::max(static_cast<double>(bytes) * 8, 1.0);
  debt_ = std::clamp(debt_ + bits - share_, -kMostSaved * share_, kMostDebt * share_);
  learn(bits);
  if (is_fresh_) return;
  const double fill = bits / target_;
  if (is_finer_ && fill > kFinerExcess) {
    barred_ = chosen_;
    barred_pictures_ = kBarredPictures;
  }
  if (fill > kTooFull)
    level_ += std::min(kCorrection * kHalvingSteps * std::log2(fill), kMostUp);
  else if (fill < kFullEnough)
    level_ -= std::min(kRefinement * kHalvingSteps * std::log2(kFullEnough / fill),
                       fill < kNearlyEmpty ? kMostDownThen : kMostDown);
}

}  // namespace pf::encode::x264
