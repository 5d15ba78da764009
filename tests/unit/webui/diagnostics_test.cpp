// Checks, log download, support bundle, metrics, and what a supervisor asks.
#include <regex>
#include <set>
#include <sstream>

#include "base/log.hpp"
#include "unit/webui/api_fixture.hpp"

namespace pf::webui {
namespace {

using DiagnosticsTest = ApiTest;

TEST_F(DiagnosticsTest, TheWorstComesFirst) {
  rig_.diagnostics.list = {
      {"disk", "Disk", CheckStatus::Ok, "Fine.", "", "", 5},
      {"udp", "Buffers", CheckStatus::Warning, "Small.", "Make them larger.", "sysctl x", 6},
      {"input", "Input", CheckStatus::Failed, "No device.", "", "", 7}};
  const auto answer = send("GET", "/diagnostics");
  ASSERT_EQ(answer.body["checks"].size(), 3U) << answer.text;
  EXPECT_EQ(answer.body["checks"][0]["id"], "input");
  EXPECT_EQ(answer.body["checks"][1]["command"], "sysctl x");
  EXPECT_FALSE(answer.body["checks"][2].contains("fix"));
  EXPECT_EQ(answer.body["checks"][2]["since_unix"], 5);
  EXPECT_FALSE(answer.body.contains("ran_unix"));
  rig_.diagnostics.ran = 1'700'000'000;
  EXPECT_EQ(send("GET", "/diagnostics").body["ran_unix"], 1'700'000'000);
}

TEST_F(DiagnosticsTest, OneOrAllAreRunAgain) {
  EXPECT_EQ(send("POST", "/diagnostics/refresh", "{}").status, 200U);
  EXPECT_EQ(rig_.diagnostics.refreshed, "");
  EXPECT_EQ(send("POST", "/diagnostics/refresh", R"({"id":"udp"})").status, 200U);
  EXPECT_EQ(rig_.diagnostics.refreshed, "udp");
  EXPECT_EQ(send("POST", "/diagnostics/refresh", R"({"id":"no_such"})").status, 404U);
  EXPECT_EQ(send("POST", "/diagnostics/refresh", R"({"id":1})").status, 422U);
}

TEST_F(DiagnosticsTest, TheLogLeavesWithoutNamesAndAddresses) {
  rig_.pair("Annas phone", 'a');
  log::info("test", "a client came", "name", "Annas phone", "address", "192.168.7.31");
  const auto answer = send("GET", "/logs/download");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_THAT(answer.header("Content-Disposition"), HasSubstr("punktfunk-log.txt"));
  EXPECT_THAT(answer.text, testing::Not(HasSubstr("192.168.7.31")));
  EXPECT_THAT(answer.text, testing::Not(HasSubstr("Annas phone")));
}

TEST_F(DiagnosticsTest, TheSupportBundleKeepsNoSecretAndNoName) {
  rig_.start_session(rig_.pair("Annas phone", 'a'));
  rig_.manager.sessions.begin()->second.device_name = "Annas phone";
  const auto answer = send("GET", "/support-bundle");
  ASSERT_EQ(answer.status, 200U) << answer.text;
  EXPECT_EQ(answer.body["v"], 1);
  EXPECT_EQ(answer.body["sessions"]["sessions"].size(), 1U);
  for (const auto* gone : {kToken, "Annas phone", "192.168.1.20"})
    EXPECT_THAT(answer.text, testing::Not(HasSubstr(gone)));
  EXPECT_THAT(answer.text, testing::Not(HasSubstr(ApiRig::identity().certificate().fingerprint())));
}

TEST_F(DiagnosticsTest, MetricsAreWellFormedAndLeaveOutTheUnknown) {
  rig_.start_session(rig_.pair("TV", 'a'));
  rig_.diagnostics.list = {{"input", "Input", CheckStatus::Failed, "x", "", "", 7}};
  const auto answer = send(request("GET", "/metrics"));
  ASSERT_EQ(answer.status, 200U);
  EXPECT_THAT(answer.text, HasSubstr("punktfunk_info{version=\"1.2.3\"} 1\n"));
  EXPECT_THAT(answer.text, HasSubstr("punktfunk_sessions{state=\"live\"} 1\n"));
  EXPECT_THAT(answer.text, HasSubstr("punktfunk_paired_devices 1\n"));
  EXPECT_THAT(answer.text, HasSubstr("punktfunk_check{id=\"input\",status=\"failed\"} 1\n"));
  EXPECT_THAT(answer.text, HasSubstr("punktfunk_session_frames_total{session=\"1\""));
  EXPECT_THAT(answer.text, testing::Not(HasSubstr("punktfunk_session_bitrate_kbps{")));
  EXPECT_EQ(answer.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  // The text format: each metric explained and typed once, before its samples, which stand together
  // and are there once for each set of labels.
  const std::regex help("# HELP (punktfunk_[a-z0-9_]+) [^\\\\\n]+\\.");
  const std::regex type("# TYPE (punktfunk_[a-z0-9_]+) (counter|gauge)");
  const std::regex sample(
      R"re((punktfunk_[a-z0-9_]+)(\{([a-z_]+="([^"\\\n]|\\["\\n])*",?)+\})? -?[0-9.e+-]+)re");
  std::set<std::string> known, samples;
  std::string current, explained;
  std::istringstream lines(answer.text);
  std::smatch match;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_match(line, match, help)) {
      explained = match[1];
      EXPECT_TRUE(known.insert(explained).second) << line;
    } else if (std::regex_match(line, match, type)) {
      current = match[1];
      EXPECT_EQ(current, explained) << line;
      EXPECT_EQ(current.ends_with("_total"), match[2] == "counter") << line;
    } else {
      ASSERT_TRUE(std::regex_match(line, match, sample)) << line;
      EXPECT_EQ(match[1], current) << line;
      EXPECT_TRUE(samples.insert(line.substr(0, line.rfind(' '))).second) << line;
    }
  }
  EXPECT_GT(known.size(), 15U);
  EXPECT_EQ(send("GET", "/metrics").status, 404U);  // not below /api/v1
}

TEST_F(DiagnosticsTest, ReadyMeansThatAClientCouldStream) {
  EXPECT_EQ(send("GET", "/health/live").body["status"], "ok");
  rig_.status.probed_unix = 0;
  EXPECT_EQ(code(send("GET", "/health/ready")), "starting");
  rig_.status.probed_unix = 1;
  EXPECT_EQ(send("GET", "/health/ready").body["status"], "ready");
  rig_.status.encoder.clear();
  EXPECT_EQ(code(send("GET", "/health/ready")), "no_encoder");
  rig_.status.encoder = "x264";
  rig_.status.gamestream = false;
  EXPECT_EQ(code(send("GET", "/health/ready")), "nothing_served");
}

}  // namespace
}  // namespace pf::webui
