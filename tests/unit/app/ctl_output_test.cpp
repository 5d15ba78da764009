#include "app/ctl_output.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace pf::app {
namespace {

TEST(CtlOutput, ColumnsAreAsWideAsTheirWidestCell) {
  EXPECT_EQ(table({"ID", "NAME", "STATE"}, {{"1", "Küche", "paired"}, {"12", "TV", "x"}}, false),
            "ID  NAME   STATE\n"
            "1   Küche  paired\n"
            "12  TV     x\n");
  EXPECT_EQ(table({"ID"}, {}, false), "");
}

TEST(CtlOutput, ATerminalGetsNoControlCharacters) {
  EXPECT_EQ(table({"NAME"}, {{"a\x1b[2Jb\n"}}, false), "NAME\na?[2Jb?\n");
  EXPECT_EQ(facts({{"Host", "a\tb"}}, false), "Host  a?b\n");
}

TEST(CtlOutput, ColourOnlyWhenAsked) {
  EXPECT_EQ(table({"A"}, {{"b"}}, false).find('\x1b'), std::string::npos);
  EXPECT_NE(table({"A"}, {{"b"}}, true).find('\x1b'), std::string::npos);
}

TEST(CtlOutput, TimesAreWords) {
  EXPECT_EQ(ago(-5), "just now");
  EXPECT_EQ(ago(59), "59 s ago");
  EXPECT_EQ(ago(3599), "59 min ago");
  EXPECT_EQ(ago(7200), "2 h ago");
  EXPECT_EQ(ago(86400), "1 day ago");
  EXPECT_EQ(duration(-1), "0 s");
  EXPECT_EQ(duration(3600), "1 h");
  EXPECT_EQ(duration(12000), "3 h 20 min");
  EXPECT_EQ(duration(2 * 86400 + 4 * 3600), "2 days 4 h");
  EXPECT_EQ(local_time(std::numeric_limits<std::int64_t>::max()), "never");
}

}  // namespace
}  // namespace pf::app
