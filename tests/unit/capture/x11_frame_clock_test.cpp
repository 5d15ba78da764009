#ifdef PF_HAVE_CAPTURE_X11
#include <gtest/gtest.h>

#include <random>

#include "capture/x11/frame_clock.hpp"

namespace pf::capture::x11 {
namespace {

constexpr std::int64_t kStart = 1'000'000'000'000;

TEST(FrameClock, TheFirstFrameIsDueAtOnce) {
  FrameClock clock({1280, 720, {60, 1}});
  EXPECT_LE(clock.due_ns(), 0);
}

TEST(FrameClock, KeepsAnExactGridUnderSmallDelays) {
  const media::Mode mode{1280, 720, {60000, 1001}};
  FrameClock clock(mode);
  clock.take(kStart);
  std::mt19937 random(1);
  for (std::uint64_t frame = 1; frame <= 100'000; ++frame) {
    ASSERT_EQ(clock.due_ns(), kStart + mode.frames(frame).count());
    clock.take(clock.due_ns() + static_cast<std::int64_t>(random() % 8'000'000));
  }
}

TEST(FrameClock, IsNeverFasterThanTheModeOverAnyStretch) {
  const media::Mode mode{640, 480, {90, 1}};
  FrameClock clock(mode);
  std::mt19937 random(2);
  std::vector<std::int64_t> taken;
  std::int64_t now = kStart;
  for (int frame = 0; frame < 2000; ++frame) {
    now = std::max(now, clock.due_ns()) + static_cast<std::int64_t>(random() % 30'000'000);
    if (random() % 3 == 0) now = std::max(now - 30'000'000, clock.due_ns());
    clock.take(now);
    taken.push_back(now);
  }
  for (std::size_t from = 0; from < taken.size(); from += 37)
    for (std::size_t to = from + 1; to < taken.size(); ++to)
      ASSERT_GE(taken[to] - taken[from],
                mode.frames(to - from).count() - mode.frames(1).count() / 2 - 1);
}

TEST(FrameClock, AfterARestTheNextFrameStartsANewGrid) {
  const media::Mode mode{640, 480, {60, 1}};
  FrameClock clock(mode);
  clock.take(kStart);
  const std::int64_t late = kStart + 987'654'321;
  ASSERT_LE(clock.due_ns(), late);
  clock.take(late);
  EXPECT_EQ(clock.due_ns(), late + mode.frames(1).count());
}

}  // namespace
}  // namespace pf::capture::x11
#endif
