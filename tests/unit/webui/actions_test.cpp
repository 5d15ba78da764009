// Sleep, restart and switching off.
#include "webui/actions.hpp"
#include "trust/grants.hpp"
#include "unit/webui/api_fixture.hpp"

namespace pf::webui {
namespace {

using Kind = ActionOutcome::Kind;

class ActionsTest : public ApiTest {
 protected:
  Received as_device(const std::string& method, const std::string& path, const std::string& body,
                     std::uint32_t grants) {
    const auto mine = std::make_shared<const crypto::Certificate>(
        std::move(*crypto::Certificate::from_der(ApiRig::identity().certificate().der())));
    rig_.on_control([&] {
      trust::Candidate candidate;
      candidate.fingerprint = mine->fingerprint();
      candidate.name = "Tablet";
      const auto device = (*rig_.allow_list->approve(candidate))->id;
      trust::Access access;
      access.grants = grants;
      return rig_.allow_list->set_access(device, access).has_value();
    });
    auto out = request(method, "/api/v1" + path, body);
    std::erase_if(out.headers, [](const auto& f) { return f.first == "Authorization"; });
    out.remote = *net::Endpoint::parse("192.168.1.40", 50002);
    out.peer_certificate = mine;
    return send(out);
  }
};

TEST_F(ActionsTest, EachSaysWhetherItIsPossibleAndWhyNot) {
  auto answer = send("GET", "/actions");
  ASSERT_EQ(answer.status, 200U) << answer.text;
  const auto& actions = answer.body["actions"];
  ASSERT_EQ(actions.size(), 4U);
  EXPECT_EQ(actions[0]["possible"], false);
  EXPECT_EQ(actions[0]["reason"], "No bus.");
  EXPECT_EQ(actions[1]["possible"], true);
  EXPECT_FALSE(actions[3].contains("waiting_since_unix"));
  rig_.actions.waiting = true;
  EXPECT_EQ(send("GET", "/actions").body["actions"][3]["waiting_since_unix"], 1'700'000'000);
}

TEST_F(ActionsTest, OutcomesAreToldAsTheyAre) {
  EXPECT_EQ(send("POST", "/actions/power.sleep", "{}").body["state"], "begins");
  rig_.actions.outcome = {Kind::Waits};
  EXPECT_EQ(send("POST", "/actions/host.restart", "{}").body["state"], "waits");
  rig_.actions.outcome = {Kind::Impossible, "There is no bus."};
  auto answer = send("POST", "/actions/power.reboot", "{}");
  EXPECT_EQ(answer.status, 409U);
  EXPECT_EQ(code(answer), "not_possible");
  rig_.actions.outcome = {Kind::Failed, "The machine did not do it."};
  EXPECT_EQ(send("POST", "/actions/power.shutdown", "{}").status, 500U);
  EXPECT_EQ(rig_.actions.started,
            (std::vector<std::pair<std::string, bool>>{
                {kSleep, false}, {kRestartHost, true}, {kReboot, false}, {kShutDown, false}}));
  // What was done is in the audit log, what was refused is not.
  const auto audit = send("GET", "/audit").body["entries"];
  ASSERT_EQ(audit.size(), 2U) << audit;
  EXPECT_EQ(audit[0]["what"], kSleep);
  EXPECT_EQ(audit[0]["by"], "ctl");
  EXPECT_EQ(audit[1]["detail"], "when idle");
  for (const auto* body : {R"({"when":"soon"})", R"({"x":1})"})
    EXPECT_EQ(send("POST", "/actions/host.restart", body).status, 400U) << body;
  EXPECT_EQ(send("POST", "/actions/host.restart", R"({"when":1})").status, 422U);
  EXPECT_EQ(send("POST", "/actions/power.sing", "{}").status, 404U);
}

TEST_F(ActionsTest, ARestartThatWaitsCanBeTakenBack) {
  EXPECT_EQ(send("DELETE", "/actions/host.restart").status, 404U);
  rig_.actions.waiting = true;
  EXPECT_EQ(send("DELETE", "/actions/host.restart").status, 204U);
  EXPECT_EQ(send("DELETE", "/actions/host.restart").status, 404U);
}

TEST_F(ActionsTest, ABrowserGivesThePasswordForWhatEndsStreams) {
  claim();
  const auto signed_in = cookie();
  const auto ask = [&](const char* path, const json& body) {
    return send(browser("POST", path, body.dump(), signed_in));
  };
  for (const auto* path :
       {"/actions/power.sleep", "/actions/power.reboot", "/actions/power.shutdown"}) {
    EXPECT_EQ(code(ask(path, json::object())), "password_required") << path;
    EXPECT_EQ(code(ask(path, {{"password", "wrong"}})), "bad_password") << path;
  }
  EXPECT_EQ(code(ask("/actions/host.restart", {{"when", "now"}})), "password_required");
  EXPECT_TRUE(rig_.actions.started.empty());
  EXPECT_EQ(ask("/actions/host.restart", json::object()).status, 202U);
  EXPECT_EQ(ask("/actions/power.sleep", {{"password", kPassword}}).status, 202U);
}

TEST_F(ActionsTest, ADeviceNeedsTheGrantForPower) {
  claim();
  auto answer = as_device("POST", "/actions/power.sleep", "{}", trust::grant::kGamepad);
  EXPECT_EQ(answer.status, 403U);
  EXPECT_EQ(code(answer), "power_not_granted");
  EXPECT_TRUE(rig_.actions.started.empty());
  EXPECT_EQ(as_device("GET", "/actions", "", trust::grant::kGamepad).status, 200U);
  EXPECT_EQ(as_device("POST", "/actions/power.sleep", "{}", trust::grant::kPower).status, 202U);
  EXPECT_EQ(as_device("DELETE", "/actions/host.restart", "", trust::grant::kAll).status, 403U);
}

}  // namespace
}  // namespace pf::webui
