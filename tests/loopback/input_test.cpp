// Input on its way from the client's packets to the session's devices, and back (gamestream.md 6).
#include <linux/input-event-codes.h>

#include "loopback/host_fixture.hpp"

namespace pf::test {
namespace {

namespace p = gs::input_packet;
using input::recording::Entry;

class InputLoopback : public HostTest {
 protected:
  void SetUp() override {
    client = paired_client();
    stream(*client);
    recorded = wait_for_input(0, deadline());
    ASSERT_TRUE(recorded);
    ASSERT_TRUE(wait_for_media(*client, 1, 1));
  }
  static SteadyTime deadline() { return steady_now() + gs::kPatience; }
  // The last event of this kind, once there are `count` of them.
  template <class T>
  std::optional<T> nth(std::size_t count) {
    std::optional<T> found;
    recorded->events.wait_for(
        [&](const std::vector<Entry>& entries) {
          std::size_t seen = 0;
          for (const auto& entry : entries)
            if (const auto* event = std::get_if<T>(&entry.event); event && ++seen == count)
              found = *event;
          return found.has_value();
        },
        deadline());
    return found;
  }
  void send(const gs::InputPacket& packet) { client->stream().send_input(packet); }

  std::unique_ptr<GsClient> client;
  std::shared_ptr<RecordedInput> recorded;
};

TEST_F(InputLoopback, Keys) {
  send(p::key(0x41, true));
  send(p::key(0x41, false));
  const auto down = nth<input::Key>(1), up = nth<input::Key>(2);
  ASSERT_TRUE(down && up);
  EXPECT_EQ(down->code, KEY_A);
  EXPECT_TRUE(down->down);
  EXPECT_EQ(up->code, KEY_A);
  EXPECT_FALSE(up->down);
}

// A modifier that the key claims but that no key event pressed is held around the key.
TEST_F(InputLoopback, ClaimedModifiers) {
  send(p::key(0x42, true, 1));
  send(p::key(0x42, false, 1));
  ASSERT_TRUE(recorded->events.wait_for(
      [](const std::vector<Entry>& entries) {
        return std::any_of(entries.begin(), entries.end(), [](const Entry& e) {
          const auto* key = std::get_if<input::Key>(&e.event);
          return key != nullptr && key->code == KEY_B && !key->down;
        });
      },
      deadline()));
  const auto keys = events_of<input::Key>(*recorded);
  ASSERT_GE(keys.size(), 3U);
  EXPECT_TRUE(keys[0].code == KEY_LEFTSHIFT || keys[0].code == KEY_RIGHTSHIFT);
  EXPECT_TRUE(keys[0].down);
  EXPECT_EQ(keys[1].code, KEY_B);
  EXPECT_TRUE(keys[1].down);
}

TEST_F(InputLoopback, Text) {
  send(p::text("\xc3\xa9"));
  const auto text = nth<input::Text>(1);
  ASSERT_TRUE(text);
  EXPECT_EQ(std::string_view(text->utf8.data(), text->length), "\xc3\xa9");
}

TEST_F(InputLoopback, Pointer) {
  send(p::move(5, -3));
  send(p::position(960, 540, 1920, 1080));
  send(p::button(1, true));
  send(p::button(1, false));
  send(p::button(5, true));
  send(p::scroll(120));
  send(p::hscroll(-120));
  const auto motion = nth<input::PointerMotion>(1);
  ASSERT_TRUE(motion);
  EXPECT_EQ(motion->dx, 5.0F);
  EXPECT_EQ(motion->dy, -3.0F);
  const auto position = nth<input::PointerPosition>(1);
  ASSERT_TRUE(position);
  EXPECT_FLOAT_EQ(position->x, 960.0F / 1919.0F);
  EXPECT_FLOAT_EQ(position->y, 540.0F / 1079.0F);
  const auto down = nth<input::PointerButton>(1), up = nth<input::PointerButton>(2),
             extra = nth<input::PointerButton>(3);
  ASSERT_TRUE(down && up && extra);
  EXPECT_EQ(down->button, input::Button::Left);
  EXPECT_TRUE(down->down);
  EXPECT_FALSE(up->down);
  EXPECT_EQ(extra->button, input::Button::Extra);
  const auto vertical = nth<input::Scroll>(1), horizontal = nth<input::Scroll>(2);
  ASSERT_TRUE(vertical && horizontal);
  EXPECT_EQ(vertical->vertical, 120);
  EXPECT_EQ(vertical->horizontal, 0);
  EXPECT_EQ(horizontal->vertical, 0);
  EXPECT_EQ(horizontal->horizontal, -120);
}

TEST_F(InputLoopback, TouchAndPen) {
  send(p::touch(1, 7, .5F, .25F, 1));
  send(p::touch(2, 7, .5F, .25F, 0));
  const auto down = nth<input::Touch>(1), up = nth<input::Touch>(2);
  ASSERT_TRUE(down && up);
  EXPECT_EQ(down->phase, input::TouchPhase::Down);
  EXPECT_EQ(down->id, 7U);
  EXPECT_EQ(down->x, .5F);
  EXPECT_EQ(down->y, .25F);
  EXPECT_EQ(down->pressure, 1.0F);
  EXPECT_EQ(up->phase, input::TouchPhase::Up);

  send(p::pen(1, 1, 1, .5F, .25F, .75F, 90, 30));
  const auto pen = nth<input::Pen>(1);
  ASSERT_TRUE(pen);
  EXPECT_EQ(pen->phase, input::TouchPhase::Down);
  EXPECT_EQ(pen->tool, input::PenTool::Pen);
  EXPECT_EQ(pen->buttons, 1);
  EXPECT_EQ(pen->pressure, .75F);
  EXPECT_EQ(pen->rotation, 90);
  EXPECT_EQ(pen->tilt, 30);
}

TEST_F(InputLoopback, Pads) {
  send(p::pad_arrival(1, 2, 0xFF, 0x30FFFF));
  send(p::pad(1, 2, {}));
  send(p::pad(1, 2, {0x201010, 255, 1, 0, 32767, -32768, 5}));
  send(p::pad_motion(1, 1, 1.5F, -2, .25F));
  send(p::pad_battery(1, 3, 85));
  send(p::pad_touch(1, 1, 3, .5F, .75F, 1));
  const auto arrival = nth<input::PadArrival>(1);
  ASSERT_TRUE(arrival);
  EXPECT_EQ(arrival->pad, 1);
  EXPECT_EQ(arrival->kind, input::PadKind::PlayStation);
  EXPECT_EQ(arrival->capabilities, 0xFF);
  const auto motion = nth<input::PadMotion>(1);
  ASSERT_TRUE(motion);
  EXPECT_EQ(motion->kind, input::MotionKind::Acceleration);
  EXPECT_EQ(motion->x, 1.5F);
  EXPECT_EQ(motion->y, -2.0F);
  EXPECT_EQ(motion->z, .25F);
  const auto battery = nth<input::PadBattery>(1);
  ASSERT_TRUE(battery);
  EXPECT_EQ(battery->state, 3);
  EXPECT_EQ(battery->percent, 85);
  const auto touch = nth<input::PadTouch>(1);
  ASSERT_TRUE(touch);
  EXPECT_EQ(touch->id, 3U);
  EXPECT_EQ(touch->y, .75F);
  const auto states = events_of<input::PadState>(*recorded);
  ASSERT_FALSE(states.empty());
  EXPECT_EQ(states.back().buttons, 0x201010U);
  EXPECT_EQ(states.back().left_trigger, 255);
  EXPECT_EQ(states.back().right_trigger, 1);
  EXPECT_EQ(states.back().left_y, 32767);
  EXPECT_EQ(states.back().right_x, -32768);
  EXPECT_EQ(states.back().right_y, 5);

  send(p::pad(1, 0, {}));
  const auto removal = nth<input::PadRemoval>(1);
  ASSERT_TRUE(removal);
  EXPECT_EQ(removal->pad, 1);
}

TEST_F(InputLoopback, SixteenPadsAtOnce) {
  constexpr std::uint16_t kAll = 0xFFFF;
  for (std::uint8_t i = 0; i < 16; ++i) {
    send(p::pad_arrival(i, i % 5, static_cast<std::uint16_t>(i), 0x30FFFF));
    send(p::pad(i, kAll, {static_cast<std::uint32_t>(0x1000 + i)}));
  }
  const auto last = nth<input::PadState>(16);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->pad, 15);
  const auto arrivals = events_of<input::PadArrival>(*recorded);
  ASSERT_EQ(arrivals.size(), 16U);
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    EXPECT_EQ(arrivals[i].pad, i);
    EXPECT_EQ(arrivals[i].kind, static_cast<input::PadKind>(i % 5));
    EXPECT_EQ(arrivals[i].capabilities, i);
  }
  send(p::pad(7, kAll & ~(1U << 7), {}));
  const auto gone = nth<input::PadRemoval>(1);
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->pad, 7);
}

TEST_F(InputLoopback, FeedbackReachesTheClient) {
  send(p::haptics());
  send(p::pad_arrival(1, 2, 0xFF, 0x30FFFF));
  send(p::pad(1, 2, {}));
  ASSERT_TRUE(nth<input::PadArrival>(1));
  const auto message = [&](std::uint16_t type) {
    client->stream().wait_for([&](const gs::StreamState& s) {
      return std::any_of(s.messages.begin(), s.messages.end(),
                         [&](const auto& m) { return m.type == type; });
    });
    for (const auto& m : client->stream().state().messages)
      if (m.type == type) return m.payload;
    return Bytes{};
  };
  ASSERT_TRUE(recorded->send_feedback(input::Rumble{1, 0x8000, 0x4000}));
  const auto rumble = message(gs::control_type::kRumble);
  ASSERT_EQ(rumble.size(), 10U);
  EXPECT_EQ(load_le<std::uint16_t>(rumble.data() + 4), 1);
  EXPECT_EQ(load_le<std::uint16_t>(rumble.data() + 6), 0x8000);
  EXPECT_EQ(load_le<std::uint16_t>(rumble.data() + 8), 0x4000);
  ASSERT_TRUE(recorded->send_feedback(input::PadLight{1, 10, 20, 30}));
  EXPECT_EQ(message(gs::control_type::kLed), (Bytes{1, 0, 10, 20, 30}));
  ASSERT_TRUE(recorded->send_feedback(input::MotionRequest{1, input::MotionKind::Gyro, 100}));
  EXPECT_EQ(message(gs::control_type::kMotionRequest), (Bytes{1, 0, 100, 0, 2}));
  ASSERT_TRUE(recorded->send_feedback(input::TriggerRumble{1, 0x0102, 0x0304}));
  EXPECT_EQ(message(gs::control_type::kTriggerRumble), (Bytes{1, 0, 2, 1, 4, 3}));
  input::AdaptiveTriggers triggers{.pad = 1, .flags = 0x0C, .left_type = 0x21, .right_type = 0x26};
  triggers.left = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  triggers.right[9] = 0xFF;
  ASSERT_TRUE(recorded->send_feedback(triggers));
  EXPECT_EQ(message(gs::control_type::kAdaptiveTriggers),
            (Bytes{1, 0, 0x0C, 0x21, 0x26, 1, 2, 3, 4, 5,   6, 7, 8, 9, 10,  //
                   0, 0, 0,    0,    0,    0, 0, 0, 0, 0xFF}));
  expect_clean(*client);
}

TEST_F(InputLoopback, HeldKeysAreReleasedWhenTheClientDisappears) {
  send(p::key(0x41, true));
  send(p::button(1, true));
  ASSERT_TRUE(nth<input::Key>(1) && nth<input::PointerButton>(1));
  client->leave();
  const auto key = nth<input::Key>(2);
  const auto button = nth<input::PointerButton>(2);
  ASSERT_TRUE(key && button);
  EXPECT_EQ(key->code, KEY_A);
  EXPECT_FALSE(key->down);
  EXPECT_FALSE(button->down);
}

TEST_F(InputLoopback, NarrowedGrantsTakeHoldWhileStreaming) {
  send(p::key(0x41, true));
  ASSERT_TRUE(nth<input::Key>(1));
  const auto id = *host.device_of(client->identity());
  host.on_control([&] {
    EXPECT_TRUE(host.allow_list().set_access(
        id, {trust::grant::kAll & ~trust::grant::kKeyboard, std::nullopt}));
  });
  // A key and text are refused, the pointer goes on; what was held is let go of.
  send(p::key(0x42, true));
  send(p::text("x"));
  send(p::move(1, 1));
  ASSERT_TRUE(nth<input::PointerMotion>(1));
  const auto released = nth<input::Key>(2);
  ASSERT_TRUE(released);
  EXPECT_EQ(released->code, KEY_A);
  EXPECT_FALSE(released->down);
  EXPECT_EQ(events_of<input::Key>(*recorded).size(), 2U);
  EXPECT_TRUE(events_of<input::Text>(*recorded).empty());
  // Given back, keys work again.
  host.on_control([&] { EXPECT_TRUE(host.allow_list().set_access(id, {})); });
  send(p::key(0x43, true));
  const auto again = nth<input::Key>(3);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->code, KEY_C);
}

TEST_F(InputLoopback, ViewersTouchNothing) {
  const auto id = *host.device_of(client->identity());
  host.on_control([&] {
    EXPECT_TRUE(host.allow_list().set_access(id, {trust::grant::kPresetView, std::nullopt}));
  });
  const auto refused_before = host.sessions().front().input_refused;
  send(p::key(0x41, true));
  send(p::move(1, 1));
  send(p::pad(0, 1, {0x1000, 0, 0, 0, 0, 0, 0}));
  EXPECT_TRUE(host.eventually(
      [&] { return host.manager().list().front().input_refused >= refused_before + 3; }));
  EXPECT_TRUE(recorded->events.snapshot().empty());
}

TEST_F(InputLoopback, MalformedPacketsHaveNoEffect) {
  auto bad = [&](Bytes bytes) { send({std::move(bytes), 0, true}); };
  const auto good = p::move(1, 2).bytes;
  for (std::size_t cut = 0; cut < good.size(); ++cut)
    bad({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(cut)});
  auto longer = good;
  longer.push_back(0);
  bad(longer);
  auto lying = good;
  lying[3] = 200;
  bad(lying);
  auto unknown = good;
  unknown[4] = 0x77;
  bad(unknown);
  auto nan = p::touch(1, 1, 0, 0, 0).bytes;
  store_le<std::uint32_t>(nan.data() + 16, 0x7fc00000U);
  bad(nan);
  bad(p::position(5, 5, 1, 1).bytes);  // reference size 0
  bad(p::button(77, true).bytes);
  auto far_pad = p::pad(0, 1, {}).bytes;
  far_pad[10] = 200;
  bad(far_pad);
  // The stream goes on and takes what is right.
  send(p::move(9, 9));
  const auto motion = nth<input::PointerMotion>(1);
  ASSERT_TRUE(motion);
  EXPECT_EQ(motion->dx, 9.0F);
  for (const auto& entry : recorded->events.snapshot())
    EXPECT_TRUE(std::holds_alternative<input::PointerMotion>(entry.event)) << entry.event.index();
  EXPECT_FALSE(client->stream().state().control_closed);
}

}  // namespace
}  // namespace pf::test
