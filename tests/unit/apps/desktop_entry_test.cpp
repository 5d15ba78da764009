#include "apps/desktop_entry.hpp"

#include <gtest/gtest.h>

namespace pf::apps {
namespace {

using Words = std::vector<std::string>;

TEST(DesktopEntry, AnApplicationIsReadWithoutItsActions) {
  const auto entry = parse_desktop_entry(
      "# made by a packager\n[Desktop Entry]\nType = Application\nName=Chess\nName[de]=Schach\n"
      "Exec=gnome-chess --fullscreen %U\nPath=/opt/chess\nCategories=GNOME;Game;BoardGame;\r\n"
      "[Desktop Action new]\nName=New\nExec=gnome-chess --new\n");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->name, "Chess");
  EXPECT_EQ(entry->command, (Words{"gnome-chess", "--fullscreen"}));
  EXPECT_EQ(entry->folder, "/opt/chess");
  EXPECT_TRUE(entry->game);
  EXPECT_FALSE(entry->terminal);
}

TEST(DesktopEntry, WhatMenusDoNotShowIsNone) {
  const std::string start = "[Desktop Entry]\nName=X\nExec=x\n";
  EXPECT_TRUE(parse_desktop_entry(start + "Type=Application\n"));
  for (const auto* rest : {"", "Type=Link\n", "Type=Application\nNoDisplay=true\n",
                           "Type=Application\nHidden=true\n", "Type=Application\nExec=\n",
                           "Type=Application\nExec=\"open\n", "Type=Application\nName=a\x01z\n"})
    EXPECT_FALSE(parse_desktop_entry(start + rest)) << rest;
  EXPECT_FALSE(parse_desktop_entry(""));
  EXPECT_FALSE(parse_desktop_entry("Type=Application\nName=X\nExec=x\n"));
  EXPECT_FALSE(parse_desktop_entry("[Desktop Entry]\nType=Application\nExec=x\nName=" +
                                   std::string(200, 'n')));
}

TEST(DesktopEntry, ExecLinesAreQuotedAndHaveCodes) {
  EXPECT_EQ(parse_exec("a  b\tc"), (Words{"a", "b", "c"}));
  EXPECT_EQ(parse_exec(R"("my game" "say \"hi\"" x\ y)"), (Words{"my game", "say \"hi\"", "x y"}));
  EXPECT_EQ(parse_exec("env A=1 run %f --name=%c 100%%"),
            (Words{"env", "A=1", "run", "--name=", "100%"}));
  EXPECT_EQ(parse_exec(R"(x "")"), (Words{"x", ""}));
  for (const auto* bad : {"", "   ", "%u", "\"", "\"a", "\"\"", "\"\" x"})
    EXPECT_FALSE(parse_exec(bad)) << bad;
  std::string many = "x";
  for (int i = 0; i < 200; ++i) many += " y";
  EXPECT_FALSE(parse_exec(many));
}

}  // namespace
}  // namespace pf::apps
