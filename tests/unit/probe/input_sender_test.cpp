#include "probe/input_sender.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "native/wire/input_decode.hpp"

namespace pf::probe {
namespace {

using namespace std::chrono_literals;
namespace wire = native::wire;

class InputSenderTest : public testing::Test {
 protected:
  InputSender make(std::uint8_t caps, std::uint8_t caps2) {
    wire::ServerHello hello;
    hello.mode = {1920, 1080, 60};
    hello.host_caps = caps;
    hello.host_caps2 = caps2;
    return InputSender({[this](ByteSpan e) { datagrams_.emplace_back(e.begin(), e.end()); },
                        [this](const std::array<std::uint8_t, 18>& e) {
                          edges_.emplace_back(e.begin(), e.end());
                        }},
                       hello);
  }
  // As the host reads them.
  std::vector<input::Event> events() {
    wire::InputDecoder decoder;
    std::vector<input::Event> out;
    for (const auto& datagram : datagrams_) {
      const auto plane = wire::open_datagram(wire::Generation::V1, datagram);
      EXPECT_TRUE(plane);
      for (const auto& event : decoder.decode(*plane)) out.push_back(event);
    }
    return out;
  }
  SteadyTime now_ = from_ns(1'000'000'000);
  std::vector<Bytes> datagrams_, edges_;
};

// The examples of punktfunk1.md 7.5.
TEST_F(InputSenderTest, BytesOfTheNotes) {
  auto sender = make(wire::host_cap::kGamepadState, 0);
  sender.send(KeyAction{'A', true}, now_);
  sender.send(MoveAction{5, -3}, now_);
  EXPECT_EQ(to_hex(datagrams_[0]), "c80041000000000000000000000000000000");
  EXPECT_EQ(to_hex(datagrams_[1]), "c8020000000005000000fdffffff00000000");
  PadStateAction pad;
  pad.pad = 1;
  pad.buttons = 0x1000;
  pad.left_x = 100;
  pad.left_y = -200;
  pad.left_trigger = 255;
  for (int i = 0; i < 9; ++i) sender.send(pad, now_);
  EXPECT_EQ(to_hex(datagrams_.back()), "c80c0010000038ff6400000000000100ff09");
}

TEST_F(InputSenderTest, KeysGoReliablyWhereTheHostReadsThem) {
  auto sender = make(0, wire::host_cap2::kInputEdges);
  sender.send(KeyAction{'A', true}, now_);
  sender.send(ButtonAction{1, true}, now_);
  EXPECT_EQ(edges_.size(), 1u);
  EXPECT_EQ(datagrams_.size(), 1u);
}

TEST_F(InputSenderTest, TheHostReadsWhatIsSent) {
  auto sender = make(0xFF, wire::host_cap2::kScroll | wire::host_cap2::kTouch);
  sender.send(PositionAction{0.5, 0.25}, now_);
  sender.send(ScrollAction{false, -120, 1, 0}, now_);
  sender.send(TouchAction{4, Contact::Down, 0.5, 0.5}, now_);
  sender.send(PenAction{true, true, false, 0, 0.25, 0.75, 0.5}, now_);
  sender.send(TextAction{"ü"}, now_);
  const auto got = events();
  ASSERT_GE(got.size(), 5u);
  EXPECT_NEAR(std::get<input::PointerPosition>(got[0]).x, 0.5, 1e-3);
  EXPECT_NEAR(std::get<input::PointerPosition>(got[0]).y, 0.25, 1e-3);
  EXPECT_EQ(std::get<input::Scroll>(got[1]).vertical, -120);
  EXPECT_EQ(std::get<input::Touch>(got[2]).id, 4u);
  EXPECT_TRUE(std::holds_alternative<input::Pen>(got[3]));
  EXPECT_TRUE(std::holds_alternative<input::Text>(got.back()));
}

TEST_F(InputSenderTest, PadsAreRepeatedAndArrivalsTwiceMore) {
  auto sender = make(wire::host_cap::kGamepadState, 0);
  EXPECT_EQ(sender.next(), SteadyTime::max());
  sender.send(PadArriveAction{3, wire::GamepadKind::DualSense}, now_);
  EXPECT_EQ(datagrams_.size(), 2u);  // arrival and state
  EXPECT_EQ(sender.next(), now_ + 100ms);
  for (int i = 1; i <= 4; ++i) sender.tick(now_ + 100ms * i);
  EXPECT_EQ(datagrams_.size(), 2u + 2 * 2 + 2);
  datagrams_.clear();
  sender.send(PadRemoveAction{3}, now_ + 450ms);
  for (int i = 5; i <= 9; ++i) sender.tick(now_ + 100ms * i);
  EXPECT_EQ(datagrams_.size(), 3u);
  EXPECT_EQ(sender.next(), SteadyTime::max());
}

TEST_F(InputSenderTest, OlderHostsGetPadChangesOneByOne) {
  auto sender = make(0, 0);
  PadStateAction pad;
  pad.buttons = 0x3000;
  pad.right_trigger = 9;
  sender.send(pad, now_);
  ASSERT_EQ(datagrams_.size(), 3u);
  EXPECT_EQ(datagrams_[0][1], 7);
  EXPECT_EQ(datagrams_[2][1], 8);
  pad.buttons = 0x1000;
  sender.send(pad, now_);
  EXPECT_EQ(datagrams_.size(), 4u);
}

TEST_F(InputSenderTest, OlderHostsGetWholeScrollUnits) {
  auto sender = make(0, 0);
  for (int i = 0; i < 10; ++i) sender.send(ScrollAction{false, 0.25, 2, 0}, now_);
  // 0.25 pixels are three units; the sum is exact.
  std::int64_t sum = 0;
  for (const auto& d : datagrams_) sum += load_le<std::int32_t>(d.data() + 6);
  EXPECT_EQ(sum, 30);
}

TEST(CodePoints, BrokenTextIsLeftOut) {
  EXPECT_EQ(code_points("aü€😀"), (std::vector<std::uint32_t>{'a', 0xFC, 0x20AC, 0x1F600}));
  EXPECT_EQ(code_points("a\xFF\xC3z"), (std::vector<std::uint32_t>{'a', 'z'}));
}

}  // namespace
}  // namespace pf::probe
