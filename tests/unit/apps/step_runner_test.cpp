#include "apps/step_runner.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "apps/catalogue.hpp"
#include "apps/process_tree.hpp"
#include "base/process.hpp"
#include "store/apps.hpp"
#include "support/temp_folder.hpp"

namespace pf::apps {
namespace {

using namespace std::chrono_literals;

TEST(StepRunner, ACommandSeesItsEnvironmentAndFolder) {
  const test::TempFolder folder;
  // Root hands its children to another account.
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  const StepRun step{{"sh", "-c", "printf %s \"$PUNKTFUNK_MODE\" > out"},
                     {{"PUNKTFUNK_MODE", "1920x1080@60"}},
                     folder.path()};
  ASSERT_TRUE(run_step(step));
  std::ifstream in(std::filesystem::path(folder.path()) / "out");
  std::string text;
  in >> text;
  EXPECT_EQ(text, "1920x1080@60");
}

TEST(StepRunner, FailuresSayWhich) {
  const auto missing = run_step({{"/no/such/program"}, {}, {}});
  ASSERT_FALSE(missing);
  EXPECT_TRUE(missing.error().is(Errc::StartFailed));
  EXPECT_NE(missing.error().context.find("/no/such/program"), std::string::npos);
  const auto failed = run_step({{"sh", "-c", "exit 3"}, {}, {}});
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().context.find("ended with 3"), std::string::npos);
  const auto slow = run_step({{"sleep", "600"}, {}, {}}, 10ms);
  ASSERT_FALSE(slow);
  EXPECT_NE(slow.error().context.find("longer"), std::string::npos);
}

TEST(UndoJournal, WhatAKilledHostLeftIsFoundNewestFirst) {
  const test::TempFolder folder;
  const auto file = std::filesystem::path(folder.path()) / "t.db";
  const StepRun first{{"a", "b c"}, {{"X", "1"}}, "/tmp"}, second{{"d"}, {}, {}};
  {
    const auto database = std::move(*store::Database::open(file));
    UndoJournal journal(*database);
    ASSERT_TRUE(journal.remember(first));
    ASSERT_TRUE(journal.remember(second));
  }
  const auto database = std::move(*store::Database::open(file));
  UndoJournal journal(*database);
  ASSERT_TRUE(store::add_undo(*database, "{ damaged"));
  const auto left = *journal.left();
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(left[0].undo, second);
  EXPECT_EQ(left[1].undo, first);
  for (const auto& one : left) journal.forget(one.id);
  EXPECT_TRUE(journal.left()->empty());
}

TEST(UndoJournal, WhatCannotBeRememberedIsAnError) {
  const test::TempFolder folder;
  const auto database =
      std::move(*store::Database::open(std::filesystem::path(folder.path()) / "t.db"));
  database->fail_next_commits(1);
  UndoJournal journal(*database);
  EXPECT_TRUE(journal.remember({{"x"}, {}, {}}).error().is(Errc::StoreFailed));
  EXPECT_TRUE(journal.left()->empty());
}

TEST(ProcessTree, AProcessIsFoundAfterItsParentAndItsGroupAreLeft) {
  const auto mark = "test-" + std::to_string(::getpid());
  EXPECT_FALSE(session_runs(mark));
  ProcessOptions options;
  options.argv = {"sh", "-c", "setsid sleep 600 & exec true"};
  options.environment = {{kSessionVariable, mark}};
  auto process = std::move(*Process::spawn(options));
  ASSERT_TRUE(process.wait(10s));
  EXPECT_TRUE(session_runs(mark));
  EXPECT_FALSE(session_runs(mark + "0"));
  end_session_processes(mark, 10s);
  EXPECT_FALSE(session_runs(mark));
}

}  // namespace
}  // namespace pf::apps
