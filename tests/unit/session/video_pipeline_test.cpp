#include "session/video_pipeline.hpp"

#include <gtest/gtest.h>

#include <array>
#include <condition_variable>
#include <mutex>

namespace pf::session {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 10s;

// Frames are pushed by the test on its own thread.
class FakeSource final : public capture::Source, media::FrameOwner {
 public:
  const char* name() const override { return "fake"; }
  Result<> start(capture::FrameSink& sink) override {
    sink_ = &sink;
    return {};
  }
  void stop() override { sink_ = nullptr; }
  void push() {
    media::VideoFrame frame(this, 0);
    frame.width = frame.height = 16;
    frame.sequence = ++sequence_;
    frame.captured_ns = steady_now_ns();
    ++outstanding_;
    sink_->on_frame(std::move(frame));
  }
  void lose() { sink_->on_lost(); }
  int outstanding() const { return outstanding_; }

 private:
  void release(std::uint64_t) noexcept override { --outstanding_; }
  capture::FrameSink* sink_ = nullptr;
  std::uint64_t sequence_ = 0;
  std::atomic<int> outstanding_{0};
};

class FakeEncoder final : public encode::Encoder {
 public:
  explicit FakeEncoder(bool invalidates = false) : invalidates_(invalidates) {}
  const char* name() const override { return "fake"; }
  bool invalidates() const override { return invalidates_; }
  encode::Outcome encode(const media::VideoFrame& frame, const encode::Directives& directives,
                         media::AccessUnit& out) noexcept override {
    return make(frame.captured_ns, directives, out);
  }
  encode::Outcome repeat(std::int64_t captured_ns, const encode::Directives& directives,
                         media::AccessUnit& out) noexcept override {
    return make(captured_ns, directives, out);
  }
  std::atomic<bool> failing{false};
  std::atomic<std::uint32_t> bitrate{0}, invalid_from{0}, index{0};

 private:
  encode::Outcome make(std::int64_t captured_ns, const encode::Directives& directives,
                       media::AccessUnit& out) noexcept {
    if (failing) return encode::Outcome::Failed;
    if (directives.bitrate_kbps != 0) bitrate = directives.bitrate_kbps;
    out = media::AccessUnit(bytes_, nullptr, nullptr);
    index = directives.index;
    out.type = media::FrameType::Predicted;
    if (directives.invalid_from != 0) {
      invalid_from = directives.invalid_from;
      out.type = media::FrameType::AfterInvalidation;
    }
    if (directives.force_idr) out.type = media::FrameType::Idr;
    out.timeline = {captured_ns, steady_now_ns(), steady_now_ns(), 0, 0};
    return encode::Outcome::Unit;
  }
  const bool invalidates_;
  std::array<std::uint8_t, 8> bytes_{};
};

class FakeSink final : public VideoSink {
 public:
  struct Seen {
    media::FrameType type;
    std::uint32_t index;
    bool repeat;
    std::uint32_t epoch;
    bool anchor;
  };
  FakeSink() { seen_.reserve(10'000); }
  bool send(media::AccessUnit& unit) noexcept override {
    const std::scoped_lock lock(mutex_);
    seen_.push_back({unit.type, unit.index, unit.repeat, unit.epoch, unit.recovery_anchor});
    unit.timeline.first_packet_ns = unit.timeline.last_packet_ns = steady_now_ns();
    changed_.notify_all();
    if (failures_ > 0) return --failures_, false;
    return true;
  }
  void on_mode(const media::Mode& mode) noexcept override {
    const std::scoped_lock lock(mutex_);
    modes_.push_back({mode, seen_.size()});
  }
  // The modes told, each with the number of units that came before it.
  std::vector<std::pair<media::Mode, std::size_t>> modes() {
    const std::scoped_lock lock(mutex_);
    return modes_;
  }
  void fail_next(int count) {
    const std::scoped_lock lock(mutex_);
    failures_ = count;
  }
  template <class Condition>
  bool wait(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return condition(seen_); });
  }
  bool wait_count(std::size_t count) {
    return wait([&](const auto& seen) { return seen.size() >= count; });
  }
  std::vector<Seen> seen() {
    const std::scoped_lock lock(mutex_);
    return seen_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Seen> seen_;
  std::vector<std::pair<media::Mode, std::size_t>> modes_;
  int failures_ = 0;
};

class VideoPipelineTest : public testing::Test {
 protected:
  void SetUp() override {
    config_.mode.rate = {240, 1};
    build(1, false);
  }
  // A pipeline in the place of the last one.
  void build(std::uint32_t epoch, bool invalidates) {
    if (pipeline_) pipeline_->stop();
    auto source = std::make_unique<FakeSource>();
    auto encoder = std::make_unique<FakeEncoder>(invalidates);
    source_ = source.get();
    encoder_ = encoder.get();
    pipeline_ = std::make_unique<VideoPipeline>(config_, std::move(source), std::move(encoder),
                                                sink_, gate_, stats_, sequence_, epoch,
                                                [this](VideoPipeline::Lost what) {
                                                  const std::scoped_lock lock(mutex_);
                                                  lost_ = what;
                                                  changed_.notify_all();
                                                });
    ASSERT_TRUE(pipeline_->start());
  }
  std::optional<VideoPipeline::Lost> wait_lost() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return lost_.has_value(); });
    return lost_;
  }

  encode::Config config_;
  FakeSink sink_;
  Gate gate_;
  Stats stats_;
  Sequence sequence_;
  FakeSource* source_ = nullptr;
  FakeEncoder* encoder_ = nullptr;
  std::unique_ptr<VideoPipeline> pipeline_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<VideoPipeline::Lost> lost_;
};

TEST_F(VideoPipelineTest, NothingLeavesBeforeReleaseAndTheFirstUnitIsAnIdr) {
  source_->push();
  source_->push();
  EXPECT_TRUE(sink_.seen().empty());
  pipeline_->release();
  ASSERT_TRUE(sink_.wait_count(1));
  EXPECT_EQ(sink_.seen()[0].type, media::FrameType::Idr);
  EXPECT_EQ(sink_.seen()[0].index, 1U);
}

TEST_F(VideoPipelineTest, AStillPictureIsRefinedAFewTimesAndThenRests) {
  pipeline_->release();
  source_->push();
  ASSERT_TRUE(sink_.wait([](const auto& seen) { return seen.size() == 7; }));
  for (const auto& unit : sink_.seen()) EXPECT_EQ(unit.repeat, unit.index > 1);
  EXPECT_EQ(stats_.repeats.value(), 6U);
}

TEST_F(VideoPipelineTest, RepeatedIdrRequestsCollapse) {
  pipeline_->release();
  source_->push();
  ASSERT_TRUE(sink_.wait_count(3));
  for (int i = 0; i < 50; ++i) pipeline_->request_idr();
  const auto idrs = [](const auto& seen) {
    return std::count_if(seen.begin(), seen.end(),
                         [](const auto& u) { return u.type == media::FrameType::Idr; });
  };
  ASSERT_TRUE(sink_.wait([&](const auto& seen) { return idrs(seen) >= 2; }));
  source_->push();
  const auto before = sink_.seen().size();
  ASSERT_TRUE(sink_.wait_count(before + 3));
  EXPECT_EQ(idrs(sink_.seen()), 2);
}

TEST_F(VideoPipelineTest, AFailedSendIsHealedByAnIdr) {
  pipeline_->release();
  source_->push();
  ASSERT_TRUE(sink_.wait_count(1));
  sink_.fail_next(1);
  source_->push();
  ASSERT_TRUE(sink_.wait([](const auto& seen) {
    return std::count_if(seen.begin() + 1, seen.end(),
                         [](const auto& u) { return u.type == media::FrameType::Idr; }) == 1;
  }));
}

TEST_F(VideoPipelineTest, AShutGateSilencesAtOnce) {
  pipeline_->release();
  source_->push();
  ASSERT_TRUE(sink_.wait_count(1));
  gate_.shut();
  pipeline_->stop();
  const auto count = sink_.seen().size();
  EXPECT_LE(count, 8U);
  EXPECT_EQ(sink_.seen().size(), count);
  EXPECT_EQ(source_->outstanding(), 0);
}

TEST_F(VideoPipelineTest, LostCaptureAndFailedEncoderAreReported) {
  source_->lose();
  EXPECT_EQ(wait_lost(), VideoPipeline::Lost::Capture);
}

TEST_F(VideoPipelineTest, FailedEncoderIsReported) {
  encoder_->failing = true;
  pipeline_->release();
  source_->push();
  EXPECT_EQ(wait_lost(), VideoPipeline::Lost::Encoder);
}

TEST_F(VideoPipelineTest, BitrateReachesTheEncoder) {
  pipeline_->release();
  pipeline_->set_bitrate(4321);
  source_->push();
  ASSERT_TRUE(sink_.wait_count(1));
  EXPECT_EQ(encoder_->bitrate.load(), 4321U);
}

TEST_F(VideoPipelineTest, ALossIsAnsweredWithTheNextUnitAndOnlyOnce) {
  pipeline_->release();
  source_->push();
  ASSERT_TRUE(sink_.wait_count(7));  // refined, at rest
  pipeline_->invalidate(3, 5);
  ASSERT_TRUE(sink_.wait_count(8));
  const auto answer = sink_.seen()[7];
  EXPECT_EQ(answer.type, media::FrameType::Idr);
  EXPECT_TRUE(answer.anchor);
  // The same loss, reported again and again: that IDR has healed it.
  for (int i = 0; i < 20; ++i) pipeline_->invalidate(3, 7);
  source_->push();
  ASSERT_TRUE(sink_.wait_count(11));
  const auto seen = sink_.seen();
  for (std::size_t i = 8; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i].type, media::FrameType::Predicted) << i;
    EXPECT_FALSE(seen[i].anchor);
  }
  EXPECT_EQ(stats_.repairs.value(), 1U);
}

TEST_F(VideoPipelineTest, AnEncoderThatDropsReferencesIsAskedToDoThat) {
  build(1, true);
  pipeline_->release();
  source_->push();
  ASSERT_TRUE(sink_.wait_count(5));
  pipeline_->invalidate(3, 4);
  ASSERT_TRUE(sink_.wait([](const auto& seen) { return seen.back().anchor; }));
  EXPECT_EQ(encoder_->invalid_from.load(), 3U);
  EXPECT_EQ(sink_.seen().back().type, media::FrameType::AfterInvalidation);
  EXPECT_EQ(sink_.seen().back().index, encoder_->index.load());
}

TEST_F(VideoPipelineTest, IndicesGoOnInTheNextPipelineAndTheSinkLearnsTheMode) {
  pipeline_->release();
  source_->push();
  ASSERT_TRUE(sink_.wait_count(3));
  config_.mode.width = 640;
  build(2, false);
  const auto before = sink_.seen().size();
  pipeline_->invalidate(1, 2);  // healed by the IDR that comes anyway
  pipeline_->release();
  source_->push();
  ASSERT_TRUE(sink_.wait_count(before + 3));
  const auto seen = sink_.seen();
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i].index, i + 1);
    EXPECT_EQ(seen[i].epoch, i < before ? 1U : 2U);
    EXPECT_EQ(seen[i].type == media::FrameType::Idr, i == 0 || i == before);
  }
  const auto modes = sink_.modes();
  ASSERT_EQ(modes.size(), 1U);
  EXPECT_EQ(modes[0].first, config_.mode);
  EXPECT_EQ(modes[0].second, before);
}

}  // namespace
}  // namespace pf::session
