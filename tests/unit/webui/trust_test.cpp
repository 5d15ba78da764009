// One row per physical device, stale edits, the audit log, past streams, export and import, and
// what the event bus is told about trust.
#include "webui/event_bus.hpp"
#include "webui/trust_events.hpp"

#include "unit/webui/api_fixture.hpp"

namespace pf::webui {
namespace {

class TrustApiTest : public ApiTest {
 protected:
  static std::string at(trust::DeviceId id, const char* verb = "") {
    return "/devices/" + std::to_string(id) + verb;
  }
  Received send_if(const std::string& method, const std::string& path, const std::string& etag,
                   const std::string& body = {}) {
    auto asked = request(method, "/api/v1" + path, body);
    set(asked, "If-Match", etag);
    return send(asked);
  }
  using ApiTest::send;
};

TEST_F(TrustApiTest, AnEditOfAStaleRevisionChangesNothing) {
  const auto id = rig_.pair("TV", 'a');
  const auto seen = send("GET", at(id));
  EXPECT_EQ(seen.header("ETag"), "\"1\"");
  const auto renamed = send_if("PATCH", at(id), seen.header("ETag"), R"({"name":"Den"})");
  EXPECT_EQ(renamed.status, 200U);
  EXPECT_EQ(renamed.header("ETag"), "\"2\"");
  const auto stale = send_if("PATCH", at(id), seen.header("ETag"), R"({"preset":"view"})");
  EXPECT_EQ(stale.status, 412U);
  EXPECT_EQ(code(stale), "changed_elsewhere");
  EXPECT_EQ(stale.body["device"]["name"], "Den");
  EXPECT_EQ(stale.body["device"]["access_level"], "full");
  EXPECT_EQ(send_if("DELETE", at(id), seen.header("ETag")).status, 412U);
  EXPECT_EQ(send_if("PATCH", at(id), "*", R"({"preset":"view"})").status, 200U);
  EXPECT_EQ(send_if("DELETE", at(id), "\"3\"").status, 204U);
}

TEST_F(TrustApiTest, OneEditIsOneRevision) {
  const auto id = rig_.pair("TV", 'a');
  const auto answer =
      send("PATCH", at(id), R"({"name":"Den","preset":"controller","disabled":true})");
  EXPECT_EQ(answer.body["revision"], 2);
}

TEST_F(TrustApiTest, AChangeWithoutADiskSaysWhatHolds) {
  const auto id = rig_.pair("TV", 'a');
  rig_.on_control([&] {
    rig_.database->fail_next_commits(1);
    return 0;
  });
  const auto answer = send("PATCH", at(id), R"({"name":"Den","preset":"view"})");
  EXPECT_EQ(answer.status, 500U);
  EXPECT_THAT(answer.body["error"].get<std::string>(), HasSubstr("stays so"));
  const auto now = send("GET", at(id)).body;
  EXPECT_EQ(now["access_level"], "view");
  EXPECT_EQ(now["name"], "TV");
}

TEST_F(TrustApiTest, MergesAndSplits) {
  const auto tv = rig_.pair("TV", 'a');
  const auto app = rig_.pair("TV app", 'b');
  send("PATCH", at(tv), R"({"preset":"controller"})");
  const auto body = json{{"other", app}}.dump();
  const auto merged = send("POST", at(tv, "/merge"), body);
  ASSERT_EQ(merged.status, 200U);
  EXPECT_EQ(merged.body["credentials"].size(), 2U);
  EXPECT_EQ(merged.body["access_level"], "controller");
  EXPECT_EQ(send("GET", "/devices").body["devices"].size(), 1U);
  EXPECT_EQ(send("POST", at(tv, "/merge"), body).status, 404U);
  EXPECT_EQ(send("POST", at(tv, "/merge"), json{{"other", tv}}.dump()).status, 400U);

  const auto cut = json{{"fingerprint", std::string(64, 'b')}}.dump();
  EXPECT_EQ(send_if("POST", at(tv, "/split"), "\"1\"", cut).status, 412U);
  const auto own = send("POST", at(tv, "/split"), cut);
  ASSERT_EQ(own.status, 200U);
  EXPECT_NE(own.body["id"], tv);
  EXPECT_EQ(own.body["access_level"], "controller");
  EXPECT_EQ(send("POST", at(tv, "/split"), cut).status, 400U);
  EXPECT_EQ(send("POST", at(99, "/split"), cut).status, 404U);
}

TEST_F(TrustApiTest, TheAuditLogNamesTheCallerAndItsAddress) {
  const auto id = rig_.pair("TV", 'a');
  send("PATCH", at(id), R"({"name":"Den"})");
  send("DELETE", at(id));
  const auto all = send("GET", "/audit").body;
  ASSERT_EQ(all["entries"].size(), 3U);
  EXPECT_EQ(all["entries"][1]["what"], "renamed");
  EXPECT_EQ(all["entries"][1]["by"], "ctl");
  EXPECT_EQ(all["entries"][1]["from"], "127.0.0.1");
  EXPECT_EQ(all["entries"][2]["what"], "revoked");
  EXPECT_EQ(all["entries"][2]["by"], "ctl");
  EXPECT_EQ(all["entries"][2]["device_name"], "Den");
  const auto rest = send("GET", "/audit?after=" + all["entries"][0]["id"].dump()).body;
  EXPECT_EQ(rest["entries"].size(), 2U);
  EXPECT_EQ(rest["next"], all["next"]);
  const auto none = send("GET", "/audit?after=" + all["next"].dump()).body;
  EXPECT_EQ(none["entries"].size(), 0U);
  EXPECT_EQ(none["next"], all["next"]);
}

TEST_F(TrustApiTest, PastStreams) {
  EXPECT_EQ(send("GET", "/history").body["sessions"].size(), 0U);
  std::int64_t asked = 0;
  deps_.hooks.history = [&](std::int64_t limit) -> Result<std::vector<store::HistoryRow>> {
    asked = limit;
    store::HistoryRow row;
    row.id = 1;
    row.plane = 2;
    row.device_id = 7;
    row.codec = "hevc";
    row.end_reason = "client-quit";
    row.host_p99_us = 4200;
    return std::vector{row};
  };
  const auto past = send("GET", "/history?limit=5").body["sessions"];
  EXPECT_EQ(asked, 5);
  ASSERT_EQ(past.size(), 1U);
  EXPECT_EQ(past[0]["plane"], "gamestream");
  EXPECT_EQ(past[0]["codec"], "hevc");
  EXPECT_FALSE(past[0].contains("host_p50_us"));
  EXPECT_EQ(send("GET", "/history?limit=0").status, 400U);
}

TEST_F(TrustApiTest, WhatIsExportedCanBeImportedElsewhere) {
  const auto tv = rig_.pair("TV", 'a');
  send("PATCH", at(tv), R"({"preset":"view","expires_in_secs":86400})");
  const auto app = rig_.pair("TV app", 'b');
  send("PATCH", at(app), R"({"until_disconnect":true,"preset":"view"})");
  const auto file = send("GET", "/export");
  ASSERT_EQ(file.body["devices"].size(), 1U);
  EXPECT_THAT(file.text, testing::Not(HasSubstr("key")));
  EXPECT_EQ(send("POST", "/import", file.text).body, (json{{"added", 0}, {"skipped", 1}}));
  const auto expires = send("GET", at(tv)).body["expires_unix"];
  send("DELETE", at(tv));
  EXPECT_EQ(send("POST", "/import", file.text).body, (json{{"added", 1}, {"skipped", 0}}));
  const auto devices = send("GET", "/devices").body["devices"];
  ASSERT_EQ(devices.size(), 2U);
  EXPECT_EQ(devices[1]["name"], "TV");
  EXPECT_EQ(devices[1]["access_level"], "view");
  EXPECT_EQ(devices[1]["expires_unix"], expires);
}

TEST_F(TrustApiTest, AnImportThatIsNotRightAddsNothing) {
  rig_.pair("TV", 'a');
  const auto good = send("GET", "/export").body;
  send("DELETE", "/devices/1");
  const auto spoiled = [&](const std::function<void(json&)>& spoil) {
    auto file = good;
    file["devices"].push_back(file["devices"][0]);
    file["devices"][1]["credentials"][0]["fingerprint"] = std::string(64, 'c');
    spoil(file);
    return send("POST", "/import", file.dump());
  };
  for (const auto& answer :
       {spoiled([](json& f) { f["version"] = 2; }), spoiled([](json& f) { f["format"] = "x"; }),
        spoiled([](json& f) { f["devices"][1]["grants"] = 256; }),
        spoiled([](json& f) { f["devices"][1]["credentials"] = json::array(); }),
        spoiled([](json& f) { f["devices"][1]["credentials"][0]["plane"] = "telnet"; }),
        spoiled([](json& f) {
          f["devices"][1]["credentials"][0]["fingerprint"] = std::string(64, 'x');
        }),
        spoiled([](json& f) {
          f["devices"][1]["credentials"][0]["fingerprint"] = std::string(64, 'a');
        }),
        spoiled([](json& f) { f["devices"][1]["until_disconnect"] = true; })}) {
    EXPECT_EQ(answer.status, 400U) << answer.text;
    EXPECT_EQ(send("GET", "/devices").body["devices"].size(), 0U);
  }
  EXPECT_EQ(spoiled([](json&) {}).body["added"], 2);
}

TEST_F(TrustApiTest, AWholeHouseIsImportedOrNobody) {
  rig_.pair("TV", 'a');
  auto file = send("GET", "/export").body;
  send("DELETE", "/devices/1");
  const auto one = file["devices"][0];
  file["devices"].clear();
  for (int i = 0; i < 1000; ++i) {
    auto device = one;
    const auto digits = std::to_string(100'000 + i);
    device["credentials"][0]["fingerprint"] = std::string(58, 'e') + digits;
    file["devices"].push_back(device);
  }
  ASSERT_GT(file.dump().size(), 4 * kMaxBodyBytes);
  auto spoiled = file;
  spoiled["devices"][999]["grants"] = 256;
  EXPECT_EQ(send("POST", "/import", spoiled.dump()).status, 400U);
  EXPECT_EQ(send("GET", "/devices").body["devices"].size(), 0U);
  EXPECT_EQ(send("POST", "/import", file.dump()).body, (json{{"added", 1000}, {"skipped", 0}}));
  EXPECT_EQ(send("DELETE", "/devices").body, (json{{"revoked", 1000}}));
  EXPECT_EQ(send("GET", "/devices").body["devices"].size(), 0U);
  EXPECT_EQ(send("POST", "/import", std::string(4 * 1024 * 1024 + 1, ' ')).status, 413U);

  // The connection reads that much for whom the route lets in, and for nobody else.
  claim();
  const auto expects = [&](http::Request head) {
    return rig_.on_control([&] { return api_->expects_large_body(head); });
  };
  EXPECT_TRUE(expects(request("POST", "/api/v1/import")));
  EXPECT_TRUE(expects(browser("POST", "/import", {}, cookie())));
  EXPECT_FALSE(expects(browser("POST", "/import")));
  EXPECT_FALSE(expects(request("POST", "/api/v1/apps")));
}

TEST_F(TrustApiTest, AGuestsAccessGoesWithItsPin) {
  std::optional<trust::AccessChoice> chosen;
  rig_.on_control([&] {
    trust::PinRequest waiting;
    waiting.fingerprint = std::string(64, 'a');
    waiting.from = *net::Endpoint::parse("192.168.1.5", 1);
    return rig_.desk->wait_for_pin(waiting,
                                   [&](const trust::PinAnswer& answer) { chosen = answer.access; });
  });
  EXPECT_EQ(send("POST", "/pair/pin", R"({"pin":"1234","until_disconnect":true})").status, 400U);
  EXPECT_EQ(send("POST", "/pair/pin", R"({"pin":"1234","grants":256})").status, 400U);
  EXPECT_FALSE(chosen);
  EXPECT_EQ(
      send("POST", "/pair/pin", R"({"pin":"1234","preset":"controller","expires_in_secs":60})")
          .status,
      202U);
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->grants, trust::grant::kPresetController);
  EXPECT_EQ(chosen->expires_in_s, 60);
  EXPECT_EQ(chosen->by, (trust::Actor{"ctl", "127.0.0.1"}));
}

class TrustEventsTest : public testing::Test {
 protected:
  TrustEventsTest() {
    rig_.serve_native();
    rig_.on_control([&] {
      publish_trust(rig_.events, *rig_.allow_list, *rig_.desk, &*rig_.native);
      return 0;
    });
  }
  std::vector<std::string> kinds() {
    return rig_.on_control([&] {
      std::vector<std::string> words;
      for (const auto& event : rig_.events.since({}, {}).events) words.push_back(event->kind);
      return words;
    });
  }
  ApiRig rig_;
};

TEST_F(TrustEventsTest, EveryStepIsToldOnce) {
  const auto tv = rig_.pair("TV", 'a');
  rig_.native_knock("192.168.1.9", 'b', "phone");
  rig_.native_knock("192.168.1.9", 'b', "phone");  // the same device, again
  rig_.on_control([&] {
    EXPECT_TRUE(rig_.allow_list->rename(tv, "Den"));
    EXPECT_TRUE(rig_.native->knocks().deny(1));
    EXPECT_TRUE(rig_.allow_list->revoke(tv));
    rig_.desk->report(5, false, "the PIN was wrong");
    return 0;
  });
  EXPECT_EQ(kinds(), (std::vector<std::string>{
                         "pairing.completed", "access.granted", "pairing.pending", "access.changed",
                         "pairing.denied", "access.revoked", "pairing.denied"}));
}

}  // namespace
}  // namespace pf::webui
