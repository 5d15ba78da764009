#include "capture/rate_gate.hpp"

#include <gtest/gtest.h>

namespace pf::capture {
namespace {

using std::chrono::microseconds;

// How many frames of a display that ticks every `tick` get through in `span`.
int frames_through(const media::Rational& rate, Nanoseconds tick, Nanoseconds span) {
  RateGate gate(rate);
  const SteadyTime origin = from_ns(1'000'000'000'000);
  int frames = 0;
  for (auto now = origin; now < origin + span; now += tick) {
    if (now < gate.opens()) continue;
    gate.took(now);
    ++frames;
  }
  return frames;
}

TEST(RateGate, LetsASlowerDisplayThroughUntouched) {
  EXPECT_EQ(frames_through({60, 1}, microseconds(17'000), std::chrono::seconds(17)), 1000);
  EXPECT_EQ(frames_through({60, 1}, microseconds(16'667), microseconds(16'667'000)), 1000);
}

TEST(RateGate, HoldsAFasterDisplayAtTheRate) {
  // A 16 ms timer where 60 Hz was asked for, and 8 ms where it was 120000/1001.
  EXPECT_NEAR(frames_through({60, 1}, microseconds(16'000), std::chrono::seconds(100)), 6000, 1);
  EXPECT_NEAR(frames_through({120'000, 1001}, microseconds(8'000), std::chrono::seconds(100)),
              11'988, 1);
  EXPECT_NEAR(frames_through({30, 1}, microseconds(1'000), std::chrono::seconds(100)), 3000, 1);
}

TEST(RateGate, APauseDoesNotAllowABurst) {
  RateGate gate({60, 1});
  SteadyTime now = from_ns(5'000'000'000);
  gate.took(now);
  now += std::chrono::seconds(10);
  EXPECT_LE(gate.opens(), now);
  gate.took(now);
  EXPECT_LE(gate.opens(), now);  // half a period early at most, counted on both sides
  gate.took(now);
  EXPECT_GT(gate.opens(), now + microseconds(8'000));
}

}  // namespace
}  // namespace pf::capture
