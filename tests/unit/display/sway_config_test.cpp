#include "display/virtual/sway_config.hpp"

#include <gtest/gtest.h>

namespace pf::display::virtual_display {
namespace {

TEST(SwayConfig, ModesAreExactToTheMillihertz) {
  const auto command = [](const media::Mode& mode) {
    return mode_command(mode, refresh_millihertz(mode.rate));
  };
  EXPECT_EQ(command({1366, 768, {60000, 1001}}),
            "output HEADLESS-1 mode --custom 1366x768@59.940Hz");
  EXPECT_EQ(command({1280, 720, {120, 1}}), "output HEADLESS-1 mode --custom 1280x720@120.000Hz");
  EXPECT_EQ(command({640, 480, {24000, 1001}}), "output HEADLESS-1 mode --custom 640x480@23.976Hz");
  EXPECT_EQ(refresh_millihertz({120000, 1001}), 119'880U);
}

TEST(SwayConfig, XwaylandIsOnlyThereWhenInstalled) {
  const auto with = sway_config({}, true);
  const auto without = sway_config({}, false);
  EXPECT_NE(with.find("xwayland enable\n"), std::string::npos);
  EXPECT_NE(with.find(kX11File), std::string::npos);
  EXPECT_NE(without.find("xwayland disable\n"), std::string::npos);
  EXPECT_EQ(without.find("exec"), std::string::npos);
}

TEST(SwayConfig, OneApplicationFillsThePicture) {
  const auto text = sway_config({1280, 720, {60, 1}}, false);
  for (const char* line : {"default_border none\n", "for_window [tiling] fullscreen enable\n",
                           "output HEADLESS-1 mode --custom 1280x720@60.000Hz\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line;
  EXPECT_EQ(text.find("bar {"), std::string::npos);
}

}  // namespace
}  // namespace pf::display::virtual_display
