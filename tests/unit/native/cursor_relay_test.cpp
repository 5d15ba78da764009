#include "native/cursor_relay.hpp"

#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "base/hex.hpp"

namespace pf::native {
namespace {

constexpr std::array<std::uint32_t, 1> kDot{0xFF01'0203};
constexpr std::array<std::uint32_t, 2> kBar{0xFFFF'FFFF, 0xFFFF'FFFF};

class CursorRelayTest : public testing::TestWithParam<wire::Generation> {
 protected:
  CursorRelayTest() {
    port_->set_max_datagram_bytes(1200);
    link_->set_gate(&gate_);
  }
  // The datagrams since the last call.
  std::vector<Bytes> raw() {
    std::vector<Bytes> all;
    for (ByteSpan bytes; port_->front(bytes); port_->pop())
      all.emplace_back(bytes.begin(), bytes.end());
    return all;
  }
  std::vector<wire::CursorState> states() {
    std::vector<wire::CursorState> all;
    for (const auto& bytes : raw()) {
      const auto plane = wire::open_datagram(GetParam(), bytes);
      EXPECT_TRUE(plane);
      if (plane) all.push_back(wire::decode_cursor(*plane).value());
    }
    return all;
  }
  static capture::PointerPlace at(std::int32_t x, std::int32_t y, bool visible = true) {
    return {x, y, visible, 1280, 720};
  }

  session::Gate gate_;
  std::shared_ptr<quic::DatagramPort> port_ = std::make_shared<quic::DatagramPort>(
      std::make_shared<quic::Doorbell>(), std::size_t{16}, std::size_t{32});
  std::shared_ptr<media::VideoLink> link_ = std::make_shared<media::VideoLink>();
  std::vector<wire::CursorShape> shapes_;
  CursorRelay relay_{
      {GetParam(), {1280, 720, {60, 1}}, port_, link_, [this](wire::CursorShape shape) {
         shapes_.push_back(std::move(shape));
       }}};
};
INSTANTIATE_TEST_SUITE_P(Generations, CursorRelayTest,
                         testing::Values(wire::Generation::V1, wire::Generation::V2),
                         [](const auto& param) {
                           return param.param == wire::Generation::V1 ? "V1" : "V2";
                         });

TEST_P(CursorRelayTest, TheBytesAreThoseOfTheNotes) {
  for (int i = 0; i < 3; ++i) {
    relay_.on_pointer_image({kDot, 1, 1, 0, 0});
    relay_.on_pointer(at(640, 360));
  }
  ASSERT_EQ(shapes_.size(), 3U);
  EXPECT_EQ(shapes_.back().serial, 3U);
  const std::string prefix = GetParam() == wire::Generation::V2 ? "07" : "";
  EXPECT_EQ(to_hex(raw().back()), prefix + "d003000000018002000068010000");
}

TEST_P(CursorRelayTest, AShapeIsSaidOnceAndEachPlaceNamesIt) {
  relay_.on_pointer_image({kDot, 1, 1, 0, 0});
  for (int i = 0; i < 3; ++i) relay_.on_pointer(at(i, 2));
  ASSERT_EQ(shapes_.size(), 1U);
  relay_.on_pointer_image({kBar, 2, 1, 1, 0});
  relay_.on_pointer(at(9, 9));
  ASSERT_EQ(shapes_.size(), 2U);
  EXPECT_EQ(shapes_[1].width, 2);
  EXPECT_EQ(shapes_[1].hot_x, 1);
  EXPECT_EQ(states(), (std::vector<wire::CursorState>{{1, true, false, 0, 2},
                                                      {1, true, false, 1, 2},
                                                      {1, true, false, 2, 2},
                                                      {2, true, false, 9, 9}}));
}

TEST_P(CursorRelayTest, HidingIsAHintAndKeepsTheLastPlace) {
  relay_.on_pointer(at(5, 5, false));
  EXPECT_EQ(states(), (std::vector<wire::CursorState>{{0, false, false, 0, 0}}))
      << "what was never there was not hidden";
  relay_.on_pointer_image({kDot, 1, 1, 0, 0});
  relay_.on_pointer(at(7, 8));
  relay_.on_pointer(at(700, 70, false));
  relay_.on_pointer(at(7, 9));
  EXPECT_EQ(states(), (std::vector<wire::CursorState>{
                          {1, true, false, 7, 8}, {1, false, true, 7, 8}, {1, true, false, 7, 9}}));
}

TEST_P(CursorRelayTest, NothingIsSaidWhileTheHostDraws) {
  relay_.set_quiet(true);
  relay_.on_pointer_image({kDot, 1, 1, 0, 0});
  relay_.on_pointer(at(1, 1));
  EXPECT_TRUE(raw().empty());
  EXPECT_TRUE(shapes_.empty());
  relay_.set_quiet(false);
  relay_.on_pointer(at(2, 2));
  EXPECT_EQ(shapes_.size(), 1U) << "the shape of meanwhile";
  EXPECT_EQ(states().size(), 1U);
}

TEST_P(CursorRelayTest, AShutGateLetsNothingThrough) {
  relay_.on_pointer_image({kDot, 1, 1, 0, 0});
  gate_.shut();
  relay_.on_pointer(at(1, 1));
  EXPECT_TRUE(raw().empty());
  EXPECT_TRUE(shapes_.empty());
}

TEST_P(CursorRelayTest, AnotherModeMovesThePlaceAndMakesAnotherShape) {
  const std::vector<std::uint32_t> large(64, 0xFFFF'FFFF);
  relay_.on_pointer_image({large, 8, 8, 4, 4});
  relay_.on_pointer(at(640, 360));
  relay_.set_mode({640, 360, {60, 1}});
  relay_.on_pointer(at(640, 360));
  ASSERT_EQ(shapes_.size(), 2U);
  EXPECT_EQ(shapes_[0].width, 8);
  EXPECT_EQ(shapes_[1].width, 4);
  EXPECT_EQ(shapes_[1].hot_x, 2);
  EXPECT_EQ(states().back(), (wire::CursorState{2, true, false, 320, 180}));
}

// One source takes over from another: both may call.
TEST_P(CursorRelayTest, TwoSourcesAtOnceMakeNoMess) {
  std::jthread other([this] {
    for (int i = 0; i < 2000; ++i) {
      relay_.on_pointer_image({kDot, 1, 1, 0, 0});
      relay_.on_pointer(at(i, 0));
    }
  });
  for (int i = 0; i < 2000; ++i) relay_.on_pointer(at(0, i));
  other.join();
  relay_.on_pointer(at(3, 3));
  for (std::size_t i = 0; i < shapes_.size(); ++i) EXPECT_EQ(shapes_[i].serial, i + 1);
}

}  // namespace
}  // namespace pf::native
