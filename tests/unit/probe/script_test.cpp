#include "probe/script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pf::probe {
namespace {

using namespace std::chrono_literals;
namespace wire = native::wire;

template <class T>
const T& as(const ScriptStep& step) {
  return std::get<T>(step.what);
}
template <class T>
const T& input(const ScriptStep& step) {
  return std::get<T>(std::get<InputAction>(step.what));
}
template <class T>
const T& message(const ScriptStep& step) {
  return std::get<T>(std::get<wire::ControlMessage>(step.what));
}

TEST(Script, EveryWord) {
  const auto steps = parse_script(R"(
# comment
0 key a
100 key 0x5B down      # Windows
200 key f24 up
300 text Grüße, Welt
400 move -5 3
500 abs 0.5 1
600 button 1
700 scroll -120
800 scroll 12.5 h finger
900 touch 3 down 0 1
1000 touch 3 up 0 1
1100 pen touch 0.1 0.2 0.7
1200 pen away
1300 pad 2 arrive 2
1400 pad 2 state 0x1000 -32768 32767 0 1 255 0
1500 pad 2 remove
1600 motion 2 1 2 3 0 10000 0
1700 touchpad 2 1 down 0.5 0.5
1800 reconfigure 1280 720 60
1900 bitrate 5000
2000 keyframe
2100 rfi 4 9
2200 speedtest 100000 500
2300 cursor client
2400 clipboard on
2500 loss 2.5
2600 resync
2700 mark half way
2800 stop drop
)");
  ASSERT_TRUE(steps) << steps.error().message();
  ASSERT_EQ(steps->size(), 31u);  // a tap and a click are two steps each
  const auto& s = *steps;
  EXPECT_EQ(input<KeyAction>(s[0]).vk, 'A');
  EXPECT_TRUE(input<KeyAction>(s[0]).down);
  EXPECT_EQ(s[1].at, 20ms);
  EXPECT_FALSE(input<KeyAction>(s[1]).down);
  EXPECT_EQ(input<KeyAction>(s[2]).vk, 0x5B);
  EXPECT_EQ(input<KeyAction>(s[3]).vk, 0x87);
  EXPECT_EQ(input<TextAction>(s[4]).utf8, "Grüße, Welt");
  EXPECT_EQ(input<MoveAction>(s[5]).dx, -5);
  EXPECT_EQ(input<PositionAction>(s[6]).y, 1);
  EXPECT_EQ(input<ScrollAction>(s[9]).amount, -120);
  EXPECT_TRUE(input<ScrollAction>(s[10]).horizontal);
  EXPECT_EQ(input<ScrollAction>(s[10]).source, 2);
  EXPECT_EQ(input<TouchAction>(s[11]).contact, Contact::Down);
  EXPECT_EQ(input<TouchAction>(s[12]).contact, Contact::Up);
  EXPECT_TRUE(input<PenAction>(s[13]).touching);
  EXPECT_FALSE(input<PenAction>(s[14]).in_range);
  EXPECT_EQ(input<PadArriveAction>(s[15]).kind, wire::GamepadKind::DualSense);
  EXPECT_EQ(input<PadStateAction>(s[16]).buttons, 0x1000u);
  EXPECT_EQ(input<PadStateAction>(s[16]).left_x, -32768);
  EXPECT_EQ(input<PadStateAction>(s[16]).left_trigger, 255);
  EXPECT_EQ(input<PadMotionAction>(s[18]).accel[1], 10000);
  EXPECT_TRUE(input<PadTouchAction>(s[19]).active);
  EXPECT_EQ(message<wire::Reconfigure>(s[20]).mode, (wire::WireMode{1280, 720, 60}));
  EXPECT_EQ(message<wire::SetBitrate>(s[21]).kbps, 5000u);
  EXPECT_EQ(message<wire::RfiRequest>(s[23]), (wire::RfiRequest{4, 9}));
  EXPECT_EQ(message<wire::ProbeRequest>(s[24]).duration_ms, 500u);
  EXPECT_EQ(as<LossStep>(s[27]).percent, 2.5);
  EXPECT_EQ(as<MarkStep>(s[29]).text, "half way");
  EXPECT_EQ(as<StopStep>(s[30]).code, 0u);
}

TEST(Script, StepsAreInOrderOfTime) {
  const auto steps = parse_script("500 mark b\n100 mark a\n500 mark c");
  ASSERT_TRUE(steps);
  EXPECT_EQ(as<MarkStep>((*steps)[0]).text, "a");
  EXPECT_EQ(as<MarkStep>((*steps)[1]).text, "b");
  EXPECT_EQ(as<MarkStep>((*steps)[2]).text, "c");
}

TEST(Script, AWrongLineIsNamed) {
  for (const char* line :
       {"x keyframe", "10", "10 jump", "10 key", "10 key nokey", "10 key a sideways", "10 abs 2 0",
        "10 move 1", "10 move 1 2 3", "10 button 6", "10 touch 1 hover 0 0", "10 pad 16 remove",
        "10 pad 1 state 1 2 3", "10 rfi 1", "10 stop now", "-1 keyframe", "10 bitrate 1e99",
        "10 scroll nan"}) {
    const auto steps = parse_script(std::string("0 keyframe\n") + line);
    ASSERT_FALSE(steps) << line;
    EXPECT_THAT(steps.error().context, testing::HasSubstr("line 2")) << line;
  }
}

TEST(Script, NothingIsAScriptToo) {
  const auto steps = parse_script("\n  # only words\r\n");
  ASSERT_TRUE(steps);
  EXPECT_TRUE(steps->empty());
}

}  // namespace
}  // namespace pf::probe
