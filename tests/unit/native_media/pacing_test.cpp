#include "native/media/pacing.hpp"

#include <gtest/gtest.h>

namespace pf::native::media {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr SteadyTime kStart{milliseconds(1'000)};
constexpr std::size_t kPacket = 1'454;

struct Sent {
  std::size_t at_once = 0;  // packets that left at the start
  std::size_t all = 0;
  Nanoseconds took{0};
  std::size_t largest_later = 0;  // group after the start
};

Sent run(FramePacer& pacer, std::size_t packets) {
  Sent sent;
  auto now = kStart;
  pacer.begin(now, packets, kPacket);
  while (sent.all < packets) {
    const auto step = pacer.next(now, packets - sent.all);
    if (step.packets == 0) {
      EXPECT_GT(step.wake, now);
      now = step.wake;
      continue;
    }
    sent.all += step.packets;
    if (now == kStart) {
      sent.at_once += step.packets;
    } else {
      sent.largest_later = std::max(sent.largest_later, step.packets);
    }
  }
  sent.took = now - kStart;
  return sent;
}

// punktfunk1.md 6.13.
TEST(FramePacer, AnOrdinaryFrameLeavesAtOnce) {
  FramePacer pacer(20'000, milliseconds(16));
  const auto sent = run(pacer, FramePacer::kFirstBurstBytes / kPacket);
  EXPECT_EQ(sent.took, Nanoseconds(0));
  EXPECT_EQ(run(pacer, 1).at_once, 1U);
}

TEST(FramePacer, ThreeTimesTheRateBehindTheFirstBurst) {
  FramePacer pacer(50'000, milliseconds(100));
  const std::size_t packets = 500;
  const auto sent = run(pacer, packets);
  EXPECT_GE(sent.at_once * kPacket, FramePacer::kFirstBurstBytes - kPacket);
  EXPECT_LE(sent.at_once * kPacket, FramePacer::kFirstBurstBytes + 64 * 1024);
  EXPECT_LE(sent.largest_later, 64U);
  // The last group is due one group before the end of (727,000 - 131,072) * 8 bit / 150 Mb/s.
  const Nanoseconds whole(static_cast<std::int64_t>(
      static_cast<double>(packets * kPacket - FramePacer::kFirstBurstBytes) * 8e9 / 150e6));
  EXPECT_LE(sent.took, whole);
  EXPECT_GE(sent.took, whole - milliseconds(4));
}

TEST(FramePacer, AlwaysWithinOneInterval) {
  FramePacer pacer(20'000, milliseconds(16));
  const auto sent = run(pacer, 4'000);
  EXPECT_GE(sent.took, milliseconds(12));
  EXPECT_LE(sent.took, milliseconds(16));
  pacer.set_frame_interval(milliseconds(8));
  EXPECT_LE(run(pacer, 4'000).took, milliseconds(8));
}

TEST(FramePacer, RateAndIntervalChange) {
  FramePacer pacer(20'000, milliseconds(100));
  const auto slow = run(pacer, 500).took;
  pacer.set_rate_kbps(40'000);
  const auto fast = run(pacer, 500).took;
  EXPECT_NEAR(static_cast<double>(slow.count()) / static_cast<double>(fast.count()), 2, 0.25);
  pacer.set_rate_kbps(0);
  pacer.set_frame_interval(Nanoseconds(0));
  EXPECT_EQ(run(pacer, 500).took, fast);
}

TEST(FramePacer, NothingToSend) {
  FramePacer pacer(0, milliseconds(16));
  pacer.begin(kStart, 0, kPacket);
  EXPECT_EQ(pacer.next(kStart, 0).packets, 0U);
  EXPECT_EQ(run(pacer, 100).all, 100U);
}

}  // namespace
}  // namespace pf::native::media
