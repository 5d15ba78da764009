#include "net/destination.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace pf::net {
namespace {

TEST(Destination, IsUnknownAtFirst) {
  Destination destination;
  Route route;
  std::uint32_t seen = 0;
  EXPECT_FALSE(destination.known());
  EXPECT_FALSE(destination.follow(route, seen));
}

TEST(Destination, IsFollowed) {
  Destination destination;
  Route route;
  route.dscp = 34;
  std::uint32_t seen = 0;
  for (std::uint16_t port = 1; port < 100; ++port) {
    destination.set(Endpoint::loopback_v4(port), Endpoint::loopback_v6(port));
    EXPECT_TRUE(destination.known());
    ASSERT_TRUE(destination.follow(route, seen));
    EXPECT_EQ(route.to, Endpoint::loopback_v4(port));
    EXPECT_EQ(route.from, Endpoint::loopback_v6(port));
    ASSERT_TRUE(destination.follow(route, seen));
    EXPECT_EQ(route.dscp, 34);
  }
}

TEST(Destination, AReaderNeverSeesHalfAValue) {
  Destination destination;
  constexpr std::uint16_t kLast = 60'000;
  std::jthread writer([&] {
    for (std::uint32_t port = 1; port <= kLast; ++port) {
      const auto value = static_cast<std::uint16_t>(port);
      destination.set(Endpoint::loopback_v4(value), Endpoint::loopback_v6(value));
    }
  });
  Route route;
  std::uint32_t seen = 0;
  std::uint16_t newest = 0;
  while (newest != kLast) {
    if (!destination.follow(route, seen)) continue;
    ASSERT_EQ(route.to, Endpoint::loopback_v4(route.to.port()));
    ASSERT_EQ(route.from, Endpoint::loopback_v6(route.to.port()));
    ASSERT_GE(route.to.port(), newest);
    newest = route.to.port();
  }
}

}  // namespace
}  // namespace pf::net
