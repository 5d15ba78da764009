// Completions and the manual page follow from the command line itself.
#include "app/tools.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "app/ctl.hpp"
#include "app/stored_settings.hpp"
#include "base/atomic_file.hpp"
#include "support/temp_folder.hpp"

namespace pf::app {
namespace {

using testing::HasSubstr;

class ToolsTest : public testing::Test {
 protected:
  ToolsTest() {
    add_ctl_command(app_, exit_code_, {.out = out_, .err = err_, .in = in_});
    add_tool_commands(app_, exit_code_);
  }
  CLI::App app_{"Streams."};
  int exit_code_ = 0;
  std::ostringstream out_, err_;
  std::istringstream in_;
};

TEST_F(ToolsTest, EveryShellKnowsEveryCommand) {
  for (const auto shell : {Shell::Bash, Shell::Zsh, Shell::Fish}) {
    const auto script = completions(app_, shell);
    for (const auto* word : {"ctl", "sessions", "idr", "settings", "completions", "man", "config"})
      EXPECT_THAT(script, HasSubstr(word));
    EXPECT_THAT(script, HasSubstr("ctl sessions"));
  }
  EXPECT_THAT(completions(app_, Shell::Bash), HasSubstr("--json"));
}

TEST_F(ToolsTest, TheManualPageNamesCommandsOptionsVariablesAndExitCodes) {
  const auto page = manual_page(app_);
  for (const auto* text : {".TH PUNKTFUNK\\-HOST 1", ".SS punktfunk\\-host ctl settings set",
                           "\\-\\-json", "PUNKTFUNK_BASE_PORT", ".SH EXIT STATUS"})
    EXPECT_THAT(page, HasSubstr(text));
  // No help text may begin a line with a dot, which would be a request.
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with('.')) {
      EXPECT_THAT(line, testing::MatchesRegex(R"(\.(TH|SH|SS|TP|B|I|PP|nf|fi)( .*)?)"));
    }
}

TEST_F(ToolsTest, AUsageErrorIsNoCrash) {
  EXPECT_THROW(app_.parse("completions tcsh", false), CLI::ParseError);
  EXPECT_THROW(app_.parse("ctl settings set", false), CLI::ParseError);
}

// `doctor` and `config show` work without a running host.
TEST(SettingsAtRest, AreThoseThatAHostStartedNowWouldFind) {
  const test::TempFolder folder;
  const config::Paths paths{folder.path(), folder.path(), folder.path()};
  const auto environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "PUNKTFUNK_FEC_PERCENT") return "33";
    return std::nullopt;
  };
  auto found = settings_at_rest(paths, environment);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->database, nullptr) << "looking makes no database";
  EXPECT_EQ(found->settings->get(config::kBasePort), 47989);
  {
    auto database = store::Database::open(paths.state / "punktfunk.db");
    StoredSettings stored(**database);
    ASSERT_TRUE(stored.store({{"base_port", "52000"}, {"fec_percent", "40"}}));
  }
  found = settings_at_rest(paths, environment);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->settings->get(config::kBasePort), 52000);
  EXPECT_EQ(found->settings->get(config::kFecPercent), 33) << "the variable decides";
}

TEST(SettingsAtRest, AnUnreadableDatabaseIsAnErrorUnlessItMayBeLeftOut) {
  const test::TempFolder folder;
  const config::Paths paths{folder.path(), folder.path(), folder.path()};
  const auto nothing = [](const std::string&) -> std::optional<std::string> { return {}; };
  ASSERT_TRUE(write_file_atomically(paths.state / "punktfunk.db", std::string(8192, 'x'), 0600));
  EXPECT_FALSE(settings_at_rest(paths, nothing));
  const auto found = settings_at_rest(paths, nothing, true);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->unreadable.empty());
  EXPECT_EQ(found->settings->get(config::kBasePort), 47989);
}

}  // namespace
}  // namespace pf::app
