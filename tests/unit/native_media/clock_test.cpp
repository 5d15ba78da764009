#include "native/media/clock.hpp"

#include <gtest/gtest.h>

#include "base/clock.hpp"

namespace pf::native::media {
namespace {

// The example of punktfunk2.md 8.
TEST(MediaClock, RoundsElapsedTimeNotTheSum) {
  const MediaClock clock(1'700'000'000'123'456'789, 77);
  const auto time = clock.at(77 + 5'000'456'789);
  EXPECT_EQ(time.pts_us, 5'000'456U);
  EXPECT_EQ(time.wire_ns, 1'700'000'005'123'912'789U);
  EXPECT_EQ(time.wire_ns, clock.origin_ns() + std::uint64_t{time.pts_us} * 1000);
}

TEST(MediaClock, WrapsItsMicrosecondsAndNothingElse) {
  const MediaClock clock(1'000, 0);
  const std::int64_t us = (std::int64_t{1} << 32) + 5;
  const auto time = clock.at(us * 1000 + 999);
  EXPECT_EQ(time.pts_us, 5U);
  EXPECT_EQ(time.wire_ns, 1'000U + static_cast<std::uint64_t>(us) * 1000);
}

TEST(MediaClock, NothingIsBeforeTheOrigin) {
  const MediaClock clock(50, 1'000);
  EXPECT_EQ(clock.at(-5).wire_ns, 50U);
  EXPECT_EQ(clock.at(999).pts_us, 0U);
}

TEST(MediaClock, BeginsNow) {
  const auto before = unix_now();
  const MediaClock clock;
  EXPECT_GE(clock.origin_ns() / 1'000'000'000, static_cast<std::uint64_t>(before));
  EXPECT_LE(clock.origin_ns() / 1'000'000'000, static_cast<std::uint64_t>(unix_now()));
  EXPECT_GE(clock.now().wire_ns, clock.origin_ns());
}

TEST(PtsUnwrapper, FollowsToTheNearest) {
  PtsUnwrapper unwrap;
  EXPECT_EQ(unwrap.unwrap(0xFFFF'FF00), 0xFFFF'FF00U);
  EXPECT_EQ(unwrap.unwrap(0x10), 0x1'0000'0010U);
  EXPECT_EQ(unwrap.unwrap(0xFFFF'FF80), 0xFFFF'FF80U);
  EXPECT_EQ(unwrap.unwrap(0x20), 0x1'0000'0020U);
}

TEST(PtsUnwrapper, NeverGoesBelowZero) {
  PtsUnwrapper unwrap;
  EXPECT_EQ(unwrap.unwrap(5), 5U);
  EXPECT_EQ(unwrap.unwrap(0xFFFF'FFFF), 0xFFFF'FFFFU);
}

}  // namespace
}  // namespace pf::native::media
