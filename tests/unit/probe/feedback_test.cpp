#include "probe/feedback.hpp"

#include <gtest/gtest.h>

namespace pf::probe {
namespace {

using namespace std::chrono_literals;
namespace wire = native::wire;

class FeedbackTest : public testing::Test {
 protected:
  FeedbackSender make(FeedbackStyle style, bool every = false) {
    return FeedbackSender({[this](const wire::ControlMessage& m) { control_.push_back(m); },
                           [this](const wire::Feedback& f) { datagrams_.push_back(f); }},
                          style, every, 16ms);
  }
  static native::media::Reassembler::Stats lossy(std::uint64_t shards, std::uint64_t repaired) {
    native::media::Reassembler::Stats s;
    s.shards = shards;
    s.repaired = repaired;
    return s;
  }
  SteadyTime now_ = from_ns(5'000'000'000);
  std::vector<wire::ControlMessage> control_;
  std::vector<wire::Feedback> datagrams_;
};

TEST_F(FeedbackTest, AWindowEvery750Milliseconds) {
  auto sender = make(FeedbackStyle::Control);
  sender.begin(now_);
  EXPECT_EQ(sender.tick(lossy(100, 0), 100, 0, now_ + 749ms), std::nullopt);
  const auto ppm = sender.tick(lossy(95, 5), 95, 0, now_ + 750ms);
  ASSERT_TRUE(ppm);
  EXPECT_GT(*ppm, 0u);
  ASSERT_EQ(control_.size(), 2u);  // the first delivery is told once
  EXPECT_EQ(std::get<wire::LossReport>(control_[0]).ppm, *ppm);
  EXPECT_EQ(std::get<wire::DeliveryReport>(control_[1]).packets, 95u);
  EXPECT_EQ(sender.tick(lossy(195, 5), 195, 0, now_ + 1500ms), 0u);
  EXPECT_EQ(control_.size(), 3u);
}

TEST_F(FeedbackTest, SilenceIsReportedAsZeroDelivered) {
  auto sender = make(FeedbackStyle::Control);
  sender.begin(now_);
  sender.tick({}, 0, 0, now_ + 750ms);
  sender.tick({}, 0, 0, now_ + 1500ms);
  ASSERT_EQ(control_.size(), 4u);
  EXPECT_EQ(std::get<wire::DeliveryReport>(control_[3]).packets, 0u);
}

TEST_F(FeedbackTest, ASpoiledWindowIsLeftOut) {
  auto sender = make(FeedbackStyle::Datagram);
  sender.begin(now_);
  sender.spoil();
  EXPECT_EQ(sender.tick(lossy(100, 50), 100, 0, now_ + 750ms), std::nullopt);
  EXPECT_EQ(sender.tick(lossy(200, 50), 200, 0, now_ + 1500ms), 0u);
  ASSERT_EQ(datagrams_.size(), 1u);
  EXPECT_EQ(datagrams_[0].window->number, 1u);
}

TEST_F(FeedbackTest, ControlAsksAreMessages) {
  auto sender = make(FeedbackStyle::Control);
  sender.ask({false, 3, 9}, now_);
  sender.ask({.keyframe = true}, now_);
  ASSERT_EQ(control_.size(), 2u);
  EXPECT_EQ(std::get<wire::RfiRequest>(control_[0]), (wire::RfiRequest{3, 9}));
  EXPECT_TRUE(std::holds_alternative<wire::RequestKeyframe>(control_[1]));
}

TEST_F(FeedbackTest, AnAskIsRepeatedEachFrameUntilItHeals) {
  auto sender = make(FeedbackStyle::Datagram);
  sender.begin(now_);
  sender.ask({false, 3, 9}, now_);
  EXPECT_EQ(sender.next(), now_ + 16ms);
  sender.tick({}, 0, 0, now_ + 16ms);
  sender.tick({}, 0, 0, now_ + 20ms);
  sender.tick({}, 0, 0, now_ + 32ms);
  ASSERT_EQ(datagrams_.size(), 3u);
  for (const auto& d : datagrams_) {
    ASSERT_TRUE(d.ask);
    EXPECT_EQ(d.ask->number, 1u);
    EXPECT_EQ(d.ask->invalidate, (wire::Feedback::Range{3, 9}));
  }
  sender.healed();
  sender.tick({}, 0, 0, now_ + 64ms);
  EXPECT_EQ(datagrams_.size(), 3u);
  sender.ask({.keyframe = true}, now_ + 70ms);
  EXPECT_EQ(datagrams_.back().ask->number, 2u);
  EXPECT_TRUE(datagrams_.back().ask->keyframe);
}

TEST_F(FeedbackTest, AnAskLivesHalfASecond) {
  auto sender = make(FeedbackStyle::Datagram);
  sender.begin(now_);
  sender.ask({.keyframe = true}, now_);
  sender.tick({}, 0, 0, now_ + 500ms);
  EXPECT_EQ(datagrams_.size(), 1u);
}

TEST_F(FeedbackTest, CompletedFramesAreAWindowOfSeventeen) {
  auto sender = make(FeedbackStyle::Datagram);
  sender.completed(100);
  sender.completed(101);
  sender.completed(103);
  EXPECT_EQ(datagrams_.back().completed, (wire::Feedback::Completed{103, 0b110}));
  sender.completed(102);  // overtaken: nothing is said
  EXPECT_EQ(datagrams_.size(), 3u);
  sender.completed(200);
  EXPECT_EQ(datagrams_.back().completed, (wire::Feedback::Completed{200, 0}));
}

}  // namespace
}  // namespace pf::probe
