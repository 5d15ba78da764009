#include "native/advert.hpp"

#include <gtest/gtest.h>

#include <map>

namespace pf::native {
namespace {

TEST(NativeAdvert, SaysWhatClientsLookFor) {
  AdvertFacts facts;
  facts.host_name = "Wohnzimmer";
  facts.fingerprint = std::string(64, 'a');
  facts.unique_id = "id-1";
  facts.port = 9777;
  facts.management_port = 47990;
  const auto made = service(facts);
  EXPECT_EQ(made.instance, "Wohnzimmer");
  EXPECT_EQ(made.type, "_punktfunk._udp");
  EXPECT_EQ(made.port, 9777);
  const std::map<std::string, std::string> txt(made.txt.begin(), made.txt.end());
  EXPECT_EQ(txt.at("proto"), "punktfunk/1") << "any other value hides the host from every client";
  EXPECT_EQ(txt.at("wire"), "1,2");
  EXPECT_EQ(txt.at("pair"), "required");
  EXPECT_EQ(txt.at("fp"), facts.fingerprint);
  EXPECT_EQ(txt.at("id"), "id-1");
  EXPECT_EQ(txt.at("mgmt"), "47990");
  EXPECT_TRUE(txt.at("os").starts_with("linux"));
}

TEST(NativeAdvert, OpenHostsSaySoAndAMissingPortIsLeftOut) {
  AdvertFacts facts;
  facts.open = true;
  const auto made = service(facts);
  const std::map<std::string, std::string> txt(made.txt.begin(), made.txt.end());
  EXPECT_EQ(txt.at("pair"), "optional");
  EXPECT_EQ(txt.count("mgmt"), 0U);
}

TEST(NativeAdvert, LongNamesAreCutBetweenCharacters) {
  AdvertFacts facts;
  for (int i = 0; i < 40; ++i) facts.host_name += "ä";
  EXPECT_EQ(service(facts).instance.size(), 62U);
}

TEST(NativeAdvert, OsChainGoesFromTheFamilyToTheSpecial) {
  EXPECT_EQ(os_chain("ID=debian\n"), "linux/debian");
  EXPECT_EQ(os_chain("NAME=\"x\"\nID=bazzite\nID_LIKE=\"fedora\"\n"), "linux/fedora/bazzite");
  EXPECT_EQ(os_chain("ID=mint\nID_LIKE=\"ubuntu debian\"\n"), "linux/debian/ubuntu/mint");
  EXPECT_EQ(os_chain("ID=\"Od D/\x01\"\n"), "linux/d") << "other characters are left out";
  EXPECT_EQ(os_chain(""), "linux");
}

}  // namespace
}  // namespace pf::native
