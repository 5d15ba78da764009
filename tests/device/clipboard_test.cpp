// The contract of clipboards, on a compositor and on an X server: two of them at one display, each
// of which plays the programs of the other.
#include "clipboard/clipboard.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <optional>

#include "base/clock.hpp"
#include "base/process.hpp"
#include "device/x11_server.hpp"
#include "display/display.hpp"
#include "support/temp_folder.hpp"

namespace pf::clipboard {
namespace {

class Heard final : public Listener {
 public:
  void on_text(std::string text) noexcept override {
    const std::scoped_lock lock(mutex_);
    texts_.push_back(std::move(text));
    changed_.notify_all();
  }
  bool wait_for(const std::string& text) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10),
                             [&] { return !texts_.empty() && texts_.back() == text; });
  }
  std::size_t count() {
    const std::scoped_lock lock(mutex_);
    return texts_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> texts_;
};

class ClipboardContract : public testing::TestWithParam<media::DisplayKind> {
 protected:
  void SetUp() override {
    if (GetParam() == media::DisplayKind::Wlroots) {
      if (!find_program("sway")) GTEST_SKIP() << "sway is not installed: apt install sway";
      display::Options options;
      options.backend = "virtual";
      options.runtime_dir = folder_.path() + "/run";
      auto opened = display::open(options, {{640, 360, {60, 1}}, "clipboard"});
      ASSERT_TRUE(opened) << opened.error().message();
      display_ = std::move(*opened);
      target_ = display_->target();
    } else {
      if (!find_program("Xvfb")) GTEST_SKIP() << "Xvfb is not installed: apt install xvfb";
      server_.emplace(std::vector<std::string>{"Xvfb", "-screen", "0", "640x480x24"});
      ASSERT_FALSE(server_->display().empty());
      target_.kind = media::DisplayKind::X11;
      target_.x11_display = server_->display();
    }
  }
  std::unique_ptr<Clipboard> make() {
    auto made = open(target_, {});
    EXPECT_TRUE(made) << made.error().message();
    return made ? std::move(*made) : nullptr;
  }

  test::TempFolder folder_;
  std::unique_ptr<display::Display> display_;
  std::optional<test::X11Server> server_;
  media::DisplayTarget target_;
};
INSTANTIATE_TEST_SUITE_P(Kinds, ClipboardContract,
                         testing::Values(media::DisplayKind::Wlroots, media::DisplayKind::X11),
                         [](const auto& param) {
                           return param.param == media::DisplayKind::X11 ? "x11" : "wlr";
                         });

TEST_P(ClipboardContract, TextGoesBothWays) {
  Heard at_a, at_b;
  const auto a = make(), b = make();
  ASSERT_TRUE(a && b);
  a->start(at_a);
  b->start(at_b);
  a->set_text("erstens");
  EXPECT_TRUE(at_b.wait_for("erstens"));
  b->set_text("zweitens \xE2\x82\xAC\n");
  EXPECT_TRUE(at_a.wait_for("zweitens \xE2\x82\xAC\n"));
  const std::string large(700'000, 'x');
  a->set_text(large);
  EXPECT_TRUE(at_b.wait_for(large));
  a->set_text("klein");
  EXPECT_TRUE(at_b.wait_for("klein"));
  EXPECT_EQ(at_a.count(), 1U) << "one's own text is no news";
}

TEST_P(ClipboardContract, WhatIsThereIsTold) {
  Heard at_a, at_b;
  const auto a = make();
  ASSERT_TRUE(a);
  a->start(at_a);
  a->set_text("schon da");
  // Only when the display has it is the next one sure to be told.
  Heard at_witness;
  const auto witness = make();
  witness->start(at_witness);
  ASSERT_TRUE(at_witness.wait_for("schon da"));
  const auto b = make();
  b->start(at_b);
  EXPECT_TRUE(at_b.wait_for("schon da"));
}

TEST_P(ClipboardContract, StopsAndStaysStopped) {
  Heard at_a, at_b;
  auto a = make();
  const auto b = make();
  ASSERT_TRUE(a && b);
  a->start(at_a);
  b->start(at_b);
  a->stop();
  b->set_text("niemand hört");
  Heard at_witness;
  const auto witness = make();
  witness->start(at_witness);
  ASSERT_TRUE(at_witness.wait_for("niemand hört"));
  EXPECT_EQ(at_a.count(), 0U);
  a.reset();
}

TEST(Clipboard, DisplaysThatAreNotThere) {
  media::DisplayTarget target;
  target.kind = media::DisplayKind::X11;
  target.x11_display = ":4711";
  EXPECT_FALSE(open(target, {}));
  target.kind = media::DisplayKind::Wlroots;
  target.wayland_socket = "/nonexistent/wayland-0";
  EXPECT_FALSE(open(target, {}));
}

}  // namespace
}  // namespace pf::clipboard
