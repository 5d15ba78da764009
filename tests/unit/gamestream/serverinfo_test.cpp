#include "gamestream/serverinfo.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pf::gamestream {
namespace {

using testing::HasSubstr;
using testing::Not;

ServerInfo example() {
  ServerInfo info;
  info.host_name = "test";
  info.unique_id = "UUID";
  info.http_port = 47989;
  info.https_port = 47984;
  info.local = net::Endpoint::loopback_v4(47989);
  info.codec_support = 769;
  return info;
}

// The answer that real clients accepted (gamestream.md 2.3).
TEST(ServerInfo, EqualsTheAcceptedExample) {
  EXPECT_EQ(
      serverinfo_xml(example()),
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
      "<root status_code=\"200\"><hostname>test</hostname><appversion>7.1.431.-1</appversion>"
      "<GfeVersion>3.23.0.74</GfeVersion><uniqueid>UUID</uniqueid><HttpsPort>47984</HttpsPort>"
      "<ExternalPort>47989</ExternalPort><mac>00:00:00:00:00:00</mac><LocalIP>127.0.0.1"
      "</LocalIP><MaxLumaPixelsHEVC>1869449984</MaxLumaPixelsHEVC><ServerCodecModeSupport>769"
      "</ServerCodecModeSupport><PairStatus>0</PairStatus><currentgame>0</currentgame><state>"
      "SUNSHINE_SERVER_FREE</state></root>");
}

TEST(ServerInfo, TellsAPairedDeviceAboutItsSession) {
  auto info = example();
  info.paired = true;
  info.current_app = 42;
  info.mac = "02:00:00:00:00:01";
  info.external_ip = "203.0.113.7";
  const auto xml = serverinfo_xml(info);
  EXPECT_THAT(xml, HasSubstr("<PairStatus>1</PairStatus><currentgame>42</currentgame>"
                             "<state>SUNSHINE_SERVER_BUSY</state>"));
  EXPECT_THAT(xml, HasSubstr("<mac>02:00:00:00:00:01</mac>"));
  EXPECT_THAT(xml, HasSubstr("<ExternalIP>203.0.113.7</ExternalIP>"));
}

TEST(ServerInfo, HidesHevcWhenThereIsNone) {
  auto info = example();
  info.codec_support = 0;
  const auto xml = serverinfo_xml(info);
  EXPECT_THAT(xml, HasSubstr("<MaxLumaPixelsHEVC>0</MaxLumaPixelsHEVC>"
                             "<ServerCodecModeSupport>1</ServerCodecModeSupport>"));
}

TEST(ServerInfo, GivesAnIpv4LiteralAlways) {
  auto info = example();
  info.local = *net::Endpoint::parse("2001:db8::1", 1);
  EXPECT_THAT(serverinfo_xml(info), HasSubstr("<LocalIP>127.0.0.1</LocalIP>"));
  info.local = *net::Endpoint::parse("192.168.1.10", 1);
  EXPECT_THAT(serverinfo_xml(info), HasSubstr("<LocalIP>192.168.1.10</LocalIP>"));
}

TEST(ServerInfo, EscapesTheHostName) {
  auto info = example();
  info.host_name = "Tom & Jerry";
  EXPECT_THAT(serverinfo_xml(info), HasSubstr("<hostname>Tom &amp; Jerry</hostname>"));
}

TEST(ServerInfo, LoopbackHasNoMac) {
  EXPECT_EQ(mac_of_local_address(net::Endpoint::loopback_v4(1)), "");
  EXPECT_EQ(mac_of_local_address(*net::Endpoint::parse("192.0.2.77", 1)), "");
}

}  // namespace
}  // namespace pf::gamestream
