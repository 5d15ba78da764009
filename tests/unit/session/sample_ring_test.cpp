#include "session/sample_ring.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <thread>

namespace pf::session {
namespace {

TEST(SampleRing, GivesFramesInOrderAndKeepsChannelsTogether) {
  SampleRing ring(2, 8);
  std::vector<float> in(12);
  std::iota(in.begin(), in.end(), 0.0F);
  ring.push(in);
  std::vector<float> out(8);
  ASSERT_TRUE(ring.pop(out));
  EXPECT_EQ(out, std::vector<float>(in.begin(), in.begin() + 8));
  EXPECT_FALSE(ring.pop(out));
  EXPECT_EQ(ring.available(), 2U);
}

TEST(SampleRing, OverrunIsCountedAndNothingIsTorn) {
  SampleRing ring(2, 4);
  std::vector<float> in(20, 1.0F);
  ring.push(in);
  EXPECT_EQ(ring.available(), 4U);
  EXPECT_EQ(ring.overruns(), 1U);
  ring.skip_to(1);
  EXPECT_EQ(ring.available(), 1U);
}

TEST(SampleRing, TwoThreadsLoseNothingWhileThereIsRoom) {
  SampleRing ring(1, 1 << 16);
  constexpr int kSamples = 50'000;
  std::thread producer([&] {
    for (int i = 0; i < kSamples; ++i) {
      const float value = static_cast<float>(i);
      ring.push({&value, 1});
    }
  });
  std::vector<float> out(1);
  for (int i = 0; i < kSamples;) {
    if (!ring.pop(out)) continue;
    ASSERT_EQ(out[0], static_cast<float>(i++));
  }
  producer.join();
  EXPECT_EQ(ring.overruns(), 0U);
}

}  // namespace
}  // namespace pf::session
