// The X11 source against a private Xvfb, checked by an independent client.
#ifdef PF_HAVE_CAPTURE_X11
#include <dlfcn.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <xcb/xfixes.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <iostream>
#include <mutex>
#include <random>

#include "capture/x11/source.hpp"
#include "capture/x11/x11.hpp"
#include "device/x11_server.hpp"

namespace {
// While set, a flush waits (not for long) until the server has said something first.
std::atomic<bool> flush_meets_events{false};
}  // namespace

// Takes the place of the library's for the code in this program.
extern "C" int xcb_flush(xcb_connection_t* connection) {
  static const auto flush =
      reinterpret_cast<int (*)(xcb_connection_t*)>(dlsym(RTLD_NEXT, "xcb_flush"));
  if (flush_meets_events) {
    pollfd fd{xcb_get_file_descriptor(connection), POLLIN, 0};
    ::poll(&fd, 1, 200);
  }
  return flush(connection);
}

namespace pf::capture::x11 {
namespace {

using media::Rect;
using media::VideoFrame;
using test::X11Client;
using test::X11Server;
using test::Xcb;

// Keeps a copy of the picture that is updated only where frames say that it changed, as an encoder
// does; so a wrong damage rectangle shows.
class Viewer final : public FrameSink {
 public:
  void on_frame(VideoFrame&& frame) noexcept override {
    {
      const std::lock_guard lock(mutex_);
      if (frame.sequence != sequence_ + 1) gaps_ = true;
      sequence_ = frame.sequence;
      if (frame.width != width_ || frame.height != height_) {
        width_ = frame.width;
        height_ = frame.height;
        view_.assign(std::size_t{width_} * height_, 0xDEADBEEF);
      }
      inside_ = inside_ && frame.damage.x + frame.damage.width <= width_ &&
                frame.damage.y + frame.damage.height <= height_ && !frame.damage.empty();
      for (std::uint32_t y = frame.damage.y; y < frame.damage.y + frame.damage.height; ++y) {
        const auto* row = frame.pixels + std::size_t{y} * frame.stride_bytes;
        for (std::uint32_t x = frame.damage.x; x < frame.damage.x + frame.damage.width; ++x) {
          std::uint32_t word = 0;
          std::memcpy(&word, row + std::size_t{x} * 4, 4);
          view_[std::size_t{y} * width_ + x] = word & 0xFFFFFF;
        }
      }
      damage_ = frame.damage;
      times_.push_back(frame.captured_ns);
      held_.push_back(std::move(frame));
      if (held_.size() > keep_) held_.erase(held_.begin());
    }
    changed_.notify_all();
  }
  void on_lost() noexcept override {
    {
      const std::lock_guard lock(mutex_);
      lost_ = true;
    }
    changed_.notify_all();
  }

  template <class Predicate>
  bool wait(Predicate predicate) {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, test::soon(), [&] { return predicate(*this); });
  }
  bool wait_for_sequence(std::uint64_t sequence) {
    return wait([=](const Viewer& v) { return v.sequence_ >= sequence; });
  }
  bool wait_for_view(const std::vector<std::uint32_t>& expected) {
    return wait([&](const Viewer& v) { return v.view_ == expected; });
  }
  void keep(std::size_t frames) {
    const std::lock_guard lock(mutex_);
    keep_ = frames;
    while (held_.size() > keep_) held_.erase(held_.begin());
  }
  template <class T>
  T read(T Viewer::*member) {
    const std::lock_guard lock(mutex_);
    return this->*member;
  }

  std::uint64_t sequence_ = 0;
  std::uint32_t width_ = 0, height_ = 0;
  Rect damage_;
  bool gaps_ = false, inside_ = true, lost_ = false;
  std::vector<std::uint32_t> view_;
  std::vector<std::int64_t> times_;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<VideoFrame> held_;
  std::size_t keep_ = 0;
};

class X11Capture : public testing::Test {
 protected:
  static constexpr std::uint16_t kWidth = 640, kHeight = 480;

  void SetUp() override {
    if (!find_program("Xvfb")) GTEST_SKIP() << "Xvfb is not installed: apt install xvfb";
  }
  // A server, a client, and a source that is running.
  void begin(bool draw_cursor, media::Rational rate = {240, 1},
             std::vector<std::string> argv = X11Server::xvfb(),
             std::map<std::string, std::string> environment = {},
             std::shared_ptr<PointerWatcher> pointer = nullptr) {
    server_ = std::make_unique<X11Server>(std::move(argv), std::move(environment));
    ASSERT_FALSE(server_->display().empty()) << "the X server did not start";
    client_ = std::make_unique<X11Client>(server_->display());
    ASSERT_TRUE(client_->ok());
    source_ = std::make_unique<XcbShmSource>(
        server_->display(), media::Mode{kWidth, kHeight, rate},
        Options{.draw_cursor = draw_cursor, .pointer = std::move(pointer)});
    const auto started = source_->start(viewer_);
    ASSERT_TRUE(started) << started.error().message();
  }
  void TearDown() override {
    flush_meets_events = false;
    if (!source_) return;
    source_->stop();
    viewer_.keep(0);
    EXPECT_FALSE(viewer_.read(&Viewer::gaps_));
    EXPECT_TRUE(viewer_.read(&Viewer::inside_));
  }
  std::vector<std::uint32_t> screen() { return client_->picture(kWidth, kHeight); }
  // The screen with the cursor laid over it, from the server's own account.
  std::vector<std::uint32_t> screen_with_cursor() {
    auto words = screen();
    auto* c = client_->get();
    Xcb<xcb_xfixes_query_version_reply_t>(
        xcb_xfixes_query_version_reply(c, xcb_xfixes_query_version(c, 4, 0), nullptr));
    const Xcb<xcb_xfixes_get_cursor_image_reply_t> image(
        xcb_xfixes_get_cursor_image_reply(c, xcb_xfixes_get_cursor_image(c), nullptr));
    if (!image) return words;
    const auto* argb = xcb_xfixes_get_cursor_image_cursor_image(image.get());
    for (int y = 0; y < image->height; ++y)
      for (int x = 0; x < image->width; ++x) {
        const int at_x = image->x - image->xhot + x, at_y = image->y - image->yhot + y;
        if (at_x < 0 || at_y < 0 || at_x >= kWidth || at_y >= kHeight) continue;
        const std::uint32_t over = argb[y * image->width + x], alpha = over >> 24;
        auto& word =
            words[static_cast<std::size_t>(at_y) * kWidth + static_cast<std::size_t>(at_x)];
        std::uint32_t mixed = 0;
        for (unsigned shift = 0; shift < 24; shift += 8) {
          const std::uint32_t under = word >> shift & 0xFF;
          mixed |= ((over >> shift & 0xFF) + (under * (255 - alpha) + 127) / 255) << shift;
        }
        word = mixed;
      }
    return words;
  }

  Viewer viewer_;
  std::unique_ptr<X11Server> server_;
  std::unique_ptr<X11Client> client_;
  std::unique_ptr<XcbShmSource> source_;
};

TEST_F(X11Capture, TheFirstFrameComesAtOnceAndIsWhole) {
  begin(false);
  ASSERT_TRUE(viewer_.wait_for_sequence(1));
  EXPECT_EQ(viewer_.read(&Viewer::width_), kWidth);
  EXPECT_EQ(viewer_.read(&Viewer::height_), kHeight);
  EXPECT_EQ(viewer_.read(&Viewer::damage_), (Rect{0, 0, kWidth, kHeight}));
  EXPECT_EQ(viewer_.read(&Viewer::view_), screen());
}

TEST_F(X11Capture, AChangeMakesOneFrameWithItsRectangle) {
  begin(false);
  ASSERT_TRUE(viewer_.wait_for_sequence(1));
  client_->fill(0x123456, 100, 50, 30, 20);
  client_->sync();
  ASSERT_TRUE(viewer_.wait_for_view(screen()));
  EXPECT_EQ(viewer_.read(&Viewer::sequence_), 2U);
  EXPECT_EQ(viewer_.read(&Viewer::damage_), (Rect{100, 50, 30, 20}));
  EXPECT_LT(source_->fetched_rows(), 3U * kHeight);
}

// Whatever is drawn wherever, and whichever buffers are held meanwhile: a viewer that looks only
// at the damage of each frame sees what a full grab sees.
TEST_F(X11Capture, PartialFetchesAddUpToTheWholePicture) {
  begin(false);
  for (const unsigned seed : {1U, 2U, 3U}) {
    std::mt19937 random(seed);
    const auto below = [&](unsigned limit) { return static_cast<unsigned>(random() % limit); };
    std::vector<xcb_window_t> windows;
    for (int step = 0; step < 120; ++step) {
      viewer_.keep(below(3));
      for (unsigned i = 0, n = 1 + below(4); i < n; ++i) {
        const auto x = static_cast<std::int16_t>(below(kWidth + 40)) - 20;
        const auto y = static_cast<std::int16_t>(below(kHeight + 40)) - 20;
        const auto w = static_cast<std::uint16_t>(1 + below(below(8) == 0 ? kWidth : 60));
        const auto h = static_cast<std::uint16_t>(1 + below(below(8) == 0 ? kHeight : 40));
        const auto sx = static_cast<std::int16_t>(x), sy = static_cast<std::int16_t>(y);
        auto* c = client_->get();
        switch (below(5)) {
          case 0:
            client_->copy(static_cast<std::int16_t>(below(kWidth)),
                          static_cast<std::int16_t>(below(kHeight)), sx, sy, w, h);
            break;
          case 1: {
            const xcb_window_t window = xcb_generate_id(c);
            const std::uint32_t colour = below(0x1000000);
            xcb_create_window(c, XCB_COPY_FROM_PARENT, window, client_->root(), sx, sy, w, h, 0,
                              XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT,
                              XCB_CW_BACK_PIXEL, &colour);
            xcb_map_window(c, window);
            windows.push_back(window);
            break;
          }
          case 2:
            if (!windows.empty()) {
              const std::uint32_t place[2] = {below(kWidth), below(kHeight)};
              xcb_configure_window(c, windows[below(static_cast<unsigned>(windows.size()))],
                                   XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y, place);
            }
            break;
          case 3:
            if (windows.size() > 4) {
              xcb_destroy_window(c, windows.back());
              windows.pop_back();
            }
            break;
          default:
            client_->fill(below(0x1000000), sx, sy, w, h);
        }
      }
      if (below(3) == 0) continue;  // let changes pile up
      client_->sync();
      ASSERT_TRUE(viewer_.wait_for_view(screen())) << "seed " << seed << " step " << step;
    }
  }
  const auto frames = viewer_.read(&Viewer::sequence_);
  std::cout << "[ INFO     ] " << frames << " frames, " << source_->fetched_rows() / frames
            << " of " << kHeight << " rows fetched for each\n";
  EXPECT_LT(source_->fetched_rows(), frames * kHeight);
}

TEST_F(X11Capture, TheCursorIsInThePictureAndLeavesNoTrace) {
  begin(true);
  auto* c = client_->get();
  const xcb_font_t font = xcb_generate_id(c);
  xcb_open_font(c, font, 6, "cursor");
  std::mt19937 random(4);
  const auto below = [&](unsigned limit) { return static_cast<unsigned>(random() % limit); };
  for (int step = 0; step < 60; ++step) {
    if (step % 10 == 0) {  // another shape
      const xcb_cursor_t cursor = xcb_generate_id(c);
      const auto glyph = static_cast<std::uint16_t>(below(70) * 2);
      xcb_create_glyph_cursor(c, cursor, font, font, glyph, static_cast<std::uint16_t>(glyph + 1),
                              0xFFFF, 0x8000, 0, 0, 0x4000, 0xFFFF);
      xcb_change_window_attributes(c, client_->root(), XCB_CW_CURSOR, &cursor);
      xcb_free_cursor(c, cursor);
    }
    client_->warp(static_cast<std::int16_t>(below(kWidth)),
                  static_cast<std::int16_t>(below(kHeight)));
    if (step % 3 == 0)
      client_->fill(below(0x1000000), static_cast<std::int16_t>(below(kWidth)),
                    static_cast<std::int16_t>(below(kHeight)), 80, 80);
    viewer_.keep(below(3));
    client_->sync();
    const auto expected = screen_with_cursor();
    EXPECT_NE(expected, screen()) << "the server shows no cursor";
    ASSERT_TRUE(viewer_.wait_for_view(expected)) << "step " << step;
  }
}

TEST_F(X11Capture, WithoutDrawCursorTheCursorIsNotThere) {
  begin(false);
  client_->warp(100, 100);
  client_->fill(0xFFFFFF, 0, 0, 200, 200);
  client_->sync();
  EXPECT_TRUE(viewer_.wait_for_view(screen()));
}

// Remembers what the source says of the pointer.
class PointerDiary final : public PointerWatcher {
 public:
  struct Image {
    std::vector<std::uint32_t> pixels;
    std::uint32_t width = 0;
    std::int32_t hot_x = 0, hot_y = 0;
  };
  void on_pointer_image(const PointerImage& image) noexcept override {
    note([&] {
      images_.push_back(
          {{image.pixels.begin(), image.pixels.end()}, image.width, image.hot_x, image.hot_y});
    });
  }
  void on_pointer(const PointerPlace& place) noexcept override {
    note([&] { places_.push_back(place); });
  }
  // Until the newest place is so.
  template <class Predicate>
  bool wait(Predicate predicate) {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, test::soon(),
                               [&] { return !places_.empty() && predicate(places_.back()); });
  }
  bool wait_for_images(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, test::soon(), [&] { return images_.size() >= count; });
  }
  Image image() const {
    const std::lock_guard lock(mutex_);
    return images_.back();
  }
  std::size_t images() const {
    const std::lock_guard lock(mutex_);
    return images_.size();
  }

 private:
  template <class F>
  void note(F&& f) {
    {
      const std::lock_guard lock(mutex_);
      f();
    }
    changed_.notify_all();
  }
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Image> images_;
  std::vector<PointerPlace> places_;
};

class X11Pointer : public X11Capture {
 protected:
  void begin_watching() {
    begin(true, {240, 1}, X11Server::xvfb(), {}, diary_);
    auto* c = client_->get();
    font_ = xcb_generate_id(c);
    xcb_open_font(c, font_, 6, "cursor");
  }
  void show(std::uint16_t glyph) {
    auto* c = client_->get();
    const xcb_cursor_t cursor = xcb_generate_id(c);
    xcb_create_glyph_cursor(c, cursor, font_, font_, glyph, static_cast<std::uint16_t>(glyph + 1),
                            0xFFFF, 0x8000, 0, 0, 0x4000, 0xFFFF);
    wear(cursor);
  }
  // As programs do that want no pointer: an image with nothing in it.
  void hide() {
    auto* c = client_->get();
    const xcb_pixmap_t blank = xcb_generate_id(c);
    const xcb_gcontext_t gc = xcb_generate_id(c);
    xcb_create_pixmap(c, 1, blank, client_->root(), 8, 8);
    const std::uint32_t zero = 0;
    xcb_create_gc(c, gc, blank, XCB_GC_FOREGROUND, &zero);
    const xcb_rectangle_t all{0, 0, 8, 8};
    xcb_poly_fill_rectangle(c, blank, gc, 1, &all);
    const xcb_cursor_t cursor = xcb_generate_id(c);
    xcb_create_cursor(c, cursor, blank, blank, 0, 0, 0, 0, 0, 0, 0, 0);
    wear(cursor);
    xcb_free_gc(c, gc);
    xcb_free_pixmap(c, blank);
  }
  void wear(xcb_cursor_t cursor) {
    auto* c = client_->get();
    xcb_change_window_attributes(c, client_->root(), XCB_CW_CURSOR, &cursor);
    xcb_free_cursor(c, cursor);
    client_->sync();
  }
  auto at(std::int32_t x, std::int32_t y) {
    return [=](const PointerPlace& place) { return place.x == x && place.y == y; };
  }

  std::shared_ptr<PointerDiary> diary_ = std::make_shared<PointerDiary>();
  xcb_font_t font_ = XCB_NONE;
};

TEST_F(X11Pointer, IsToldWithShapeHotSpotAndPlaceAndNotDrawn) {
  begin_watching();
  show(68);  // left_ptr
  client_->warp(123, 45);
  client_->fill(0x336699, 60, 20, 200, 100);
  client_->sync();
  ASSERT_TRUE(diary_->wait(at(123, 45)));
  ASSERT_TRUE(viewer_.wait_for_view(screen())) << "the picture is without it";
  auto* c = client_->get();
  Xcb<xcb_xfixes_query_version_reply_t>(
      xcb_xfixes_query_version_reply(c, xcb_xfixes_query_version(c, 4, 0), nullptr));
  const auto compare = [&] {
    const Xcb<xcb_xfixes_get_cursor_image_reply_t> image(
        xcb_xfixes_get_cursor_image_reply(c, xcb_xfixes_get_cursor_image(c), nullptr));
    ASSERT_TRUE(image);
    const auto told = diary_->image();
    EXPECT_EQ(told.width, image->width);
    EXPECT_EQ(told.hot_x, image->xhot);
    EXPECT_EQ(told.hot_y, image->yhot);
    const auto* words = xcb_xfixes_get_cursor_image_cursor_image(image.get());
    EXPECT_EQ(told.pixels,
              std::vector<std::uint32_t>(
                  words, words + xcb_xfixes_get_cursor_image_cursor_image_length(image.get())));
  };
  compare();
  const auto images = diary_->images();
  show(30);  // cross
  ASSERT_TRUE(diary_->wait_for_images(images + 1));
  compare();
}

TEST_F(X11Pointer, MotionMakesNoFramesAndRestIsToldAgain) {
  begin_watching();
  show(68);
  ASSERT_TRUE(diary_->wait([](const PointerPlace& place) { return place.visible; }));
  ASSERT_TRUE(viewer_.wait_for_view(screen()));
  const auto frames = viewer_.read(&Viewer::sequence_);
  for (std::int16_t step = 0; step < 20; ++step) {
    client_->warp(static_cast<std::int16_t>(100 + step), 200);
    client_->sync();
    ASSERT_TRUE(diary_->wait(at(100 + step, 200)));
  }
  EXPECT_EQ(viewer_.read(&Viewer::sequence_), frames);
}

TEST_F(X11Pointer, AnImageWithNothingInItIsHidden) {
  begin_watching();
  show(68);
  ASSERT_TRUE(diary_->wait([](const PointerPlace& place) { return place.visible; }));
  const auto images = diary_->images();
  hide();
  ASSERT_TRUE(diary_->wait([](const PointerPlace& place) { return !place.visible; }));
  EXPECT_EQ(diary_->images(), images) << "nothing is no shape";
  show(68);
  ASSERT_TRUE(diary_->wait([](const PointerPlace& place) { return place.visible; }));
  EXPECT_EQ(diary_->images(), images + 1);
}

TEST_F(X11Pointer, GoesIntoThePictureAndOutAgainOnRequest) {
  begin_watching();
  show(68);
  client_->warp(300, 200);
  client_->sync();
  ASSERT_TRUE(diary_->wait(at(300, 200)));
  for (int round = 0; round < 4; ++round) {
    ASSERT_TRUE(viewer_.wait_for_view(screen())) << round;
    source_->draw_pointer(true);
    const auto with = screen_with_cursor();
    ASSERT_NE(with, screen());
    ASSERT_TRUE(viewer_.wait_for_view(with)) << round;
    client_->warp(static_cast<std::int16_t>(310 + round), 220);
    client_->sync();
    ASSERT_TRUE(viewer_.wait_for_view(screen_with_cursor())) << round;
    ASSERT_TRUE(diary_->wait(at(310 + round, 220))) << "told all the same";
    source_->draw_pointer(false);
  }
}

TEST_F(X11Capture, WaitsWhileAllBuffersAreHeld) {
  begin(false);
  viewer_.keep(3);
  ASSERT_TRUE(viewer_.wait_for_sequence(1));
  for (std::uint64_t frame = 2; frame <= 3; ++frame) {
    client_->fill(static_cast<std::uint32_t>(frame) * 0x101010, 0, 0, 50, 50);
    client_->sync();
    ASSERT_TRUE(viewer_.wait_for_sequence(frame));
  }
  client_->fill(0xABCDEF, 200, 200, 10, 10);
  client_->fill(0xFEDCBA, 300, 100, 10, 10);
  client_->sync();
  EXPECT_EQ(viewer_.read(&Viewer::sequence_), 3U) << "there is no buffer for a fourth";
  viewer_.keep(0);
  EXPECT_TRUE(viewer_.wait_for_view(screen()));
}

TEST_F(X11Capture, IsNeverFasterThanTheMode) {
  const media::Mode mode{kWidth, kHeight, {50, 1}};
  begin(false, mode.rate);
  std::uint32_t colour = 0;
  while (viewer_.read(&Viewer::sequence_) < 40) {
    client_->fill(++colour, 10, 10, 20, 20);
    client_->sync();
  }
  const auto times = viewer_.read(&Viewer::times_);
  // The stamps are of the fetch's end, so single ones may be late; a fifth is left for that.
  EXPECT_GE(times[39] - times[0], mode.frames(39 * 4 / 5).count());
}

TEST_F(X11Capture, ADyingServerIsReported) {
  begin(true);
  ASSERT_TRUE(viewer_.wait_for_sequence(1));
  kill(server_->process().pid(), SIGKILL);
  EXPECT_TRUE(viewer_.wait([](const Viewer& v) { return v.lost_; }));
}

TEST_F(X11Capture, StopsAlthoughTheServerHangs) {
  begin(true);
  ASSERT_TRUE(viewer_.wait_for_sequence(1));
  kill(server_->process().pid(), SIGSTOP);
  source_->stop();
  source_->stop();
  EXPECT_FALSE(viewer_.read(&Viewer::lost_));
  kill(server_->process().pid(), SIGCONT);
}

TEST_F(X11Capture, StopsWhileAllBuffersAreHeld) {
  begin(false);
  viewer_.keep(3);
  for (std::uint64_t frame = 1; frame <= 3; ++frame) {
    client_->fill(static_cast<std::uint32_t>(frame) * 0x111111, 0, 0, 50, 50);
    client_->sync();
    ASSERT_TRUE(viewer_.wait_for_sequence(frame));
  }
  client_->fill(0xABCDEF, 200, 200, 10, 10);
  client_->sync();
  source_->stop();
}

// Xvfb has one size for life; a nested server takes the size of its window. Letting go of the old
// buffers is something to flush, and an event that arrives just then must not be slept over.
TEST_F(X11Capture, ANewScreenSizeMakesNewBuffersWhileOldFramesAreHeld) {
  if (!find_program("Xephyr"))
    GTEST_SKIP() << "Xephyr is not installed: apt install xserver-xephyr";
  X11Server outer(X11Server::xvfb("1280x1024x24"));
  X11Client desk(outer.display());
  ASSERT_TRUE(desk.ok());
  begin(false, {240, 1}, {"Xephyr", "-screen", "640x480", "-resizeable"},
        {{"DISPLAY", outer.display()}});
  ASSERT_TRUE(viewer_.wait_for_sequence(1));
  viewer_.keep(2);
  const auto nested = desk.top_window();
  ASSERT_NE(nested, XCB_NONE);
  flush_meets_events = true;
  for (const auto& [width, height] : {std::pair{800U, 600U}, {333U, 217U}, {640U, 480U}}) {
    const std::uint32_t size[2] = {width, height};
    xcb_configure_window(desk.get(), nested, XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT,
                         size);
    desk.sync();
    ASSERT_TRUE(viewer_.wait([&](const Viewer& v) {
      return v.width_ == width && v.height_ == height;
    })) << width
        << 'x' << height;
    for (std::uint32_t shade = 0; shade < 5; ++shade) {
      client_->fill(width << 8 | shade, 5, 5, 100, 100);
      client_->sync();
      // Xephyr paints its root anew some time after the change of size, so what is right may change
      // while the viewer waits for it.
      ASSERT_TRUE(viewer_.wait([&, w = static_cast<std::uint16_t>(width),
                                h = static_cast<std::uint16_t>(height)](const Viewer& v) {
        return v.view_ == client_->picture(w, h);
      }));
    }
  }
}

TEST_F(X11Capture, ErrorsNameTheCauseAndTheFix) {
  const auto start_on = [&](const std::string& display) {
    media::DisplayTarget target;
    target.kind = media::DisplayKind::X11;
    target.x11_display = display;
    auto source = x11::open(target, {});
    EXPECT_TRUE(source);
    return (*source)->start(viewer_);
  };
  const auto absent = start_on(":64999");
  ASSERT_FALSE(absent);
  EXPECT_TRUE(absent.error().is(Errc::ConnectFailed));

  X11Server no_shm({"Xvfb", "-screen", "0", "64x64x24", "-extension", "MIT-SHM"});
  const auto without_shm = start_on(no_shm.display());
  ASSERT_FALSE(without_shm);
  EXPECT_TRUE(without_shm.error().is(Errc::ProtocolMissing));
  EXPECT_NE(without_shm.error().message().find("MIT-SHM"), std::string::npos);

  X11Server no_damage({"Xvfb", "-screen", "0", "64x64x24", "-extension", "DAMAGE"});
  const auto without_damage = start_on(no_damage.display());
  ASSERT_FALSE(without_damage);
  EXPECT_TRUE(without_damage.error().is(Errc::ProtocolMissing));

  X11Server shallow({"Xvfb", "-screen", "0", "64x64x16"});
  const auto at_16_bits = start_on(shallow.display());
  ASSERT_FALSE(at_16_bits);
  EXPECT_TRUE(at_16_bits.error().is(Errc::Unavailable));
  EXPECT_NE(at_16_bits.error().message().find("24"), std::string::npos);
}

}  // namespace
}  // namespace pf::capture::x11
#endif
