#include <gtest/gtest.h>

#include <iostream>

#include "base/clock.hpp"
#include "base/process.hpp"
#include "capture/capture.hpp"
#include "device/support/test_window.hpp"
#include "display/display.hpp"
#include "support/frame_collector.hpp"
#include "support/temp_folder.hpp"

namespace pf::capture {
namespace {

using media::Mode;
using std::chrono::milliseconds;

class WlrCapture : public testing::Test {
 protected:
  void SetUp() override {
    if (!find_program("sway")) GTEST_SKIP() << "sway is not installed: apt install sway";
  }
  void TearDown() override {
    if (source_) source_->stop();
    sink_.drop_all();
  }
  void open_at(const Mode& mode) {
    display::Options options;
    options.backend = "virtual";
    options.runtime_dir = folder_.path() + "/run";
    auto opened = display::open(options, {mode, "capture"});
    ASSERT_TRUE(opened) << opened.error().message();
    display_ = std::move(*opened);
    auto source = open(display_->target(), {});
    ASSERT_TRUE(source) << source.error().message();
    source_ = std::move(*source);
  }
  void start() {
    const auto began = steady_now();
    const auto started = source_->start(sink_);
    ASSERT_TRUE(started) << started.error().message();
    ASSERT_TRUE(sink_.wait_count(1));
    std::cout << "first frame "
              << std::chrono::duration<double, std::milli>(steady_now() - began).count()
              << " ms after start\n";
  }
  void open_window() {
    window_ = test::TestWindow::open(display_->target().wayland_socket);
    ASSERT_TRUE(window_);
  }
  // Paints until the newest captured frame has this colour everywhere it is looked at.
  bool see(std::uint32_t colour, std::uint32_t width, std::uint32_t height) {
    const auto deadline = steady_now() + std::chrono::seconds(10);
    while (steady_now() < deadline) {
      window_->paint(colour);
      const auto shown = window_->frames_shown();
      window_->pump([&] { return window_->frames_shown() > shown; }, milliseconds(200));
      bool same = false;
      sink_.with_newest([&](const media::VideoFrame& frame) {
        same = frame.width == width && frame.height == height && pixel(frame, 0, 0) == colour &&
               pixel(frame, width - 1, height - 1) == colour &&
               pixel(frame, width / 2, height / 2) == colour;
      });
      if (same) return true;
    }
    return false;
  }
  static std::uint32_t pixel(const media::VideoFrame& frame, std::uint32_t x, std::uint32_t y) {
    const auto* p = frame.pixels + std::size_t{y} * frame.stride_bytes + std::size_t{x} * 4;
    return std::uint32_t{p[2]} << 16 | std::uint32_t{p[1]} << 8 | p[0];
  }

  test::TempFolder folder_;
  std::unique_ptr<display::Display> display_;
  std::unique_ptr<test::TestWindow> window_;
  test::FrameCollector sink_;
  std::unique_ptr<Source> source_;
};

TEST_F(WlrCapture, SeesWhatAWindowPaintsAtAnOddMode) {
  open_at({1366, 768, {60000, 1001}});
  start();
  open_window();
  EXPECT_EQ(window_->width(), 1366U);
  EXPECT_EQ(window_->height(), 768U);
  EXPECT_TRUE(see(0xC04020, 1366, 768));
  EXPECT_TRUE(see(0x2040C0, 1366, 768));
}

TEST_F(WlrCapture, AStillScreenSendsNothing) {
  open_at({1280, 720, {120, 1}});
  open_window();
  start();
  ASSERT_TRUE(see(0x336699, 1280, 720));
  // The compositor has shown everything it knows of once this marker is captured; from then on
  // only damage may bring a frame.
  const auto settled = [this] {
    std::size_t count = 0;
    do {
      count = sink_.count();
    } while (sink_.wait_count(count + 1, milliseconds(300)));
    return count;
  }();
  EXPECT_FALSE(sink_.wait_count(settled + 1, milliseconds(500)));
  window_->paint(0xFF0000, 100, 200, 32, 16);
  ASSERT_TRUE(sink_.wait_count(settled + 1));
  const auto damage = sink_.notes()[settled].damage;
  EXPECT_LE(damage.width, 64U);  // only the part that changed
  EXPECT_LE(damage.height, 48U);
  EXPECT_LE(damage.x, 100U);
  EXPECT_GE(damage.x + damage.width, 132U);
}

TEST_F(WlrCapture, FollowsAModeChangeWhileFramesOfTheOldSizeAreHeld) {
  open_at({1280, 720, {60, 1}});
  open_window();
  sink_.hold(true);
  start();
  sink_.hold(false);
  for (const Mode& mode :
       {Mode{1600, 900, {60, 1}}, Mode{800, 600, {30, 1}}, Mode{1280, 720, {144, 1}}}) {
    const auto changed = display_->set_mode(mode);
    ASSERT_TRUE(changed) << changed.error().message();
    EXPECT_TRUE(see(0x00FF00 + mode.width, mode.width, mode.height)) << media::to_string(mode);
  }
  std::uint64_t expected = 0;
  media::Rect whole;
  std::uint32_t width = 0;
  for (const auto& note : sink_.notes()) {
    EXPECT_EQ(note.sequence, ++expected);
    whole = {0, 0, note.width, note.height};
    if (note.width != width) {
      EXPECT_EQ(note.damage, whole);
    }
    width = note.width;
  }
  EXPECT_FALSE(sink_.lost());
}

TEST_F(WlrCapture, AnOutputThatIsNotThereIsAnError) {
  open_at({640, 480, {60, 1}});
  auto target = display_->target();
  target.output = "HEADLESS-7";
  auto source = open(target, {});
  ASSERT_TRUE(source);
  const auto started = (*source)->start(sink_);
  ASSERT_FALSE(started);
  EXPECT_TRUE(started.error().is(Errc::ConnectFailed));
  target.wayland_socket += "-no";
  source = open(target, {});
  ASSERT_TRUE(source);
  EXPECT_FALSE((*source)->start(sink_));
}

}  // namespace
}  // namespace pf::capture
