#include "gamestream/describe.hpp"

#include <gtest/gtest.h>

#include <array>

namespace pf::gamestream {
namespace {

TEST(Describe, OffersEverythingThatIsThere) {
  const std::array codecs{media::Codec::H264, media::Codec::Hevc, media::Codec::Av1};
  EXPECT_EQ(describe(codecs, {}),
            "a=x-ss-general.featureFlags:3\n"
            "a=x-ss-general.encryptionSupported:7\n"
            "a=x-ss-general.encryptionRequested:1\n"
            "sprop-parameter-sets=AAAAAU\n"
            "a=rtpmap:98 AV1/90000\n"
            "a=fmtp:97 surround-params=21101\n"
            "a=fmtp:97 surround-params=21101\n"
            "a=fmtp:97 surround-params=642012453\n"
            "a=fmtp:97 surround-params=660012345\n"
            "a=fmtp:97 surround-params=85301245673\n"
            "a=fmtp:97 surround-params=88001234567\n");
}

TEST(Describe, NamesOnlyWhatEncodersOffer) {
  const std::array codecs{media::Codec::H264};
  const auto body = describe(codecs, {.supported = 5, .requested = 5});
  EXPECT_EQ(body.find("AAAAAU"), std::string::npos);
  EXPECT_EQ(body.find("AV1/90000"), std::string::npos);
  EXPECT_EQ(body.find("refPicInvalidation"), std::string::npos);
  EXPECT_NE(body.find("encryptionSupported:5\n"), std::string::npos);
  EXPECT_NE(body.find("encryptionRequested:5\n"), std::string::npos);
}

}  // namespace
}  // namespace pf::gamestream
