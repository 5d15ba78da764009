// The command line, from arguments to exit code and envelope, against a host in process.
#include "probe/cli.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "fake_host.hpp"
#include "support/temp_folder.hpp"

namespace pf::probe {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class CliTest : public testing::Test {
 protected:
  int run(std::vector<std::string> arguments, const std::string& input = {}) {
    arguments.insert(arguments.begin(), {"--state", temp_.path() + std::string("/state")});
    std::istringstream in(input);
    out_.str({});
    err_.str({});
    return run_cli(arguments, {.out = out_, .err = err_, .in = in});
  }
  json envelope() const { return json::parse(out_.str(), nullptr, false); }
  static std::string target(const FakeHost& host) { return host.address().to_string(); }

  test::TempFolder temp_;
  std::ostringstream out_, err_;
};

TEST_F(CliTest, UsageIsTwo) {
  EXPECT_EQ(run({}), kExitUsage);
  EXPECT_EQ(run({"stream"}), kExitUsage);
  EXPECT_EQ(run({"stream", "x", "--mode", "big"}), kExitUsage);
  EXPECT_EQ(run({"stream", "x", "--gen", "3"}), kExitUsage);
  EXPECT_EQ(run({"stream", "x", "--fingerprint", "12"}), kExitUsage);
  EXPECT_EQ(run({"info", "tv:0"}), kExitUsage);
  EXPECT_EQ(run({"--help"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("request-access"));
  EXPECT_EQ(run({"stream", "--help"}), kExitOk);
  EXPECT_EQ(run({"--version"}), kExitOk);
}

TEST_F(CliTest, AHostThatIsNotThere) {
  // A socket that nobody answers from.
  const auto silent = *net::UdpSocket::open({.bind = net::Endpoint::loopback_v4(0)});
  EXPECT_EQ(run({"info", silent.local().to_string(), "--timeout", "1", "--json"}),
            kExitNotReachable);
  EXPECT_EQ(envelope()["v"], 1);
  EXPECT_EQ(envelope()["error"]["code"], "unreachable");
}

TEST_F(CliTest, InfoPairStreamForget) {
  FakeHost host({.frames = 30});
  EXPECT_EQ(run({"info", target(host), "--json"}), kExitOk);
  auto data = envelope()["data"];
  EXPECT_EQ(data["fingerprint"], host.fingerprint());
  EXPECT_EQ(data["alpns"], (json{"pkf2", "pkf1"}));
  EXPECT_EQ(data["trust"], "unknown");

  EXPECT_EQ(run({"stream", target(host), "--json"}), kExitDenied);
  EXPECT_EQ(envelope()["error"]["code"], "not-paired");
  EXPECT_EQ(run({"stream", target(host), "--codecs", "vp9"}), kExitUsage);

  EXPECT_EQ(run({"pair", target(host), "--json"}, "0043\n"), kExitDenied);
  EXPECT_EQ(envelope()["error"]["code"], "wrong-pin");
  EXPECT_EQ(run({"pair", target(host), "--json"}), kExitUsage);  // no PIN came
  EXPECT_EQ(run({"pair", target(host), "--json", "--name", "Den"}, "0042\r\n"), kExitOk);
  EXPECT_EQ(envelope()["data"]["fingerprint"], host.fingerprint());
  EXPECT_THAT(out_.str() + err_.str(), testing::Not(HasSubstr("0042")));

  const auto video = temp_.path() + std::string("/v.h264");
  const auto sound = temp_.path() + std::string("/a.ogg");
  EXPECT_EQ(run({"stream", target(host), "--json", "--codecs", "h264", "--seconds", "0.3",
                 "--dump-video", video, "--dump-audio", sound}),
            kExitOk)
      << out_.str();
  data = envelope()["data"];
  EXPECT_EQ(data["video"]["frames"], 30);
  EXPECT_EQ(data["end"]["token"], "quit");
  EXPECT_TRUE(data["violations"].empty());
  EXPECT_EQ(std::filesystem::file_size(video), 30u * 5000);
  EXPECT_GT(std::filesystem::file_size(sound), 60u);
  EXPECT_EQ(run({"stream", target(host), "--gen", "1", "--codecs", "h264", "--frames", "5"}),
            kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("Frames"));

  EXPECT_EQ(run({"known-hosts", "list", "--json"}), kExitOk);
  EXPECT_EQ(envelope()["data"]["hosts"].size(), 1u);
  EXPECT_EQ(run({"known-hosts", "forget", host.fingerprint().substr(0, 12)}), kExitOk);
  EXPECT_EQ(run({"known-hosts", "forget", target(host)}), kExitFailed);
}

TEST_F(CliTest, ABrokenRuleIsFiveUnlessLenient) {
  FakeHost host({.frame_info = [](native::media::FrameInfo& info) {
    info.flags |= native::media::flag::kKey;  // also on pictures that are none
  }});
  const std::vector<std::string> stream{"stream",           target(host), "--fingerprint",
                                        host.fingerprint(), "--codecs",   "h264",
                                        "--seconds",        "0.2",        "--json"};
  EXPECT_EQ(run(stream), kExitCheckFailed);
  EXPECT_EQ(envelope()["error"]["code"], "check-failed");
  EXPECT_EQ(envelope()["data"]["violations"][0]["rule"], "media.picture");
  auto lenient = stream;
  lenient.push_back("--lenient");
  EXPECT_EQ(run(lenient), kExitOk);
  auto blind = stream;
  blind.push_back("--no-pictures");
  EXPECT_EQ(run(blind), kExitOk);
}

TEST_F(CliTest, ASessionWithoutPicturesIsFive) {
  FakeHost host({.frames = 0});
  EXPECT_EQ(run({"stream", target(host), "--fingerprint", host.fingerprint(), "--codecs", "h264",
                 "--seconds", "0.2", "--json"}),
            kExitCheckFailed);
  EXPECT_EQ(envelope()["error"]["code"], "no-video");
}

TEST_F(CliTest, AccessThatIsGrantedIsKept) {
  FakeHost host({.pendings = 1});
  EXPECT_EQ(run({"request-access", target(host), "--json"}), kExitOk);
  EXPECT_EQ(envelope()["data"]["fingerprint"], host.fingerprint());
  EXPECT_THAT(err_.str(), HasSubstr("waiting for approval"));
  EXPECT_EQ(run({"known-hosts", "list", "--json"}), kExitOk);
  EXPECT_EQ(envelope()["data"]["hosts"][0]["trust"], "approved");
  // Known now: another fingerprint is refused before anything is dialled.
  EXPECT_EQ(run({"stream", target(host), "--fingerprint", std::string(64, '0'), "--json"}),
            kExitDenied);
  EXPECT_EQ(envelope()["error"]["code"], "host-changed");
}

TEST_F(CliTest, ASpeedTestThatIsDeclined) {
  FakeHost host({});
  EXPECT_EQ(run({"speedtest", target(host), "--fingerprint", host.fingerprint(), "--json"}),
            kExitOk);
  EXPECT_EQ(envelope()["data"]["declined"], true);
}

TEST_F(CliTest, AScriptThatIsWrongIsUsage) {
  const auto path = temp_.path() + std::string("/script");
  std::ofstream(path) << "0 fly\n";
  EXPECT_EQ(run({"stream", "127.0.0.1", "--script", path, "--json"}), kExitUsage);
  EXPECT_THAT(envelope()["error"]["message"].get<std::string>(), HasSubstr("line 1"));
}

}  // namespace
}  // namespace pf::probe
