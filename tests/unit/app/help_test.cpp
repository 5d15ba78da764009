#include "app/help.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "app/ctl.hpp"
#include "app/tools.hpp"

namespace pf::app {
namespace {

using testing::HasSubstr;
using testing::Not;

class HelpTest : public testing::Test {
 protected:
  HelpTest() {
    shape_help(app_);
    app_.require_subcommand(1);
    add_ctl_command(app_, exit_code_, {.out = out_, .err = err_, .in = in_});
    add_tool_commands(app_, exit_code_);
  }
  // What is said of a line that is not understood.
  std::string said(const std::string& line) {
    try {
      app_.parse(line, false);
    } catch (const CLI::ParseError& error) {
      std::ostringstream text;
      app_.exit(error, text, text);
      return text.str();
    }
    return "";
  }
  CLI::App app_{"Streams."};
  int exit_code_ = 0;
  std::ostringstream out_, err_;
  std::istringstream in_;
};

TEST_F(HelpTest, AListOfCommandsHasOneLineEach) {
  const auto help = app_.help();
  EXPECT_THAT(help, HasSubstr("  ctl                         Talk to the running host\n"));
  EXPECT_THAT(help, Not(HasSubstr("ctl pair arm")));
  EXPECT_THAT(app_.get_subcommand("ctl")->help(), HasSubstr("ctl pair arm"));
}

TEST_F(HelpTest, AWrongLineIsNamedAndHelped) {
  EXPECT_EQ(said("ctl nonsense"),
            "punktfunk-host ctl has no command 'nonsense'.\nSee: punktfunk-host ctl --help\n");
  EXPECT_EQ(said("nonsense"),
            "punktfunk-host has no command 'nonsense'.\nSee: punktfunk-host --help\n");
  EXPECT_EQ(said("ctl devices"),
            "punktfunk-host ctl devices: say which of its commands.\n"
            "See: punktfunk-host ctl devices --help\n");
  EXPECT_THAT(said("ctl devices rename 1"), HasSubstr("NAME is required"));
  EXPECT_THAT(said("completions tcsh"), HasSubstr("See: punktfunk-host completions --help"));
}

}  // namespace
}  // namespace pf::app
