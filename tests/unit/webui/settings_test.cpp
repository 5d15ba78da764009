// Settings are changed as a whole or not at all; host, encoders and displays are shown.
#include "config/table.hpp"
#include "unit/webui/api_fixture.hpp"

namespace pf::webui {
namespace {

json setting(const Received& answer, const std::string& id) {
  for (const auto& one : answer.body["settings"])
    if (one["id"] == id) return one;
  return nullptr;
}

using SettingsTest = ApiTest;

TEST_F(SettingsTest, AChangeIsStoredInForceAndTold) {
  std::vector<std::string> told;
  const auto listener = rig_.on_control([&] {
    return rig_.events.listen({}, [&](const EventPtr& event) { told.push_back(event->data); });
  });
  auto answer = send("PATCH", "/settings", R"({"capture_cursor":false,"session_grace_s":30})");
  ASSERT_EQ(answer.status, 200U) << answer.text;
  EXPECT_EQ(setting(answer, "capture_cursor")["value"], false);
  EXPECT_EQ(setting(answer, "capture_cursor")["source"], "stored");
  EXPECT_EQ(setting(answer, "session_grace_s")["value"], 30);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(told.front(), HasSubstr("settings.changed"));
  EXPECT_THAT(told.front(), HasSubstr("session_grace_s"));
  answer = send("PATCH", "/settings", R"({"capture_cursor":null})");
  EXPECT_EQ(setting(answer, "capture_cursor")["value"], true);
  EXPECT_EQ(setting(answer, "capture_cursor")["source"], "default");
  EXPECT_FALSE(setting(answer, "capture_cursor").contains("stored"));
  EXPECT_EQ(setting(answer, "session_grace_s")["value"], 30);
}

TEST_F(SettingsTest, OneBadValueAndNothingChanges) {
  for (const auto* body : {R"({"capture_cursor":false,"session_grace_s":-1})",
                           R"({"capture_cursor":false,"encoder":"best"})",
                           R"({"capture_cursor":false,"bind_address":"nowhere"})",
                           R"({"capture_cursor":false,"no_such_setting":1})"}) {
    const auto answer = send("PATCH", "/settings", body);
    EXPECT_EQ(answer.status, 400U) << body;
    EXPECT_EQ(setting(send("GET", "/settings"), "capture_cursor")["value"], true) << body;
  }
  for (const auto* body : {R"({"capture_cursor":"no"})", R"({"session_grace_s":"30"})",
                           R"({"session_grace_s":1.5})", R"({"encoder":1})", R"([])"})
    EXPECT_EQ(send("PATCH", "/settings", body).status, 422U) << body;
}

TEST_F(SettingsTest, WhatAFlagOrVariablePinsIsStoredButNotInForce) {
  const auto answer = send("PATCH", "/settings", R"({"fec_percent":10,"mdns":true})");
  ASSERT_EQ(answer.status, 200U) << answer.text;
  EXPECT_EQ(setting(answer, "fec_percent")["value"], 30);
  EXPECT_EQ(setting(answer, "fec_percent")["stored"], 10);
  EXPECT_EQ(setting(answer, "fec_percent")["origin"], "--fec-percent");
  EXPECT_EQ(setting(answer, "mdns")["value"], false);
  EXPECT_EQ(setting(answer, "mdns")["origin"], "PUNKTFUNK_MDNS");
}

TEST_F(SettingsTest, WhoSawAnOlderVersionChangesNothing) {
  const auto seen = send("GET", "/settings").header("ETag");
  ASSERT_FALSE(seen.empty());
  auto first = request("PATCH", "/api/v1/settings", R"({"demo":false})");
  set(first, "If-Match", seen);
  EXPECT_EQ(send(first).status, 200U);
  auto second = request("PATCH", "/api/v1/settings", R"({"demo":true})");
  set(second, "If-Match", seen);
  const auto refused = send(second);
  EXPECT_EQ(refused.status, 412U);
  EXPECT_EQ(code(refused), "changed_elsewhere");
  EXPECT_EQ(setting(send("GET", "/settings"), "demo")["value"], false);
  set(second, "If-Match", send("GET", "/settings").header("ETag"));
  EXPECT_EQ(send(second).status, 200U);
}

TEST_F(SettingsTest, AFailedStoreChangesNothing) {
  rig_.refuse_settings = true;
  const auto answer = send("PATCH", "/settings", R"({"demo":false})");
  EXPECT_EQ(answer.status, 500U);
  EXPECT_EQ(code(answer), "store_failed");
  EXPECT_EQ(setting(send("GET", "/settings"), "demo")["value"], true);
}

TEST_F(SettingsTest, EverySettingCanBeSetToItsDefaultAndReset) {
  const auto all = send("GET", "/settings").body["settings"];
  for (const auto& one : all) {
    const auto id = one["id"].get<std::string>();
    const auto set_it = send("PATCH", "/settings", json({{id, one["default"]}}).dump());
    EXPECT_EQ(set_it.status, 200U) << id << set_it.text;
    EXPECT_TRUE(setting(set_it, id).contains("stored")) << id;
    EXPECT_EQ(send("PATCH", "/settings", json({{id, nullptr}}).dump()).status, 200U) << id;
  }
}

TEST_F(SettingsTest, TheHostSaysHowToReachIt) {
  rig_.status.native = true;
  rig_.status.ports.native = 9777;
  rig_.status.unique_id = "01234567";
  rig_.status.os = "Debian";
  rig_.status.codecs = {"h264"};
  const auto answer = send("GET", "/host");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.body["host_name"], "Den");
  EXPECT_EQ(answer.body["codecs"], json({"h264"}));
  EXPECT_THAT(answer.body["deep_link"].get<std::string>(), HasSubstr(":9777"));
  rig_.status.native = false;
  EXPECT_FALSE(send("GET", "/host").body.contains("deep_link"));
}

TEST_F(SettingsTest, EncodersAreShownOnceTheyWereTried) {
  auto answer = send("GET", "/encoders");
  EXPECT_TRUE(answer.body["encoders"].empty());
  EXPECT_FALSE(answer.body.contains("probed_unix"));
  rig_.status.encoders =
      std::make_shared<const std::vector<EncoderReport>>(std::vector<EncoderReport>{
          {"nvenc", "", true, {{"h264", false, false, false, "no driver", 3, 0}}},
          {"x264", "", false, {{"h264", false, false, true, "", 30, 900}}}});
  rig_.status.probed_unix = 1'700'000'000;
  answer = send("GET", "/encoders");
  ASSERT_EQ(answer.body["encoders"].size(), 2U);
  EXPECT_EQ(answer.body["encoders"][0]["codecs"][0]["reason"], "no driver");
  EXPECT_FALSE(answer.body["encoders"][0]["codecs"][0].contains("frame_us"));
  EXPECT_EQ(answer.body["encoders"][1]["in_use"], true);
  EXPECT_EQ(answer.body["encoders"][1]["codecs"][0]["frame_us"], 900);
  EXPECT_EQ(send("POST", "/encoders/probe").status, 202U);
  EXPECT_EQ(rig_.probes, 1U);
}

TEST_F(SettingsTest, DisplaysAreThoseOfSessions) {
  EXPECT_TRUE(send("GET", "/displays").body["displays"].empty());
  const auto id = rig_.start_session(rig_.pair("TV", 'a'));
  rig_.on_control([&] { return rig_.manager.sessions[id].display = "virtual"; });
  const auto answer = send("GET", "/displays");
  ASSERT_EQ(answer.body["displays"].size(), 1U);
  EXPECT_EQ(answer.body["displays"][0]["kind"], "virtual");
  EXPECT_EQ(answer.body["displays"][0]["session_id"], id);
  for (const auto& name : answer.body["settings"])
    EXPECT_NE(config::find(name.get<std::string>()), nullptr) << name;
}

}  // namespace
}  // namespace pf::webui
