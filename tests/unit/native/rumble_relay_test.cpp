#include "native/rumble_relay.hpp"

#include <gtest/gtest.h>

#include "native/wire/datagram.hpp"
#include "native/wire/pad_output.hpp"
#include "support/fakes.hpp"

namespace pf::native {
namespace {

class RumbleRelayTest : public ::testing::Test {
 protected:
  wire::PadRumble last() const {
    const auto plane = wire::open_datagram(wire::Generation::V2, sent_.back());
    if (!plane) throw std::runtime_error("unreadable datagram");
    return *wire::decode_rumble(*plane);
  }

  test::FakeExecutor executor_;
  std::vector<Bytes> sent_;
  RumbleRelay relay_{executor_, wire::Generation::V2, [this](ByteSpan datagram) {
                       sent_.emplace_back(datagram.begin(), datagram.end());
                     }};
};

TEST_F(RumbleRelayTest, ALevelIsRenewedWhileItLasts) {
  relay_.on_feedback(input::Rumble{2, 0x1234, 0xABCD});
  ASSERT_EQ(sent_.size(), 1U);
  EXPECT_EQ(last().pad, 2);
  EXPECT_EQ(last().low, 0x1234);
  EXPECT_EQ(last().high, 0xABCD);
  EXPECT_EQ(last().lease->ttl_ms, RumbleRelay::kLease.count());
  const auto seq = last().lease->seq;
  executor_.advance(RumbleRelay::kRenew * 5);
  EXPECT_EQ(sent_.size(), 6U);
  EXPECT_EQ(last().lease->seq, static_cast<std::uint8_t>(seq + 5)) << "renewals count too";
}

TEST_F(RumbleRelayTest, AStopIsSaidSeveralTimesAndThenThereIsSilence) {
  relay_.on_feedback(input::Rumble{0, 1, 1});
  relay_.on_feedback(input::Rumble{0, 0, 0});
  executor_.advance(std::chrono::seconds(10));
  EXPECT_EQ(sent_.size(), 2U + RumbleRelay::kStopRepeats);
  EXPECT_EQ(last().low, 0);
  EXPECT_EQ(last().lease->ttl_ms, 0) << "only a level has a lease";
  EXPECT_EQ(executor_.timers(), 0U);
}

TEST_F(RumbleRelayTest, TriggersRideAlong) {
  relay_.on_feedback(input::TriggerRumble{1, 10, 20});
  EXPECT_TRUE(last().triggers);
  EXPECT_EQ(last().left_trigger, 10);
  EXPECT_EQ(last().right_trigger, 20);
}

TEST_F(RumbleRelayTest, PadsThatCannotBeAreIgnored) {
  relay_.on_feedback(input::Rumble{16, 1, 1});
  relay_.on_feedback(input::TriggerRumble{200, 1, 1});
  EXPECT_TRUE(sent_.empty());
}

TEST_F(RumbleRelayTest, LightsAsTheProtocolHasThem) {
  relay_.on_feedback(input::PadLight{3, 0x10, 0x20, 0x30});
  EXPECT_EQ(sent_.back(), (Bytes{6, 0xCD, 1, 3, 0x10, 0x20, 0x30}));
  RumbleRelay first(executor_, wire::Generation::V1, [this](ByteSpan datagram) {
    sent_.emplace_back(datagram.begin(), datagram.end());
  });
  first.on_feedback(input::PadLight{3, 0x10, 0x20, 0x30});
  EXPECT_EQ(sent_.back(), (Bytes{0xCD, 1, 3, 0x10, 0x20, 0x30}));
}

TEST_F(RumbleRelayTest, TriggerEffectsGoBySide) {
  input::AdaptiveTriggers triggers{.pad = 2, .flags = 0x0C, .left_type = 1, .right_type = 0x25};
  triggers.left[0] = 7;
  triggers.right[9] = 9;
  relay_.on_feedback(triggers);
  ASSERT_EQ(sent_.size(), 2U);
  const auto read = [&](const Bytes& datagram) {
    const auto plane = wire::open_datagram(wire::Generation::V2, datagram);
    if (!plane) throw std::runtime_error("unreadable datagram");
    return std::get<wire::AdaptiveTrigger>(*wire::decode_pad_output(*plane));
  };
  EXPECT_EQ(read(sent_[0]), (wire::AdaptiveTrigger{2, false, {1, 7}}));
  EXPECT_EQ(read(sent_[1]), (wire::AdaptiveTrigger{2, true, {0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9}}));
  triggers.flags = 0x04;
  relay_.on_feedback(triggers);
  EXPECT_EQ(sent_.size(), 3U);
}

}  // namespace
}  // namespace pf::native
