#include "probe/recovery.hpp"

#include <gtest/gtest.h>

#include "native/media/generation.hpp"

namespace pf::probe {
namespace {

using namespace std::chrono_literals;
using Verdict = Recovery::Verdict;
namespace flag = native::media::flag;

constexpr std::uint32_t kP = flag::kPicture;
constexpr std::uint32_t kIdr = flag::kPicture | flag::kKey;
constexpr std::uint32_t kAnchor = flag::kPicture | flag::kRecoveryAnchor;
constexpr std::uint32_t kPoint = flag::kPicture | flag::kRecoveryPoint;

class RecoveryTest : public testing::Test {
 protected:
  SteadyTime at(int ms) const { return start_ + std::chrono::milliseconds(ms); }
  SteadyTime start_ = from_ns(1'000'000'000);
  Recovery recovery_{start_};
};

TEST_F(RecoveryTest, NothingIsAskedWhileAllIsWell) {
  EXPECT_EQ(recovery_.on_frame(7, kIdr, at(0)), Verdict::Clean);
  for (std::uint32_t i = 8; i < 100; ++i)
    EXPECT_EQ(recovery_.on_frame(i, kP, at(static_cast<int>(i) * 16)), Verdict::Clean);
  EXPECT_EQ(recovery_.due(at(1600)), std::nullopt);
  EXPECT_EQ(recovery_.lost(), 0u);
}

TEST_F(RecoveryTest, AHoleIsReportedAndAnAnchorHealsIt) {
  recovery_.on_frame(0, kIdr, at(0));
  EXPECT_EQ(recovery_.on_frame(3, kP, at(16)), Verdict::Held);
  EXPECT_EQ(recovery_.due(at(16)), (RecoveryAsk{false, 1, 2}));
  EXPECT_EQ(recovery_.due(at(17)), std::nullopt);
  EXPECT_EQ(recovery_.on_frame(4, kP, at(32)), Verdict::Held);
  EXPECT_EQ(recovery_.on_frame(5, kAnchor, at(48)), Verdict::Healed);
  EXPECT_EQ(recovery_.on_frame(6, kP, at(64)), Verdict::Clean);
  EXPECT_FALSE(recovery_.waiting());
  EXPECT_EQ(recovery_.lost(), 2u);
}

TEST_F(RecoveryTest, AnAnchorRightBehindANewHoleWasMadeForAnOlderOne) {
  recovery_.on_frame(0, kIdr, at(0));
  recovery_.on_frame(2, kP, at(10));
  ASSERT_TRUE(recovery_.due(at(10)));
  EXPECT_EQ(recovery_.on_frame(4, kAnchor, at(20)), Verdict::Held);
  // Reported once the pause is over; it names the new hole alone.
  EXPECT_EQ(recovery_.due(at(20)), std::nullopt);
  EXPECT_EQ(recovery_.due(at(110)), (RecoveryAsk{false, 3, 3}));
  EXPECT_EQ(recovery_.on_frame(5, kAnchor, at(120)), Verdict::Healed);
}

TEST_F(RecoveryTest, HolesInsideThePauseWidenTheNextAsk) {
  recovery_.on_frame(0, kIdr, at(0));
  recovery_.on_frame(2, kP, at(10));
  ASSERT_TRUE(recovery_.due(at(10)));
  recovery_.on_frame(4, kP, at(20));
  recovery_.on_frame(8, kP, at(30));
  EXPECT_EQ(recovery_.due(at(110)), (RecoveryAsk{false, 3, 7}));
}

TEST_F(RecoveryTest, AWideHoleIsAKeyFramesBusiness) {
  recovery_.on_frame(0, kIdr, at(0));
  recovery_.on_frame(400, kP, at(10));
  EXPECT_EQ(recovery_.due(at(10)), (RecoveryAsk{.keyframe = true}));
}

TEST_F(RecoveryTest, TwoRecoveryPointsHeal) {
  recovery_.on_frame(0, kIdr, at(0));
  recovery_.on_frame(2, kPoint, at(10));
  EXPECT_EQ(recovery_.on_frame(3, kPoint, at(20)), Verdict::Held);
  EXPECT_EQ(recovery_.on_frame(4, kPoint, at(30)), Verdict::Healed);
}

TEST_F(RecoveryTest, AsksAgainForAKeyFrameWhenNothingHeals) {
  recovery_.on_frame(0, kIdr, at(0));
  recovery_.on_frame(2, kP, at(10));
  ASSERT_TRUE(recovery_.due(at(10)));
  EXPECT_EQ(recovery_.next(), at(510));
  EXPECT_EQ(recovery_.due(at(509)), std::nullopt);
  EXPECT_EQ(recovery_.due(at(510)), (RecoveryAsk{.keyframe = true}));
  EXPECT_EQ(recovery_.on_frame(3, kIdr, at(520)), Verdict::Healed);
  EXPECT_EQ(recovery_.due(at(1100)), std::nullopt);
}

TEST_F(RecoveryTest, SilenceAsksForAKeyFrame) {
  EXPECT_EQ(recovery_.due(at(2599)), std::nullopt);
  EXPECT_EQ(recovery_.due(at(2600)), (RecoveryAsk{.keyframe = true}));
  EXPECT_EQ(recovery_.due(at(2601)), std::nullopt);
  EXPECT_EQ(recovery_.due(at(5200)), (RecoveryAsk{.keyframe = true}));
}

TEST_F(RecoveryTest, AFirstFrameInTheMiddleWaitsForAKeyFrame) {
  EXPECT_EQ(recovery_.on_frame(40, kP, at(5)), Verdict::Held);
  EXPECT_EQ(recovery_.due(at(5)), (RecoveryAsk{.keyframe = true}));
  EXPECT_EQ(recovery_.on_frame(41, kIdr, at(10)), Verdict::Healed);
}

TEST_F(RecoveryTest, OvertakenFramesAreLateAndIndicesWrap) {
  recovery_.on_frame(0xFFFFFFFF, kIdr, at(0));
  EXPECT_EQ(recovery_.on_frame(0, kP, at(1)), Verdict::Clean);
  EXPECT_EQ(recovery_.on_frame(0xFFFFFFFF, kP, at(2)), Verdict::Late);
  EXPECT_EQ(recovery_.lost(), 0u);
}

TEST_F(RecoveryTest, ADecoderThatGivesUpGetsAKeyFrame) {
  recovery_.on_frame(0, kIdr, at(0));
  recovery_.on_broken(at(1));
  EXPECT_EQ(recovery_.due(at(1)), (RecoveryAsk{.keyframe = true}));
}

}  // namespace
}  // namespace pf::probe
