#include "net/endpoint.hpp"

#include <gtest/gtest.h>

#include <unordered_set>

namespace pf::net {
namespace {

Endpoint ep(const char* text, std::uint16_t port = 80) {
  const auto e = Endpoint::parse(text, port);
  EXPECT_TRUE(e.has_value()) << text;
  return e.value_or(Endpoint{});
}

TEST(Endpoint, ParsesAndPrints) {
  EXPECT_EQ(ep("192.168.1.2").to_string(), "192.168.1.2:80");
  EXPECT_EQ(ep("::1").to_string(), "[::1]:80");
  EXPECT_EQ(ep("[2001:db8::5]").to_string(), "[2001:db8::5]:80");
  EXPECT_EQ(ep("fe80::1%7").to_string(), "[fe80::1%7]:80");
  EXPECT_EQ(ep("fe80::1%7").scope(), 7U);
  EXPECT_EQ(Endpoint(5).to_string(), "[::]:5");
}

TEST(Endpoint, RejectsWhatIsNoAddress) {
  for (const char* text : {"", "host", "1.2.3", "1.2.3.4.5", "::g", "fe80::1%no-such-interface",
                           "1.2.3.4%1", "[1.2.3.4", "1.2.3.4:80"}) {
    const auto e = Endpoint::parse(text, 1);
    ASSERT_FALSE(e.has_value()) << text;
    EXPECT_TRUE(e.error().is(Errc::BadAddress));
  }
}

TEST(Endpoint, MappedIpv4IsIpv4) {
  const auto plain = ep("10.0.0.7");
  EXPECT_EQ(ep("::ffff:10.0.0.7"), plain);
  EXPECT_TRUE(ep("::ffff:10.0.0.7").is_v4());
  const auto v6 = plain.to_v6();
  EXPECT_EQ(Endpoint::from_sockaddr(reinterpret_cast<const sockaddr*>(&v6), sizeof v6), plain);
  const auto v4 = plain.to_v4();
  EXPECT_EQ(Endpoint::from_sockaddr(reinterpret_cast<const sockaddr*>(&v4), sizeof v4), plain);
}

TEST(Endpoint, ScopeOfAGlobalAddressIsDropped) {
  auto raw = ep("2001:db8::5").to_v6();
  raw.sin6_scope_id = 3;
  EXPECT_EQ(Endpoint::from_sockaddr(reinterpret_cast<const sockaddr*>(&raw), sizeof raw),
            ep("2001:db8::5"));
}

TEST(Endpoint, RejectsForeignAndShortSocketAddresses) {
  sockaddr_in v4 = ep("10.0.0.7").to_v4();
  EXPECT_FALSE(Endpoint::from_sockaddr(reinterpret_cast<const sockaddr*>(&v4), 4));
  v4.sin_family = AF_UNIX;
  EXPECT_FALSE(Endpoint::from_sockaddr(reinterpret_cast<const sockaddr*>(&v4), sizeof v4));
  EXPECT_FALSE(Endpoint::from_sockaddr(reinterpret_cast<const sockaddr*>(&v4), 0));
}

TEST(Endpoint, LoopbackAndPrivate) {
  for (const char* text : {"127.0.0.1", "127.8.9.1", "::1"}) {
    EXPECT_TRUE(ep(text).is_loopback()) << text;
    EXPECT_TRUE(ep(text).is_private()) << text;
  }
  for (const char* text : {"10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.9", "169.254.3.4",
                           "fe80::1%1", "fd00::1", "fc12::9"}) {
    EXPECT_FALSE(ep(text).is_loopback()) << text;
    EXPECT_TRUE(ep(text).is_private()) << text;
  }
  for (const char* text : {"8.8.8.8", "172.32.0.1", "172.15.0.1", "192.169.0.1", "2001:db8::1",
                           "0.0.0.0", "::", "128.0.0.1"}) {
    EXPECT_FALSE(ep(text).is_private()) << text;
  }
}

TEST(Endpoint, UnspecifiedOfBothFamilies) {
  EXPECT_TRUE(Endpoint{}.is_any());
  EXPECT_TRUE(Endpoint::any_v4(3).is_any());
  EXPECT_TRUE(Endpoint::any_v4(3).is_v4());
  EXPECT_FALSE(Endpoint::loopback_v4(3).is_any());
}

TEST(Endpoint, ComparesAndHashes) {
  std::unordered_set<Endpoint> set{ep("1.2.3.4", 1), ep("1.2.3.4", 2), ep("fe80::1%1", 1),
                                   ep("fe80::1%2", 1)};
  EXPECT_EQ(set.size(), 4U);
  EXPECT_TRUE(set.contains(ep("::ffff:1.2.3.4", 2)));
  EXPECT_TRUE(ep("1.2.3.4", 1).same_address(ep("1.2.3.4", 2)));
  EXPECT_FALSE(ep("fe80::1%1").same_address(ep("fe80::1%2")));
}

}  // namespace
}  // namespace pf::net
