#include <gtest/gtest.h>
#include <linux/input-event-codes.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>
#include <iostream>

#include "base/clock.hpp"
#include "base/process.hpp"
#include "base/unique_fd.hpp"
#include "device/support/test_window.hpp"
#include "display/display.hpp"
#include "input/injector.hpp"
#include "support/temp_folder.hpp"

namespace pf::input {
namespace {

class NoFeedback final : public FeedbackSink {
  void on_feedback(const FeedbackEvent&) noexcept override {}
};

class WlrInput : public testing::Test {
 protected:
  void SetUp() override {
    if (!find_program("sway")) GTEST_SKIP() << "sway is not installed: apt install sway";
    display::Options options;
    options.backend = "virtual";
    options.runtime_dir = folder_.path() + "/run";
    auto opened = display::open(options, {{1280, 720, {60, 1}}, "input"});
    ASSERT_TRUE(opened) << opened.error().message();
    display_ = std::move(*opened);
    auto injector = open(display_->target(), Options{.uinput_pads = false}, feedback_);
    ASSERT_TRUE(injector) << injector.error().message();
    injector_ = std::move(*injector);
    // As in a session: the devices are there before the program.
    window_ = test::TestWindow::open(display_->target().wayland_socket);
    ASSERT_TRUE(window_);
    ASSERT_TRUE(window_->pump([this] { return window_->has_keyboard_focus(); }));
  }
  void TearDown() override {
    if (HasFailure() && window_)
      for (const auto& event : window_->events()) std::cout << "  seen: " << event << '\n';
  }

  bool saw(const std::string& event, std::size_t from = 0) const {
    const auto& list = window_->events();
    return std::find(list.begin() + static_cast<std::ptrdiff_t>(from), list.end(), event) !=
           list.end();
  }
  testing::AssertionResult sees(const std::string& event) {
    if (window_->pump([&] { return saw(event); })) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "never saw \"" << event << '"';
  }
  void key(std::uint16_t code, bool down) { injector_->inject(Key{code, down}); }
  void type(std::string_view utf8) {
    Text text;
    ASSERT_LE(utf8.size(), text.utf8.size());
    std::memcpy(text.utf8.data(), utf8.data(), utf8.size());
    text.length = static_cast<std::uint8_t>(utf8.size());
    injector_->inject(text);
  }
  bool typed(const std::string& expected) {
    const bool ok = window_->pump([&] { return window_->typed() == expected; });
    EXPECT_EQ(window_->typed(), expected);
    return ok;
  }

  test::TempFolder folder_;
  NoFeedback feedback_;
  std::unique_ptr<display::Display> display_;
  std::unique_ptr<test::TestWindow> window_;
  std::unique_ptr<Injector> injector_;
};

TEST_F(WlrInput, TheVeryFirstKeyArrives) {
  constexpr std::uint16_t kHello[] = {KEY_H, KEY_E, KEY_L, KEY_L, KEY_O};
  for (const auto code : kHello) {
    key(code, true);
    key(code, false);
  }
  EXPECT_TRUE(typed("hello"));
}

TEST_F(WlrInput, ModifiersGoWithTheirKeys) {
  key(KEY_LEFTSHIFT, true);
  key(KEY_A, true);
  key(KEY_A, false);
  key(KEY_LEFTSHIFT, false);
  key(KEY_A, true);
  key(KEY_A, false);
  EXPECT_TRUE(typed("Aa"));
  EXPECT_TRUE(sees("key 42 down"));
  EXPECT_TRUE(sees("modifiers 1"));
  EXPECT_TRUE(sees("key 30 up"));
}

TEST_F(WlrInput, TextBeyondTheLayoutIsTypedAndTheLayoutComesBack) {
  type("Grüße, €5 中文 🎮");
  EXPECT_TRUE(typed("Grüße, €5 中文 🎮"));
  key(KEY_Z, true);
  key(KEY_Z, false);
  EXPECT_TRUE(typed("Grüße, €5 中文 🎮z"));
}

TEST_F(WlrInput, TextOnTheLayoutKeepsWhatIsHeld) {
  key(KEY_LEFTSHIFT, true);
  type("mixed Case 42!");
  key(KEY_B, true);
  key(KEY_B, false);
  key(KEY_LEFTSHIFT, false);
  EXPECT_TRUE(typed("mixed Case 42!B"));
}

TEST_F(WlrInput, LongTextWithMoreCharactersThanSpareKeys) {
  std::string text;
  for (const char* c :
       {"а", "б", "в", "г", "д", "е", "ж", "з", "и", "й", "к", "л", "м", "н", "о", "п",
        "р", "с", "т", "у", "ф", "х", "ц", "ч", "ш", "щ", "ъ", "ы", "ь", "э", "ю", "я"})
    text += c;
  ASSERT_EQ(text.size(), 64U);
  type(text);
  type("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVW€");
  EXPECT_TRUE(typed(text + "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVW€"));
}

TEST_F(WlrInput, PositionsButtonsAndRelativeMotion) {
  injector_->inject(PointerPosition{0.5F, 0.25F});
  EXPECT_TRUE(sees("motion 640 180"));
  injector_->inject(PointerMotion{5.0F, -3.0F});
  EXPECT_TRUE(sees("relative 5.0 -3.0"));
  EXPECT_TRUE(sees("motion 645 177"));
  injector_->inject(PointerButton{Button::Right, true});
  injector_->inject(PointerButton{Button::Right, false});
  EXPECT_TRUE(sees("button 273 down"));
  EXPECT_TRUE(sees("button 273 up"));
}

TEST_F(WlrInput, ScrollKeepsPartsOfANotch) {
  injector_->inject(PointerPosition{0.5F, 0.5F});
  injector_->inject(Scroll{120, 0});
  EXPECT_TRUE(sees("axis 0 -15.0"));  // away from the user is up, which the protocol counts down
  EXPECT_TRUE(sees("discrete 0 -1"));
  injector_->inject(Scroll{0, 240});
  EXPECT_TRUE(sees("axis 1 30.0"));
  EXPECT_TRUE(sees("discrete 1 2"));
  const auto before = window_->events().size();
  for (int i = 0; i < 4; ++i) injector_->inject(Scroll{-30, 0});
  ASSERT_TRUE(window_->pump([&] { return saw("discrete 0 1", before); }));
  const auto& events = window_->events();
  EXPECT_EQ(
      std::count(events.begin() + static_cast<std::ptrdiff_t>(before), events.end(), "axis 0 3.8"),
      4);
}

TEST_F(WlrInput, TouchAndPenActAsThePointer) {
  injector_->inject(Touch{TouchPhase::Down, 7, 0.25F, 0.5F});
  EXPECT_TRUE(sees("motion 320 360"));
  EXPECT_TRUE(sees("button 272 down"));
  injector_->inject(Touch{TouchPhase::Down, 8, 0.9F, 0.9F});  // a second finger changes nothing
  injector_->inject(Touch{TouchPhase::Move, 7, 0.5F, 0.5F});
  EXPECT_TRUE(sees("motion 640 360"));
  injector_->inject(Touch{TouchPhase::Up, 7, 0.5F, 0.5F});
  EXPECT_TRUE(sees("button 272 up"));
  EXPECT_FALSE(saw("motion 1152 648"));
  Pen pen;
  pen.phase = TouchPhase::Down;
  pen.x = 0.75F;
  pen.y = 0.75F;
  const auto before = window_->events().size();
  injector_->inject(pen);
  pen.phase = TouchPhase::Up;
  injector_->inject(pen);
  ASSERT_TRUE(window_->pump([&] { return saw("button 272 up", before); }));
  EXPECT_TRUE(saw("motion 960 540", before));
  EXPECT_TRUE(saw("button 272 down", before));
}

// Holds a compositor still for the life of the object.
class Paused {
 public:
  explicit Paused(const std::string& socket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, socket.data(), socket.size());
    const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
        ::getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0)
      pid_ = peer.pid;
    EXPECT_GT(pid_, 0);
    if (pid_ > 0) {
      EXPECT_EQ(::kill(pid_, SIGSTOP), 0);
    }
  }
  ~Paused() {
    if (pid_ > 0) ::kill(pid_, SIGCONT);
  }

 private:
  pid_t pid_ = 0;
};

TEST_F(WlrInput, ACompositorThatDoesNotReadNeverBlocksTheCaller) {
  window_.reset();  // nobody to be flooded afterwards
  {
    const Paused paused(display_->target().wayland_socket);
    for (int i = 0; i < 30'000; ++i)
      injector_->inject(PointerMotion{static_cast<float>(i % 3 - 1), 0.0F});
    for (int i = 0; i < 10; ++i) {
      key(KEY_A, true);
      key(KEY_A, false);
    }
    injector_->inject(PointerPosition{0.1F, 0.1F});
  }
  window_ = test::TestWindow::open(display_->target().wayland_socket);
  ASSERT_TRUE(window_);
  ASSERT_TRUE(window_->pump([this] { return window_->has_keyboard_focus(); }));
  EXPECT_TRUE(sees("motion 128 72"));  // where the pointer was put meanwhile
  window_->forget();
  key(KEY_X, true);
  key(KEY_X, false);
  EXPECT_TRUE(typed("x"));
}

TEST_F(WlrInput, ADeadCompositorIsSurvived) {
  window_.reset();
  display_.reset();
  for (int i = 0; i < 100; ++i) key(KEY_A, i % 2 == 0);
}

}  // namespace
}  // namespace pf::input
