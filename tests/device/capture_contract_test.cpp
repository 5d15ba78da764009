// What every capture back end promises (capture/capture.hpp), asked of each that this machine has.
#include <gtest/gtest.h>

#include <memory>

#include "base/clock.hpp"
#include "base/process.hpp"
#include "capture/capture.hpp"
#include "display/display.hpp"
#include "support/frame_collector.hpp"
#include "support/temp_folder.hpp"
#ifdef PF_HAVE_TEST_WINDOW
#include "device/support/test_window.hpp"
#endif
#ifdef PF_HAVE_CAPTURE_X11
#include <xcb/xcb.h>
#endif

namespace pf::capture {
namespace {

using media::Mode;
using std::chrono::milliseconds;

const Mode kMode{640, 360, {60, 1}};

// A display whose picture changes when the test says so.
class Stage {
 public:
  virtual ~Stage() = default;
  virtual display::Display& display() = 0;
  virtual bool moves_by_itself() const { return false; }
  virtual void change() {}
  // Takes the display away while a source looks at it.
  virtual void destroy() = 0;
};

std::unique_ptr<display::Display> open_display(const char* backend, const std::string& folder,
                                               const Mode& mode) {
  display::Options options;
  options.backend = backend;
  options.runtime_dir = folder + "/run";
  auto opened = display::open(options, {mode, "stage"});
  if (!opened) {
    ADD_FAILURE() << opened.error().message();
    return nullptr;
  }
  return std::move(*opened);
}

class SyntheticStage final : public Stage {
 public:
  SyntheticStage() : display_(open_display("synthetic", folder_.path(), kMode)) {}
  display::Display& display() override { return *display_; }
  bool moves_by_itself() const override { return true; }
  void destroy() override {}

 private:
  test::TempFolder folder_;
  std::unique_ptr<display::Display> display_;
};

#ifdef PF_HAVE_TEST_WINDOW
class WlrootsStage final : public Stage {
 public:
  WlrootsStage() : display_(open_display("virtual", folder_.path(), kMode)) {
    if (display_) window_ = test::TestWindow::open(display_->target().wayland_socket);
    EXPECT_TRUE(window_);
  }
  display::Display& display() override { return *display_; }
  void change() override {
    window_->paint(colour_ += 0x010305);
    const auto shown = window_->frames_shown();
    window_->pump([&] { return window_->frames_shown() > shown; });
  }
  void destroy() override {
    window_.reset();
    display_.reset();
  }

 private:
  test::TempFolder folder_;
  std::unique_ptr<display::Display> display_;
  std::unique_ptr<test::TestWindow> window_;
  std::uint32_t colour_ = 0x102030;
};
#endif

#ifdef PF_HAVE_CAPTURE_X11
class X11Stage final : public Stage {
 public:
  X11Stage() {
    ::unsetenv("DISPLAY");  // a private server, not the developer's screen
    display_ = open_display("x11", folder_.path(), kMode);
    if (!display_) return;
    connection_ = xcb_connect(display_->target().x11_display.c_str(), nullptr);
    root_ = xcb_setup_roots_iterator(xcb_get_setup(connection_)).data->root;
    context_ = xcb_generate_id(connection_);
    xcb_create_gc(connection_, context_, root_, 0, nullptr);
    change();
  }
  ~X11Stage() override { leave(); }
  display::Display& display() override { return *display_; }
  void change() override {
    colour_ += 0x010305;
    xcb_change_gc(connection_, context_, XCB_GC_FOREGROUND, &colour_);
    const xcb_rectangle_t area{0, 0, 640, 360};
    xcb_poly_fill_rectangle(connection_, root_, context_, 1, &area);
    xcb_flush(connection_);
  }
  void destroy() override {
    leave();
    display_.reset();
  }

 private:
  void leave() {
    if (connection_ != nullptr) xcb_disconnect(connection_);
    connection_ = nullptr;
  }
  test::TempFolder folder_;
  std::unique_ptr<display::Display> display_;
  xcb_connection_t* connection_ = nullptr;
  xcb_window_t root_ = 0;
  xcb_gcontext_t context_ = 0;
  std::uint32_t colour_ = 0x102030;
};
#endif

struct Kind {
  const char* name;
  const char* program;  // that it cannot do without; null = none
  std::unique_ptr<Stage> (*make)();
};

class CaptureContract : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    const auto& kind = GetParam();
    if (kind.program != nullptr && !find_program(kind.program))
      GTEST_SKIP() << kind.program << " is not installed";
    stage_ = kind.make();
    ASSERT_TRUE(stage_);
    ASSERT_FALSE(HasFailure());
    auto opened = open(stage_->display().target(), {});
    ASSERT_TRUE(opened) << opened.error().message();
    source_ = std::move(*opened);
  }
  void TearDown() override {
    if (source_) source_->stop();
    sink_.drop_all();
  }
  void start() {
    const auto started = source_->start(sink_);
    ASSERT_TRUE(started) << started.error().message();
    ASSERT_TRUE(sink_.wait_count(1));
  }
  // Changes the picture until `wanted` frames have been seen.
  bool change_until(std::size_t wanted, milliseconds limit = std::chrono::seconds(20)) {
    const auto deadline = steady_now() + limit;
    while (sink_.count() < wanted && steady_now() < deadline) {
      stage_->change();
      sink_.wait_count(sink_.count() + 1, milliseconds(100));
    }
    return sink_.count() >= wanted;
  }

  std::unique_ptr<Stage> stage_;
  test::FrameCollector sink_;  // outlives the source
  std::unique_ptr<Source> source_;
};

TEST_P(CaptureContract, TheFirstFrameComesAtOnceAndIsWhole) {
  start();
  const auto note = sink_.notes().front();
  EXPECT_EQ(note.sequence, 1U);
  EXPECT_EQ(note.width, kMode.width);
  EXPECT_EQ(note.height, kMode.height);
  EXPECT_EQ(note.damage, (media::Rect{0, 0, kMode.width, kMode.height}));
  EXPECT_LE(note.captured_ns, steady_now_ns());
  EXPECT_GT(note.captured_ns, steady_now_ns() - 20'000'000'000);
  EXPECT_TRUE(sink_.with_newest([](const media::VideoFrame& frame) {
    EXPECT_GE(frame.stride_bytes, kMode.width * 4);
    // The last pixel is readable.
    const auto last = std::size_t{frame.stride_bytes} * (frame.height - 1) + frame.width * 4 - 1;
    volatile std::uint8_t value = frame.pixels[last];
    (void)value;
  }));
}

TEST_P(CaptureContract, FramesAreNumberedWithoutGapsAndStayInsideThePicture) {
  start();
  ASSERT_TRUE(change_until(20));
  const auto notes = sink_.notes();
  for (std::size_t i = 0; i < notes.size(); ++i) {
    const auto& note = notes[i];
    EXPECT_EQ(note.sequence, i + 1);
    EXPECT_FALSE(note.damage.empty());
    EXPECT_LE(note.damage.x + note.damage.width, note.width);
    EXPECT_LE(note.damage.y + note.damage.height, note.height);
    if (i > 0) {
      EXPECT_GE(note.captured_ns, notes[i - 1].captured_ns);
    }
  }
}

TEST_P(CaptureContract, NeverFasterThanTheMode) {
  start();
  ASSERT_TRUE(change_until(40));
  const auto notes = sink_.notes();
  // One period of grace for where inside a period a frame falls. A slow machine only helps.
  const auto span = notes.back().captured_ns - notes.front().captured_ns;
  EXPECT_GE(span, kMode.frames(notes.size() - 2).count());
}

TEST_P(CaptureContract, OwnsThreeBuffersAndWaitsForOneToComeBack) {
  sink_.hold(true);
  start();
  ASSERT_TRUE(change_until(3));
  // Change more than any back end has buffers for, then give one back.
  for (int i = 0; i < 12; ++i) {
    stage_->change();
    if (stage_->moves_by_itself()) break;
  }
  sink_.drop_oldest();
  const auto before = sink_.count();
  sink_.hold(false);
  sink_.drop_all();
  EXPECT_TRUE(change_until(before + 1));
}

TEST_P(CaptureContract, StopIsFinalAndMayBeRepeated) {
  start();
  source_->stop();
  const auto count = sink_.count();
  stage_->change();
  source_->stop();
  EXPECT_EQ(sink_.count(), count);
  EXPECT_FALSE(sink_.lost());
  // A frame outlives the stream that made it.
  EXPECT_TRUE(sink_.with_newest([](const media::VideoFrame& frame) {
    volatile std::uint8_t value = frame.pixels[0];
    (void)value;
  }));
}

class CaptureOfADisplay : public CaptureContract {};

TEST_P(CaptureOfADisplay, TellsWhenItHasGone) {
  start();
  stage_->destroy();
  EXPECT_TRUE(sink_.wait_lost());
}

const Kind kSynthetic = {"synthetic", nullptr, []() -> std::unique_ptr<Stage> {
                           return std::make_unique<SyntheticStage>();
                         }};

std::vector<Kind> real_kinds() {
  std::vector<Kind> list;
#ifdef PF_HAVE_TEST_WINDOW
  list.push_back(
      {"wlr", "sway", []() -> std::unique_ptr<Stage> { return std::make_unique<WlrootsStage>(); }});
#endif
#ifdef PF_HAVE_CAPTURE_X11
  list.push_back(
      {"x11", "Xvfb", []() -> std::unique_ptr<Stage> { return std::make_unique<X11Stage>(); }});
#endif
  return list;
}

std::vector<Kind> all_kinds() {
  auto list = real_kinds();
  list.push_back(kSynthetic);
  return list;
}

std::string name_of(const testing::TestParamInfo<Kind>& info) {
  return info.param.name;
}
INSTANTIATE_TEST_SUITE_P(Backends, CaptureContract, testing::ValuesIn(all_kinds()), name_of);
INSTANTIATE_TEST_SUITE_P(Backends, CaptureOfADisplay, testing::ValuesIn(real_kinds()), name_of);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(CaptureOfADisplay);

}  // namespace
}  // namespace pf::capture
