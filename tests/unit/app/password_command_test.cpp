// A lost password, with the host running and without.
#include "app/password_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <sstream>

#include "app/state_lock.hpp"
#include "base/atomic_file.hpp"
#include "store/operator.hpp"
#include "support/api_rig.hpp"
#include "support/temp_folder.hpp"
#include "webui/passwords.hpp"
#include "webui/setup_code.hpp"

namespace pf::app {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kPassword = "correct horse battery";

struct Finished {
  int exit_code = -1;
  std::string out, err;
};

Finished run(const fs::path& folder, std::vector<std::string> arguments,
             const std::string& input = {}) {
  Finished result;
  std::ostringstream out, err;
  std::istringstream in(input);
  CLI::App app;
  add_password_command(app, result.exit_code, {.out = out, .err = err, .in = in, .folder = folder});
  arguments.insert(arguments.begin(), {"password", "reset"});
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError&) {
    result.exit_code = kExitUsage;
  }
  result.out = out.str();
  result.err = err.str();
  return result;
}

class StoppedHost : public testing::Test {
 protected:
  StoppedHost() : path_(folder_.path()) {
    const auto database = std::move(*store::Database::open(path_ / "punktfunk.db"));
    EXPECT_TRUE(store::save_password(*database, "the old one", 1, 0));
    store::SignInRow row;
    row.digest = std::string(64, 'a');
    EXPECT_TRUE(store::insert_sign_in(*database, row));
  }
  std::optional<std::string> stored() {
    const auto database = std::move(*store::Database::open(path_ / "punktfunk.db"));
    EXPECT_EQ(store::load_sign_ins(*database)->size(), signed_in_);
    return *store::load_password(*database);
  }
  test::TempFolder folder_;
  fs::path path_;
  std::size_t signed_in_ = 0;  // expected by stored()
};

TEST_F(StoppedHost, GetsThePasswordFromStandardInput) {
  ASSERT_TRUE(webui::SetupCode::make(path_));  // of an earlier run
  const auto done = run(path_, {"--stdin"}, std::string(kPassword) + "\r\nmore\n");
  EXPECT_EQ(done.exit_code, kExitOk) << done.err;
  EXPECT_TRUE(webui::password_fits(stored().value_or(""), kPassword));
  EXPECT_THAT(done.out + done.err, testing::Not(HasSubstr(kPassword)));
  EXPECT_FALSE(fs::exists(path_ / webui::kSetupCodeFile));
}

TEST_F(StoppedHost, GetsThePasswordFromAFile) {
  std::ofstream(path_ / "secret") << kPassword << '\n';
  const auto done = run(path_, {"--file", path_ / "secret"});
  EXPECT_EQ(done.exit_code, kExitOk) << done.err;
  EXPECT_TRUE(webui::password_fits(stored().value_or(""), kPassword));
}

TEST_F(StoppedHost, GoesBackToTheFirstRun) {
  const auto done = run(path_, {});
  EXPECT_EQ(done.exit_code, kExitOk) << done.err;
  EXPECT_THAT(done.out, HasSubstr("set-up code"));
  EXPECT_FALSE(stored());
}

TEST_F(StoppedHost, KeepsItsPasswordWhenTheNewOneIsNotAllowedOrMissing) {
  signed_in_ = 1;
  for (const auto& [arguments, input] :
       {std::pair<std::vector<std::string>, std::string>{{"--stdin"}, "short\n"},
        {{"--stdin"}, ""},
        {{"--stdin"}, std::string(257, 'x')},
        {{"--file", path_ / "absent"}, ""}}) {
    const auto done = run(path_, arguments, input);
    EXPECT_EQ(done.exit_code, kExitFailed);
    EXPECT_NE(done.err, "");
    EXPECT_EQ(stored(), "the old one");
  }
  EXPECT_EQ(run(path_, {"--stdin", "--file", "x"}).exit_code, kExitUsage);
  EXPECT_EQ(run(path_, {"hunter2hunter2"}).exit_code, kExitUsage);  // never on the command line
}

TEST_F(StoppedHost, IsLeftAloneWhenItRunsAfterAll) {
  signed_in_ = 1;
  const auto lock = lock_state(path_);
  ASSERT_TRUE(lock);
  const auto done = run(path_, {"--stdin"}, std::string(kPassword) + '\n');
  EXPECT_EQ(done.exit_code, kExitFailed);
  EXPECT_NE(done.err, "");
  EXPECT_EQ(stored(), "the old one");
}

class RunningHost : public testing::Test {
 protected:
  RunningHost() : path_(rig_.folder.path()) {
    EXPECT_TRUE(
        write_file_atomically(path_ / "host-cert.pem", rig_.identity().certificate_pem(), 0600));
    rig_.loop.run_sync([&] {
      auto front = webui::Frontend::start(rig_.deps(), {.bind_address = "127.0.0.1",
                                                        .port = 0,
                                                        .host_name = "Den",
                                                        .more_host_names = {},
                                                        .folder = path_});
      ASSERT_TRUE(front) << front.error().message();
      front_ = std::move(*front);
    });
  }
  ~RunningHost() override {
    rig_.loop.run_sync([&] { front_.reset(); });
  }
  std::optional<std::string> stored() {
    return rig_.on_control([&] { return *store::load_password(*rig_.database); });
  }
  test::ApiRig rig_;
  fs::path path_;
  std::unique_ptr<webui::Frontend> front_;
};

TEST_F(RunningHost, TakesThePasswordAndGivesItUpAgain) {
  auto done = run(path_, {"--stdin"}, std::string(kPassword) + '\n');
  EXPECT_EQ(done.exit_code, kExitOk) << done.err;
  EXPECT_TRUE(webui::password_fits(stored().value_or(""), kPassword));
  done = run(path_, {});
  EXPECT_EQ(done.exit_code, kExitOk) << done.err;
  EXPECT_FALSE(stored());
  const auto shown = done.out.find(path_.string());
  ASSERT_NE(shown, std::string::npos) << done.out;
  auto file = done.out.substr(shown);
  file.resize(file.find('\n'));
  EXPECT_TRUE(fs::exists(file));
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

}  // namespace
}  // namespace pf::app
