#include "probe/frame_order.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "native/media/receiver.hpp"
#include "native/media/video_packets.hpp"

namespace pf::probe {
namespace {

using namespace std::chrono_literals;
namespace media = native::media;

class FrameOrderTest : public testing::Test {
 protected:
  FrameOrderTest() {
    Bytes secret(32);
    std::iota(secret.begin(), secret.end(), std::uint8_t{1});
    const auto keys = *media::Keys::v2(media::Suite::Aes128Gcm, secret);
    media::VideoPackets::Config config;
    config.shard_payload = 512;
    config.fec_percentage = 0;
    config.max_frame_bytes = 100'000;
    packets_.emplace(*media::VideoPackets::create(config, *media::PacketSealer::create(keys),
                                                  std::make_shared<media::PacketNumbers>()));
    media::PacketLimits limits;
    limits.max_frame_bytes = config.max_frame_bytes;
    receiver_.emplace(*media::Receiver::create({.keys = keys, .limits = limits}));
    order_.set_round_trip(5ms);
  }

  // Sends one frame of `shards` shards without those of `lost`, `at` the present time; what can be
  // shown then.
  std::vector<std::uint32_t> frame(std::size_t shards, std::vector<std::size_t> lost,
                                   std::uint32_t flags = media::flag::kPicture) {
    const Bytes bytes(shards * 512, std::uint8_t{7});
    us_ += 16'000;
    EXPECT_EQ(packets_->begin(bytes, {.time = {us_ * 1000, us_}, .flags = flags}),
              media::VideoPackets::Status::Ready);
    std::vector<std::uint32_t> shown;
    std::size_t n = 0;
    for (auto run = packets_->next_run(); run.count != 0; run = packets_->next_run())
      for (std::size_t i = 0; i < run.count; ++i, ++n) {
        Bytes copy(run.base + i * run.stride, run.base + i * run.stride + run.packet_bytes);
        if (std::find(lost.begin(), lost.end(), n) != lost.end()) {
          lost_.push_back(copy);
          continue;
        }
        take(copy, shown);
      }
    return shown;
  }
  void take(Bytes datagram, std::vector<std::uint32_t>& shown) {
    auto whole = receiver_->feed(datagram);
    if (!whole) return;
    for (const auto& one : order_.push(std::move(*whole), now_)) shown.push_back(one.index);
  }
  std::vector<std::uint32_t> tick() {
    std::vector<std::uint32_t> shown;
    for (const auto& one : order_.tick(receiver_->video(), now_)) shown.push_back(one.index);
    return shown;
  }
  auto due() { return order_.due(receiver_->video(), now_); }

  using List = std::vector<std::uint32_t>;
  std::optional<media::VideoPackets> packets_;
  std::optional<media::Receiver> receiver_;
  FrameOrder order_;
  std::vector<Bytes> lost_;
  std::uint32_t us_ = 0;
  SteadyTime now_ = from_ns(1'000'000'000);
};

TEST_F(FrameOrderTest, WhatIsWholePassesAtOnce) {
  for (std::uint32_t i = 0; i < 5; ++i) EXPECT_EQ(frame(4, {}), List{i});
  EXPECT_FALSE(due());
  EXPECT_TRUE(tick().empty());
  EXPECT_EQ(order_.next(), SteadyTime::max());
}

TEST_F(FrameOrderTest, AsksForWhatIsMissingAndKeepsTheOrder) {
  frame(4, {});
  EXPECT_TRUE(frame(6, {1, 4}).empty());
  const auto ask = due();
  ASSERT_TRUE(ask) << "its last shard has come: it is short";
  EXPECT_EQ(ask->frame, 1U);
  ASSERT_EQ(ask->count, 2);
  EXPECT_EQ(ask->shards[0], 1);
  EXPECT_EQ(ask->shards[1], 4);
  EXPECT_FALSE(due()) << "an answer takes its time";
  EXPECT_TRUE(frame(2, {}).empty()) << "waits for the one before";
  EXPECT_TRUE(tick().empty());
  List shown;
  take(lost_[0], shown);
  EXPECT_TRUE(shown.empty());
  take(lost_[1], shown);
  EXPECT_EQ(shown, (List{1, 2}));
  EXPECT_EQ(order_.filled(), 1U);
  EXPECT_FALSE(due());
}

TEST_F(FrameOrderTest, AsksAgainAndGivesUp) {
  frame(4, {});
  frame(6, {1});
  ASSERT_TRUE(due());
  frame(2, {});
  now_ += 9ms;
  EXPECT_FALSE(due());
  now_ += 1ms;
  EXPECT_TRUE(due());
  EXPECT_TRUE(tick().empty());
  now_ += 12ms;
  EXPECT_EQ(tick(), List{2}) << "frame 1 is lost";
  EXPECT_EQ(frame(2, {}), List{3});
}

TEST_F(FrameOrderTest, HopelessFramesAreNotWaitedFor) {
  frame(4, {});
  std::vector<std::size_t> many(20);
  std::iota(many.begin(), many.end(), std::size_t{0});
  frame(30, many);
  EXPECT_FALSE(due()) << "more than one datagram asks for";
  EXPECT_TRUE(frame(2, {}).empty());
  EXPECT_EQ(tick(), List{2});
  frame(1, {0});  // nothing of it came
  EXPECT_TRUE(frame(2, {}).empty());
  EXPECT_FALSE(due());
  EXPECT_EQ(tick(), List{4});
}

TEST_F(FrameOrderTest, AKeyFrameEndsAllWaiting) {
  frame(4, {});
  frame(6, {1});
  EXPECT_TRUE(frame(2, {}).empty());
  EXPECT_EQ(frame(9, {}, media::flag::kPicture | media::flag::kKey), List{3});
  EXPECT_FALSE(due());
}

}  // namespace
}  // namespace pf::probe
