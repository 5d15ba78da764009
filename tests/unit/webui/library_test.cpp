// Applications are changed, ordered and given covers.
#include "apps/art.hpp"
#include "unit/webui/api_fixture.hpp"

namespace pf::webui {
namespace {

class AppsTest : public ApiTest {
 protected:
  std::uint32_t add(const std::string& title) {
    const auto answer =
        send("POST", "/apps", json({{"title", title}, {"command", {"true"}}}).dump());
    EXPECT_EQ(answer.status, 201U) << answer.text;
    return answer.body["id"].get<std::uint32_t>();
  }
  static std::string path(std::uint32_t id, const char* rest = "") {
    return "/apps/" + std::to_string(id) + rest;
  }
  static std::string png() {
    const unsigned char bytes[] = {0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A, 0,    0, 0, 13,
                                   'I',  'H', 'D', 'R', 0,    0,    0,    1,    0,    0, 0, 1,
                                   8,    0,   0,   0,   0,    0x3A, 0x7E, 0x9B, 0x55, 0, 0, 0,
                                   0,    'I', 'E', 'N', 'D',  0xAE, 0x42, 0x60, 0x82};
    return {reinterpret_cast<const char*>(bytes), sizeof bytes};
  }
  http::Request art(std::uint32_t id, const std::string& bytes, const std::string& type) {
    auto out = request("PUT", "/api/v1" + path(id, "/art"), bytes);
    set(out, "Content-Type", type);
    return out;
  }
};

TEST_F(AppsTest, AChangeKeepsWhatIsNotNamed) {
  const auto id = add("Chess");
  auto answer = send("PATCH", path(id),
                     R"({"prepare":[{"do":["on","1"],"undo":["off"],"elevated":false}],)"
                     R"("environment":{"A":"1"},"working_directory":"/opt"})");
  ASSERT_EQ(answer.status, 200U) << answer.text;
  EXPECT_EQ(answer.body["title"], "Chess");
  EXPECT_EQ(answer.body["prepare"][0]["undo"], json({"off"}));
  answer = send("PATCH", path(id), R"({"title":"Go","working_directory":null})");
  EXPECT_EQ(answer.body["title"], "Go");
  EXPECT_FALSE(answer.body.contains("working_directory"));
  EXPECT_EQ(answer.body["environment"]["A"], "1");
  EXPECT_EQ(send("GET", path(id)).body, answer.body);
}

TEST_F(AppsTest, WhatIsNotAllowedChangesNothing) {
  const auto id = add("Chess");
  const auto before = send("GET", path(id)).body;
  for (const auto* body : {R"({"title":""})", R"({"command":[]})", R"({"working_directory":"x"})",
                           R"({"environment":{"A=B":"1"}})", R"({"prepare":[{"do":[]}]})",
                           R"({"prepare":[{"do":["x"],"elevated":true}]})", R"({"unknown":1})"})
    EXPECT_EQ(send("PATCH", path(id), body).status, 400U) << body;
  for (const auto* body :
       {R"({"prepare":[{"undo":["x"]}]})", R"({"prepare":{}})", R"({"title":null})"})
    EXPECT_EQ(send("PATCH", path(id), body).status, 422U) << body;
  EXPECT_EQ(send("PATCH", path(77), R"({"title":"x"})").status, 404U);
  EXPECT_EQ(send("GET", path(id)).body, before);
}

TEST_F(AppsTest, AFullDiskIsToldOnceWithWhatToDo) {
  rig_.on_control(
      [&] { return rig_.database->prepare("PRAGMA query_only=ON").step().has_value(); });
  const auto answer = send("POST", "/apps", R"({"title":"Chess","command":["true"]})");
  EXPECT_EQ(answer.status, 500U);
  EXPECT_EQ(code(answer), "store_failed");
  const auto text = answer.body["error"].get<std::string>();
  EXPECT_THAT(text, HasSubstr("Nothing has changed; look after the disk"));
  EXPECT_EQ(text.find("could not be stored"), text.rfind("could not be stored")) << text;
  EXPECT_EQ(send("GET", "/apps").body["apps"].size(), 1U);
}

TEST_F(AppsTest, HidingNeedsNoPasswordAndWhatRunsDoes) {
  const auto id = add("Chess");
  claim();
  const auto signed_in = cookie();
  const auto change = [&](const char* body) {
    return send(browser("PATCH", path(id), body, signed_in));
  };
  auto answer = change(R"({"hidden":true})");
  ASSERT_EQ(answer.status, 200U) << answer.text;
  EXPECT_EQ(answer.body["hidden"], true);
  EXPECT_EQ(send("GET", "/apps").body["apps"].size(), 2U) << "the operator sees all of them";
  for (const auto* body : {R"({"hidden":false,"title":"Go"})", R"({"command":["x"]})"})
    EXPECT_EQ(code(change(body)), "password_required") << body;
  EXPECT_EQ(change(R"({"hidden":"no"})").status, 422U);
  EXPECT_EQ(change(R"({"hidden":false})").body["hidden"], false);
  const auto desktop = send("GET", "/apps").body["apps"][0]["id"].get<std::uint32_t>();
  EXPECT_EQ(send("PATCH", path(desktop), R"({"hidden":true})").status, 400U);
}

TEST_F(AppsTest, TwoTabsDoNotOverwriteEachOther) {
  const auto id = add("Chess");
  const auto seen = send("GET", path(id)).header("ETag");
  auto first = request("PATCH", "/api/v1" + path(id), R"({"title":"A"})");
  set(first, "If-Match", seen);
  EXPECT_EQ(send(first).status, 200U);
  EXPECT_EQ(code(send(first)), "changed_elsewhere");
}

TEST_F(AppsTest, WhatASecondClientGetsIsSaidByTheApplicationOrTheHost) {
  const auto id = add("Chess");
  EXPECT_EQ(send("GET", path(id)).body["policy"], "default");
  for (const std::string policy : {"separate", "join", "steal", "refuse", "default"}) {
    EXPECT_EQ(send("PATCH", path(id), json({{"policy", policy}}).dump()).status, 200U);
    EXPECT_EQ(send("GET", path(id)).body["policy"], policy);
    EXPECT_EQ(send("PATCH", path(id), R"({"title":"Chess"})").body["policy"], policy);
  }
  EXPECT_EQ(send("PATCH", path(id), R"({"policy":"reject"})").status, 400U);
}

TEST_F(AppsTest, TheOrderIsTakenOverWhole) {
  const auto a = add("A"), b = add("B");
  EXPECT_EQ(send("POST", "/apps/order", json({{"ids", {b, a}}}).dump()).status, 204U);
  const auto list = send("GET", "/apps").body["apps"];
  EXPECT_EQ(list[1]["id"], b);
  EXPECT_EQ(list[2]["id"], a);
  EXPECT_EQ(send("POST", "/apps/order", json({{"ids", {b}}}).dump()).status, 400U);
  EXPECT_EQ(send("POST", "/apps/order", json({{"ids", {b, 5}}}).dump()).status, 404U);
  EXPECT_EQ(send("POST", "/apps/order", R"({"ids":[-1]})").status, 422U);
}

TEST_F(AppsTest, ACoverIsChecked) {
  const auto id = add("Chess");
  EXPECT_EQ(send("GET", path(id, "/art")).status, 404U);
  EXPECT_EQ(send(art(id, png(), "image/png")).status, 204U);
  const auto got = send("GET", path(id, "/art"));
  EXPECT_EQ(got.text, png());
  EXPECT_EQ(got.header("Content-Type"), "image/png");
  EXPECT_TRUE(send("GET", path(id)).body.contains("art"));
  EXPECT_EQ(send(art(id, png(), "image/gif")).status, 415U);
  EXPECT_EQ(send(art(id, png(), "image/jpeg")).status, 400U);
  EXPECT_EQ(send(art(id, "<script>", "image/png")).status, 400U);
  EXPECT_EQ(send(art(77, png(), "image/png")).status, 404U);
  EXPECT_EQ(send("GET", path(id, "/art")).text, png());
  EXPECT_EQ(send("DELETE", path(id, "/art")).status, 204U);
  EXPECT_EQ(send("GET", path(id, "/art")).status, 404U);
}

TEST_F(AppsTest, OnlyWhoMaySetACoverMaySendThatMuch) {
  claim();
  const auto expected = [&](const http::Request& head) {
    return rig_.on_control([&] { return api_->expects_large_body(head); });
  };
  EXPECT_EQ(largest_body(), apps::Art::kLargest);
  EXPECT_TRUE(expected(request("PUT", "/api/v1/apps/1/art")));
  EXPECT_TRUE(expected(browser("PUT", "/apps/1/art", {}, cookie())));
  EXPECT_FALSE(expected(browser("PUT", "/apps/1/art")));  // a stranger
  EXPECT_FALSE(expected(browser("PUT", "/apps/1/art", {}, "__Host-pf_session=00")));
  EXPECT_FALSE(expected(request("POST", "/api/v1/apps")));
  EXPECT_FALSE(expected(request("PUT", "/api/v1/nothing")));
  EXPECT_FALSE(expected(request("PUT", "/apps/1/art")));
}

}  // namespace
}  // namespace pf::webui
