#include "webui/login_throttle.hpp"

#include <gtest/gtest.h>

namespace pf::webui {
namespace {

using namespace std::chrono_literals;

net::Endpoint at(const std::string& address) {
  return *net::Endpoint::parse(address, 1);
}

TEST(LoginThrottle, FiveFailuresAreFreeThenWaitsDoubleUpToFiveMinutes) {
  LoginThrottle throttle;
  const auto tv = at("192.168.1.2");
  SteadyTime now{};
  for (unsigned i = 0; i < LoginThrottle::kFree; ++i) {
    EXPECT_EQ(throttle.tries_left(tv), LoginThrottle::kFree - i);
    EXPECT_FALSE(throttle.begin(tv, now));
  }
  EXPECT_EQ(throttle.tries_left(tv), 0U);
  auto wait = 1s;
  for (int i = 0; i < 12; ++i) {
    EXPECT_FALSE(throttle.begin(tv, now)) << i;
    EXPECT_EQ(throttle.begin(tv, now), wait) << i;
    EXPECT_EQ(throttle.begin(tv, now + wait - 1ms), 1s);
    now += wait;
    wait = std::min(2 * wait, std::chrono::seconds(LoginThrottle::kLongest));
  }
  EXPECT_FALSE(throttle.begin(tv, now + LoginThrottle::kForget));
  EXPECT_EQ(throttle.tries_left(tv), LoginThrottle::kFree - 1) << "a quiet address starts anew";
}

TEST(LoginThrottle, WrongPasswordsLockOutOnlyTheirAddress) {
  LoginThrottle throttle;
  SteadyTime now{};
  for (int i = 0; i < 50; ++i) {
    throttle.begin(at("192.168.1.66"), now);
    now += 1s;
  }
  EXPECT_TRUE(throttle.begin(at("192.168.1.66"), now));
  EXPECT_FALSE(throttle.begin(at("192.168.1.67"), now));
}

TEST(LoginThrottle, ARightPasswordStartsAnew) {
  LoginThrottle throttle;
  const auto tv = at("192.168.1.2");
  for (int i = 0; i < 5; ++i) throttle.begin(tv, {});
  throttle.succeeded(tv);
  EXPECT_EQ(throttle.tries_left(tv), LoginThrottle::kFree);
  EXPECT_EQ(throttle.peers(), 0U);
}

TEST(LoginThrottle, WhatWasNotTriedIsNotCharged) {
  LoginThrottle throttle;
  const auto tv = at("192.168.1.2");
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(throttle.begin(tv, {}));
    throttle.take_back(tv);
  }
  EXPECT_EQ(throttle.tries_left(tv), LoginThrottle::kFree);
}

TEST(LoginThrottle, AFloodFromManyAddressesMakesOthersWaitASecondNotLonger) {
  LoginThrottle throttle;
  SteadyTime now{};
  for (unsigned i = 0; i < LoginThrottle::kAllFailures; ++i)
    EXPECT_FALSE(throttle.begin(at("10.0.0." + std::to_string(i)), now));
  EXPECT_EQ(throttle.begin(at("192.168.1.2"), now), 1s);
  // The flood goes on and takes no turn from the one that waited.
  for (unsigned i = 0; i < 200; ++i)
    throttle.begin(at("10.0.1." + std::to_string(i)), now + std::chrono::milliseconds(i));
  EXPECT_FALSE(throttle.begin(at("192.168.1.2"), now + 1s));
  EXPECT_FALSE(throttle.begin(at("192.168.1.3"), now + LoginThrottle::kAllWindow + 2s));
}

TEST(LoginThrottle, IsBounded) {
  LoginThrottle throttle;
  SteadyTime now{};
  for (unsigned i = 0; i < LoginThrottle::kPeers + 500; ++i) {
    now += 1s;
    throttle.begin(at("10." + std::to_string(i / 62500) + "." + std::to_string(i / 250 % 250) +
                      "." + std::to_string(i % 250)),
                   now);
  }
  EXPECT_EQ(throttle.peers(), LoginThrottle::kPeers);
}

}  // namespace
}  // namespace pf::webui
