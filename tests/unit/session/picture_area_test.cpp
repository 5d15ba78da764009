#include "session/picture_area.hpp"

#include <gtest/gtest.h>

namespace pf::session {
namespace {

struct Sizes {
  Sizes(std::uint32_t dw, std::uint32_t dh, std::uint32_t pw, std::uint32_t ph) {
    display.set(dw, dh);
    picture.set(pw, ph);
  }
  input::PointerPosition at(float x, float y) const {
    return std::get<input::PointerPosition>(
        onto_display(input::PointerPosition{x, y}, display, picture));
  }
  PictureSize display, picture;
};

TEST(PictureArea, TheSameShapeChangesNothing) {
  const Sizes scaled(1920, 1080, 1280, 720);
  EXPECT_EQ(scaled.at(0.25F, 0.75F).x, 0.25F);
  EXPECT_EQ(scaled.at(0.25F, 0.75F).y, 0.75F);
  const Sizes unknown(0, 0, 1280, 720);
  EXPECT_EQ(unknown.at(0.1F, 0.9F).y, 0.9F);
}

TEST(PictureArea, BarsAboveAndBelow) {
  const Sizes wide(1920, 1080, 800, 600);  // 800x450 from line 74 on
  EXPECT_NEAR(wide.at(0.5F, 0.5F).y, 0.5, 0.01);
  EXPECT_NEAR(wide.at(0.3F, 0.5F).x, 0.3, 1e-6);
  EXPECT_EQ(wide.at(0.5F, 0.0F).y, 0.0F);
  EXPECT_EQ(wide.at(0.5F, 1.0F).y, 1.0F);
  EXPECT_NEAR(wide.at(0.5F, 74.0F / 600).y, 0.0, 1e-5);
  EXPECT_NEAR(wide.at(0.5F, (74.0F + 225) / 600).y, 0.5, 1e-5);
}

TEST(PictureArea, BarsAtTheSidesForTouchAndPenAsWell) {
  const Sizes high(800, 600, 1280, 720);  // 960x720 from column 160 on
  EXPECT_NEAR(high.at(160.0F / 1280, 0.2F).x, 0.0, 1e-5);
  EXPECT_NEAR(high.at((160.0F + 480) / 1280, 0.2F).x, 0.5, 1e-5);
  EXPECT_NEAR(high.at(0.5F, 0.2F).y, 0.2, 1e-5);
  const auto touch = std::get<input::Touch>(
      onto_display(input::Touch{.phase = input::TouchPhase::Down, .x = 1, .y = 0.5F}, high.display,
                   high.picture));
  EXPECT_EQ(touch.x, 1.0F);
  input::Pen pen;
  pen.x = 0.5F;
  EXPECT_NEAR(std::get<input::Pen>(onto_display(pen, high.display, high.picture)).x, 0.5, 1e-5);
  // A place on a pad is not one on the display.
  input::PadTouch pad;
  pad.x = 0.1F;
  EXPECT_EQ(std::get<input::PadTouch>(onto_display(pad, high.display, high.picture)).x, 0.1F);
  const auto motion = onto_display(input::PointerMotion{3, 4}, high.display, high.picture);
  EXPECT_EQ(std::get<input::PointerMotion>(motion).dx, 3.0F);
}

}  // namespace
}  // namespace pf::session
