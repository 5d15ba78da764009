#ifdef PF_HAVE_INPUT_UHID
// The virtual DualSense against the kernel's side of /dev/uhid, played over a pair of sockets.
#include "input/uhid/dualsense.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/input.h>
#include <linux/uhid.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <vector>

namespace pf::input::uhid {
namespace {

using namespace pad_button;

constexpr Mac kMac{0x02, 0x11, 0x22, 0x33, 0x44, 0x55};

class Told final : public FeedbackSink {
 public:
  void on_feedback(const FeedbackEvent& event) noexcept override { events.push_back(event); }
  template <class T>
  std::vector<T> all() const {
    std::vector<T> found;
    for (const auto& event : events)
      if (const auto* one = std::get_if<T>(&event)) found.push_back(*one);
    return found;
  }
  std::vector<FeedbackEvent> events;
};

class DualSenseTest : public testing::Test {
 protected:
  DualSenseTest() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
      throw std::runtime_error("no sockets");
    kernel_.reset(ends[0]);
    pad_ = std::move(*DualSense::create(3, UniqueFd(ends[1]), kMac));
  }
  std::optional<uhid_event> heard() {
    uhid_event event{};
    if (::read(kernel_.get(), &event, sizeof event) <= 0) return std::nullopt;
    return event;
  }
  // What the kernel has been told last about the pad's state.
  std::vector<std::uint8_t> report() {
    std::vector<std::uint8_t> last;
    while (const auto event = heard())
      if (event->type == UHID_INPUT2)
        last.assign(event->u.input2.data, event->u.input2.data + event->u.input2.size);
    return last;
  }
  void say(const uhid_event& event) {
    ASSERT_EQ(::write(kernel_.get(), &event, sizeof event), static_cast<ssize_t>(sizeof event));
    pad_->serve(told_);
  }
  using Output = std::array<std::uint8_t, 63>;
  void game_writes(const Output& bytes) {
    uhid_event event{};
    event.type = UHID_OUTPUT;
    event.u.output.size = static_cast<std::uint16_t>(bytes.size());
    event.u.output.rtype = UHID_OUTPUT_REPORT;
    std::copy(bytes.begin(), bytes.end(), event.u.output.data);
    say(event);
  }

  UniqueFd kernel_;
  std::unique_ptr<DualSense> pad_;
  Told told_;
};

// The descriptor's reports have the lengths that drivers insist on.
TEST(DualSenseReports, TheDescriptorAddsUp) {
  std::map<unsigned, unsigned> bits;
  unsigned report = 0, size = 0, count = 0, depth = 0;
  const auto bytes = report_descriptor();
  for (std::size_t i = 0; i < bytes.size();) {
    const auto item = bytes[i];
    const std::size_t length = (item & 3) == 3 ? 4 : item & 3;
    ASSERT_LE(i + 1 + length, bytes.size());
    unsigned value = 0;
    for (std::size_t b = 0; b < length; ++b) value |= unsigned{bytes[i + 1 + b]} << (8 * b);
    switch (item & 0xFC) {
      case 0x84:
        report = value;
        break;
      case 0x74:
        size = value;
        break;
      case 0x94:
        count = value;
        break;
      case 0x80:
      case 0x90:
      case 0xB0:
        bits[report] += size * count;
        break;
      case 0xA0:
        ++depth;
        break;
      case 0xC0:
        --depth;
        break;
      default:
        break;
    }
    i += 1 + length;
  }
  EXPECT_EQ(depth, 0U);
  EXPECT_EQ(bits[0x01], 8 * (kInputReportBytes - 1));
  EXPECT_EQ(bits[0x02], 8 * (kOutputReportBytes - 1));
  for (const auto number : {0x05, 0x09, 0x20})
    EXPECT_EQ(bits[static_cast<unsigned>(number)],
              8 * (feature_report(static_cast<std::uint8_t>(number), kMac).size() - 1));
}

TEST_F(DualSenseTest, ComesAsADualSenseAndGoes) {
  const auto created = heard();
  ASSERT_TRUE(created);
  ASSERT_EQ(created->type, std::uint32_t{UHID_CREATE2});
  const auto& create = created->u.create2;
  EXPECT_STREQ(reinterpret_cast<const char*>(create.phys), "punktfunk/pad3");
  EXPECT_STREQ(reinterpret_cast<const char*>(create.uniq), "02:11:22:33:44:55");
  EXPECT_EQ(create.vendor, 0x054CU);
  EXPECT_EQ(create.product, 0x0CE6U);
  EXPECT_EQ(create.bus, BUS_USB);
  ASSERT_EQ(create.rd_size, report_descriptor().size());
  EXPECT_EQ(std::memcmp(create.rd_data, report_descriptor().data(), create.rd_size), 0);
  pad_.reset();
  const auto gone = heard();
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->type, std::uint32_t{UHID_DESTROY});
}

TEST_F(DualSenseTest, ButtonsSticksAndTriggers) {
  pad_->state().show({.pad = 3,
                      .buttons = kA | kY | kUp | kRight | kStart | kGuide | kTouchpad | kMisc |
                                 kLeftShoulder | kRightStick,
                      .left_trigger = 255,
                      .right_trigger = 0,
                      .left_x = 0,
                      .left_y = 32767,
                      .right_x = -32768,
                      .right_y = -32768});
  ASSERT_TRUE(pad_->send());
  const auto now = report();
  ASSERT_EQ(now.size(), kInputReportBytes);
  EXPECT_EQ(now[0], 0x01);
  EXPECT_EQ(now[1], 128);  // the middle
  EXPECT_EQ(now[2], 0);    // up
  EXPECT_EQ(now[3], 0);
  EXPECT_EQ(now[4], 255);
  EXPECT_EQ(now[5], 255);
  EXPECT_EQ(now[6], 0);
  EXPECT_EQ(now[8], 0x01 | 0x20 | 0x80);         // up and right; cross, triangle
  EXPECT_EQ(now[9], 0x01 | 0x04 | 0x20 | 0x80);  // L1, L2, options, R3
  EXPECT_EQ(now[10], 0x01 | 0x02 | 0x04);        // PS, touch pad, mute
  pad_->state().rest();
  pad_->send();
  const auto then = report();
  EXPECT_EQ(then[7], now[7] + 1) << "the sequence";
  EXPECT_EQ(then[8], 0x08);
  EXPECT_EQ(then[9], 0);
}

TEST_F(DualSenseTest, MotionInItsUnits) {
  pad_->state().move({.pad = 3, .kind = MotionKind::Gyro, .x = 1.5F, .y = -2, .z = 4000});
  pad_->state().move(
      {.pad = 3, .kind = MotionKind::Acceleration, .x = 0, .y = 9.80665F, .z = -100});
  pad_->send();
  const auto now = report();
  const auto at = [&](std::size_t i) {
    return static_cast<std::int16_t>(load_le<std::uint16_t>(&now[i]));
  };
  EXPECT_EQ(at(16), 24);
  EXPECT_EQ(at(18), -32);
  EXPECT_EQ(at(20), 32767) << "as far as it goes";
  EXPECT_EQ(at(22), 0);
  EXPECT_EQ(at(24), 8192) << "one g";
  EXPECT_EQ(at(26), -32768);
  // By the rule of the kernel's driver one unit is 1/16 degree a second.
  const auto calibration = feature_report(0x05, kMac);
  const auto value = [&](std::size_t i) {
    return static_cast<std::int16_t>(load_le<std::uint16_t>(&calibration[i]));
  };
  EXPECT_EQ((value(19) + value(21)) * 1024 / (value(7) - value(9)), 1024 / 16);
  EXPECT_EQ(value(23) - value(25), 2 * 8192);
}

TEST_F(DualSenseTest, TwoFingersAndTheirNames) {
  auto& state = pad_->state();
  const auto touch = [](TouchPhase phase, std::uint32_t id, float x, float y) {
    return PadTouch{.pad = 3, .phase = phase, .surface = 0, .id = id, .x = x, .y = y};
  };
  EXPECT_TRUE(state.touch(touch(TouchPhase::Down, 70'000, 1, 1)));
  EXPECT_TRUE(state.touch(touch(TouchPhase::Down, 5, 0.5F, 0)));
  EXPECT_FALSE(state.touch(touch(TouchPhase::Down, 6, 0, 0))) << "a third one";
  EXPECT_FALSE(state.touch(touch(TouchPhase::Hover, 7, 0, 0)));
  pad_->send();
  auto now = report();
  EXPECT_EQ(now[33], 0);
  EXPECT_EQ(now[34] | (now[35] & 0x0F) << 8, 1919);
  EXPECT_EQ(now[35] >> 4 | now[36] << 4, 1079);
  EXPECT_EQ(now[37], 1);
  EXPECT_EQ(now[38] | (now[39] & 0x0F) << 8, 960);
  EXPECT_TRUE(state.touch(touch(TouchPhase::Up, 70'000, 0, 0)));
  EXPECT_FALSE(state.touch(touch(TouchPhase::Up, 70'000, 0, 0)));
  EXPECT_TRUE(state.touch(touch(TouchPhase::Down, 8, 0, 0)));
  pad_->send();
  now = report();
  EXPECT_EQ(now[33], 2) << "a new touch has a new name";
  EXPECT_TRUE(state.touch({.pad = 3, .phase = TouchPhase::CancelAll}));
  pad_->send();
  now = report();
  EXPECT_EQ(now[33] & 0x80, 0x80);
  EXPECT_EQ(now[37] & 0x80, 0x80);
}

TEST_F(DualSenseTest, Battery) {
  const auto power = [&](std::uint8_t state, std::uint8_t percent) {
    pad_->state().battery({.pad = 3, .state = state, .percent = percent});
    pad_->send();
    return report()[53];
  };
  EXPECT_EQ(power(0, 0xFF), 0x2A) << "unknown: full and plugged in";
  EXPECT_EQ(power(2, 85), 0x08);
  EXPECT_EQ(power(3, 40), 0x14);
  EXPECT_EQ(power(5, 100), 0x2A);
}

TEST_F(DualSenseTest, WhatGamesAskForIsToldOnce) {
  Output bytes{0x02, 0x03};
  bytes[3] = 0x40;  // the fast motor
  bytes[4] = 0xFF;  // the heavy one
  game_writes(bytes);
  game_writes(bytes);
  ASSERT_EQ(told_.all<Rumble>().size(), 1U);
  EXPECT_EQ(told_.all<Rumble>()[0], (Rumble{3, 0xFFFF, 0x4040}));
  // Newer drivers say it with another flag.
  bytes = {0x02, 0x02};
  bytes[39] = 0x04;
  bytes[4] = 0x10;
  game_writes(bytes);
  EXPECT_EQ(told_.all<Rumble>().back(), (Rumble{3, 0x1010, 0}));

  bytes = {0x02, 0, 0x04};
  bytes[45] = 1;
  bytes[46] = 2;
  bytes[47] = 255;
  game_writes(bytes);
  game_writes(bytes);
  ASSERT_EQ(told_.all<PadLight>().size(), 1U);
  EXPECT_EQ(told_.all<PadLight>()[0], (PadLight{3, 1, 2, 255}));
  EXPECT_EQ(told_.all<Rumble>().size(), 2U) << "a light alone leaves the motors";
  game_writes({0x02});
  EXPECT_EQ(told_.all<Rumble>().back(), (Rumble{3, 0, 0})) << "a report of nothing stops them";
}

TEST_F(DualSenseTest, AdaptiveTriggers) {
  Output bytes{0x02, 0x0C};
  bytes[11] = 0x21;  // right: feedback
  bytes[12] = 9;
  bytes[21] = 7;  // its tenth parameter
  bytes[22] = 0x26;
  bytes[32] = 5;
  game_writes(bytes);
  AdaptiveTriggers expected{.pad = 3, .flags = 0x0C, .left_type = 0x26, .right_type = 0x21};
  expected.right = {9, 0, 0, 0, 0, 0, 0, 0, 0, 7};
  expected.left[9] = 5;
  ASSERT_EQ(told_.all<AdaptiveTriggers>().size(), 1U);
  EXPECT_EQ(told_.all<AdaptiveTriggers>()[0], expected);
  game_writes(bytes);
  EXPECT_EQ(told_.all<AdaptiveTriggers>().size(), 1U);
  // Only what is valid counts, and only what changed is told.
  Output release{0x02, 0x04};
  release[11] = 0x05;
  release[22] = 0x01;
  game_writes(release);
  expected.flags = 0x04;
  expected.right_type = 0x05;
  expected.right = {};
  ASSERT_EQ(told_.all<AdaptiveTriggers>().size(), 2U);
  EXPECT_EQ(told_.all<AdaptiveTriggers>()[1], expected);
}

TEST_F(DualSenseTest, BadReportsDoNothing) {
  EXPECT_FALSE(parse_output(0, Bytes(kOutputReportBytes - 1, 0x02)).rumble);
  Bytes other(kOutputReportBytes, 0xFF);
  EXPECT_FALSE(parse_output(0, other).triggers);
  EXPECT_FALSE(parse_output(0, {}).light);
}

TEST_F(DualSenseTest, FeaturesAreAnswered) {
  while (heard()) {
  }
  const auto ask = [&](std::uint8_t number, std::uint8_t kind) {
    uhid_event event{};
    event.type = UHID_GET_REPORT;
    event.u.get_report.id = 77;
    event.u.get_report.rnum = number;
    event.u.get_report.rtype = kind;
    say(event);
    return heard();
  };
  for (const auto& [number, size] : {std::pair{0x05, 41}, {0x09, 20}, {0x20, 64}}) {
    const auto answer = ask(static_cast<std::uint8_t>(number), UHID_FEATURE_REPORT);
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->type, std::uint32_t{UHID_GET_REPORT_REPLY});
    EXPECT_EQ(answer->u.get_report_reply.id, 77U);
    EXPECT_EQ(answer->u.get_report_reply.err, 0);
    EXPECT_EQ(answer->u.get_report_reply.size, size);
    EXPECT_EQ(answer->u.get_report_reply.data[0], number);
  }
  const auto pairing = ask(0x09, UHID_FEATURE_REPORT);
  ASSERT_TRUE(pairing);
  EXPECT_EQ(pairing->u.get_report_reply.data[6], kMac[0]) << "the last byte comes first";
  const auto none = ask(0x99, UHID_FEATURE_REPORT);
  ASSERT_TRUE(none);
  EXPECT_NE(none->u.get_report_reply.err, 0);
  uhid_event set{};
  set.type = UHID_SET_REPORT;
  set.u.set_report.id = 78;
  say(set);
  const auto answer = heard();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->type, std::uint32_t{UHID_SET_REPORT_REPLY});
  EXPECT_EQ(answer->u.set_report_reply.id, 78U);
}

}  // namespace
}  // namespace pf::input::uhid
#endif
