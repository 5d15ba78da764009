#include "webui/auth.hpp"

#include <gtest/gtest.h>

namespace pf::webui {
namespace {

using namespace std::chrono_literals;

net::Endpoint at(const std::string& address) {
  return *net::Endpoint::parse(address, 1);
}

TEST(FailureCounter, CountsPerAddressWithinAWindow) {
  FailureCounter counter;
  SteadyTime now{};
  for (unsigned i = 0; i < FailureCounter::kFailures; ++i)
    EXPECT_EQ(counter.fail(at("192.0.2.1"), now), 0s);
  EXPECT_EQ(counter.fail(at("192.0.2.1"), now + 20s), 40s);
  EXPECT_EQ(counter.fail(at("192.0.2.2"), now + 20s), 0s);
  EXPECT_EQ(counter.fail(at("192.0.2.1"), now + 60s), 0s) << "a new window";
}

TEST(FailureCounter, AnIpv6NetworkCountsAsOneAddress) {
  FailureCounter counter;
  SteadyTime now{};
  for (unsigned i = 0; i < FailureCounter::kFailures; ++i)
    counter.fail(at("2001:db8::" + std::to_string(i + 1)), now);
  EXPECT_GT(counter.fail(at("2001:db8::ffff"), now), 0s);
  EXPECT_EQ(counter.fail(at("2001:db8:0:1::1"), now), 0s);
}

TEST(FailureCounter, DifferentIpv4AddressesAreDifferent) {
  FailureCounter counter;
  for (unsigned i = 0; i < 100; ++i)
    EXPECT_EQ(counter.fail(at("192.0.2." + std::to_string(i)), SteadyTime{}), 0s);
  EXPECT_EQ(counter.addresses(), 100U);
}

TEST(FailureCounter, IsBoundedAndForgetsTheOldestFirst) {
  FailureCounter counter;
  SteadyTime now{};
  for (unsigned i = 0; i < 1000; ++i) {
    now += 1ms;
    counter.fail(at("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250)), now);
    EXPECT_LE(counter.addresses(), FailureCounter::kAddresses);
  }
}

}  // namespace
}  // namespace pf::webui
