#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "base/process.hpp"
#include "display/display.hpp"
#include "support/temp_folder.hpp"

namespace pf::display {
namespace {

using media::Mode;

class X11Display : public testing::Test {
 protected:
  void SetUp() override {
    if (!find_program("Xvfb")) GTEST_SKIP() << "Xvfb is not installed: apt install xvfb";
    ::unsetenv("DISPLAY");  // a private server, not the developer's screen
    options_.backend = "x11";
    options_.runtime_dir = folder_.path() + "/run";
  }
  test::TempFolder folder_;
  Options options_;
};

TEST_F(X11Display, StartsAPrivateServerOfTheSessionsSize) {
  auto display = open(options_, {{1366, 768, {60, 1}}, "x"});
  ASSERT_TRUE(display) << display.error().message();
  const auto& target = (*display)->target();
  EXPECT_EQ(target.kind, media::DisplayKind::X11);
  EXPECT_EQ(target.mode.width, 1366U);
  EXPECT_EQ(target.mode.height, 768U);
  EXPECT_EQ(target.environment.at("DISPLAY"), target.x11_display);
  EXPECT_FALSE((*display)->desktop());
  EXPECT_TRUE((*display)->alive());
  EXPECT_TRUE((*display)->set_mode({1366, 768, {120, 1}}));  // a rate is only how often we look
  const auto resized = (*display)->set_mode({800, 600, {60, 1}});
  ASSERT_FALSE(resized);
  EXPECT_TRUE(resized.error().is(Errc::ModeRejected));
}

TEST_F(X11Display, AttachesToAnExistingServerAndNoticesItsEnd) {
  auto server = open(options_, {{800, 600, {60, 1}}, "server"});
  ASSERT_TRUE(server) << server.error().message();
  auto attached_options = options_;
  attached_options.x11_display = (*server)->target().x11_display;
  auto attached = open(attached_options, {{1920, 1080, {60, 1}}, "attached"});
  ASSERT_TRUE(attached) << attached.error().message();
  EXPECT_TRUE((*attached)->desktop());
  EXPECT_EQ((*attached)->target().mode.width, 800U);  // its own size, not the wanted one
  EXPECT_TRUE((*attached)->alive());
  server->reset();
  EXPECT_FALSE((*attached)->alive());
  EXPECT_TRUE(std::filesystem::is_empty(options_.runtime_dir));
}

TEST_F(X11Display, SaysWhenNoServerAnswers) {
  options_.x11_display = ":4711";
  const auto display = open(options_, {{800, 600, {60, 1}}, "none"});
  ASSERT_FALSE(display);
  EXPECT_TRUE(display.error().is(Errc::Unavailable));
  EXPECT_NE(display.error().context.find(":4711"), std::string::npos);
}

}  // namespace
}  // namespace pf::display
