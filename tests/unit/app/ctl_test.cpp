// The command line against a real front end on loopback.
#include "app/ctl.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/atomic_file.hpp"
#include "support/api_rig.hpp"
#include "webui/files.hpp"

namespace pf::app {
namespace {

using nlohmann::json;
using testing::HasSubstr;

struct Finished {
  int exit_code = -1;
  std::string out, err;
  json envelope() const { return json::parse(out, nullptr, false); }
};

class CtlTest : public testing::Test {
 protected:
  CtlTest() {
    folder_ = rig_.folder.path();
    EXPECT_TRUE(
        write_file_atomically(folder_ / "host-cert.pem", rig_.identity().certificate_pem(), 0600));
    start();
  }
  ~CtlTest() override { stop(); }

  void start(const std::string& bind_address = "127.0.0.1") {
    rig_.loop.run_sync([&] {
      auto front = webui::Frontend::start(rig_.deps(), {.bind_address = bind_address,
                                                        .port = 0,
                                                        .host_name = "Den",
                                                        .more_host_names = {},
                                                        .folder = folder_});
      ASSERT_TRUE(front) << front.error().message();
      front_ = std::move(*front);
    });
  }
  void stop() {
    rig_.loop.run_sync([&] { front_.reset(); });
  }

  void serve_native() {
    stop();
    rig_.loop.run_sync([&] { rig_.serve_native(); });
    start();
  }

  // As main() does it, with "ctl" in front.
  Finished run(std::vector<std::string> arguments, const std::string& input = {},
               bool may_ask = false) {
    Finished result;
    std::ostringstream out, err;
    std::istringstream in(input);
    CLI::App app;
    int code = 0;
    add_ctl_command(
        app, code,
        {.out = out, .err = err, .in = in, .may_ask = may_ask, .colour = false, .folder = folder_});
    arguments.insert(arguments.begin(), "ctl");
    std::reverse(arguments.begin(), arguments.end());
    try {
      app.parse(arguments);
      result.exit_code = code;
    } catch (const CLI::CallForHelp&) {
      out << app.help();
      result.exit_code = 0;
    } catch (const CLI::ParseError&) {
      result.exit_code = kExitUsage;
    }
    result.out = out.str();
    result.err = err.str();
    return result;
  }

  test::ApiRig rig_;
  std::filesystem::path folder_;
  std::unique_ptr<webui::Frontend> front_;
};

TEST_F(CtlTest, StatusForPeopleAndForPrograms) {
  const auto shown = run({"status"});
  EXPECT_EQ(shown.exit_code, kExitOk) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("Den"));
  EXPECT_THAT(shown.out, HasSubstr("x264 (processor)"));
  EXPECT_THAT(shown.out, HasSubstr("no NVIDIA driver is loaded"));
  EXPECT_THAT(shown.err, HasSubstr("Pictures are encoded on the processor."));

  for (const auto& arguments :
       {std::vector<std::string>{"status", "--json"}, {"--json", "status"}}) {
    const auto machine = run(arguments);
    EXPECT_EQ(machine.exit_code, kExitOk);
    EXPECT_EQ(machine.out.rfind(R"({"v":1,"data":{)", 0), 0U) << machine.out;
    EXPECT_EQ(machine.envelope()["data"]["version"], "1.2.3");
    EXPECT_EQ(machine.envelope()["data"]["ports"]["mgmt"], front_->port());
    EXPECT_EQ(machine.err, "");
  }
}

TEST_F(CtlTest, PairPinSaysWhetherTheDeviceIsPaired) {
  rig_.knock("192.168.1.30", 'b');
  const auto listed = run({"pair", "list"});
  EXPECT_THAT(listed.out, HasSubstr("192.168.1.30"));
  const auto paired = run({"pair", "pin", "1234", "--name", "TV"});
  EXPECT_EQ(paired.exit_code, kExitOk) << paired.err;
  EXPECT_EQ(paired.out, "Paired: TV is paired\n");
  EXPECT_EQ(rig_.label, "TV");
  EXPECT_THAT(run({"pair", "list"}).err, HasSubstr("No device waits"));
}

TEST_F(CtlTest, PairPinReportsAWrongPin) {
  rig_.knock("192.168.1.30", 'b');
  const auto wrong = run({"--json", "pair", "pin", "9999"});
  EXPECT_EQ(wrong.exit_code, kExitFailed);
  EXPECT_EQ(wrong.envelope()["error"]["code"], "not_paired");
  EXPECT_EQ(wrong.envelope()["error"]["message"], "Not paired: the PIN was wrong");
}

TEST_F(CtlTest, PairPinReadsStandardInput) {
  rig_.knock("192.168.1.30", 'b');
  EXPECT_EQ(run({"pair", "pin", "-"}, "1234\r\n").exit_code, kExitOk);
}

TEST_F(CtlTest, PairPinNeedsToKnowWhichRequest) {
  EXPECT_THAT(run({"pair", "pin", "1234"}).err, HasSubstr("Choose this host in Moonlight"));
  rig_.knock("192.168.1.30", 'b');
  const auto second = rig_.knock("192.168.1.31", 'c');
  const auto unclear = run({"pair", "pin", "1234"});
  EXPECT_EQ(unclear.exit_code, kExitFailed);
  EXPECT_THAT(unclear.err, HasSubstr("--request"));
  EXPECT_EQ(run({"pair", "pin", "1234", "--request", std::to_string(second)}).exit_code, kExitOk);
  EXPECT_EQ(run({"pair", "pin", "12a4"}).exit_code, kExitUsage);
  EXPECT_EQ(run({"pair", "pin", ""}).exit_code, kExitUsage);
  EXPECT_EQ(run({"pair", "pin"}).exit_code, kExitUsage);
}

TEST_F(CtlTest, ANativePinIsArmedShownOnceAndTakenBack) {
  stop();
  EXPECT_EQ(run({"pair", "arm"}).exit_code, kExitNotReachable);
  start();
  EXPECT_THAT(run({"pair", "arm"}).err, HasSubstr("does not serve native clients"));
  EXPECT_THAT(run({"pair", "status"}).out, HasSubstr("not served"));
  serve_native();
  const auto armed = run(
      {"pair", "arm", "--ttl", "60", "--preset", "controller", "--expires-in", "14400", "--json"});
  ASSERT_EQ(armed.exit_code, kExitOk) << armed.out;
  const auto window = armed.envelope()["data"];
  EXPECT_EQ(window["pin"].get<std::string>().size(), 4U);
  EXPECT_EQ(window["expires_in_secs"], 60);
  const auto status = run({"pair", "status"});
  EXPECT_THAT(status.out, HasSubstr("controller, for 4 h"));
  EXPECT_THAT(status.out, HasSubstr("any device on this network"));
  EXPECT_FALSE(run({"--json", "pair", "status"}).envelope()["data"].contains("pin"));
  EXPECT_EQ(run({"pair", "disarm"}).exit_code, kExitOk);
  EXPECT_THAT(run({"pair", "status"}).out, HasSubstr("closed"));

  EXPECT_THAT(run({"pair", "arm"}).out, HasSubstr("PIN"));
  EXPECT_EQ(run({"pair", "arm", "--preset", "boss"}).exit_code, kExitUsage);
  EXPECT_EQ(run({"pair", "arm", "--expires-in", "-1"}).exit_code, kExitUsage);
  EXPECT_EQ(run({"pair", "arm", "--until-disconnect"}).exit_code, kExitFailed);
  EXPECT_EQ(run({"pair", "arm", "--fingerprint", "abc"}).exit_code, kExitFailed);
}

TEST_F(CtlTest, WaitingDevicesAreApprovedAndDenied) {
  serve_native();
  EXPECT_THAT(run({"pending"}).err, HasSubstr("No device waits"));
  const auto first = std::to_string(rig_.native_knock("192.168.1.20", 'b', "Deck"));
  const auto second = std::to_string(rig_.native_knock("192.168.1.21", 'c', "Phone"));
  const auto outside = std::to_string(rig_.native_knock("203.0.113.7", 'd', "Somebody"));
  EXPECT_THAT(run({"pending"}).out, HasSubstr("internet"));
  EXPECT_THAT(run({"status"}).out, HasSubstr("3 for approval"));
  const auto approved = run({"approve", first, "--name", "Steam Deck", "--preset", "view"});
  EXPECT_EQ(approved.exit_code, kExitOk) << approved.err;
  EXPECT_THAT(approved.err, HasSubstr("Steam Deck is paired"));
  EXPECT_EQ(run({"deny", second}).exit_code, kExitOk);
  EXPECT_EQ(run({"deny", second}).exit_code, kExitFailed);
  EXPECT_THAT(run({"approve", outside}).err, HasSubstr("--fingerprint"));
  EXPECT_EQ(run({"approve", "99"}).exit_code, kExitFailed);
  EXPECT_EQ(run({"approve"}).exit_code, kExitUsage);
  const auto devices = run({"devices", "list"}).out;
  EXPECT_THAT(devices, HasSubstr("view"));
  EXPECT_THAT(devices, HasSubstr("native"));
}

TEST_F(CtlTest, AccessTakesANumberOrAFingerprint) {
  const auto id = std::to_string(rig_.pair("TV", 'a'));
  EXPECT_THAT(run({"access", id, "controller"}).out, HasSubstr("controller"));
  EXPECT_THAT(run({"access", "AAAAAAAAAA", "view"}).out, HasSubstr("view"));
  EXPECT_EQ(run({"access", "bbbbbbbbbb", "view"}).exit_code, kExitFailed);
  EXPECT_EQ(run({"access", "aaaa", "view"}).exit_code, kExitFailed);
  EXPECT_EQ(run({"access", id, "boss"}).exit_code, kExitUsage);
}

TEST_F(CtlTest, DevicesAreListedRenamedLimitedAndRevoked) {
  EXPECT_THAT(run({"devices", "list"}).err, HasSubstr("No device is paired"));
  const auto id = std::to_string(rig_.pair("TV", 'a'));
  EXPECT_THAT(run({"devices", "list"}).out, HasSubstr("TV"));
  EXPECT_THAT(run({"devices", "rename", id, "Den TV"}).out, HasSubstr("Den TV"));
  EXPECT_THAT(run({"devices", "access", id, "controller"}).out, HasSubstr("controller"));
  EXPECT_EQ(run({"devices", "access", id, "boss"}).exit_code, kExitUsage);
  EXPECT_EQ(run({"devices", "rename", "99", "x"}).exit_code, kExitFailed);
  EXPECT_EQ(run({"devices", "rename", "x", "x"}).exit_code, kExitUsage);

  EXPECT_EQ(run({"devices", "revoke", id}).exit_code, kExitUsage) << "nobody to ask";
  const auto kept = run({"devices", "revoke", id}, "n\n", true);
  EXPECT_EQ(kept.exit_code, kExitFailed);
  EXPECT_THAT(kept.err, HasSubstr("Revoke Den TV?"));
  EXPECT_EQ(run({"devices", "list", "--json"}).envelope()["data"]["devices"].size(), 1U);
  EXPECT_EQ(run({"devices", "revoke", id}, "y\n", true).exit_code, kExitOk);
  EXPECT_EQ(run({"devices", "list", "--json"}).envelope()["data"]["devices"].size(), 0U);
  EXPECT_EQ(run({"devices", "revoke", id, "--yes"}).exit_code, kExitFailed) << "gone already";
}

TEST_F(CtlTest, SessionsAreListedAndStopped) {
  EXPECT_THAT(run({"sessions", "list"}).err, HasSubstr("Nobody streams"));
  const auto id = std::to_string(rig_.start_session(rig_.pair("TV", 'a')));
  EXPECT_THAT(run({"sessions", "list"}).out, HasSubstr("1280x720@60, 59.9 fps"));
  EXPECT_EQ(run({"sessions", "stop", id}).exit_code, kExitOk);
  EXPECT_EQ(run({"sessions", "stop", id}).exit_code, kExitFailed);
}

TEST_F(CtlTest, ApplicationsAreAddedAndRemoved) {
  const auto added = run({"apps", "add", "Chess", "--env", "LANG=C", "--env", "A=b=c", "--dir",
                          "/tmp", "--", "gnome-chess", "--fullscreen", "-v"});
  ASSERT_EQ(added.exit_code, kExitOk) << added.err;
  const auto listed = run({"apps", "list", "--json"}).envelope()["data"]["apps"][1];
  EXPECT_EQ(listed["command"], json({"gnome-chess", "--fullscreen", "-v"}));
  EXPECT_EQ(listed["environment"], json({{"LANG", "C"}, {"A", "b=c"}}));
  EXPECT_EQ(std::to_string(listed["id"].get<unsigned>()) + "\n", added.out);
  EXPECT_THAT(run({"apps", "list"}).out, HasSubstr("gnome-chess --fullscreen -v"));
  EXPECT_EQ(run({"apps", "remove", added.out.substr(0, added.out.size() - 1)}).exit_code, kExitOk);
  EXPECT_EQ(run({"apps", "add", "Chess"}).exit_code, kExitUsage);
  EXPECT_EQ(run({"apps", "add", "Chess", "--env", "nothing", "--", "x"}).exit_code, kExitUsage);
}

TEST_F(CtlTest, LogsAreShown) {
  EXPECT_EQ(run({"logs"}).exit_code, kExitOk);
  EXPECT_EQ(run({"logs", "--limit", "0"}).exit_code, kExitUsage);
}

TEST_F(CtlTest, NoHostIsItsOwnExitCode) {
  stop();
  const auto gone = run({"--json", "status"});
  EXPECT_EQ(gone.exit_code, kExitNotReachable);
  EXPECT_EQ(gone.envelope()["v"], 1);
  EXPECT_EQ(gone.envelope()["error"]["code"], "not_reachable");
  std::filesystem::remove(folder_ / webui::kEndpointFile);
  const auto never = run({"status"});
  EXPECT_EQ(never.exit_code, kExitNotReachable);
  EXPECT_THAT(never.err, HasSubstr("punktfunk-host serve"));
}

TEST_F(CtlTest, AnotherCertificateGetsNoToken) {
  const auto other = crypto::Identity::generate("other");
  ASSERT_TRUE(write_file_atomically(folder_ / "host-cert.pem", other->certificate_pem(), 0600));
  const auto refused = run({"--json", "status"});
  EXPECT_EQ(refused.exit_code, kExitDenied);
  EXPECT_EQ(refused.envelope()["error"]["code"], "wrong_certificate");
}

TEST_F(CtlTest, AnotherTokenIsDenied) {
  ASSERT_TRUE(write_file_atomically(folder_ / webui::kTokenFile,
                                    "PUNKTFUNK_MGMT_TOKEN=" + std::string(64, '0') + "\n", 0600));
  const auto refused = run({"--json", "status"});
  EXPECT_EQ(refused.exit_code, kExitDenied);
  EXPECT_EQ(refused.envelope()["error"]["code"], "unauthorized");
}

TEST_F(CtlTest, TheTokenOutlivesARestart) {
  stop();
  start("::");
  EXPECT_EQ(run({"status"}).exit_code, kExitOk);
  stop();
  start("::1");
  EXPECT_EQ(run({"status"}).exit_code, kExitOk);
}

TEST_F(CtlTest, HelpShowsExamplesFirst) {
  const auto help = run({"--help"});
  EXPECT_EQ(help.exit_code, kExitOk);
  EXPECT_EQ(run({}).exit_code, kExitUsage);
  EXPECT_EQ(run({"devices"}).exit_code, kExitUsage);
  EXPECT_EQ(run({"dance"}).exit_code, kExitUsage);
}

}  // namespace
}  // namespace pf::app
