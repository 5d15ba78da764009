#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

#include "base/clock.hpp"
#include "base/process.hpp"
#include "display/display.hpp"
#include "display/virtual/sway_config.hpp"
#include "display/virtual/sway_ipc.hpp"
#include "display/warm.hpp"
#include "support/temp_folder.hpp"

namespace pf::display {
namespace {

using media::Mode;
using std::chrono::milliseconds;

double ms_since(SteadyTime began) {
  return std::chrono::duration<double, std::milli>(steady_now() - began).count();
}

// The one thing these tests cannot do without; everything else must work.
class VirtualDisplay : public testing::Test {
 protected:
  void SetUp() override {
    options_.backend = "virtual";
    options_.runtime_dir = folder_.path() + "/run";
    if (!find_program("sway")) GTEST_SKIP() << "sway is not installed: apt install sway";
    for (const auto& report : probe_all(options_)) {
      if (report.name == "virtual") {
        ASSERT_TRUE(report.usable) << report.reason;
      }
    }
  }

  std::unique_ptr<Display> open_at(const Mode& mode, const char* tag = "one") {
    auto opened = display::open(options_, {mode, tag});
    if (!opened) {
      ADD_FAILURE() << opened.error().message();
      return nullptr;
    }
    return std::move(*opened);
  }

  // What the compositor itself says, over a connection of our own.
  static std::optional<virtual_display::OutputState> ask(const Display& display) {
    const auto folder =
        std::filesystem::path(display.target().wayland_socket).parent_path().string();
    auto ipc = virtual_display::SwayIpc::connect(folder + "/ipc");
    if (!ipc) return std::nullopt;
    auto reply = ipc->request(virtual_display::IpcType::GetOutputs, "", milliseconds(5000));
    if (!reply) return std::nullopt;
    return virtual_display::parse_output(*reply, display.target().output);
  }

  test::TempFolder folder_;
  Options options_;
};

std::string size_of(const std::optional<virtual_display::OutputState>& state) {
  if (!state) return "none";
  return std::to_string(state->width) + 'x' + std::to_string(state->height) + '@' +
         std::to_string(state->refresh_millihertz) + (state->active ? "" : " off");
}

TEST_F(VirtualDisplay, OpensAtExactlyTheWantedMode) {
  const std::pair<Mode, const char*> cases[] = {
      {{1366, 768, {60000, 1001}}, "1366x768@59940"},
      {{1280, 720, {120, 1}}, "1280x720@120000"},
      {{2560, 1440, {90, 1}}, "2560x1440@90000"},
  };
  for (const auto& [mode, expected] : cases) {
    const auto began = steady_now();
    const auto display = open_at(mode);
    ASSERT_TRUE(display);
    std::cout << "opened " << media::to_string(mode) << " in " << ms_since(began) << " ms\n";
    EXPECT_EQ(size_of(ask(*display)), expected);
    EXPECT_TRUE(display->alive());
    EXPECT_EQ(display->target().kind, media::DisplayKind::Wlroots);
    EXPECT_EQ(display->target().mode, mode);
    EXPECT_EQ(display->target().environment.at("WAYLAND_DISPLAY"),
              display->target().wayland_socket);
  }
}

TEST_F(VirtualDisplay, ChangesItsModeWhileRunning) {
  const auto display = open_at({1280, 720, {60, 1}});
  ASSERT_TRUE(display);
  for (const Mode& mode :
       {Mode{1600, 900, {60, 1}}, Mode{800, 600, {30, 1}}, Mode{1918, 1078, {144, 1}}}) {
    const auto began = steady_now();
    const auto changed = display->set_mode(mode);
    ASSERT_TRUE(changed) << changed.error().message();
    std::cout << "mode change in " << ms_since(began) << " ms\n";
    EXPECT_EQ(display->target().mode, mode);
    const auto state = ask(*display);
    ASSERT_TRUE(state);
    EXPECT_EQ(state->width, mode.width);
    EXPECT_EQ(state->height, mode.height);
  }
}

TEST_F(VirtualDisplay, TwoSessionsDoNotShareAnything) {
  const auto one = open_at({1280, 720, {60, 1}}, "one");
  const auto two = open_at({640, 480, {30, 1}}, "two");
  ASSERT_TRUE(one && two);
  EXPECT_NE(one->target().wayland_socket, two->target().wayland_socket);
  EXPECT_EQ(size_of(ask(*one)), "1280x720@60000");
  EXPECT_EQ(size_of(ask(*two)), "640x480@30000");
}

TEST_F(VirtualDisplay, LeavesNothingBehind) {
  std::string socket;
  {
    const auto display = open_at({1280, 720, {60, 1}});
    ASSERT_TRUE(display);
    socket = display->target().wayland_socket;
    EXPECT_TRUE(std::filesystem::exists(socket));
  }
  EXPECT_FALSE(std::filesystem::exists(socket));
  EXPECT_TRUE(std::filesystem::is_empty(options_.runtime_dir));
}

TEST_F(VirtualDisplay, ATagOfACrashedRunIsReused) {
  std::filesystem::create_directories(options_.runtime_dir + "/one");
  std::ofstream(options_.runtime_dir + "/one/ipc") << "left over";
  EXPECT_TRUE(open_at({1280, 720, {60, 1}}));
}

TEST_F(VirtualDisplay, AnEmptyModeIsRefused) {
  auto opened = display::open(options_, {{0, 0, {60, 1}}, "bad"});
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().is(Errc::ModeRejected)) << opened.error().message();
}

TEST_F(VirtualDisplay, NoticesThatItsCompositorDied) {
  const auto display = open_at({1280, 720, {60, 1}});
  ASSERT_TRUE(display);
  const auto folder =
      std::filesystem::path(display->target().wayland_socket).parent_path().string();
  auto ipc = virtual_display::SwayIpc::connect(folder + "/ipc");
  ASSERT_TRUE(ipc);
  // The connection closes when the process ends, so the reply tells that it is over.
  (void)ipc->request(virtual_display::IpcType::RunCommand, "exit", milliseconds(10'000));
  while (ipc->request(virtual_display::IpcType::GetOutputs, "", milliseconds(10'000))) {
  }
  const auto limit = steady_now() + milliseconds(10'000);
  while (display->alive() && steady_now() < limit) std::this_thread::yield();
  EXPECT_FALSE(display->alive());
  const auto changed = display->set_mode({800, 600, {60, 1}});
  ASSERT_FALSE(changed);
  EXPECT_TRUE(changed.error().is(Errc::Lost));
}

TEST_F(VirtualDisplay, AWarmSpareOpensAtAnyModeQuickly) {
  WarmPool pool(options_);
  EXPECT_FALSE(pool.warm());
  pool.prewarm(milliseconds(600'000));
  ASSERT_TRUE(pool.settle(milliseconds(20'000)));
  ASSERT_TRUE(pool.warm());
  const auto began = steady_now();
  auto display = pool.open({{1920, 1080, {120, 1}}, "session"});
  ASSERT_TRUE(display) << display.error().message();
  std::cout << "warm open in " << ms_since(began) << " ms\n";
  EXPECT_FALSE(pool.warm());
  EXPECT_EQ(size_of(ask(**display)), "1920x1080@120000");
  // Without a spare it opens the ordinary way.
  auto second = pool.open({{1280, 720, {60, 1}}, "session-2"});
  ASSERT_TRUE(second) << second.error().message();
}

TEST_F(VirtualDisplay, AWarmSpareIsGivenUpOnRequestAndAfterItsIdleTime) {
  WarmPool pool(options_);
  pool.prewarm(milliseconds(600'000));
  ASSERT_TRUE(pool.settle(milliseconds(20'000)));
  ASSERT_TRUE(pool.warm());
  pool.drop();
  ASSERT_TRUE(pool.settle(milliseconds(20'000)));
  EXPECT_FALSE(pool.warm());
  EXPECT_TRUE(std::filesystem::is_empty(options_.runtime_dir));
}

}  // namespace
}  // namespace pf::display
