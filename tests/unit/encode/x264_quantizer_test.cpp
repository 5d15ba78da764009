#include "encode/x264/quantizer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace pf::encode::x264 {
namespace {

constexpr double kPixels = 1280 * 720, kShare = 10e6 / 60;

// An encoder as a formula: motion costs as much as its residue, finer steps repeat what coarser
// pictures left out, fresh parts cost what their spectrum says, times what this content makes of
// it.
class Model {
 public:
  explicit Model(unsigned seed) : random_(seed) {}

  std::size_t bytes(const Activity& activity, bool idr, int quantizer, double cost) {
    const double scale = std::exp2((26.0 - quantizer) / 6);
    const double motion = cost * (activity.change * (1 - activity.fresh) + 0.05) * kPixels * scale;
    const double finer = idr ? 0 : std::max(last_ - quantizer, 0) * 0.4 * motion;
    const double fresh =
        activity.spectrum.bits_per_block(quantizer) / 64 * kPixels * activity.fresh * fresh_factor_;
    last_ = quantizer;
    const double noise = std::uniform_real_distribution(0.85, 1.15)(random_);
    return static_cast<std::size_t>(((idr ? 0 : motion + finer) + fresh) * noise / 8) + 40;
  }
  void content(double fresh_factor) { fresh_factor_ = fresh_factor; }

 private:
  std::mt19937 random_;
  double fresh_factor_ = 1.2;
  int last_ = 51;
};

Activity moving(double change) {
  Activity activity;
  activity.change = change;
  return activity;
}

// A whole new picture of detail.
Activity cut(double strength) {
  Activity activity;
  activity.change = 60;
  activity.fresh = 1;
  activity.spectrum.blocks = 100;
  for (int i = 1; i <= 6400; ++i) activity.spectrum.add(strength * 20.0 / (i % 64 + 1));
  return activity;
}

struct Stream {
  QuantizerControl control{kPixels, kShare};
  Model model{1};
  std::vector<double> shares;
  std::vector<int> quantizers;

  double picture(const Activity& activity, bool idr = false, double cost = 0.02,
                 double idle_shares = 0) {
    const auto quantizer = control.choose(idr, activity, idle_shares);
    const auto bytes = model.bytes(activity, idr, quantizer, cost);
    control.coded(bytes);
    quantizers.push_back(quantizer);
    shares.push_back(static_cast<double>(bytes) * 8 / kShare);
    return shares.back();
  }
  double mean_of_last(std::size_t count) const {
    double sum = 0;
    for (auto i = shares.size() - count; i < shares.size(); ++i) sum += shares[i];
    return sum / static_cast<double>(count);
  }
};

TEST(X264Quantizer, KeepsToTheBitrateWithEveryKindOfContent) {
  for (const double cost : {0.002, 0.02, 0.1})
    for (const double change : {0.5, 4.0, 20.0}) {
      Stream stream;
      stream.picture(cut(1), true, cost);
      for (int i = 0; i < 400; ++i) stream.picture(moving(change), false, cost);
      const auto mean = stream.mean_of_last(200);
      EXPECT_LE(mean, 1.03) << cost << ' ' << change;
      if (stream.quantizers.back() > QuantizerControl::kLeast &&
          stream.quantizers.back() < QuantizerControl::kMost) {
        EXPECT_GE(mean, 0.7) << cost << ' ' << change;
      }
    }
}

TEST(X264Quantizer, StaysCalmWhileTheContentDoes) {
  Stream stream;
  stream.picture(cut(1), true);
  for (int i = 0; i < 300; ++i) stream.picture(moving(6));
  int steps = 0;
  for (std::size_t i = 101; i < stream.quantizers.size(); ++i) {
    const auto step = std::abs(stream.quantizers[i] - stream.quantizers[i - 1]);
    EXPECT_LE(step, 2);
    steps += step;
  }
  EXPECT_LT(steps, 100);
}

TEST(X264Quantizer, AnIdrTakesAboutTwoShares) {
  for (const double strength : {0.3, 1.0, 3.0}) {
    Stream stream;
    const auto first = stream.picture(cut(strength), true);
    EXPECT_LT(first, 3.5) << strength;
    for (int i = 0; i < 60; ++i) stream.picture(moving(4));
    EXPECT_LT(stream.picture(cut(strength), true), 3) << strength;
  }
}

TEST(X264Quantizer, ACutIsSeenBeforeItIsCoded) {
  Stream stream;
  stream.picture(cut(0.2), true);
  for (int i = 0; i < 200; ++i) stream.picture(moving(0));
  EXPECT_EQ(stream.quantizers.back(), QuantizerControl::kLeast);  // a still picture becomes sharp
  EXPECT_LT(stream.picture(cut(2)), 3.5);
}

TEST(X264Quantizer, WhatAnIdrTookIsPaidBack) {
  Stream stream;
  for (int i = 0; i < 120; ++i) stream.picture(moving(6), i == 0);
  stream.picture(cut(1), true);
  double sum = stream.shares.back();
  for (int i = 0; i < 30; ++i) sum += stream.picture(moving(6));
  EXPECT_LT(sum, 33);
}

TEST(X264Quantizer, MotionAfterStillnessIsExpectedFromExperience) {
  Stream stream;
  stream.picture(cut(1), true);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 120; ++i) stream.picture(moving(0));
    for (int i = 0; i < 120; ++i) stream.picture(moving(12));
  }
  for (int i = 0; i < 120; ++i) stream.picture(moving(0));
  EXPECT_LT(stream.picture(moving(12)), 3);
}

TEST(X264Quantizer, FollowsANewBitrateWithinAFewPictures) {
  Stream stream;
  stream.picture(cut(1), true);
  for (int i = 0; i < 200; ++i) stream.picture(moving(6));
  stream.control.set_share(kShare / 4);
  for (int i = 0; i < 12; ++i) stream.picture(moving(6));
  for (int i = 0; i < 20; ++i) stream.picture(moving(6));
  EXPECT_LT(stream.mean_of_last(20), 0.3);
  stream.control.set_share(kShare);
  for (int i = 0; i < 120; ++i) stream.picture(moving(6));
  EXPECT_GT(stream.mean_of_last(20), 0.7);
}

TEST(X264Quantizer, IdleTimeMakesRoomForOnePictureOnly) {
  Stream stream;
  for (int i = 0; i < 100; ++i) stream.picture(moving(6), i == 0);
  stream.picture(moving(6), false, 0.02, 1000);
  double sum = 0;
  for (int i = 0; i < 10; ++i) sum += stream.picture(moving(6));
  EXPECT_LT(sum, 13);
}

TEST(X264Quantizer, NothingBreaksIt) {
  std::mt19937 random(7);
  const auto any = [&](double most) { return std::uniform_real_distribution(0.0, most)(random); };
  QuantizerControl control(256, 0);
  for (int i = 0; i < 20'000; ++i) {
    auto activity = i % 3 == 0 ? cut(any(50)) : moving(any(255));
    activity.fresh = any(1);
    const auto quantizer = control.choose(i % 50 == 0, activity, any(10) - 2);
    ASSERT_GE(quantizer, QuantizerControl::kLeast);
    ASSERT_LE(quantizer, QuantizerControl::kMost);
    control.coded(i % 7 == 0 ? 0 : static_cast<std::size_t>(any(1e7)));
    if (i % 11 == 0) control.set_share(any(1e7));
  }
}

}  // namespace
}  // namespace pf::encode::x264
