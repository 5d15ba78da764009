#include "net/interfaces.hpp"

#include <gtest/gtest.h>

#include <set>

namespace pf::net {
namespace {

TEST(Interfaces, EachIsNamedOnceHasAnAddressAndIsNotLoopback) {
  std::set<std::string> names;
  for (const auto& one : interfaces()) {
    EXPECT_TRUE(names.insert(one.name).second) << one.name;
    EXPECT_FALSE(one.addresses.empty()) << one.name;
    EXPECT_TRUE(one.mac.empty() || one.mac.size() == 17) << one.mac;
    EXPECT_NE(one.mac, "00:00:00:00:00:00");
    for (const auto& address : one.addresses) {
      EXPECT_FALSE(address.is_loopback()) << one.name;
      EXPECT_EQ(address.scope(), 0U) << address.to_string();
    }
  }
}

}  // namespace
}  // namespace pf::net
