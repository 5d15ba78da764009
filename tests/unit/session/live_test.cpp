#include "session/live.hpp"

#include <gtest/gtest.h>

namespace pf::session {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(LiveRing, NothingIsClaimedThatWasNotMeasured) {
  Stats stats;
  LiveRing ring;
  EXPECT_EQ(ring.newest(), nullptr);
  EXPECT_TRUE(ring.all().empty());
  ring.sample(stats, 5000, 10 * kSecond, 1);
  ASSERT_NE(ring.newest(), nullptr);
  const auto& sample = *ring.newest();
  EXPECT_EQ(sample.unix_ms, 5000);
  EXPECT_EQ(sample.fps, 0);
  EXPECT_FALSE(sample.loss_ppm || sample.rtt_us || sample.fec_percent || sample.bitrate_kbps);
  EXPECT_FALSE(sample.host_p50_us || sample.host_p99_us || sample.encode_p50_us);
}

TEST(LiveRing, ASecondHasItsOwnFigures) {
  Stats stats;
  LiveRing ring;
  const auto frame = [&](std::int64_t captured, std::int64_t host_us, std::int64_t encode_us) {
    media::Timeline t;
    t.captured_ns = captured;
    t.submitted_ns = captured + 1000;
    t.encoded_ns = t.submitted_ns + encode_us * 1000;
    t.first_packet_ns = t.encoded_ns + 1000;
    t.last_packet_ns = captured + host_us * 1000;
    stats.timelines.record(t);
    stats.frames_sent.add();
    stats.sent_bytes.add(125'000);
  };
  for (int i = 0; i < 100; ++i) frame(9 * kSecond + i * 1000, 90'000, 50'000);
  ring.sample(stats, 1, 10 * kSecond, 1);
  for (int i = 1; i <= 100; ++i) frame(10 * kSecond + i * 1'000'000, i * 100, 50);
  stats.loss_ppm.set(2500);
  stats.rtt_us.set(1100);
  stats.bitrate_kbps.set(20'000);
  ring.sample(stats, 2, 11 * kSecond, 1);
  const auto& sample = *ring.newest();
  EXPECT_EQ(sample.fps, 100);
  EXPECT_EQ(sample.mbps, 100);
  EXPECT_NEAR(*sample.host_p50_us, 5000, 100);
  EXPECT_EQ(sample.host_p99_us, 9900U);
  EXPECT_EQ(sample.encode_p50_us, 50U);
  EXPECT_EQ(sample.loss_ppm, 2500U);
  EXPECT_EQ(sample.rtt_us, 1100U);
  EXPECT_EQ(sample.bitrate_kbps, 20'000U);
  // A loss report counts once; a round trip stays until there is a newer one.
  ring.sample(stats, 3, 12 * kSecond, 1);
  EXPECT_FALSE(ring.newest()->loss_ppm);
  EXPECT_EQ(ring.newest()->rtt_us, 1100U);
  EXPECT_EQ(ring.newest()->fps, 0);
}

TEST(LiveRing, KeepsAMinuteOldestFirst) {
  Stats stats;
  LiveRing ring;
  for (int i = 0; i < 75; ++i) ring.sample(stats, i, i * kSecond, 1);
  const auto all = ring.all();
  ASSERT_EQ(all.size(), LiveRing::kSeconds);
  EXPECT_EQ(all.front().unix_ms, 15);
  EXPECT_EQ(all.back().unix_ms, 74);
}

TEST(LiveRing, ANewStreamCountsFromZero) {
  Stats first;
  first.frames_sent.add(500);
  LiveRing ring;
  ring.sample(first, 1, kSecond, 1);
  ring.restart();
  Stats second;
  second.frames_sent.add(30);
  ring.sample(second, 2, 2 * kSecond, 1);
  EXPECT_EQ(ring.newest()->fps, 30);
}

TEST(PictureInterval, IsTheMiddleOneOfWhatWasCapturedSince) {
  Stats stats;
  EXPECT_FALSE(picture_interval(stats, 0, 0));
  std::int64_t at = 5 * kSecond;
  for (int i = 0; i < 200; ++i) {
    media::Timeline t;
    t.captured_ns = at += i < 100 ? 30'000'000 : i % 10 == 0 ? 33'000'000 : 17'000'000;
    stats.timelines.record(t);
  }
  EXPECT_EQ(picture_interval(stats, 8'100'000'000, 48), Nanoseconds(17'000'000));
  EXPECT_FALSE(picture_interval(stats, 8'100'000'000, 200));
}

}  // namespace
}  // namespace pf::session
