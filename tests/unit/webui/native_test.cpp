// Pairing of native clients through the API.
#include "unit/webui/api_fixture.hpp"

namespace pf::webui {
namespace {

using trust::KnockOutcome;
namespace grant = trust::grant;

class NativeApiTest : public ApiTest {
 protected:
  NativeApiTest() {
    rig_.serve_native();
    deps_.native_desk = &*rig_.native;
  }
  Received arm(const std::string& body = "{}") { return send("POST", "/native/pair/arm", body); }
  std::string action(std::uint32_t id, const char* what) {
    return "/native/pending/" + std::to_string(id) + "/" + what;
  }
  std::optional<KnockOutcome> outcome() {
    rig_.settle();
    return rig_.knock_outcome;
  }
};

TEST_F(ApiTest, WithoutThePlaneThereIsNothingToPair) {
  const auto window = send("GET", "/native/pair").body;
  EXPECT_EQ(window["enabled"], false);
  EXPECT_EQ(window["armed"], false);
  EXPECT_EQ(send("GET", "/native/pending").body["pending"].size(), 0U);
  EXPECT_EQ(code(send("POST", "/native/pair/arm", "{}")), "native_off");
  EXPECT_EQ(send("DELETE", "/native/pair").status, 503U);
  EXPECT_EQ(send("POST", "/native/pending/1/approve", "{}").status, 503U);
  EXPECT_EQ(send("POST", "/native/pending/1/deny").status, 503U);
}

TEST_F(NativeApiTest, ThePinIsToldOnce) {
  EXPECT_EQ(send("GET", "/native/pair").body["enabled"], true);
  const auto armed = arm(R"({"ttl_secs":60,"preset":"controller","expires_in_secs":14400})");
  ASSERT_EQ(armed.status, 200U) << armed.text;
  const auto pin = armed.body["pin"].get<std::string>();
  EXPECT_EQ(pin.size(), 4U);
  EXPECT_EQ(armed.body["expires_in_secs"], 60);
  const auto status = send("GET", "/native/pair").body;
  EXPECT_FALSE(status.contains("pin"));
  EXPECT_EQ(status["armed"], true);
  EXPECT_EQ(status["access_level"], "controller");
  EXPECT_EQ(status["access_expires_in_secs"], 14400);
  // It is the PIN of the window, with its access.
  const auto attempt = rig_.on_control([&] {
    return rig_.native->window().begin_attempt(
        std::string(64, 'a'), *net::Endpoint::parse("192.168.1.9", 1), trust::Source::Lan);
  });
  EXPECT_EQ(attempt.pin.text(), pin);
  EXPECT_EQ(attempt.access.grants, grant::kPresetController);
  EXPECT_EQ(send("DELETE", "/native/pair").status, 204U);
  EXPECT_EQ(send("DELETE", "/native/pair").status, 204U);
  EXPECT_EQ(send("GET", "/native/pair").body["armed"], false);
}

TEST_F(NativeApiTest, AWindowOpensOnlyForValuesThatMayBe) {
  for (const char* bad :
       {R"({"grants":256})", R"({"grants":1,"preset":"full"})", R"({"until_disconnect":true})",
        R"({"fingerprint":"abc"})", R"({"preset":"king"})", R"({"expires_in_secs":-1})",
        R"({"ttl_secs":-1})", R"({"pin":"1234"})"})
    EXPECT_EQ(arm(bad).status, 400U) << bad;
  EXPECT_EQ(arm(R"({"grants":"1"})").status, 422U);
  EXPECT_EQ(send("GET", "/native/pair").body["armed"], false);
  EXPECT_EQ(arm(R"({"ttl_secs":9223372036854775807})").body["expires_in_secs"], 600);
  EXPECT_EQ(arm(R"({"ttl_secs":0,"fingerprint":""})").body["expires_in_secs"], 15);
  const auto bound = arm(R"({"until_disconnect":true,"preset":"view","fingerprint":")" +
                         std::string(64, 'A') + "\"}");
  EXPECT_EQ(bound.body["fingerprint"], std::string(64, 'a'));
  EXPECT_EQ(bound.body["grants"], 0);
  EXPECT_EQ(bound.body["until_disconnect"], true);
}

TEST_F(NativeApiTest, AWaitingDeviceIsApproved) {
  const auto id = rig_.native_knock("192.168.1.20", 'b', "Deck\x1b[31m");
  EXPECT_EQ(send("GET", "/status").body["approvals_pending"], 1);
  const auto pending = send("GET", "/native/pending").body["pending"];
  ASSERT_EQ(pending.size(), 1U);
  EXPECT_EQ(pending[0]["id"], id);
  EXPECT_EQ(pending[0]["name"], "Deck[31m");
  EXPECT_EQ(pending[0]["source"], "lan");
  EXPECT_EQ(pending[0]["connected"], true);
  EXPECT_FALSE(pending[0].contains("grants"));

  EXPECT_EQ(send("POST", action(id, "approve"), R"({"until_disconnect":true})").status, 400U);
  EXPECT_EQ(send("POST", action(id, "approve"), R"({"grants":4096})").status, 400U);
  EXPECT_FALSE(outcome());
  const auto device = send(
      "POST", action(id, "approve"),
      R"({"name":"Steam Deck","preset":"controller","expires_in_secs":60,"until_disconnect":true})");
  ASSERT_EQ(device.status, 200U) << device.text;
  EXPECT_EQ(device.body["name"], "Steam Deck");
  EXPECT_EQ(device.body["access_level"], "controller");
  EXPECT_EQ(device.body["until_disconnect"], true);
  EXPECT_EQ(device.body["credentials"][0]["plane"], "native");
  EXPECT_TRUE(device.body.contains("granted_unix"));
  EXPECT_EQ(outcome(), KnockOutcome::Approved);
  EXPECT_EQ(send("POST", action(id, "approve"), "{}").status, 404U);
  EXPECT_EQ(send("GET", "/native/pending").body["pending"].size(), 0U);

  const auto path = "/devices/" + std::to_string(device.body["id"].get<int>());
  const auto changed = send("PATCH", path, R"({"until_disconnect":false,"clear_expiry":true})");
  EXPECT_EQ(changed.body["until_disconnect"], false);
  EXPECT_FALSE(changed.body.contains("expires_unix"));
}

TEST_F(NativeApiTest, AWaitingDeviceIsTurnedAway) {
  const auto id = rig_.native_knock("192.168.1.20", 'b', "Deck");
  EXPECT_EQ(send("POST", action(id, "deny")).status, 204U);
  EXPECT_EQ(outcome(), KnockOutcome::Denied);
  EXPECT_EQ(send("POST", action(id, "deny")).status, 404U);
  EXPECT_EQ(send("POST", "/native/pending/4294967297/deny").status, 404U);
  EXPECT_EQ(send("POST", "/native/pending/4294967297/approve", "{}").status, 404U);
  EXPECT_EQ(send("GET", "/devices").body["devices"].size(), 0U);
}

TEST_F(NativeApiTest, TheInternetIsNotApprovedAndAFullDiskApprovesNobody) {
  const auto outside = rig_.native_knock("203.0.113.7", 'c', "Somebody");
  EXPECT_EQ(send("GET", "/native/pending").body["pending"][0]["source"], "wan");
  const auto refused = send("POST", action(outside, "approve"), "{}");
  EXPECT_EQ(refused.status, 409U);
  EXPECT_EQ(code(refused), "from_internet");
  const auto id = rig_.native_knock("192.168.1.20", 'b', "Deck");
  rig_.on_control([&] {
    rig_.database->fail_next_commits(1);
    return 0;
  });
  EXPECT_EQ(code(send("POST", action(id, "approve"), "{}")), "store_failed");
  EXPECT_FALSE(outcome());
  EXPECT_EQ(send("GET", "/native/pending").body["pending"].size(), 2U);
}

TEST_F(NativeApiTest, AnExpiredGuestShowsWhatItHad) {
  const auto first = rig_.native_knock("192.168.1.20", 'b', "Deck");
  ASSERT_EQ(
      send("POST", action(first, "approve"), R"({"preset":"view","expires_in_secs":0})").status,
      200U);
  const auto again = rig_.native_knock("192.168.1.20", 'b', "Deck");
  const auto pending = send("GET", "/native/pending").body["pending"][0];
  EXPECT_EQ(pending["access_level"], "view");
  EXPECT_TRUE(pending.contains("expires_unix"));
  EXPECT_TRUE(pending.contains("device_id"));
  EXPECT_EQ(send("POST", action(again, "approve"), R"({"preset":"full"})").body["expired"], false);
}

TEST_F(NativeApiTest, OutcomesAreListed) {
  rig_.on_control([&] {
    rig_.native->report_failure(std::string(64, 'd'), "TV: the PIN was wrong");
    return 0;
  });
  const auto recent = send("GET", "/native/pair").body["recent"];
  ASSERT_EQ(recent.size(), 1U);
  EXPECT_EQ(recent[0]["paired"], false);
  EXPECT_EQ(recent[0]["text"], "TV: the PIN was wrong");
}

// A guest of open mode has a session and no row.
TEST_F(ApiTest, AGuestsSessionNamesNoDevice) {
  const auto id = std::to_string(rig_.start_session(-77));
  const auto session = send("GET", "/sessions/" + id);
  EXPECT_EQ(session.status, 200U);
  EXPECT_FALSE(session.body.contains("device_id"));
}

}  // namespace
}  // namespace pf::webui
