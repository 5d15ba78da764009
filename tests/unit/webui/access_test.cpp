#include "webui/access.hpp"

#include <gtest/gtest.h>

#include "webui/routes.hpp"

namespace pf::webui {
namespace {

constexpr std::uint8_t kLanes[] = {lane::kOpen, lane::kToken, lane::kConsole, lane::kDevice,
                                   lane::kScoped};

TEST(Access, EveryRouteIsClassified) {
  for (const auto& route : routes())
    EXPECT_NE(route.access.lanes, 0) << route.method << " " << route.path;
}

TEST(Access, ARouteThatIsNotClassifiedIsRefusedToEverybody) {
  for (const auto lane : kLanes)
    EXPECT_FALSE(permitted(Access{}, {.lane = lane, .scope = Scope::Admin})) << int(lane);
}

TEST(Access, OnlyTheNamedLanesPass) {
  for (const auto lane : kLanes) {
    EXPECT_TRUE(permitted(access::kOpen, {.lane = lane}));
    EXPECT_EQ(permitted(access::kConsole, {.lane = lane}), lane == lane::kConsole);
    const bool person = lane == lane::kToken || lane == lane::kConsole || lane == lane::kScoped;
    EXPECT_EQ(permitted(access::kRead, {.lane = lane}), person);
    EXPECT_EQ(permitted(access::kRead.with(lane::kDevice), {.lane = lane}),
              person || lane == lane::kDevice);
  }
}

TEST(Access, AScopeIncludesTheOnesBelowIt) {
  const auto may = [](Scope scope, const Access& access) {
    return permitted(access, {.lane = lane::kScoped, .scope = scope});
  };
  EXPECT_TRUE(may(Scope::Read, access::kRead));
  EXPECT_FALSE(may(Scope::Read, access::kControl));
  EXPECT_FALSE(may(Scope::Read, access::kAdmin));
  EXPECT_TRUE(may(Scope::Control, access::kRead));
  EXPECT_TRUE(may(Scope::Control, access::kControl));
  EXPECT_FALSE(may(Scope::Control, access::kAdmin));
  EXPECT_TRUE(may(Scope::Admin, access::kAdmin));
}

TEST(Access, WhatGrantsSomethingOrRunsACommandIsGated) {
  for (const auto& [method, path] :
       std::vector<std::pair<std::string, std::string>>{{"POST", "/native/pair/arm"},
                                                        {"POST", "/native/pending/7/approve"},
                                                        {"POST", "/pair/pin"},
                                                        {"PATCH", "/devices/7"},
                                                        {"POST", "/apps"}}) {
    const auto found = match(method, path);
    ASSERT_NE(found.route, nullptr) << path;
    EXPECT_NE(found.route->access.gate, nullptr) << path;
  }
  // What narrows access never waits for a password.
  for (const auto* path : {"/devices/7", "/native/pair", "/sessions/7"})
    EXPECT_EQ(match("DELETE", path).route->access.gate, nullptr) << path;
}

}  // namespace
}  // namespace pf::webui
