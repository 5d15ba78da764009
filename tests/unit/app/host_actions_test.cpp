// Sleep, restart and switching off; and what systemd-logind says to it.
#include "app/host_actions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <thread>

#include "app/privileges.hpp"
#include "base/atomic_file.hpp"
#include "base/clock.hpp"
#include "base/process.hpp"
#include "support/fakes.hpp"
#include "support/temp_folder.hpp"
#include "support/virtual_executor.hpp"
#ifdef PF_HAVE_DBUS
#include <dbus/dbus.h>
#endif

namespace pf::app {
namespace {

using namespace std::chrono_literals;
using Kind = webui::ActionOutcome::Kind;
using testing::HasSubstr;

class FakePower final : public MachinePower {
 public:
  std::string obstacle(PowerAct act) override { return act == PowerAct::Reboot ? "No." : ""; }
  Result<> perform(PowerAct act) override {
    if (broken) return fail(Errc::Refused, "inhibited");
    done.push_back(act);
    return {};
  }
  std::vector<PowerAct> done;
  bool broken = false;
};

class HostActionsTest : public testing::Test {
 protected:
  webui::ActionOutcome start(const char* id, bool when_idle = true) {
    std::optional<webui::ActionOutcome> outcome;
    actions_.start(id, when_idle, [&](const auto& told) { outcome = told; });
    executor_.run();
    return outcome.value();
  }
  std::vector<webui::Action> list() {
    std::vector<webui::Action> found;
    actions_.list([&](auto actions) { found = std::move(actions); });
    executor_.run();
    return found;
  }
  void stream() {
    session::SessionInfo info;
    info.id = manager_.next_id++;
    info.state = session::State::Live;
    manager_.sessions[info.id] = info;
  }

  test::VirtualExecutor executor_;
  test::FakeManager manager_;
  std::shared_ptr<FakePower> power_ = std::make_shared<FakePower>();
  unsigned restarts_ = 0;
  HostActions actions_{{executor_, manager_, power_, "/bin/sh", [this] { ++restarts_; }}};
};

TEST_F(HostActionsTest, SleepSendsStreamsAwayAndKeepsTheirApplications) {
  stream();
  EXPECT_EQ(start(webui::kSleep).kind, Kind::Begins);
  EXPECT_EQ(power_->done, std::vector{PowerAct::Sleep});
  EXPECT_EQ(manager_.sent_away, std::vector{session::EndReason::HostStopping});
  EXPECT_EQ(manager_.sessions.size(), 1U);
  EXPECT_TRUE(manager_.ended.empty());
}

TEST_F(HostActionsTest, WhatIsNotPossibleOrFailsIsToldAndChangesNothing) {
  stream();
  auto told = start(webui::kReboot);
  EXPECT_EQ(told.kind, Kind::Impossible);
  EXPECT_EQ(told.text, "No.");
  power_->broken = true;
  told = start(webui::kShutDown);
  EXPECT_EQ(told.kind, Kind::Failed);
  EXPECT_THAT(told.text, HasSubstr("inhibited"));
  EXPECT_TRUE(manager_.sent_away.empty());
  const auto all = list();
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[1].obstacle, "No.");
  EXPECT_EQ(all[3].obstacle, "");
}

TEST_F(HostActionsTest, ARestartWaitsForTheLastSession) {
  stream();
  stream();
  EXPECT_EQ(start(webui::kRestartHost).kind, Kind::Waits);
  EXPECT_EQ(start(webui::kRestartHost).kind, Kind::Waits);
  EXPECT_NE(list()[3].waiting_since, 0);
  manager_.end(1, session::EndReason::ClientQuit);
  executor_.advance(1h);
  EXPECT_EQ(restarts_, 0U);
  manager_.end(2, session::EndReason::ClientQuit);
  executor_.advance(1s);
  EXPECT_EQ(restarts_, 1U);
  executor_.advance(1h);
  EXPECT_EQ(restarts_, 1U);
}

TEST_F(HostActionsTest, ARestartThatWaitsCanBeTakenBackOrHurried) {
  stream();
  EXPECT_FALSE(actions_.withdraw_restart());
  start(webui::kRestartHost);
  EXPECT_TRUE(actions_.withdraw_restart());
  EXPECT_EQ(list()[3].waiting_since, 0);
  manager_.end(1, session::EndReason::ClientQuit);
  executor_.advance(1s);
  EXPECT_EQ(restarts_, 0U);
  stream();
  start(webui::kRestartHost);
  EXPECT_EQ(start(webui::kRestartHost, false).kind, Kind::Begins);
  executor_.advance(1s);
  EXPECT_EQ(restarts_, 1U);
}

TEST_F(HostActionsTest, WithoutSessionsItBeginsAtOnceButAfterTheAnswer) {
  EXPECT_EQ(start(webui::kRestartHost).kind, Kind::Begins);
  EXPECT_EQ(restarts_, 0U);
  executor_.advance(1s);
  EXPECT_EQ(restarts_, 1U);
}

TEST_F(HostActionsTest, AProgramThatIsGoneIsNotStartedAgain) {
  HostActions gone{{executor_, manager_, power_, "/nowhere/host", [this] { ++restarts_; }}};
  HostActions unknown{{executor_, manager_, power_, {}, {}}};
  for (auto* actions : {&gone, &unknown}) {
    actions->start(webui::kRestartHost, true, [](const webui::ActionOutcome& told) {
      EXPECT_EQ(told.kind, Kind::Impossible);
      EXPECT_FALSE(told.text.empty());
    });
    executor_.advance(1s);
  }
  EXPECT_EQ(restarts_, 0U);
}

#ifdef PF_HAVE_DBUS

// A bus of its own with a stand-in for systemd-logind on it.
class Bus {
 public:
  Bus() {
    const auto config = std::filesystem::path(folder_.path()) / "bus.conf";
    const auto socket = folder_.path() + "/bus";
    EXPECT_TRUE(write_file_atomically(
        config,
        "<busconfig><type>system</type><listen>unix:path=" + socket +
            "</listen><policy context=\"default\"><allow user=\"*\"/><allow own=\"*\"/>"
            "<allow send_destination=\"*\"/><allow receive_sender=\"*\"/></policy></busconfig>",
        0600));
    ::setenv("DBUS_SYSTEM_BUS_ADDRESS", ("unix:path=" + socket).c_str(), 1);
    ProcessOptions options;
    options.argv = {"dbus-daemon", "--nofork", "--config-file=" + config.string()};
    auto daemon = Process::spawn(options);
    if (!daemon) return;
    daemon_ = std::move(*daemon);
    const auto deadline = steady_now() + 10s;
    while (connection_ == nullptr && daemon_.alive() && steady_now() < deadline)
      connection_ = dbus_bus_get_private(DBUS_BUS_SYSTEM, nullptr);
    if (connection_ == nullptr) return;
    dbus_connection_set_exit_on_disconnect(connection_, 0);
  }
  ~Bus() {
    ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
    if (connection_ == nullptr) return;
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
    dbus_connection_close(connection_);
    dbus_connection_unref(connection_);
  }
  bool works() const { return connection_ != nullptr; }
  void serve(const std::string& answer) {
    if (!thread_.joinable()) {
      ASSERT_EQ(dbus_bus_request_name(connection_, "org.freedesktop.login1", 0, nullptr), 1);
      answer_ = answer;
      thread_ = std::jthread([this](const std::stop_token& stop) {
        while (!stop.stop_requested() && dbus_connection_read_write(connection_, 20) != 0)
          while (auto* const message = dbus_connection_pop_message(connection_)) take(message);
      });
      return;
    }
    const std::scoped_lock lock(mutex_);
    answer_ = answer;
  }
  std::vector<std::string> calls() {
    const std::scoped_lock lock(mutex_);
    return calls_;
  }

 private:
  void take(DBusMessage* message) {
    if (dbus_message_get_type(message) == DBUS_MESSAGE_TYPE_METHOD_CALL) {
      const std::scoped_lock lock(mutex_);
      const std::string member = dbus_message_get_member(message);
      calls_.push_back(member);
      auto* const reply =
          answer_ == "inhibited" && !member.starts_with("Can")
              ? dbus_message_new_error(message, "org.x.Inhibited", "it is inhibited")
              : dbus_message_new_method_return(message);
      const auto* const word = answer_ == "inhibited" ? "yes" : answer_.c_str();
      if (member.starts_with("Can"))
        dbus_message_append_args(reply, DBUS_TYPE_STRING, &word, DBUS_TYPE_INVALID);
      dbus_connection_send(connection_, reply, nullptr);
      dbus_message_unref(reply);
    }
    dbus_message_unref(message);
  }

  test::TempFolder folder_;
  Process daemon_;
  DBusConnection* connection_ = nullptr;
  std::mutex mutex_;
  std::string answer_;
  std::vector<std::string> calls_;
  std::jthread thread_;
};

TEST(Logind, IsAskedAndToldOverTheSystemBus) {
  Bus bus;
  if (!bus.works()) GTEST_SKIP() << "there is no dbus-daemon here";
  const auto power = machine_power();
  EXPECT_THAT(power->obstacle(PowerAct::Sleep), HasSubstr("systemd-logind does not run"));
  EXPECT_FALSE(power->perform(PowerAct::Sleep));
  bus.serve("yes");
  EXPECT_EQ(power->obstacle(PowerAct::Sleep), "");
  EXPECT_TRUE(power->perform(PowerAct::Sleep));
  EXPECT_TRUE(power->perform(PowerAct::Reboot));
  EXPECT_TRUE(power->perform(PowerAct::ShutDown));
  EXPECT_EQ(bus.calls(), (std::vector<std::string>{"CanSuspend", "Suspend", "Reboot", "PowerOff"}));
  bus.serve("na");
  EXPECT_THAT(power->obstacle(PowerAct::Sleep), HasSubstr("cannot do that"));
  bus.serve("no");
  EXPECT_THAT(power->obstacle(PowerAct::ShutDown), HasSubstr("org.freedesktop.login1.power-off"));
  bus.serve("challenge");
  EXPECT_THAT(power->obstacle(PowerAct::Reboot), HasSubstr("administrator's password"));
  bus.serve("inhibited");
  EXPECT_EQ(power->obstacle(PowerAct::Sleep), "");
  EXPECT_THAT(power->perform(PowerAct::Sleep).error().context, HasSubstr("it is inhibited"));
}

TEST(Logind, AMachineWithoutABusSaysSo) {
  ::setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/bus", 1);
  const auto power = machine_power();
  EXPECT_THAT(power->obstacle(PowerAct::Sleep), HasSubstr("no system message bus"));
  EXPECT_FALSE(power->perform(PowerAct::Sleep));
  ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
}

#endif

}  // namespace
}  // namespace pf::app
