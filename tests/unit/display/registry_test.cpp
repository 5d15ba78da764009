#include "display/registry.hpp"

#include <gtest/gtest.h>

namespace pf::display {
namespace {

TEST(Registry, SyntheticOpensAnyModeAndChangesIt) {
  Options options;
  options.backend = "synthetic";
  auto display = open(options, {{1918, 1078, {144, 1}}, "t"});
  ASSERT_TRUE(display) << display.error().message();
  EXPECT_EQ((*display)->target().kind, media::DisplayKind::Synthetic);
  EXPECT_EQ((*display)->target().mode.width, 1918U);
  EXPECT_TRUE((*display)->alive());
  const media::Mode next{800, 600, {30, 1}};
  ASSERT_TRUE((*display)->set_mode(next));
  EXPECT_EQ((*display)->target().mode, next);
}

TEST(Registry, AnUnknownBackEndIsNamedInTheError) {
  Options options;
  options.backend = "holographic";
  const auto display = open(options, {{}, "t"});
  ASSERT_FALSE(display);
  EXPECT_TRUE(display.error().is(Errc::Unavailable));
  EXPECT_NE(display.error().context.find("holographic"), std::string::npos);
}

TEST(Registry, AutoNeverChoosesTheSyntheticDisplay) {
  const auto chosen = choose({});
  if (chosen) {
    EXPECT_STRNE((*chosen)->name, "synthetic");
  }
}

TEST(Registry, EveryUnusableBackEndSaysWhy) {
  for (const auto& report : probe_all({}))
    EXPECT_EQ(report.usable, report.reason.empty()) << report.name;
}

}  // namespace
}  // namespace pf::display
