#include "capture/synthetic/synthetic.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "base/clock.hpp"
#include "capture/synthetic/picture.hpp"
#include "capture/synthetic/pointer.hpp"
#include "support/frame_collector.hpp"
#include "support/picture_stamp.hpp"

namespace pf::capture::synthetic {
namespace {

const media::Mode kFast{320, 240, {1000, 1}};

TEST(Stamp, IsReadBackFromThePictureAtManySizes) {
  const std::pair<std::uint32_t, std::uint32_t> sizes[] = {{320, 240},  {640, 480},   {1280, 720},
                                                           {1366, 768}, {1918, 1078}, {128, 241}};
  for (const auto& [width, height] : sizes) {
    Picture picture(width, height);
    for (const Stamp& stamp :
         {Stamp{1, 1}, Stamp{0xFFFF'FFFF, -1}, Stamp{123'456'789, 0x0123'4567'89AB'CDEF}}) {
      picture.draw(stamp);
      media::VideoFrame frame;
      frame.pixels = picture.pixels();
      frame.stride_bytes = picture.stride_bytes();
      frame.width = width;
      frame.height = height;
      const auto seen = test::read_stamp(frame);
      ASSERT_TRUE(seen) << width << 'x' << height;
      EXPECT_EQ(*seen, stamp);
    }
  }
}

TEST(Stamp, SurvivesLimitedRangeLumaWithNoise) {
  Picture picture(640, 360);
  const Stamp stamp{4711, 1'234'567'890'123};
  picture.draw(stamp);
  std::vector<std::uint8_t> luma(640 * 360);
  for (std::size_t i = 0; i < luma.size(); ++i) {
    const auto grey = picture.pixels()[i * 4 + 1];
    const auto noise = static_cast<int>(i * 7919 % 61) - 30;
    luma[i] = static_cast<std::uint8_t>(std::clamp(16 + grey * 219 / 255 + noise, 0, 255));
  }
  const auto seen = test::read_stamp(luma.data(), 640, 640, 360);
  ASSERT_TRUE(seen);
  EXPECT_EQ(*seen, stamp);
}

TEST(Stamp, DamageIsNoticedAndASmallPictureHasNone) {
  Picture picture(640, 360);
  picture.draw({77, 88});
  std::vector<std::uint8_t> luma(640 * 360);
  for (std::size_t i = 0; i < luma.size(); ++i) luma[i] = picture.pixels()[i * 4 + 1];
  for (std::size_t y = 0; y < 16; ++y)
    for (std::size_t x = 160; x < 176; ++x) luma[y * 640 + x] ^= 0xFF;
  EXPECT_FALSE(test::read_stamp(luma.data(), 640, 640, 360));
  EXPECT_EQ(stamp_rows(64, 64), 0U);
  EXPECT_EQ(stamp_rows(128, 240), 0U);  // it would leave no row for the box
  Picture small(64, 64);
  small.draw({1, 1});  // must not write outside
}

TEST(Picture, OnlyTheDamagedAreaDiffers) {
  for (std::uint32_t index = 2; index < 400; index += 37) {
    Picture before(320, 240), after(320, 240);
    before.draw({index - 1, 1});
    after.draw({index, 2});
    const auto damage = Picture::damage_of(320, 240, index);
    for (std::uint32_t y = 0; y < 240; ++y)
      for (std::uint32_t x = 0; x < 320; ++x) {
        const bool inside = x >= damage.x && x < damage.x + damage.width && y >= damage.y &&
                            y < damage.y + damage.height;
        const auto at = (std::size_t{y} * 320 + x) * 4;
        if (!inside) {
          ASSERT_EQ(before.pixels()[at], after.pixels()[at]) << x << ',' << y;
        }
      }
  }
}

TEST(Picture, ABufferThatSkippedFramesLooksLikeAFreshOne) {
  Picture reused(320, 240), fresh(320, 240);
  for (std::uint32_t index : {1U, 5U, 6U, 90U}) reused.draw({index, 9});
  fresh.draw({90, 9});
  EXPECT_EQ(std::vector<std::uint8_t>(reused.pixels(), reused.pixels() + 320 * 240 * 4),
            std::vector<std::uint8_t>(fresh.pixels(), fresh.pixels() + 320 * 240 * 4));
}

TEST(Picture, APointerIsDrawnWhereItIsAndLeavesNoTrace) {
  for (const std::uint32_t frame : {1U, 60U, 119U, 130U, 200U, 241U}) {
    Picture reused(320, 240), fresh(320, 240), bare(320, 240);
    reused.draw({frame == 1 ? 1 : frame - 1, 9}, true);
    reused.draw({frame, 9}, true);
    fresh.draw({frame, 9}, true);
    bare.draw({frame, 9});
    const auto area = pointer_area(320, 240, frame);
    EXPECT_EQ(area.empty(), pointer_look(frame) == PointerLook::Hidden);
    bool differs = false;
    for (std::uint32_t y = 0; y < 240; ++y)
      for (std::uint32_t x = 0; x < 320; ++x) {
        const auto at = (std::size_t{y} * 320 + x) * 4;
        ASSERT_EQ(reused.pixels()[at], fresh.pixels()[at]) << frame << ": " << x << ',' << y;
        const bool inside =
            x >= area.x && x < area.x + area.width && y >= area.y && y < area.y + area.height;
        if (inside) {
          differs = differs || bare.pixels()[at] != fresh.pixels()[at];
        } else {
          ASSERT_EQ(bare.pixels()[at], fresh.pixels()[at]) << frame << ": " << x << ',' << y;
        }
      }
    EXPECT_EQ(differs, !area.empty()) << frame;
    reused.draw({frame, 9}, false);
    EXPECT_EQ(std::memcmp(reused.pixels(), bare.pixels(), 320 * 240 * 4), 0) << frame;
  }
}

TEST(SyntheticSource, TellsItsPointerAndDrawsItOnRequest) {
  struct Watcher final : PointerWatcher {
    void on_pointer_image(const PointerImage& image) noexcept override {
      widths.push_back(image.width);
    }
    void on_pointer(const PointerPlace& place) noexcept override { places.push_back(place); }
    std::vector<std::uint32_t> widths;  // the source's thread; read after stop()
    std::vector<PointerPlace> places;
  };
  const auto watcher = std::make_shared<Watcher>();
  test::FrameCollector sink;
  media::DisplayTarget target;
  target.mode = kFast;
  auto source = synthetic::open(target, Options{.draw_cursor = true, .pointer = watcher});
  ASSERT_TRUE(source);
  ASSERT_TRUE((*source)->start(sink));
  ASSERT_TRUE(sink.wait_count(250));
  (*source)->stop();
  sink.drop_all();
  ASSERT_GE(watcher->places.size(), 250U);
  ASSERT_GE(watcher->widths.size(), 3U);
  watcher->widths.resize(3);  // it goes on for as long as the source runs
  EXPECT_EQ(watcher->widths, (std::vector<std::uint32_t>{12, 24, 12}));
  EXPECT_TRUE(watcher->places[0].visible);
  EXPECT_FALSE(watcher->places[199].visible);
  EXPECT_EQ(watcher->places[0].picture_width, kFast.width);
}

TEST(SyntheticSource, StampsMatchTheFrames) {
  test::FrameCollector sink;
  auto source = open_scripted(kFast, {});
  ASSERT_TRUE(source->start(sink));
  for (std::size_t i = 1; i <= 20; ++i) {
    ASSERT_TRUE(sink.wait_count(i));
    sink.with_newest([](const media::VideoFrame& frame) {
      const auto stamp = test::read_stamp(frame);
      ASSERT_TRUE(stamp);
      EXPECT_EQ(stamp->frame, frame.sequence);
      EXPECT_EQ(stamp->drawn_ns, frame.captured_ns);
    });
  }
  source->stop();
  sink.drop_all();
}

TEST(SyntheticSource, LosesItsDisplayOnCue) {
  test::FrameCollector sink;
  auto source = open_scripted(kFast, {.lose_after = 5});
  ASSERT_TRUE(source->start(sink));
  ASSERT_TRUE(sink.wait_lost());
  EXPECT_EQ(sink.count(), 5U);
  source->stop();
  sink.drop_all();
}

TEST(SyntheticSource, ResizesOnCue) {
  test::FrameCollector sink;
  auto source =
      open_scripted(kFast, {.resize_after = 3, .resize_width = 400, .resize_height = 300});
  ASSERT_TRUE(source->start(sink));
  ASSERT_TRUE(sink.wait_count(6));
  source->stop();
  const auto notes = sink.notes();
  EXPECT_EQ(notes[2].width, 320U);
  EXPECT_EQ(notes[3].width, 400U);
  EXPECT_EQ(notes[3].height, 300U);
  EXPECT_EQ(notes[3].damage, (media::Rect{0, 0, 400, 300}));
  EXPECT_NE(notes[4].damage, (media::Rect{0, 0, 400, 300}));
  sink.drop_all();
}

TEST(SyntheticSource, StallsOnCueForAWhileOrForGood) {
  test::FrameCollector sink;
  {
    auto source = open_scripted(kFast, {.stall_after = 2, .stall_frames = 50});
    ASSERT_TRUE(source->start(sink));
    ASSERT_TRUE(sink.wait_count(4));
    source->stop();
    const auto notes = sink.notes();
    EXPECT_GE(notes[2].captured_ns - notes[1].captured_ns, kFast.frames(49).count());
    sink.drop_all();
  }
  test::FrameCollector silent;
  auto source = open_scripted(kFast, {.stall_after = 2});
  ASSERT_TRUE(source->start(silent));
  ASSERT_TRUE(silent.wait_count(2));
  EXPECT_FALSE(silent.wait_count(3, std::chrono::milliseconds(100)));
  source->stop();
  EXPECT_FALSE(silent.lost());
  silent.drop_all();
}

}  // namespace
}  // namespace pf::capture::synthetic
