#include "native/steering.hpp"

#include <gtest/gtest.h>

#include "support/fakes.hpp"

namespace pf::native {
namespace {

using namespace std::chrono_literals;

class SilentStream final : public session::Stream {
 public:
  void start_video() noexcept override {}
  void start_audio() noexcept override {}
  void request_idr() noexcept override {}
  void set_bitrate(std::uint32_t kbps) noexcept override { kbps_ = kbps; }
  void invalidate(std::uint32_t, std::uint32_t) noexcept override {}
  void microphone(std::uint32_t, ByteSpan) noexcept override {}
  void input(const input::Event&) noexcept override {}
  void report(const session::PeerFigures& figures) noexcept override {
    figures_.push_back(figures);
  }
  std::vector<session::PeerFigures> figures_;
  const session::Gate& gate() const noexcept override { return gate_; }
  std::uint32_t kbps() const { return kbps_; }

 private:
  session::Gate gate_;
  std::uint32_t kbps_ = 0;
};

Agreement agreement() {
  Agreement made;
  made.mode = {1280, 720, {60, 1}};
  made.budget_kbps = 20'000;
  made.stream_config = true;
  return made;
}

class SteeringTest : public ::testing::Test {
 protected:
  Steering& steering() {
    if (!steering_) {
      const Bytes secret(32, std::uint8_t{1});
      Steering::Config config{.agreement = agreement_,
                              .generation = generation_,
                              .can_change_payload = can_change_payload_,
                              .session = 1,
                              .probe = {.keys = *media::Keys::v2(media::Suite::Aes128Gcm, secret)}};
      sessions_.slow_mode_change = true;
      steering_.emplace(config, Steering::Deps{executor_, sessions_, stream_, video_,
                                               [this](const wire::ControlMessage& message) {
                                                 said_.push_back(message);
                                               }});
    }
    return *steering_;
  }
  template <class Message>
  std::vector<Message> said() const {
    std::vector<Message> all;
    for (const auto& message : said_)
      if (const auto* one = std::get_if<Message>(&message)) all.push_back(*one);
    return all;
  }

  test::FakeExecutor executor_;
  test::FakeManager sessions_;
  std::shared_ptr<SilentStream> stream_ = std::make_shared<SilentStream>();
  std::shared_ptr<media::VideoLink> video_ = std::make_shared<media::VideoLink>();
  std::vector<wire::ControlMessage> said_;
  Agreement agreement_ = agreement();
  media::Generation generation_ = media::Generation::V2;
  bool can_change_payload_ = true;
  std::optional<Steering> steering_;
};

TEST_F(SteeringTest, TheNewEpochIsSaidBeforeItCanBegin) {
  steering().announce_mode();
  steering().on_message(wire::Reconfigure{{1920, 1080, 60}});
  auto configs = said<wire::StreamConfig>();
  ASSERT_EQ(configs.size(), 2U);
  EXPECT_EQ(configs[0].epoch, 0);
  EXPECT_EQ(configs[1].epoch, 1);
  EXPECT_EQ(configs[1].mode.width, 1920U);
  ASSERT_EQ(sessions_.mode_changes.size(), 1U);
  // It begins, then the request is answered: nothing is said twice.
  steering().on_mode_active(sessions_.mode_changes[0].first, 1);
  sessions_.mode_changes[0].second(sessions_.mode_changes[0].first);
  EXPECT_EQ(said<wire::StreamConfig>().size(), 2U);
  ASSERT_EQ(said<wire::Reconfigured>().size(), 1U);
  EXPECT_TRUE(said<wire::Reconfigured>()[0].accepted);
}

TEST_F(SteeringTest, AModeThatFailedLeavesItsEpochToTheNext) {
  steering().on_message(wire::Reconfigure{{1920, 1080, 60}});
  sessions_.mode_changes[0].second(fail(session::Errc::ModeRefused));
  executor_.advance(600ms);
  steering().on_message(wire::Reconfigure{{854, 480, 60}});
  steering().on_mode_active(sessions_.mode_changes[1].first, 1);
  const auto configs = said<wire::StreamConfig>();
  ASSERT_EQ(configs.size(), 2U);
  EXPECT_EQ(configs[1].epoch, 1);
  EXPECT_EQ(configs[1].mode.width, 854U);
  EXPECT_FALSE(said<wire::Reconfigured>()[0].accepted);
  EXPECT_EQ(said<wire::Reconfigured>()[0].mode.width, 1280U);
}

TEST_F(SteeringTest, ASecondChangeIsSaidWhenItBegins) {
  steering().on_message(wire::Reconfigure{{1920, 1080, 60}});
  executor_.advance(600ms);
  steering().on_message(wire::Reconfigure{{854, 480, 60}});
  EXPECT_EQ(said<wire::StreamConfig>().size(), 1U) << "whose turn it will be is not known";
  steering().on_mode_active(sessions_.mode_changes[0].first, 1);
  steering().on_mode_active(sessions_.mode_changes[1].first, 2);
  ASSERT_EQ(said<wire::StreamConfig>().size(), 2U);
  EXPECT_EQ(said<wire::StreamConfig>()[1].epoch, 2);
}

TEST_F(SteeringTest, WithoutTheFeatureNothingIsSaid) {
  agreement_.stream_config = false;
  steering().on_message(wire::Reconfigure{{1920, 1080, 60}});
  steering().on_mode_active(sessions_.mode_changes[0].first, 0);
  EXPECT_TRUE(said<wire::StreamConfig>().empty());
}

TEST_F(SteeringTest, PacketsFitThePath) {
  steering().on_path(1300);
  ASSERT_EQ(said<wire::ShardPayloadChanged>().size(), 1U);
  EXPECT_EQ(said<wire::ShardPayloadChanged>()[0].shard_payload, 1300 - 46);
  EXPECT_EQ(video_->shard_payload(), 1300U - 46);
  steering().on_path(1300);
  EXPECT_EQ(said<wire::ShardPayloadChanged>().size(), 1U) << "nothing new";
}

TEST_F(SteeringTest, TheFirstGenerationHasLongerHeaders) {
  generation_ = media::Generation::V1;
  steering().on_path(1201);
  EXPECT_EQ(video_->shard_payload(), 1136U) << "even";
}

TEST_F(SteeringTest, APathThatCarriesTheLargestProbeCarriesTheAgreedSize) {
  steering().on_path(quic::path_search_top());
  EXPECT_TRUE(said_.empty());
  EXPECT_EQ(video_->shard_payload(), 0U);
}

TEST_F(SteeringTest, LargerPacketsWaitForTheClient) {
  steering().on_path(1250);
  steering().on_moved();
  steering().on_path(quic::path_search_top());
  auto changes = said<wire::ShardPayloadChanged>();
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[1].shard_payload, 1408);
  EXPECT_EQ(video_->shard_payload(), 1204U) << "not yet";
  EXPECT_TRUE(steering().on_message(wire::ShardPayloadAck{1204})) << "of the change before";
  EXPECT_EQ(video_->shard_payload(), 1204U);
  steering().on_message(wire::ShardPayloadAck{1408});
  EXPECT_EQ(video_->shard_payload(), 1408U);
}

TEST_F(SteeringTest, WhenNothingArrivesPacketsShrinkAndStaySmallOnThatPath) {
  video_->counters.packets.add(500);
  steering().on_message(wire::DeliveryReport{0});
  EXPECT_EQ(video_->shard_payload(), 1168U);
  steering().on_path(quic::path_search_top());
  EXPECT_EQ(said<wire::ShardPayloadChanged>().size(), 1U);
  steering().on_moved();
  steering().on_path(quic::path_search_top());
  EXPECT_EQ(said<wire::ShardPayloadChanged>().size(), 2U);
}

TEST_F(SteeringTest, ClientsOfOneSizeAreLeftAlone) {
  can_change_payload_ = false;
  steering().on_path(1250);
  video_->counters.packets.add(500);
  steering().on_message(wire::DeliveryReport{0});
  EXPECT_TRUE(said_.empty());
  EXPECT_EQ(video_->shard_payload(), 0U);
}

TEST_F(SteeringTest, ABrokenFrameRaisesParityWithoutWaitingForAReport) {
  agreement_.fec_percent = 5;
  steering().on_recovery_asked(true);
  EXPECT_EQ(video_->fec_percentage(), -1) << "a decoder that starts lost nothing";
  steering().on_recovery_asked(false);
  EXPECT_GT(video_->fec_percentage(), 40);
  EXPECT_GT(stream_->kbps(), 0U);
}

TEST_F(SteeringTest, ReportsBecomeFigures) {
  agreement_.fec_percent = 20;
  steering().on_message(wire::LossReport{0});
  steering().on_round_trip(1500us);
  ASSERT_EQ(stream_->figures_.size(), 2U);
  EXPECT_EQ(stream_->figures_[0].loss_ppm, 0U);
  EXPECT_LT(stream_->figures_[0].fec_percent, 20U) << "what is in force now";
  EXPECT_FALSE(stream_->figures_[0].rtt_us);
  EXPECT_EQ(stream_->figures_[1].rtt_us, 1500U);
}

TEST_F(SteeringTest, ParityStartsWithEnoughForABurst) {
  EXPECT_GT(Steering::first_fec(agreement_, 0), 60);
  agreement_.budget_kbps = 200'000;
  EXPECT_LE(Steering::first_fec(agreement_, 0), 20) << "large frames need a smaller share";
  agreement_.fec_percent = 0;
  EXPECT_EQ(Steering::first_fec(agreement_, 0), 0) << "the user wants none";
}

}  // namespace
}  // namespace pf::native
