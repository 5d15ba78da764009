#include "gamestream/adaptation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include "gamestream/video_packets.hpp"

namespace pf::gamestream {
namespace {

constexpr unsigned kFps = 60;
constexpr std::uint32_t kPayload = 1376, kDatagram = 1436;

Adaptation::Config config_of(std::uint32_t total_kbps, std::uint32_t encoder_kbps) {
  Adaptation::Config config;
  config.total_kbps = total_kbps;
  config.audio_kbps = 192;
  config.encoder_kbps = encoder_kbps;
  config.payload_bytes = kPayload;
  config.frames_per_second = kFps;
  return config;
}

// A stream and its sound over a bottleneck with a queue, frame by frame in virtual time, and the
// client's reports of it as gamestream.md 5.3 and 7.8 say: losses at once, damaged blocks ten times
// a second, both a queue and half a round trip later. A block that is whole before its last packets
// come is not damaged, so parity that gets lost at its end is not told.
class Journey {
 public:
  explicit Journey(const Adaptation::Config& config, unsigned seed = 3)
      : adaptation(config), random_(seed) {}

  struct Seen {
    double loss = 0;             // share of the packets
    unsigned broken = 0;         // frames that parity could not repair
    double least_kbps = 1e9;     // of the encoder
    double mean_kbps = 0;        // of the encoder
    double most_total_kbps = 0;  // of the whole stream, over a second
    unsigned longest_gap = 0;    // frames in a row that could not be shown
  };
  Seen run(double seconds, double path_mbps, double random_loss = 0, unsigned burst = 1) {
    Seen seen;
    double sent = 0, lost = 0, second_bits = 0;
    const auto frames = static_cast<unsigned>(seconds * kFps);
    for (unsigned f = 0; f < frames; ++f) {
      hear(frames_);
      const bool repairs = std::exchange(repair_asked_, false);
      const auto now = adaptation.current();
      const auto wanted = static_cast<double>(now.encoder_kbps) * 125 / kFps / kPayload;
      const auto data =
          static_cast<std::size_t>(std::ceil(std::max(wanted * unevenness_(random_), 1.0)));
      const auto shape = fec_frame(data, now.fec_percent);
      bool broken = false;
      queue_ += kSoundBits / kFps;
      for (std::size_t b = 0; b < shape.blocks; ++b) {
        const auto block = fec_block(shape, b, now.fec_percent, 2);
        std::size_t gone = 0, data_gone = 0;
        for (std::size_t p = 0; p < block.data + block.parity; ++p) {
          ++packets_;
          ++sent;
          second_bits += kDatagram * 8;
          queue_ += kDatagram * 8;
          if (burst_left_ == 0 && chance_(random_) < random_loss / burst) burst_left_ = burst;
          const bool by_chance = burst_left_ > 0;
          if (by_chance) --burst_left_;
          // The pacer spreads a frame over its time, in which the queue empties.
          const bool no_room = queue_ > path_mbps * 1e6 * (queue_seconds + 1.0 / kFps);
          if (no_room) queue_ -= kDatagram * 8;
          if (!by_chance && !no_room) continue;
          ++gone;
          if (p < block.data) ++data_gone;
        }
        lost += static_cast<double>(gone);
        if (data_gone == 0) continue;
        Told told;
        auto& status = told.status;
        const bool whole = gone <= block.parity;
        status.missing = static_cast<std::uint16_t>(whole ? data_gone : gone);
        status.data_shards = static_cast<std::uint16_t>(block.data);
        status.parity_shards = static_cast<std::uint16_t>(block.parity);
        const auto came = block.data + block.parity - gone;
        status.received_data = static_cast<std::uint16_t>(std::min(came, block.data));
        status.received_parity = static_cast<std::uint16_t>(came - status.received_data);
        told.broken = !whole;
        told.asked_at = frames_ + 1 + delay_frames(path_mbps);
        told.told_at = (told.asked_at + kBatch - 1) / kBatch * kBatch;
        told_.push_back(told);
        broken = broken || !whole;
      }
      if (broken) ++seen.broken;
      // What refers to a broken frame is of no use; what answers the loss does not.
      waiting_ = broken || (waiting_ && !repairs);
      gap_ = waiting_ ? gap_ + 1 : 0;
      seen.longest_gap = std::max(seen.longest_gap, gap_);
      queue_ = std::max(0.0, queue_ - path_mbps * 1e6 / kFps);
      if (++frames_ % 5 == 0)
        trips_.push_back({frames_ + delay_frames(path_mbps), trip(path_mbps)});
      if (frames_ % kFps == 0)
        seen.most_total_kbps = std::max(seen.most_total_kbps, std::exchange(second_bits, 0) / 1000);
      seen.least_kbps = std::min<double>(seen.least_kbps, adaptation.current().encoder_kbps);
      seen.mean_kbps += static_cast<double>(adaptation.current().encoder_kbps) / frames;
    }
    seen.loss = lost / sent;
    return seen;
  }

  Adaptation adaptation;
  bool reports_fec = true;
  double queue_seconds = 0.06;
  double base_ms = 5;  // round trip without a queue

 private:
  static constexpr double kSoundBits = 300e3;
  static constexpr unsigned kBatch = kFps / 10, kWindow = kFps / 4;
  struct Told {
    FecStatus status;
    bool broken = false;
    unsigned asked_at = 0, told_at = 0;  // in frames
  };
  struct Trip {
    unsigned at;
    std::uint32_t ms;
  };

  std::uint32_t trip(double path_mbps) {
    return static_cast<std::uint32_t>(base_ms + queue_ / path_mbps / 1000 + jitter_(random_));
  }
  unsigned delay_frames(double path_mbps) const {
    return static_cast<unsigned>((queue_ / path_mbps / 1e6 + base_ms / 1000) * kFps);
  }
  // What the host knows before it codes frame number `now`.
  void hear(unsigned now) {
    for (auto& one : told_) {
      if (one.broken && one.asked_at == now) {
        adaptation.picture_lost();
        repair_asked_ = true;
      }
      if (reports_fec && one.told_at == now) adaptation.fec_status(one.status);
    }
    std::erase_if(told_, [now](const Told& one) { return one.told_at <= now; });
    for (const auto& one : trips_)
      if (one.at == now) shortest_ms_ = std::min(shortest_ms_, one.ms);
    std::erase_if(trips_, [now](const Trip& one) { return one.at <= now; });
    const auto since = now - window_began_;
    if (since < kWindow && !(adaptation.pressing() && since >= kBatch)) return;
    window_began_ = now;
    const auto trip = std::exchange(shortest_ms_, kNoTrip);
    adaptation.window(packets_, trip == kNoTrip ? 0 : trip);
  }

  static constexpr std::uint32_t kNoTrip = 100'000;
  std::uint64_t packets_ = 0;
  unsigned frames_ = 0, window_began_ = 0, burst_left_ = 0, gap_ = 0;
  bool repair_asked_ = false, waiting_ = false;
  std::uint32_t shortest_ms_ = kNoTrip;
  double queue_ = 0;
  std::vector<Told> told_;
  std::vector<Trip> trips_;
  std::mt19937 random_;
  std::uniform_real_distribution<> chance_{0, 1}, unevenness_{0.8, 1.2};
  std::exponential_distribution<> jitter_{1.0 / 3};  // milliseconds
};

TEST(Adaptation, ACleanPathKeepsItsBitrateAndSpendsLessOnParity) {
  Journey run(config_of(20'000, 15'300));
  const auto seen = run.run(20, 50);
  EXPECT_EQ(seen.broken, 0U);
  EXPECT_GE(seen.least_kbps, 15'300);
  EXPECT_LT(run.adaptation.current().fec_percent, 20U);
  EXPECT_GE(run.adaptation.current().fec_percent, session::RateControl::kLeastFec);
  EXPECT_LT(seen.most_total_kbps, 20'500);  // in whole packets
}

// Queues from 20 to 500 ms, and twenty courses of each.
TEST(Adaptation, ANarrowedPathIsFollowedWithinThreeSecondsAndBackWithinFifteen) {
  for (const double queue : {0.02, 0.06, 0.1, 0.2, 0.3, 0.5})
    for (unsigned seed = 1; seed <= 20; ++seed) {
      SCOPED_TRACE(testing::Message() << queue << " s, " << seed);
      Journey run(config_of(20'000, 15'300), seed);
      run.queue_seconds = queue;
      run.run(10, 22);
      const auto fallen = run.run(3, 4);
      // Half a second, and what the queue delays the news.
      EXPECT_LE(fallen.longest_gap, (0.5 + queue) * kFps);
      const auto settled = run.run(17, 4);
      // A short queue is full before it can be told, which costs parity.
      EXPECT_LT(settled.loss, queue < 0.1 ? 0.02 : 0.01);
      EXPECT_LT(settled.longest_gap, 12U);
      EXPECT_LT(settled.mean_kbps, 3'500U);
      EXPECT_GT(settled.mean_kbps, 1'000U);
      run.run(15, 22);
      EXPECT_GE(run.adaptation.current().encoder_kbps, 14'500U);
      const auto after = run.run(10, 22);
      EXPECT_EQ(after.broken, 0U);
      EXPECT_GE(after.least_kbps, 14'500);
    }
}

TEST(Adaptation, RandomLossIsMetWithParityAndNotWithLess) {
  Journey run(config_of(10'000, 7'500));
  run.run(3, 50, 0.05);
  const auto seen = run.run(30, 50, 0.05);
  EXPECT_LE(seen.broken, 3U);
  EXPECT_GE(run.adaptation.current().fec_percent, 30U);
  EXPECT_GE(seen.least_kbps, 3'800);
  // Whole packets, up to one more of each kind in a frame of fifteen.
  EXPECT_LE(seen.most_total_kbps, 11'500);
}

TEST(Adaptation, BurstsAreMetWithParityThatHoldsThem) {
  Journey run(config_of(10'000, 7'500));
  run.run(5, 50, 0.05, 4);
  const auto hit = run.run(30, 50, 0.05, 4);
  // About 400 bursts in 1,800 frames: three of four frames at least are repaired …
  EXPECT_LT(hit.broken, 100U);
  EXPECT_LT(hit.longest_gap, 4U);
  // … and the picture keeps two thirds of what there is.
  EXPECT_LE(run.adaptation.current().fec_percent, 50U);
  EXPECT_GE(hit.least_kbps, 5'000);
}

TEST(Adaptation, WhatIsFixedStays) {
  auto config = config_of(20'000, 15'300);
  config.follow_fec = false;
  Journey parity(config);
  parity.run(5, 50, 0.1);
  EXPECT_EQ(parity.adaptation.current().fec_percent, 20U);
  parity.run(5, 4);
  EXPECT_LT(parity.adaptation.current().encoder_kbps, 6'000U);

  config.follow_fec = true;
  config.follow_bitrate = false;
  Journey rate(config);
  rate.run(10, 4);
  EXPECT_GE(rate.adaptation.current().encoder_kbps, 9'000U);  // what parity leaves

  config.fec_percent = 0;
  Journey none(config);
  none.run(5, 50, 0.05);
  EXPECT_EQ(none.adaptation.current().fec_percent, 0U);
}

TEST(Adaptation, OldClientsTellOnlyThatSomethingWasLost) {
  auto config = config_of(20'000, 15'300);
  config.reports_fec = false;
  Journey run(config);
  run.reports_fec = false;
  run.run(20, 4);
  EXPECT_LT(run.adaptation.current().encoder_kbps, 7'500U);
  run.run(30, 50);
  EXPECT_GE(run.adaptation.current().encoder_kbps, 13'000U);
}

// Frames that lose most of what they are: a window that began before them says less than they do.
TEST(Adaptation, WhatBreaksInIsToldBeforeTheWindowEnds) {
  Adaptation adaptation(config_of(20'000, 15'300));
  adaptation.window(400, 5);
  FecStatus status;
  status.data_shards = 20;
  status.parity_shards = 4;
  status.received_data = 6;
  status.missing = 18;
  for (int i = 0; i < 2; ++i) adaptation.fec_status(status);
  EXPECT_FALSE(adaptation.pressing());
  adaptation.fec_status(status);
  EXPECT_TRUE(adaptation.pressing());
  const auto made = adaptation.window(600, 80);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->loss_ppm, 750'000U);
  EXPECT_LT(made->encoder_kbps, 5'000U);
  EXPECT_FALSE(adaptation.pressing());
}

TEST(Adaptation, AStillPictureTellsNothing) {
  Adaptation adaptation(config_of(20'000, 15'300));
  EXPECT_FALSE(adaptation.window(10, 5));
  adaptation.picture_lost();
  EXPECT_FALSE(adaptation.window(30, 5));
  EXPECT_TRUE(adaptation.window(400, 5));
}

}  // namespace
}  // namespace pf::gamestream
