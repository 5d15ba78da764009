#include "unit/webui/api_fixture.hpp"

#include "base/log.hpp"
#include "webui/console_assets.hpp"

namespace pf::webui {
namespace {

// ------------------------------------------------------------------ who may ask at all

TEST_F(ApiTest, WhatIsNotOpenNeedsAProof) {
  claim();
  unsigned last = 1;
  for (const auto& route : routes()) {
    auto anonymous =
        request(route.method, std::string(route.at_root ? "" : kBasePath) + route.path);
    std::erase_if(anonymous.headers, [](const auto& f) { return f.first == "Authorization"; });
    anonymous.remote = *net::Endpoint::parse("10.0.0." + std::to_string(last++), 50000);
    if (const auto at = anonymous.path.find("{id}"); at != std::string::npos)
      anonymous.path.replace(at, 4, "1");
    const auto answer = send(anonymous);
    if ((route.access.lanes & lane::kOpen) != 0) {
      EXPECT_NE(answer.status, 401U) << route.path;
    } else {
      EXPECT_EQ(answer.status, 401U) << route.path;
      EXPECT_EQ(answer.header("WWW-Authenticate"), "Bearer");
    }
  }
}

TEST_F(ApiTest, TheTokenWorksOnThisMachineOnly) {
  struct Case {
    const char* remote;
    std::string authorization;
    unsigned status;
  };
  const std::string token = kToken;
  const std::vector<Case> cases = {
      {"127.0.0.1", "Bearer " + token, 200},
      {"127.8.9.1", "bearer " + token, 200},
      {"::1", "Bearer " + token, 200},
      {"::ffff:127.0.0.1", "Bearer " + token, 200},
      {"127.0.0.1", "", 401},
      {"127.0.0.1", "Bearer ", 401},
      {"127.0.0.1", "Bearer " + token + "0", 401},
      {"127.0.0.1", "Bearer " + token.substr(1), 401},
      {"127.0.0.1", "Basic " + token, 401},
      {"127.0.0.1", token, 401},
      {"192.168.1.7", "Bearer " + token, 401},
      {"::ffff:192.168.1.7", "Bearer " + token, 401},
      {"2001:db8::7", "Bearer " + token, 403},
  };
  for (const auto& one : cases) {
    auto asked = request("GET", "/api/v1/status");
    asked.remote = *net::Endpoint::parse(one.remote, 50000);
    set(asked, "Authorization", one.authorization);
    EXPECT_EQ(send(asked).status, one.status) << one.remote << " " << one.authorization;
  }
}

TEST_F(ApiTest, FailuresOfOneAddressDoNotLockAnotherOut) {
  auto guess = request("GET", "/api/v1/status");
  guess.remote = *net::Endpoint::parse("192.168.1.66", 50000);
  set(guess, "Authorization", "Bearer wrong");
  for (unsigned i = 0; i < FailureCounter::kFailures; ++i) EXPECT_EQ(send(guess).status, 401U);
  EXPECT_EQ(send(guess).status, 429U);

  auto other = guess;
  other.remote = *net::Endpoint::parse("192.168.1.67", 50000);
  EXPECT_EQ(send(other).status, 401U);

  // Even from the same address a right token is never delayed.
  auto local = request("GET", "/api/v1/status");
  set(local, "Authorization", "Bearer wrong");
  for (unsigned i = 0; i <= FailureCounter::kFailures; ++i) send(local);
  EXPECT_EQ(send(local).status, 429U);
  EXPECT_EQ(send("GET", "/status").status, 200U);
}

TEST_F(ApiTest, TheHostHeaderMustNameThisMachine) {
  struct Case {
    const char* host;
    unsigned status;
  };
  for (const auto& one : std::vector<Case>{{"localhost", 200},
                                           {"LocalHost:47990", 200},
                                           {"127.0.0.1:1", 200},
                                           {"[::1]:47990", 200},
                                           {"192.168.1.5:47990", 200},
                                           {"den", 200},
                                           {"Den.local:47990", 200},
                                           {"192.168.1.6", 421},
                                           {"attacker.example", 421},
                                           {"den.attacker.example", 421},
                                           {"localhost.attacker.example", 421},
                                           {"localhost@attacker.example", 421},
                                           {"", 400},
                                           {"localhost:x", 400},
                                           {"localhost:123456", 400},
                                           {"[::1", 400}}) {
    auto asked = request("GET", "/api/v1/health");
    asked.local = *net::Endpoint::parse("192.168.1.5", 47990);
    set(asked, "Host", one.host);
    EXPECT_EQ(send(asked).status, one.status) << one.host;
  }
  auto none = request("GET", "/api/v1/health");
  none.headers.clear();
  EXPECT_EQ(send(none).status, 400U);
  auto two = request("GET", "/api/v1/health");
  two.headers.emplace_back("host", "localhost");
  EXPECT_EQ(send(two).status, 400U);
}

TEST_F(ApiTest, OtherSitesMayNotUseABrowserAgainstUs) {
  struct Case {
    const char* method;
    const char* header;
    const char* value;
    bool refused;
  };
  for (const auto& one :
       std::vector<Case>{{"GET", "Origin", "https://localhost:47990", false},
                         {"GET", "Origin", "http://localhost:47990", true},
                         {"GET", "Origin", "https://localhost", true},
                         {"GET", "Origin", "https://attacker.example", true},
                         {"GET", "Origin", "null", true},
                         {"GET", "Sec-Fetch-Site", "same-origin", false},
                         {"GET", "Sec-Fetch-Site", "none", false},
                         {"GET", "Sec-Fetch-Site", "same-site", true},
                         {"GET", "Sec-Fetch-Site", "cross-site", true},
                         {"DELETE", "Sec-Fetch-Site", "same-origin", false},
                         {"DELETE", "Sec-Fetch-Site", "none", true},
                         {"DELETE", "Sec-Fetch-Site", "cross-site", true},
                         {"DELETE", "Origin", "https://attacker.example", true}}) {
    auto asked = request(
        one.method, one.method == std::string("GET") ? "/api/v1/status" : "/api/v1/devices/77");
    set(asked, one.header, one.value);
    const auto answer = send(asked);
    if (one.refused)
      EXPECT_EQ(code(answer), "cross_origin") << one.method << one.header << one.value;
    else
      EXPECT_NE(answer.status, 403U) << one.method << one.header << one.value;
  }
}

TEST_F(ApiTest, AddressesAndMethodsAreExact) {
  EXPECT_EQ(send("GET", "/nothing").status, 404U);
  EXPECT_EQ(send("GET", "/status/").status, 404U);
  EXPECT_EQ(send("GET", "/status/more").status, 404U);
  EXPECT_EQ(send("GET", "").status, 404U);
  EXPECT_EQ(send(request("GET", "/api/v2/status")).status, 404U);
  EXPECT_EQ(send(request("GET", "/api/v1status")).status, 404U);
  EXPECT_EQ(send(request("GET", "/etc/passwd.txt")).status, 404U);

  const auto wrong = send("DELETE", "/status");
  EXPECT_EQ(wrong.status, 405U);
  EXPECT_EQ(wrong.header("Allow"), "GET, HEAD");
  EXPECT_EQ(send("PUT", "/devices/1").header("Allow"), "GET, HEAD, PATCH, DELETE");
  EXPECT_EQ(send("get", "/status").status, 405U);
  // HEAD asks as GET does; the connection keeps the body to itself.
  EXPECT_EQ(send("HEAD", "/devices").status, 200U);
  EXPECT_EQ(send("HEAD", "/devices/77").status, 404U);
  EXPECT_EQ(send("HEAD", "/pair/pin").status, 405U);

  for (const auto* id : {"x", "-1", "+1", "01", "1.0", "0x1", "18446744073709551616", " 1"})
    EXPECT_EQ(code(send("GET", std::string("/devices/") + id)), "bad_id") << id;
  EXPECT_EQ(send("GET", "/devices/18446744073709551615").status, 404U);
  EXPECT_EQ(send("DELETE", "/apps/4294967297").status, 404U);

  EXPECT_EQ(code(send("GET", "/status?verbose=1")), "unknown_parameter");
  EXPECT_EQ(code(send("GET", "/logs?limit=0")), "bad_value");
  EXPECT_EQ(code(send("GET", "/logs?limit=1001")), "bad_value");
  EXPECT_EQ(code(send("GET", "/logs?after=x")), "bad_value");
}

TEST_F(ApiTest, BodiesAreStrictJson) {
  auto typed = request("POST", "/api/v1/pair/pin", R"({"pin":"1234"})");
  set(typed, "Content-Type", "text/plain");
  EXPECT_EQ(send(typed).status, 415U);
  set(typed, "Content-Type", "application/json; charset=UTF-8");
  EXPECT_EQ(send(typed).status, 409U);
  set(typed, "Content-Type", "application/json; charset=latin1");
  EXPECT_EQ(send(typed).status, 415U);
  std::erase_if(typed.headers, [](const auto& f) { return f.first == "Content-Type"; });
  EXPECT_EQ(send(typed).status, 415U);

  const auto post = [&](const std::string& body) { return send("POST", "/pair/pin", body); };
  EXPECT_EQ(post("{").status, 400U);
  EXPECT_EQ(post("[]").status, 422U);
  EXPECT_EQ(post("{}").status, 422U);
  EXPECT_EQ(code(post(R"({"pin":"1","pin":"2"})")), "bad_json");
  EXPECT_EQ(post(R"({"pin":1234})").status, 422U);
  EXPECT_EQ(post(R"({"pin":"12a4"})").status, 400U);
  EXPECT_EQ(post(R"({"pin":""})").status, 400U);
  EXPECT_EQ(post(R"({"pin":"12345678901234567"})").status, 400U);
  const auto unknown = post(R"({"pin":"1234","colour":"red"})");
  EXPECT_EQ(unknown.status, 400U);
  EXPECT_THAT(unknown.body["error"].get<std::string>(), HasSubstr("colour"));
  EXPECT_EQ(post(std::string(40'000, ' ')).status, 413U);
  EXPECT_EQ(post(std::string(20'000, '[')).status, 400U);
  EXPECT_EQ(send(request("DELETE", "/api/v1/devices/1", "{}")).status, 400U);
}

// ------------------------------------------------------------------ what they do

TEST_F(ApiTest, StatusShowsTheHostAtAGlance) {
  const auto device = rig_.pair("TV", 'a');
  rig_.start_session(device);
  rig_.knock("192.168.1.30", 'b');
  const auto body = send("GET", "/status").body;
  EXPECT_EQ(body["version"], "1.2.3");
  EXPECT_EQ(body["host_name"], "Den");
  EXPECT_EQ(body["fingerprint"], ApiRig::identity().certificate().fingerprint());
  EXPECT_EQ(body["ports"]["mgmt"], 47990);
  EXPECT_EQ(body["ports"]["rtsp"], 48010);
  EXPECT_EQ(body["sessions"]["live"], 1);
  EXPECT_EQ(body["pairing_pending"], 1);
  EXPECT_EQ(body["paired_devices"], 1);
  EXPECT_EQ(body["encoder"]["hardware"], false);
  EXPECT_EQ(body["backends"][0]["reason"], "no NVIDIA driver is loaded");

  rig_.status.encoder.clear();
  rig_.status.ports = {};
  const auto early = send("GET", "/status").body;
  EXPECT_FALSE(early.contains("encoder"));
  EXPECT_FALSE(early["ports"].contains("http"));
}

TEST_F(ApiTest, SessionsAreListedAndStopped) {
  EXPECT_EQ(send("GET", "/sessions").body["sessions"].size(), 0U);
  EXPECT_EQ(send("GET", "/sessions/1").status, 404U);
  EXPECT_EQ(send("DELETE", "/sessions/1").status, 404U);
  const auto id = std::to_string(rig_.start_session(rig_.pair("TV", 'a')));
  EXPECT_EQ(send("GET", "/sessions").body["sessions"][0]["mode"], "1280x720@60");
  EXPECT_EQ(send("GET", "/sessions/" + id).body["fps"], 59.9);

  rig_.manager.slow_end = true;
  const auto exchange =
      std::make_shared<test::FakeExchange>(request("DELETE", "/api/v1/sessions/" + id));
  rig_.loop.run_sync([&] { api_->handle(exchange); });
  EXPECT_FALSE(exchange->answered()) << "it has not been taken down yet";
  rig_.loop.run_sync([&] { rig_.manager.finish_endings(); });
  ASSERT_TRUE(exchange->answered());
  EXPECT_EQ(exchange->response().status, 204U);
  EXPECT_EQ(rig_.manager.ended.front().second, session::EndReason::OperatorStop);
}

TEST_F(ApiTest, APinGoesToTheOnlyRequest) {
  EXPECT_EQ(code(send("POST", "/pair/pin", R"({"pin":"1234"})")), "nothing_waiting");
  const auto request_id = rig_.knock("192.168.1.30", 'b');
  const auto pending = send("GET", "/pair").body["pending"];
  ASSERT_EQ(pending.size(), 1U);
  EXPECT_EQ(pending[0]["peer_ip"], "192.168.1.30");
  const auto accepted = send("POST", "/pair/pin", R"({"pin":"1234","label":"TV"})");
  EXPECT_EQ(accepted.status, 202U);
  EXPECT_EQ(accepted.body["request_id"], request_id);
  rig_.settle();
  const auto pairing = send("GET", "/pair").body;
  EXPECT_EQ(pairing["pending"].size(), 0U);
  EXPECT_EQ(pairing["recent"][0]["paired"], true);
  EXPECT_EQ(rig_.label, "TV");
}

TEST_F(ApiTest, WithSeveralWaitingTheRequestMustBeNamed) {
  const auto first = rig_.knock("192.168.1.30", 'b');
  rig_.knock("192.168.1.31", 'c');
  EXPECT_EQ(code(send("POST", "/pair/pin", R"({"pin":"1234"})")), "several_waiting");

  json body = {{"pin", "1234"},
               {"uniqueid", "0123456789ABCDEF"},
               {"fingerprint", std::string(64, 'C')},
               {"peer_ip", "192.168.1.31"}};
  auto half = body;
  half.erase("peer_ip");
  EXPECT_EQ(send("POST", "/pair/pin", half.dump()).status, 400U);
  auto both = body;
  both["request_id"] = first;
  EXPECT_EQ(send("POST", "/pair/pin", both.dump()).status, 400U);
  auto malformed = body;
  malformed["fingerprint"] = std::string(64, 'z');
  EXPECT_EQ(send("POST", "/pair/pin", malformed.dump()).status, 400U);
  malformed = body;
  malformed["peer_ip"] = "tv";
  EXPECT_EQ(send("POST", "/pair/pin", malformed.dump()).status, 400U);
  auto stranger = body;
  stranger["peer_ip"] = "192.168.1.30";
  EXPECT_EQ(code(send("POST", "/pair/pin", stranger.dump())), "nothing_waiting");
  EXPECT_EQ(send("POST", "/pair/pin", body.dump()).status, 202U);
  EXPECT_EQ(send("POST", "/pair/pin", body.dump()).status, 409U) << "that one is gone";

  const json by_id = {{"pin", "1"}, {"request_id", first}};
  EXPECT_EQ(send("POST", "/pair/pin", by_id.dump()).status, 202U);
}

TEST_F(ApiTest, DevicesAreListedChangedAndRevoked) {
  const auto id = rig_.pair("TV", 'a');
  const auto path = "/devices/" + std::to_string(id);
  EXPECT_EQ(send("GET", "/devices").body["devices"].size(), 1U);
  const auto device = send("GET", path).body;
  EXPECT_EQ(device["name"], "TV");
  EXPECT_EQ(device["access_level"], "full");
  EXPECT_EQ(device["credentials"][0]["fingerprint"], std::string(64, 'a'));
  EXPECT_FALSE(device.contains("expires_unix"));

  auto lease = rig_.on_control(
      [&] { return *rig_.allow_list->admit(std::string(64, 'a'), trust::Plane::GameStream, 0); });
  EXPECT_EQ(send("GET", path).body["connections"], 1);

  auto changed = send("PATCH", path, R"({"name":"Den TV","preset":"controller"})");
  EXPECT_EQ(changed.status, 200U);
  EXPECT_EQ(changed.body["name"], "Den TV");
  EXPECT_EQ(changed.body["access_level"], "controller");
  EXPECT_EQ(lease->grants().load(), trust::grant::kGamepad) << "running streams follow";

  EXPECT_EQ(send("PATCH", path, R"({"grants":3})").body["access_level"], "custom");
  changed = send("PATCH", path, R"({"expires_in_secs":3600})");
  EXPECT_NEAR(static_cast<double>(changed.body["expires_unix"].get<std::int64_t>()),
              static_cast<double>(unix_now() + 3600), 60.0);
  EXPECT_FALSE(send("PATCH", path, R"({"clear_expiry":true})").body.contains("expires_unix"));
  changed = send("PATCH", path, R"({"expires_in_secs":9223372036854775807})");
  EXPECT_EQ(changed.body["expires_unix"], std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(send("PATCH", path, R"({"disabled":true})").body["disabled"], true);
  EXPECT_TRUE(lease->stopped());
  EXPECT_EQ(send("PATCH", path, R"({"disabled":false})").body["disabled"], false);
  EXPECT_EQ(send("PATCH", path, R"({"expires_in_secs":0})").body["expired"], true);

  for (const auto* bad :
       {"{}", R"({"grants":256})", R"({"grants":-1})", R"({"grants":1,"preset":"view"})",
        R"({"expires_in_secs":1,"clear_expiry":true})", R"({"expires_in_secs":-1})",
        R"({"preset":"boss"})", R"({"name":""})", R"({"name":"a\nb"})",
        R"({"expires_in_secs":18446744073709551615})"})
    EXPECT_EQ(send("PATCH", path, bad).status, 400U) << bad;
  EXPECT_EQ(send("PATCH", path, R"({"disabled":"yes"})").status, 422U);
  EXPECT_EQ(send("PATCH", "/devices/99", R"({"name":"x"})").status, 404U);

  EXPECT_EQ(send("DELETE", path).status, 204U);
  EXPECT_EQ(send("GET", path).status, 404U);
  EXPECT_EQ(send("DELETE", path).status, 404U);
}

TEST_F(ApiTest, ARevocationThatCannotBeStoredIsInForceAndReported) {
  const auto id = rig_.pair("TV", 'a');
  rig_.loop.run_sync([&] { rig_.database->fail_next_commits(1); });
  const auto answer = send("DELETE", "/devices/" + std::to_string(id));
  EXPECT_EQ(answer.status, 500U);
  EXPECT_EQ(code(answer), "store_failed");
  EXPECT_EQ(send("GET", "/devices").body["devices"].size(), 0U);
  EXPECT_EQ(send("GET", "/status").body["unsaved_revocations"], true);
}

TEST_F(ApiTest, AccessThatCannotBeStoredIsNotGranted) {
  const auto path = "/devices/" + std::to_string(rig_.pair("TV", 'a'));
  EXPECT_EQ(send("PATCH", path, R"({"preset":"view"})").status, 200U);
  rig_.loop.run_sync([&] { rig_.database->fail_next_commits(1); });
  const auto answer = send("PATCH", path, R"({"preset":"full"})");
  EXPECT_EQ(answer.status, 500U);
  EXPECT_EQ(code(answer), "store_failed");
  EXPECT_EQ(send("GET", path).body["access_level"], "view");
}

TEST_F(ApiTest, ApplicationsAreAddedAndRemoved) {
  const auto desktop = send("GET", "/apps").body["apps"];
  ASSERT_EQ(desktop.size(), 1U);
  EXPECT_EQ(desktop[0]["command"].size(), 0U);
  EXPECT_EQ(send("DELETE", "/apps/" + std::to_string(desktop[0]["id"].get<unsigned>())).status,
            409U);

  const json chess = {{"title", "Chess"},
                      {"command", {"gnome-chess", "--fullscreen"}},
                      {"working_directory", "/tmp"},
                      {"environment", {{"LANG", "C"}}}};
  const auto added = send("POST", "/apps", chess.dump());
  ASSERT_EQ(added.status, 201U);
  EXPECT_EQ(added.body["command"][1], "--fullscreen");
  EXPECT_EQ(added.body["environment"]["LANG"], "C");
  EXPECT_EQ(send("GET", "/apps").body["apps"].size(), 2U);

  auto bad = chess;
  bad["command"] = json::array();
  EXPECT_EQ(send("POST", "/apps", bad.dump()).status, 400U);
  bad = chess;
  bad["command"] = "gnome-chess";
  EXPECT_EQ(send("POST", "/apps", bad.dump()).status, 422U);
  bad = chess;
  bad["working_directory"] = "relative";
  EXPECT_EQ(send("POST", "/apps", bad.dump()).status, 400U);
  bad = chess;
  bad["environment"] = {{"A=B", "c"}};
  EXPECT_EQ(send("POST", "/apps", bad.dump()).status, 400U);
  bad["environment"] = {{"A", 1}};
  EXPECT_EQ(send("POST", "/apps", bad.dump()).status, 422U);

  const auto path = "/apps/" + std::to_string(added.body["id"].get<unsigned>());
  EXPECT_EQ(send("DELETE", path).status, 204U);
  EXPECT_EQ(send("DELETE", path).status, 404U);
}

TEST_F(ApiTest, TheLogIsReadInPieces) {
  const auto all = send("GET", "/logs").body;
  EXPECT_LE(all["entries"].size(), 1000U);
  const auto next = all["next"].get<std::uint64_t>();
  const auto rest = send("GET", "/logs?after=" + std::to_string(next)).body;
  EXPECT_GE(rest["next"].get<std::uint64_t>(), next);
}

TEST_F(ApiTest, SettingsSayWhatIsInForceAndWhy) {
  const auto body = send("GET", "/settings").body;
  ASSERT_EQ(body["settings"].size(), config::table().size());
  for (const auto& setting : body["settings"]) {
    if (setting["id"] == "fec_percent") {
      EXPECT_EQ(setting["value"], 30);
      EXPECT_EQ(setting["default"], 20);
      EXPECT_EQ(setting["source"], "flag");
      EXPECT_EQ(setting["origin"], "--fec-percent");
      EXPECT_EQ(setting["max"], 80);
    }
    if (setting["id"] == "mdns") {
      EXPECT_EQ(setting["value"], false);
      EXPECT_EQ(setting["origin"], "PUNKTFUNK_MDNS");
    }
    EXPECT_EQ(setting.contains("options"), setting["kind"] == "enum");
  }
}

TEST_F(ApiTest, ABrowserGetsOnePageWithoutScripts) {
  config_.host_name = "<b>Den</b>";
  auto asked = request("GET", "/");
  asked.remote = *net::Endpoint::parse("192.168.1.7", 50000);
  asked.headers = {{"Host", "localhost"}, {"Sec-Fetch-Site", "cross-site"}};
  if (!console_assets().empty()) GTEST_SKIP() << "this build has the console";
  const auto page = send(asked);
  EXPECT_EQ(page.status, 200U);
  EXPECT_THAT(page.text, HasSubstr("&lt;b&gt;Den&lt;/b&gt;"));
  EXPECT_THAT(page.text, HasSubstr("punktfunk-host ctl pair pin"));
  EXPECT_EQ(page.text.find("<script"), std::string::npos);
  EXPECT_EQ(page.text.find("http"), std::string::npos) << "it loads nothing";
  EXPECT_THAT(page.header("Content-Security-Policy"), HasSubstr("style-src 'sha256-"));
  set(asked, "Host", "attacker.example");
  EXPECT_EQ(send(asked).status, 421U);
  set(asked, "Host", "localhost");
  asked.method = "POST";
  EXPECT_EQ(send(asked).status, 405U);
}

}  // namespace
}  // namespace pf::webui
