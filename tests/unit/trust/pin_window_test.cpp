#include "trust/pin_window.hpp"

#include <gtest/gtest.h>

#include <set>

#include "support/virtual_executor.hpp"
#include "trust/allow_list.hpp"

namespace pf::trust {
namespace {

using namespace std::chrono_literals;
using Kind = Attempt::Kind;

const std::string kTv(64, 'a');
const std::string kPhone(64, 'b');

net::Endpoint at(const std::string& address) {
  return *net::Endpoint::parse(address, 4000);
}

class PinWindowTest : public testing::Test {
 protected:
  Attempt attempt(const std::string& fingerprint, const std::string& address = "192.168.1.2") {
    return window_.begin_attempt(fingerprint, at(address), source_of(at(address)));
  }
  test::VirtualExecutor executor_;
  PinWindow window_{executor_};
};

TEST_F(PinWindowTest, IsGoodForOneAttempt) {
  EXPECT_EQ(attempt(kTv).kind, Kind::NotArmed);
  const auto pin = window_.arm({});
  ASSERT_TRUE(pin);
  EXPECT_EQ(pin->text().size(), 4U);
  executor_.advance(2s);
  const auto tried = attempt(kTv);
  ASSERT_EQ(tried.kind, Kind::Armed);
  EXPECT_EQ(tried.pin.text(), pin->text());
  EXPECT_TRUE(window_.consume(tried.generation));
  EXPECT_FALSE(window_.consume(tried.generation));
  EXPECT_FALSE(window_.status().armed);
  executor_.advance(2s);
  EXPECT_EQ(attempt(kTv).kind, Kind::NotArmed);
}

TEST_F(PinWindowTest, AnAttemptOfAnEarlierWindowLeavesTheNewOneAlone) {
  ASSERT_TRUE(window_.arm({}));
  const auto tried = attempt(kTv);
  ASSERT_TRUE(window_.arm({}));
  EXPECT_FALSE(window_.consume(tried.generation));
  EXPECT_TRUE(window_.status().armed);
}

TEST_F(PinWindowTest, LengthIsClampedAndLapsesByItself) {
  int changes = 0;
  window_.on_change([&] { ++changes; });
  ASSERT_TRUE(window_.arm({}));
  EXPECT_EQ(window_.status().left, 120s);
  ASSERT_TRUE(window_.arm({.ttl = 1s}));
  EXPECT_EQ(window_.status().left, 15s);
  ASSERT_TRUE(window_.arm({.ttl = 9999s}));
  EXPECT_EQ(window_.status().left, 600s);
  EXPECT_EQ(changes, 3);
  const auto tried = attempt(kTv);
  executor_.advance(599'500ms);
  EXPECT_EQ(window_.status().left, 1s);
  executor_.advance(500ms);
  EXPECT_FALSE(window_.status().armed);
  EXPECT_FALSE(window_.consume(tried.generation));
  EXPECT_EQ(changes, 4);
  EXPECT_FALSE(window_.disarm());
}

TEST_F(PinWindowTest, APinWithoutAnEndIsStillUsedUp) {
  window_.arm_without_end(Pin("0042"));
  EXPECT_TRUE(window_.status().armed);
  EXPECT_FALSE(window_.status().left);
  executor_.advance(24h);
  const auto tried = attempt(kTv);
  ASSERT_EQ(tried.kind, Kind::Armed);
  EXPECT_EQ(tried.pin.text(), "0042");
  EXPECT_TRUE(window_.consume(tried.generation));
  EXPECT_FALSE(window_.status().armed);
}

TEST_F(PinWindowTest, ABoundWindowIsForOneDevice) {
  ASSERT_TRUE(window_.arm({.bound = std::string(64, 'A')}));
  EXPECT_EQ(attempt(kPhone).kind, Kind::BoundOther);
  EXPECT_TRUE(window_.status().armed);
  EXPECT_EQ(attempt(kTv, "192.168.1.9").kind, Kind::Armed);
  EXPECT_TRUE(window_.arm({.bound = "xyz"}).error().is(Errc::BadValue));
}

TEST_F(PinWindowTest, TheInternetSeesOnlyTheWindowThatIsBoundToIt) {
  ASSERT_TRUE(window_.arm({}));
  EXPECT_EQ(attempt(kTv, "203.0.113.1").kind, Kind::NotArmed);
  EXPECT_EQ(attempt(kTv, "2001:db8::1").kind, Kind::NotArmed);
  EXPECT_TRUE(window_.status().armed);
  ASSERT_TRUE(window_.arm({.bound = kTv}));
  EXPECT_EQ(attempt(kTv, "203.0.113.9").kind, Kind::Armed);
}

TEST_F(PinWindowTest, ChoicesThatMayNotBeOpenNothing) {
  EXPECT_TRUE(window_.arm({.access = {0x100, {}, false}}).error().is(Errc::BadValue));
  EXPECT_TRUE(window_.arm({.access = {{}, {}, true}}).error().is(Errc::BadValue));
  EXPECT_TRUE(window_.arm({.access = {{}, -5, false}}).error().is(Errc::BadValue));
  EXPECT_FALSE(window_.status().armed);
  EXPECT_TRUE(window_.arm({.access = {{}, 3600, true}}));
}

TEST_F(PinWindowTest, TwoSecondsPerAddressWhateverIsFound) {
  EXPECT_EQ(attempt(kTv).kind, Kind::NotArmed);
  ASSERT_TRUE(window_.arm({}));
  EXPECT_EQ(attempt(kTv).kind, Kind::RateLimited);
  EXPECT_EQ(attempt(kPhone).kind, Kind::RateLimited);  // the address counts, not the certificate
  executor_.advance(1900ms);
  EXPECT_EQ(attempt(kTv).kind, Kind::RateLimited);  // a refusal starts the wait anew
  executor_.advance(2s);
  EXPECT_EQ(attempt(kTv).kind, Kind::Armed);
}

TEST_F(PinWindowTest, AFloodFromTheInternetTakesNothingFromTheLan) {
  ASSERT_TRUE(window_.arm({}));
  for (int i = 0; i < 5000; ++i)
    EXPECT_NE(attempt(kPhone, "198." + std::to_string(18 + i % 2) + "." + std::to_string(i / 250) +
                                  "." + std::to_string(i % 250))
                  .kind,
              Kind::Armed);
  EXPECT_EQ(attempt(kTv).kind, Kind::Armed);
}

TEST_F(PinWindowTest, AFloodOnTheLanCostsADeviceOneRefusal) {
  const auto flood = [&](int round) {
    for (int i = 0; i < 1000; ++i)
      (void)attempt(kPhone, "10." + std::to_string(round) + "." + std::to_string(i / 250) + "." +
                                std::to_string(i % 250));
  };
  flood(0);
  ASSERT_TRUE(window_.arm({}));
  EXPECT_EQ(attempt(kTv).kind, Kind::RateLimited);
  executor_.advance(2s);
  flood(1);
  EXPECT_EQ(attempt(kTv).kind, Kind::Armed);
}

TEST_F(PinWindowTest, NobodyDelaysTheBoundDevice) {
  for (int i = 0; i < 5000; ++i)
    (void)attempt(kPhone, "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250));
  ASSERT_TRUE(window_.arm({.bound = kTv}));
  (void)attempt(kPhone);  // from the very address of the device
  EXPECT_EQ(attempt(kTv).kind, Kind::Armed);
  EXPECT_EQ(attempt(kTv).kind, Kind::RateLimited);  // itself it has to wait
  executor_.advance(2s);
  EXPECT_EQ(attempt(kTv, "203.0.113.4").kind, Kind::Armed);
}

TEST_F(PinWindowTest, AnIpv6NetworkIsOneOutsideAndManyInside) {
  ASSERT_TRUE(window_.arm({.bound = kPhone}));
  EXPECT_EQ(attempt(kTv, "2001:db8::1").kind, Kind::BoundOther);
  EXPECT_EQ(attempt(kTv, "2001:db8::2").kind, Kind::RateLimited);
  EXPECT_EQ(attempt(kTv, "2001:db8:0:1::2").kind, Kind::BoundOther);
  EXPECT_EQ(attempt(kTv, "fd00::1").kind, Kind::BoundOther);
  EXPECT_EQ(attempt(kTv, "fd00::2").kind, Kind::BoundOther);
  EXPECT_EQ(attempt(kTv, "::ffff:192.168.1.5").kind, Kind::BoundOther);
  EXPECT_EQ(attempt(kTv, "192.168.1.5").kind, Kind::RateLimited);
}

TEST(Pin, IsFourDigitsAndUniform) {
  std::set<std::string> seen;
  std::array<int, 10> first{};
  for (int i = 0; i < 10'000; ++i) {
    const auto pin = Pin::random();
    ASSERT_EQ(pin.text().size(), 4U);
    for (const char c : pin.text()) ASSERT_TRUE(c >= '0' && c <= '9');
    ++first[static_cast<std::size_t>(pin.text()[0] - '0')];
    seen.insert(std::string(pin.text()));
  }
  // 10,000 draws hit about 6,321 of 10,000 values; nine standard deviations of room on both counts.
  EXPECT_GT(seen.size(), 6000U);
  EXPECT_LT(seen.size(), 6650U);
  for (const int count : first) EXPECT_NEAR(count, 1000, 270);
}

TEST(Source, FollowsTheAddress) {
  const auto via = [](const net::Endpoint&) { return true; };
  for (const char* lan : {"127.0.0.1", "::1", "10.1.2.3", "172.16.0.1", "172.31.9.9", "192.168.0.1",
                          "169.254.1.1", "fe80::1", "fd12::1", "::ffff:192.168.1.1"})
    EXPECT_EQ(source_of(at(lan)), Source::Lan) << lan;
  for (const char* wan : {"8.8.8.8", "172.32.0.1", "100.64.0.1", "2001:db8::1", "0.0.0.0",
                          "::", "::ffff:8.8.8.8", "192.169.0.1"})
    EXPECT_EQ(source_of(at(wan)), Source::Wan) << wan;
  EXPECT_EQ(source_of(at("100.127.0.1"), via), Source::Lan);
  EXPECT_EQ(source_of(at("100.128.0.1"), via), Source::Wan);
  EXPECT_EQ(source_of(at("8.8.8.8"), via), Source::Wan);
  EXPECT_FALSE(replies_via_tailscale(at("127.0.0.1")));
  EXPECT_FALSE(replies_via_tailscale(at("::1")));
}

}  // namespace
}  // namespace pf::trust
