#include "session/audio_clock.hpp"

#include <gtest/gtest.h>

#include <random>

namespace pf::session {
namespace {

using namespace std::chrono_literals;

TEST(AudioClock, RunsEvenlyUnderJitter) {
  std::mt19937 random(3);
  AudioClock clock;
  std::int64_t last = 0;
  for (std::int64_t i = 0; i < 10'000; ++i) {
    const auto truth = 1'000'000'000 + i * 5'000'000;
    const auto seen = truth + static_cast<std::int64_t>(random() % 4'000'000);
    const auto time = clock.next(seen, 5ms);
    if (i > 0) {
      EXPECT_NEAR(static_cast<double>(time - last), 5e6, 0.1e6);
    }
    EXPECT_NEAR(static_cast<double>(time), static_cast<double>(truth) + 2e6, 2.5e6);
    last = time;
  }
}

TEST(AudioClock, FollowsADriftingSource) {
  AudioClock clock;
  std::int64_t time = 0, truth = 0;
  for (std::int64_t i = 0; i < 10'000; ++i) {
    truth = 1'000'000'000 + i * 5'001'000;  // 200 ppm slow
    time = clock.next(truth, 5ms);
  }
  EXPECT_NEAR(static_cast<double>(time - truth), 0, 100'000);
}

TEST(AudioClock, JumpsOverAGapAndNeverBack) {
  AudioClock clock;
  EXPECT_EQ(clock.next(1'000'000'000, 5ms), 1'000'000'000);
  EXPECT_EQ(clock.next(2'000'000'000, 5ms), 2'000'000'000);
  const auto after = clock.next(1'500'000'000, 5ms);
  EXPECT_GT(after, 2'000'000'000);
}

}  // namespace
}  // namespace pf::session
