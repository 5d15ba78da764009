// First run, sign-in, the password asked again, and the lanes, through the whole of the API.
#include "support/server_certificate.hpp"
#include "unit/webui/api_fixture.hpp"

namespace pf::webui {
namespace {

class SignInTest : public ApiTest {
 protected:
  std::string code_of_setup() {
    return rig_.on_control([&] { return auth_->setup_code()->text(); });
  }
  static json claim_body(const std::string& code, const std::string& password = kPassword) {
    return {{"code", code}, {"password", password}};
  }
  // So many failures that the wait is minutes: no slow machine sits that out.
  void lock_out(const std::string& address) {
    rig_.loop.run_sync([&] {
      const auto from = *net::Endpoint::parse(address, 1);
      auto now = auth_->now();
      for (int i = 0; i < 20; ++i)
        if (const auto wait = auth_->throttle().begin(from, now)) now += *wait;
    });
  }
  Received login(const std::string& password, const std::string& address = "192.168.1.40") {
    auto asked = browser("POST", "/login", json{{"password", password}}.dump());
    asked.remote = *net::Endpoint::parse(address, 50002);
    return send(asked);
  }
};

// ------------------------------------------------------------------ first run

TEST_F(SignInTest, UntilItIsClaimedABrowserSeesTheFirstRunOnly) {
  const auto setup = send(browser("GET", "/setup")).body;
  EXPECT_EQ(setup["claimed"], false);
  EXPECT_EQ(setup["code_file"],
            (std::filesystem::path(rig_.folder.path()) / "setup-code").string());
  EXPECT_EQ(setup["fingerprint"], send("GET", "/status").body["fingerprint"]);
  EXPECT_EQ(setup["host_name"], send("GET", "/status").body["host_name"]);
  EXPECT_EQ(send(browser("GET", "/health")).status, 200U);
  for (const auto& route : routes()) {
    if (route.before_claim || std::string(route.path).starts_with("/health")) continue;
    auto path = std::string(route.path);
    if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, "1");
    if (route.at_root) continue;
    const auto answer = send(browser(route.method, path));
    EXPECT_TRUE(answer.status == 401 || answer.status == 403) << path << answer.status;
  }
  EXPECT_EQ(code(send(browser("POST", "/login", R"({"password":"x"})"))), "not_claimed");
  // The machine's own token works all the same.
  EXPECT_EQ(send("GET", "/status").status, 200U);
}

TEST_F(SignInTest, TheCodeClaimsTheHostOnce) {
  const auto right = code_of_setup();
  EXPECT_EQ(send(browser("POST", "/setup", claim_body(right, "short").dump())).status, 400U);
  EXPECT_EQ(send(browser("POST", "/setup", claim_body(right, "äöüäöü").dump())).status, 400U)
      << "twelve bytes are not twelve characters";
  const auto wrong = send(browser("POST", "/setup", claim_body("0000-0000").dump()));
  EXPECT_EQ(wrong.status, 401U);
  EXPECT_EQ(code(wrong), "bad_code");
  EXPECT_EQ(wrong.body["tries_left"], LoginThrottle::kFree - 1);

  const auto claimed = send(browser("POST", "/setup", claim_body(right).dump()));
  EXPECT_EQ(claimed.status, 204U) << claimed.text;
  const auto set_cookie = claimed.header("Set-Cookie");
  EXPECT_THAT(set_cookie, testing::StartsWith("__Host-pf_session="));
  for (const auto* part :
       {"; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict", "; Max-Age=604800"})
    EXPECT_THAT(set_cookie, HasSubstr(part));
  EXPECT_THAT(set_cookie, testing::Not(HasSubstr("Domain")));

  const auto now = send(browser("GET", "/setup")).body;
  EXPECT_EQ(now["claimed"], true);
  EXPECT_FALSE(now.contains("code_file"));
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::path(rig_.folder.path()) / "setup-code"));
  EXPECT_EQ(code(send(browser("POST", "/setup", claim_body(right).dump()))), "already_claimed");
  const auto me = send(browser("GET", "/me", {}, set_cookie.substr(0, set_cookie.find(';')))).body;
  EXPECT_EQ(me["signed_in"], true);
  EXPECT_EQ(me["lane"], "console");
}

TEST_F(SignInTest, WrongCodesAreThrottled) {
  const auto guess = claim_body("0000-0000").dump();
  EXPECT_EQ(send(browser("POST", "/setup", guess)).body["tries_left"], LoginThrottle::kFree - 1);
  lock_out("192.168.1.40");
  const auto locked = send(browser("POST", "/setup", claim_body(code_of_setup()).dump()));
  EXPECT_EQ(locked.status, 429U);
  EXPECT_EQ(code(locked), "locked");
  EXPECT_EQ(locked.header("Retry-After"), std::to_string(locked.body["wait_s"].get<int>()));
}

// ------------------------------------------------------------------ sign-in

TEST_F(SignInTest, AStreamOfRequestsNeedsTheCookie) {
  claim();
  EXPECT_EQ(send(browser("GET", "/status")).status, 401U);
  EXPECT_EQ(send(browser("GET", "/me")).body["signed_in"], false);
  const auto signed_in = cookie();
  EXPECT_EQ(send(browser("GET", "/status", {}, signed_in)).status, 200U);
  EXPECT_EQ(code(send(browser("GET", "/status", {}, signed_in + "0"))), "signed_out");
  EXPECT_EQ(send(browser("GET", "/status", {}, signed_in + "; " + signed_in)).status, 401U);

  const auto out = send(browser("POST", "/logout", {}, signed_in));
  EXPECT_EQ(out.status, 204U);
  EXPECT_THAT(out.header("Set-Cookie"), HasSubstr("Max-Age=0"));
  EXPECT_EQ(send(browser("GET", "/status", {}, signed_in)).status, 401U);
}

TEST_F(SignInTest, WrongPasswordsLockOutOnlyTheirAddress) {
  claim();
  const auto first = login("wrong");
  EXPECT_EQ(first.status, 401U);
  EXPECT_EQ(code(first), "bad_password");
  EXPECT_EQ(first.body["tries_left"], LoginThrottle::kFree - 1);
  lock_out("192.168.1.40");
  EXPECT_EQ(login(kPassword).status, 429U) << "even the right one waits there";
  EXPECT_EQ(login(kPassword, "192.168.1.41").status, 204U);
}

TEST_F(SignInTest, SignInsAreListedAndEnded) {
  claim();
  const auto mine = cookie();
  const auto other = cookie();
  auto list = send(browser("GET", "/sign-ins", {}, mine)).body["sign_ins"];
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0]["current"], false);
  EXPECT_EQ(list[1]["current"], true);
  EXPECT_EQ(list[1]["address"], "192.168.1.40");
  const auto path = "/sign-ins/" + std::to_string(list[0]["id"].get<unsigned>());
  EXPECT_EQ(send(browser("DELETE", path, {}, mine)).status, 204U);
  EXPECT_EQ(send(browser("DELETE", path, {}, mine)).status, 404U);
  EXPECT_EQ(send(browser("GET", "/status", {}, other)).status, 401U);
  EXPECT_EQ(send(browser("GET", "/status", {}, mine)).status, 200U);
}

TEST_F(SignInTest, ANewPasswordNeedsTheOldOneAndEndsOtherSignIns) {
  claim();
  const auto mine = cookie();
  const auto other = cookie();
  const auto change = [&](const std::string& current) {
    return send(browser("PUT", "/password",
                        json{{"current", current}, {"new", "another long password"}}.dump(), mine));
  };
  EXPECT_EQ(code(change("wrong")), "bad_password");
  EXPECT_EQ(change(kPassword).status, 204U);
  EXPECT_EQ(send(browser("GET", "/status", {}, mine)).status, 200U);
  EXPECT_EQ(send(browser("GET", "/status", {}, other)).status, 401U);
  EXPECT_EQ(login(kPassword).status, 401U);
  EXPECT_EQ(login("another long password").status, 204U);
}

TEST_F(SignInTest, TheMachineItselfResetsThePassword) {
  claim();
  const auto mine = cookie();
  // Not with a cookie: only who can read the token file.
  EXPECT_EQ(send(browser("POST", "/password/reset", "{}", mine)).status, 403U);
  EXPECT_EQ(send("POST", "/password/reset", R"({"password":"a third long one"})").status, 200U);
  EXPECT_EQ(send(browser("GET", "/status", {}, mine)).status, 401U);
  EXPECT_EQ(login("a third long one").status, 204U);

  const auto anew = send("POST", "/password/reset", "{}").body;
  EXPECT_EQ(anew["claimed"], false);
  EXPECT_TRUE(std::filesystem::exists(anew["code_file"].get<std::string>()));
  EXPECT_EQ(code(login("a third long one")), "not_claimed");
  EXPECT_EQ(send(browser("POST", "/setup", claim_body(code_of_setup()).dump())).status, 204U);
}

// ------------------------------------------------------------------ the password asked again

TEST_F(SignInTest, GatedRequestsNeedThePasswordOnceMoreAndNeverShowItToTheHandler) {
  rig_.serve_native();
  deps_.native_desk = &*rig_.native;
  claim();
  const auto mine = cookie();
  const auto arm = [&](const json& body) {
    return send(browser("POST", "/native/pair/arm", body.dump(), mine));
  };
  const auto without = arm(json::object());
  EXPECT_EQ(without.status, 403U);
  EXPECT_EQ(code(without), "password_required");
  EXPECT_EQ(arm({{"password", 5}}).status, 422U);
  const auto wrong = arm({{"password", "wrong"}});
  EXPECT_EQ(code(wrong), "bad_password");
  EXPECT_EQ(wrong.body["tries_left"], LoginThrottle::kFree - 1) << "the throttle of the sign-in";
  EXPECT_EQ(send(browser("GET", "/native/pair", {}, mine)).body["armed"], false);
  const auto armed = arm({{"password", kPassword}});
  EXPECT_EQ(armed.status, 200U) << armed.text;
  EXPECT_EQ(armed.body["pin"].get<std::string>().size(), 4U);
  // A program with the machine's token is not asked.
  EXPECT_EQ(send("POST", "/native/pair/arm", "{}").status, 200U);
}

TEST_F(SignInTest, ASettingThatOpensTheHostNeedsThePasswordOnceMore) {
  claim();
  const auto mine = cookie();
  const auto change = [&](const json& body) {
    return send(browser("PATCH", "/settings", body.dump(), mine));
  };
  for (const auto* id : {"open", "public_peers"}) {
    SCOPED_TRACE(id);
    EXPECT_EQ(code(change({{id, true}, {"capture_cursor", false}})), "password_required");
    EXPECT_EQ(code(change({{id, true}, {"password", "wrong"}})), "bad_password");
    const auto opened = change({{id, true}, {"password", kPassword}});
    EXPECT_EQ(opened.status, 200U) << opened.text;
    // Back is narrower, and is not asked for.
    EXPECT_EQ(change({{id, false}}).status, 200U);
    EXPECT_EQ(change({{id, nullptr}}).status, 200U);
  }
  EXPECT_EQ(change({{"capture_cursor", false}}).status, 200U);
  EXPECT_EQ(send("PATCH", "/settings", R"({"open":true})").status, 200U) << "a program";
}

TEST_F(SignInTest, AStolenCookieCannotReadAPinArmedElsewhere) {
  rig_.serve_native();
  deps_.native_desk = &*rig_.native;
  claim();
  const auto stolen = cookie();
  const auto pin = send("POST", "/native/pair/arm", "{}").body["pin"].get<std::string>();
  for (const auto* path : {"/native/pair", "/status", "/devices", "/pair", "/logs", "/me"})
    EXPECT_EQ(send(browser("GET", path, {}, stolen)).text.find("\"" + pin + "\""),
              std::string::npos)
        << path;
  EXPECT_EQ(send(browser("POST", "/native/pair/arm", "{}", stolen)).status, 403U);
}

TEST_F(SignInTest, NarrowingNeedsNoPasswordAndWideningDoes) {
  claim();
  const auto mine = cookie();
  const auto path = "/devices/" + std::to_string(rig_.pair("TV", 'a'));
  const auto change = [&](const json& body) {
    return send(browser("PATCH", path, body.dump(), mine)).status;
  };
  EXPECT_EQ(change({{"preset", "controller"}}), 200U);
  EXPECT_EQ(change({{"name", "Den TV"}}), 200U);
  EXPECT_EQ(change({{"preset", "full"}}), 403U);
  EXPECT_EQ(change({{"preset", "full"}, {"password", kPassword}}), 200U);
  EXPECT_EQ(change({{"expires_in_secs", 3600}}), 200U);
  EXPECT_EQ(change({{"expires_in_secs", 7200}}), 403U);
  EXPECT_EQ(change({{"clear_expiry", true}}), 403U);
  EXPECT_EQ(change({{"disabled", true}}), 200U);
  EXPECT_EQ(change({{"disabled", false}}), 403U);
  EXPECT_EQ(change({{"disabled", false}, {"password", kPassword}}), 200U);
  EXPECT_EQ(send(browser("DELETE", path, {}, mine)).status, 204U);
}

// ------------------------------------------------------------------ tokens and devices

TEST_F(SignInTest, TokensDoWhatTheirScopeSaysAndEndWhenDeleted) {
  claim();
  const auto mine = cookie();
  const auto make = [&](const char* scope) {
    const auto made = send(
        browser("POST", "/tokens",
                json{{"name", "grafana"}, {"scope", scope}, {"password", kPassword}}.dump(), mine));
    EXPECT_EQ(made.status, 201U) << made.text;
    return made.body;
  };
  const auto with = [&](const json& made, const char* method, const std::string& path,
                        const std::string& body = {}) {
    auto asked = browser(method, path, body);
    set(asked, "Authorization", "Bearer " + made["secret"].get<std::string>());
    return send(asked).status;
  };
  const auto read = make("read");
  const auto control = make("control");
  const auto admin = make("admin");
  const auto device = "/devices/" + std::to_string(rig_.pair("TV", 'a'));
  const std::string rename = R"({"name":"Den"})";
  EXPECT_EQ(with(read, "GET", "/status"), 200U);
  EXPECT_EQ(with(read, "PATCH", device, rename), 403U);
  EXPECT_EQ(with(read, "DELETE", device), 403U);
  EXPECT_EQ(with(control, "PATCH", device, rename), 403U);
  EXPECT_EQ(with(admin, "PATCH", device, rename), 200U);
  EXPECT_EQ(with(control, "DELETE", device), 204U);
  // No token makes another, ends sign-ins or touches the password.
  for (const auto* path : {"/tokens", "/sign-ins"}) EXPECT_EQ(with(admin, "GET", path), 403U);
  EXPECT_EQ(with(admin, "POST", "/password/reset", "{}"), 403U);

  const auto listed = send(browser("GET", "/tokens", {}, mine));
  EXPECT_EQ(listed.body["tokens"].size(), 3U);
  EXPECT_EQ(listed.text.find(read["secret"].get<std::string>()), std::string::npos);
  const auto path = "/tokens/" + std::to_string(read["token"]["id"].get<unsigned>());
  EXPECT_EQ(send(browser("DELETE", path, {}, mine)).status, 204U);
  EXPECT_EQ(with(read, "GET", "/status"), 401U);
}

TEST_F(SignInTest, APairedDeviceSeesItsFewRoutesUntilItIsRevoked) {
  claim();
  const auto certificate = std::make_shared<const crypto::Certificate>(
      std::move(*crypto::Certificate::from_der(ApiRig::identity().certificate().der())));
  auto asked = browser("GET", "/status");
  asked.headers = {{"Host", "localhost:47990"}};
  asked.peer_certificate = certificate;
  asked.remote = *net::Endpoint::parse("203.0.113.9", 40000);
  EXPECT_EQ(send(asked).status, 403U) << "a stranger from the internet";
  const auto id = rig_.on_control([&] {
    trust::Candidate candidate;
    candidate.fingerprint = certificate->fingerprint();
    candidate.name = "TV";
    return (*rig_.allow_list->approve(candidate))->id;
  });
  EXPECT_EQ(send(asked).status, 200U);
  asked.path = "/api/v1/me";
  EXPECT_EQ(send(asked).body["name"], "TV");
  for (const auto* path : {"/devices", "/logs", "/settings", "/sessions", "/sign-ins"}) {
    asked.path = std::string(kBasePath) + path;
    EXPECT_EQ(send(asked).status, 403U) << path;
  }
  EXPECT_EQ(send("DELETE", "/devices/" + std::to_string(id)).status, 204U);
  asked.path = "/api/v1/status";
  EXPECT_EQ(send(asked).status, 403U);
}

// ------------------------------------------------------------------ strangers

// A tunnel makes a stranger's request come from this machine: no route may take that for a proof.
TEST_F(SignInTest, RegressionLoopbackThroughATunnel) {
  claim();
  for (const auto* address : {"127.0.0.1", "::1", "::ffff:127.0.0.1", "127.9.9.9"})
    for (const auto& route : routes()) {
      if ((route.access.lanes & lane::kOpen) != 0) continue;
      auto path = std::string(route.path);
      if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, "1");
      auto tunnelled = browser(route.method, path, route.body != nullptr ? "{}" : "");
      if (route.at_root) tunnelled.path = path;
      tunnelled.remote = *net::Endpoint::parse(address, 50003);
      EXPECT_EQ(send(tunnelled).status, 401U) << route.method << path << address;
    }
}

// Whom a paired or disabled device's key has signed is a stranger on the device lane, too.
TEST_F(SignInTest, RegressionChildCertificateOnTheDeviceLane) {
  claim();
  test::CertificateWish wish;
  const auto paired = test::make_server_certificate(wish);
  const auto child = test::make_server_certificate(wish, &paired);
  wish.until_unix = unix_now() + 1000;
  auto renewed = test::make_server_certificate(wish);  // the same names
  const auto ask = [&](const test::ServerCertificate& shown) {
    auto asked = browser("GET", "/status");
    asked.headers = {{"Host", "localhost:47990"}};
    asked.peer_certificate = std::make_shared<const crypto::Certificate>(
        std::move(*crypto::Certificate::from_pem(shown.certificate_pem)));
    return send(asked).status;
  };
  const auto id = rig_.on_control([&] {
    trust::Candidate candidate;
    candidate.fingerprint = crypto::Certificate::from_pem(paired.certificate_pem)->fingerprint();
    candidate.name = "TV";
    return (*rig_.allow_list->approve(candidate))->id;
  });
  EXPECT_EQ(ask(paired), 200U);
  EXPECT_EQ(ask(child), 401U);
  EXPECT_EQ(ask(renewed), 401U);
  rig_.on_control([&] { return rig_.allow_list->set_disabled(id, true).has_value(); });
  EXPECT_EQ(ask(paired), 401U);
  EXPECT_EQ(ask(child), 401U);
}

TEST_F(SignInTest, PeersBeyondTheOwnNetworkAreRefusedUnlessAllowed) {
  claim();
  const auto signed_in = cookie();
  for (const auto* address : {"203.0.113.9", "2001:db8::9", "100.64.0.9", "::ffff:203.0.113.9"}) {
    auto asked = browser("GET", "/status", {}, signed_in);
    asked.remote = *net::Endpoint::parse(address, 40000);
    EXPECT_EQ(code(send(asked)), "peer_not_allowed") << address;
    auto page = asked;
    page.path = "/";
    EXPECT_EQ(send(page).status, 403U) << address;
  }
  for (const auto* address : {"10.1.2.3", "192.168.7.7", "172.16.0.1", "169.254.1.1", "fe80::1",
                              "fd00::1", "127.0.0.1", "::1"}) {
    auto asked = browser("GET", "/status", {}, signed_in);
    asked.remote = *net::Endpoint::parse(address, 40000);
    EXPECT_EQ(send(asked).status, 200U) << address;
  }
  config_.public_peers = true;
  auto asked = browser("GET", "/status", {}, signed_in);
  asked.remote = *net::Endpoint::parse("203.0.113.9", 40000);
  EXPECT_EQ(send(asked).status, 200U);
}

// Each defence for itself, as if the others were missing: even the right password in the body,
// which no other site knows, does not help.
TEST_F(SignInTest, RegressionCsrfAddingACommand) {
  claim();
  const auto signed_in = cookie();
  const json app = {{"title", "x"}, {"command", {"sh"}}, {"password", kPassword}};
  for (const auto& [header, value] : {std::pair{"Origin", "https://attacker.example"},
                                      {"Origin", "null"},
                                      {"Origin", "http://localhost:47990"},
                                      {"Sec-Fetch-Site", "cross-site"},
                                      {"Sec-Fetch-Site", "same-site"},
                                      {"Sec-Fetch-Site", "none"}}) {
    auto forged = browser("POST", "/apps", app.dump(), signed_in);
    set(forged, header, value);
    EXPECT_EQ(code(send(forged)), "cross_origin") << header << value;
    std::erase_if(forged.headers, [other = std::string_view(header) == "Origin"
                                               ? std::string("Sec-Fetch-Site")
                                               : std::string("Origin")](const auto& field) {
      return field.first == other;
    });
    EXPECT_EQ(code(send(forged)), "cross_origin") << header << value << " alone";
  }
  auto without = app;
  without.erase("password");
  EXPECT_EQ(code(send(browser("POST", "/apps", without.dump(), signed_in))), "password_required");
  auto form = browser("POST", "/apps", app.dump(), signed_in);
  set(form, "Content-Type", "text/plain");
  EXPECT_EQ(send(form).status, 415U) << "what a form can send";
  EXPECT_EQ(send(browser("GET", "/apps", {}, signed_in)).body["apps"].size(), 1U);
}

TEST_F(SignInTest, ANameThatWasPointedHereIsRefused) {
  claim();
  auto rebound = browser("GET", "/status", {}, cookie());
  set(rebound, "Host", "attacker.example:47990");
  set(rebound, "Origin", "https://attacker.example:47990");
  EXPECT_EQ(send(rebound).status, 421U);
  rebound.path = "/";
  EXPECT_EQ(send(rebound).status, 421U);
}

}  // namespace
}  // namespace pf::webui
