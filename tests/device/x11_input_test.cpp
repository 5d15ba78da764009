// The XTEST injector against a private Xvfb, seen by an independent client.
#ifdef PF_HAVE_INPUT_X11
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/input-event-codes.h>
#include <signal.h>

#include <cstring>

#include "device/x11_server.hpp"
#include "input/injector.hpp"
#include "input/vk_to_evdev.hpp"

namespace pf::input {
namespace {

using test::X11Client;
using test::X11Server;
using test::Xcb;

class Ignore final : public FeedbackSink {
 public:
  void on_feedback(const FeedbackEvent&) noexcept override {}
};

Text text_of(std::string_view utf8) {
  Text text;
  text.length = static_cast<std::uint8_t>(utf8.size());
  std::memcpy(text.utf8.data(), utf8.data(), utf8.size());
  return text;
}

class X11Input : public testing::Test {
 protected:
  void SetUp() override {
    if (!find_program("Xvfb")) GTEST_SKIP() << "Xvfb is not installed: apt install xvfb";
    server_ = std::make_unique<X11Server>(X11Server::xvfb("1001x501x24"));
    ASSERT_FALSE(server_->display().empty());
    client_ = std::make_unique<X11Client>(server_->display());
    ASSERT_TRUE(client_->ok());
    // A window over everything takes the input.
    auto* c = client_->get();
    const xcb_window_t window = xcb_generate_id(c);
    const std::uint32_t values[2] = {
        1, XCB_EVENT_MASK_KEY_PRESS | XCB_EVENT_MASK_KEY_RELEASE | XCB_EVENT_MASK_BUTTON_PRESS |
               XCB_EVENT_MASK_BUTTON_RELEASE | XCB_EVENT_MASK_POINTER_MOTION};
    xcb_create_window(c, XCB_COPY_FROM_PARENT, window, client_->root(), 0, 0, 1001, 501, 0,
                      XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT,
                      XCB_CW_OVERRIDE_REDIRECT | XCB_CW_EVENT_MASK, values);
    xcb_map_window(c, window);
    xcb_set_input_focus(c, XCB_INPUT_FOCUS_POINTER_ROOT, window, XCB_CURRENT_TIME);
    client_->warp(500, 250);
    client_->sync();
    while (Xcb<xcb_generic_event_t>(xcb_poll_for_event(c))) {
    }
    media::DisplayTarget target;
    target.kind = media::DisplayKind::X11;
    target.x11_display = server_->display();
    auto opened = open(target, {.uinput_pads = false}, feedback_);
    ASSERT_TRUE(opened) << opened.error().message();
    injector_ = std::move(*opened);
    EXPECT_STREQ(injector_->name(), "xtest");
  }

  struct Seen {
    int type = 0;
    int detail = 0;  // keycode or button
    int x = 0, y = 0;
  };
  // The next key, button or motion event; type 0 at the deadline. Layout notices are passed over.
  Seen next() {
    while (const auto event = client_->event(test::soon())) {
      const int type = event->response_type & 0x7F;
      if (type < XCB_KEY_PRESS || type > XCB_MOTION_NOTIFY) continue;
      const auto& e = reinterpret_cast<const xcb_key_press_event_t&>(*event);
      return {type, e.detail, e.root_x, e.root_y};
    }
    return {};
  }
  void expect_key(int type, int keycode) {
    const Seen seen = next();
    EXPECT_EQ(seen.type, type);
    EXPECT_EQ(seen.detail, keycode);
  }
  void expect_click(int button) {
    const Seen down = next(), up = next();
    EXPECT_EQ(down.type, XCB_BUTTON_PRESS);
    EXPECT_EQ(down.detail, button);
    EXPECT_EQ(up.type, XCB_BUTTON_RELEASE);
    EXPECT_EQ(up.detail, button);
  }
  // Presses and releases a marker key, so that "nothing came before it" can be seen.
  void expect_nothing_but_marker() {
    injector_->inject(Key{KEY_F9, true});
    injector_->inject(Key{KEY_F9, false});
    expect_key(XCB_KEY_PRESS, evdev_to_x11(KEY_F9));
    expect_key(XCB_KEY_RELEASE, evdev_to_x11(KEY_F9));
  }

  Ignore feedback_;
  std::unique_ptr<X11Server> server_;
  std::unique_ptr<X11Client> client_;
  std::unique_ptr<Injector> injector_;
};

TEST_F(X11Input, KeysArriveByTheirCode) {
  for (const int key : {KEY_A, KEY_LEFTSHIFT, KEY_F1, KEY_KP5, KEY_RIGHTALT, KEY_102ND}) {
    const auto code = static_cast<std::uint16_t>(key);
    injector_->inject(Key{code, true});
    expect_key(XCB_KEY_PRESS, code + 8);
    injector_->inject(Key{code, false});
    expect_key(XCB_KEY_RELEASE, code + 8);
  }
  injector_->inject(Key{KEY_SELECT, true});  // beyond what X11 can name
  expect_nothing_but_marker();
}

TEST_F(X11Input, AbsoluteMotionCoversTheScreenExactly) {
  const auto expect_at = [&](float x, float y, int px, int py) {
    injector_->inject(PointerPosition{x, y});
    const Seen seen = next();
    EXPECT_EQ(seen.type, XCB_MOTION_NOTIFY);
    EXPECT_EQ(seen.x, px);
    EXPECT_EQ(seen.y, py);
  };
  expect_at(0, 0, 0, 0);
  expect_at(1, 1, 1000, 500);
  expect_at(0.5F, 0.5F, 500, 250);
  expect_at(0.25F, 0.1F, 250, 50);
  expect_at(-3, 7, 0, 500);
}

TEST_F(X11Input, RelativeMotionKeepsFractions) {
  injector_->inject(PointerMotion{10, -20});
  Seen seen = next();
  EXPECT_EQ(seen.x, 510);
  EXPECT_EQ(seen.y, 230);
  for (int i = 0; i < 4; ++i) injector_->inject(PointerMotion{0.25F, 0});
  seen = next();
  EXPECT_EQ(seen.x, 511);
  EXPECT_EQ(seen.y, 230);
  expect_nothing_but_marker();
}

TEST_F(X11Input, Buttons) {
  const std::pair<Button, int> buttons[] = {{Button::Left, 1},
                                            {Button::Middle, 2},
                                            {Button::Right, 3},
                                            {Button::Side, 8},
                                            {Button::Extra, 9}};
  for (const auto& [button, number] : buttons) {
    injector_->inject(PointerButton{button, true});
    injector_->inject(PointerButton{button, false});
    expect_click(number);
  }
}

TEST_F(X11Input, ScrollAddsUpToNotches) {
  injector_->inject(Scroll{120, 0});
  expect_click(4);
  injector_->inject(Scroll{-240, 0});
  expect_click(5);
  expect_click(5);
  injector_->inject(Scroll{0, 120});
  expect_click(7);
  injector_->inject(Scroll{0, -120});
  expect_click(6);
  for (int i = 0; i < 3; ++i) injector_->inject(Scroll{40, 0});
  expect_click(4);
  injector_->inject(Scroll{100, 0});
  injector_->inject(Scroll{-119, 0});  // a turn starts afresh
  expect_nothing_but_marker();
  injector_->inject(Scroll{-1, 0});
  expect_click(5);
}

TEST_F(X11Input, TheFirstFingerAndThePenArePointers) {
  const auto expect = [&](int type, int detail) {
    const Seen seen = next();
    EXPECT_EQ(seen.type, type);
    if (type != XCB_MOTION_NOTIFY) {
      EXPECT_EQ(seen.detail, detail);
    }
  };
  injector_->inject(Touch{.phase = TouchPhase::Down, .id = 5, .x = 0.1F, .y = 0.1F});
  expect(XCB_MOTION_NOTIFY, 0);
  expect(XCB_BUTTON_PRESS, 1);
  injector_->inject(Touch{.phase = TouchPhase::Down, .id = 6, .x = 0.9F, .y = 0.9F});
  injector_->inject(Touch{.phase = TouchPhase::Up, .id = 6});
  injector_->inject(Touch{.phase = TouchPhase::Move, .id = 5, .x = 0.2F, .y = 0.2F});
  expect(XCB_MOTION_NOTIFY, 0);
  injector_->inject(Touch{.phase = TouchPhase::Up, .id = 5});
  expect(XCB_BUTTON_RELEASE, 1);
  injector_->inject(Pen{.phase = TouchPhase::Hover, .x = 0.5F, .y = 0.6F});
  expect(XCB_MOTION_NOTIFY, 0);
  injector_->inject(Pen{.phase = TouchPhase::Down, .buttons = 1, .x = 0.6F, .y = 0.6F});
  expect(XCB_MOTION_NOTIFY, 0);
  expect(XCB_BUTTON_PRESS, 1);
  expect(XCB_BUTTON_PRESS, 3);
  injector_->inject(Pen{.phase = TouchPhase::HoverLeave});
  expect(XCB_BUTTON_RELEASE, 1);
  expect(XCB_BUTTON_RELEASE, 3);
}

TEST_F(X11Input, TextUsesTheLayoutWhereItCan) {
  injector_->inject(text_of("aA"));
  expect_key(XCB_KEY_PRESS, evdev_to_x11(KEY_A));
  expect_key(XCB_KEY_RELEASE, evdev_to_x11(KEY_A));
  expect_key(XCB_KEY_PRESS, evdev_to_x11(KEY_LEFTSHIFT));
  expect_key(XCB_KEY_PRESS, evdev_to_x11(KEY_A));
  expect_key(XCB_KEY_RELEASE, evdev_to_x11(KEY_A));
  expect_key(XCB_KEY_RELEASE, evdev_to_x11(KEY_LEFTSHIFT));
  // A held Shift is lifted for a small letter and is held again afterwards.
  injector_->inject(Key{KEY_RIGHTSHIFT, true});
  injector_->inject(text_of("b"));
  expect_key(XCB_KEY_PRESS, evdev_to_x11(KEY_RIGHTSHIFT));
  expect_key(XCB_KEY_RELEASE, evdev_to_x11(KEY_RIGHTSHIFT));
  expect_key(XCB_KEY_PRESS, evdev_to_x11(KEY_B));
  expect_key(XCB_KEY_RELEASE, evdev_to_x11(KEY_B));
  expect_key(XCB_KEY_PRESS, evdev_to_x11(KEY_RIGHTSHIFT));
}

TEST_F(X11Input, TextOutsideTheLayoutBorrowsKeys) {
  const auto symbol_of = [&](int keycode) {
    const auto cookie =
        xcb_get_keyboard_mapping(client_->get(), static_cast<xcb_keycode_t>(keycode), 1);
    const Xcb<xcb_get_keyboard_mapping_reply_t> reply(
        xcb_get_keyboard_mapping_reply(client_->get(), cookie, nullptr));
    return reply && reply->keysyms_per_keycode > 0
               ? xcb_get_keyboard_mapping_keysyms(reply.get())[0]
               : XCB_NO_SYMBOL;
  };
  injector_->inject(text_of("\xE2\x82\xAC\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"));
  std::vector<int> codes;
  for (const std::uint32_t expected : {0x010020ACU, 0xE9U, 0x010020ACU, 0x0101F600U}) {
    const Seen down = next(), up = next();
    EXPECT_EQ(down.type, XCB_KEY_PRESS);
    EXPECT_EQ(up.type, XCB_KEY_RELEASE);
    EXPECT_EQ(up.detail, down.detail);
    EXPECT_EQ(symbol_of(down.detail), expected);
    codes.push_back(down.detail);
  }
  EXPECT_EQ(codes[0], codes[2]);
  EXPECT_NE(codes[0], codes[1]);
  injector_.reset();
  for (const int code : codes) EXPECT_EQ(symbol_of(code), XCB_NO_SYMBOL) << "not given back";
}

TEST_F(X11Input, WhatItHoldsIsLetGoOfAtTheEnd) {
  injector_->inject(Key{KEY_W, true});
  injector_->inject(PointerButton{Button::Left, true});
  injector_.reset();
  expect_key(XCB_KEY_PRESS, evdev_to_x11(KEY_W));
  EXPECT_EQ(next().type, XCB_BUTTON_PRESS);
  expect_key(XCB_KEY_RELEASE, evdev_to_x11(KEY_W));
  EXPECT_EQ(next().type, XCB_BUTTON_RELEASE);
}

TEST_F(X11Input, AHangingServerBlocksNobody) {
  kill(server_->process().pid(), SIGSTOP);
  for (int i = 0; i < 50'000; ++i) injector_->inject(PointerMotion{1, 1});
  injector_.reset();
  kill(server_->process().pid(), SIGCONT);
}

TEST_F(X11Input, ADeadServerIsNoCrash) {
  kill(server_->process().pid(), SIGKILL);
  for (int i = 0; i < 100; ++i) injector_->inject(Key{KEY_A, i % 2 == 0});
  injector_->inject(text_of("x\xE2\x82\xAC"));
  injector_.reset();
}

}  // namespace
}  // namespace pf::input
#endif
