#include "net/pacer.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace pf::net {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{1'000s};

struct Sent {
  Nanoseconds at;
  std::size_t packets;
};

// Runs one frame in virtual time: every wait ends `late` after its deadline.
std::vector<Sent> run(Pacer& pacer, std::size_t packets, std::size_t bytes, Nanoseconds late = 0ns,
                      std::size_t block = 1'000'000) {
  std::vector<Sent> log;
  SteadyTime now = kStart;
  pacer.begin(now, packets, bytes);
  std::size_t in_block = std::min(block, packets);
  while (!pacer.done()) {
    const auto step = pacer.next(now, in_block);
    if (step.packets == 0) {
      EXPECT_GT(step.wake, now);
      now = step.wake + late;
      continue;
    }
    log.push_back({now - kStart, step.packets});
    in_block -= step.packets;
    if (in_block == 0) in_block = std::min(block, packets - pacer.sent());
  }
  return log;
}

TEST(Pacer, AFrameThatFitsOneBurstLeavesAtOnce) {
  Pacer pacer({}, 16'666us);
  const auto log = run(pacer, 46, 1408);
  ASSERT_EQ(log.size(), 1U);
  EXPECT_EQ(log[0].packets, 46U);
  EXPECT_EQ(log[0].at, 0ns);
}

TEST(Pacer, BurstsAreBoundedInPacketsAndBytes) {
  Pacer pacer({}, 16'666us);
  for (const auto& sent : run(pacer, 1000, 1408)) EXPECT_LE(sent.packets, 46U);  // 64 KiB / 1408
  for (const auto& sent : run(pacer, 1000, 100)) EXPECT_LE(sent.packets, 64U);
  for (const auto& sent : run(pacer, 3, 100'000)) EXPECT_EQ(sent.packets, 1U);
}

TEST(Pacer, KeepsTheRate) {
  Pacer pacer({}, 1s);  // no squeezing
  const auto log = run(pacer, 460, 1408);
  ASSERT_EQ(log.size(), 10U);
  std::size_t before = 0;
  for (const auto& sent : log) {
    const auto due = Nanoseconds(static_cast<std::int64_t>(before * 1408 * 8 * 10 / 8));
    EXPECT_NEAR(static_cast<double>(sent.at.count()), static_cast<double>(due.count()), 2);
    before += sent.packets;
  }
}

TEST(Pacer, ALargeFrameIsSqueezedIntoItsShareOfTheInterval) {
  Pacer pacer({}, 10ms);
  const auto log = run(pacer, 4600, 1408);  // 65 ms at the rate
  std::size_t total = 0;
  for (const auto& sent : log) total += sent.packets;
  EXPECT_EQ(total, 4600U);
  EXPECT_LT(log.back().at, 5ms);
  EXPECT_GT(log.back().at, 4ms);
}

TEST(Pacer, LateWakeUpsAreMadeUpFor) {
  Pacer pacer({}, 1s);
  const auto punctual = run(pacer, 4600, 1408);
  const auto late = run(pacer, 4600, 1408, 2ms);
  EXPECT_LT(late.back().at - punctual.back().at, 2ms + 1us);
  for (const auto& sent : late) EXPECT_LE(sent.packets, 46U);
}

TEST(Pacer, BlocksThatEndWithinAGroupDoNotAddWaits) {
  Pacer pacer({}, 1s);
  const auto whole = run(pacer, 510, 1408);
  const auto blocks = run(pacer, 510, 1408, 0ns, 255);
  EXPECT_EQ(whole.back().at, blocks.back().at);
  std::size_t total = 0;
  for (const auto& sent : blocks) total += sent.packets;
  EXPECT_EQ(total, 510U);
}

TEST(Pacer, WaitsShorterThanTheSlackAreSkipped) {
  Pacer::Options options;
  options.slack = 1ms;  // longer than a burst takes at this rate
  Pacer pacer(options, 1s);
  const auto log = run(pacer, 92, 1408);
  ASSERT_EQ(log.size(), 2U);
  EXPECT_EQ(log[1].at, 0ns);
}

TEST(Pacer, RateAndIntervalChangeWithTheNextFrame) {
  Pacer pacer({}, 1s);
  const auto fast = run(pacer, 460, 1408).back().at;
  pacer.set_rate(400'000'000);
  pacer.set_rate(0);
  EXPECT_NEAR(static_cast<double>(run(pacer, 460, 1408).back().at.count()),
              2.0 * static_cast<double>(fast.count()), 4);
  pacer.set_frame_interval(1ms);
  EXPECT_LT(run(pacer, 460, 1408).back().at, 500us);
}

TEST(Pacer, NothingReadyMeansNothingGranted) {
  Pacer pacer({}, 10ms);
  pacer.begin(kStart, 10, 1408);
  EXPECT_EQ(pacer.next(kStart, 0).packets, 0U);
  EXPECT_FALSE(pacer.done());
}

}  // namespace
}  // namespace pf::net
