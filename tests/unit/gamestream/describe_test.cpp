#include "gamestream/describe.hpp"

#include <gtest/gtest.h>

namespace pf::gamestream {
namespace {

TEST(Describe, OffersEverythingThatIsThere) {
  const Offer offer{{{media::Codec::H264}, {media::Codec::Hevc}, {media::Codec::Av1}}, true};
  EXPECT_EQ(describe(offer, {}),
            "a=x-ss-general.featureFlags:3\n"
            "a=x-ss-general.encryptionSupported:7\n"
            "a=x-ss-general.encryptionRequested:1\n"
            "a=x-nv-video[0].refPicInvalidation:1\n"
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
  const auto body = describe(Offer{}, {.supported = 5, .requested = 5});
  EXPECT_EQ(body.find("AAAAAU"), std::string::npos);
  EXPECT_EQ(body.find("AV1/90000"), std::string::npos);
  EXPECT_EQ(body.find("refPicInvalidation"), std::string::npos);
  EXPECT_NE(body.find("encryptionSupported:5\n"), std::string::npos);
  EXPECT_NE(body.find("encryptionRequested:5\n"), std::string::npos);
}

TEST(Encryption, PoliciesOfferAskAndRequire) {
  EXPECT_EQ(policy_of(Encryption::Preferred).required, 0U);
  EXPECT_EQ(policy_of(Encryption::Preferred).supported, encryption::kAll);
  EXPECT_EQ(policy_of(Encryption::Required).requested, encryption::kAll);
  EXPECT_EQ(policy_of(Encryption::Required).required, encryption::kAll);
  // Input always travels encrypted.
  EXPECT_EQ(policy_of(Encryption::Off).supported, encryption::kControl);
  EXPECT_EQ(policy_of(Encryption::Off).requested, encryption::kControl);
}

// gamestream.md 2.3.
TEST(Offer, TheCodecMaskHasABitForEachFormat) {
  using media::Codec;
  EXPECT_EQ(Offer{}.codec_mask(), 0x1U);
  EXPECT_EQ((Offer{{{Codec::H264}, {Codec::H264, false, true}}}).codec_mask(), 0x40001U);
  EXPECT_EQ((Offer{{{Codec::Hevc},
                    {Codec::Hevc, true},
                    {Codec::Hevc, false, true},
                    {Codec::Hevc, true, true}}})
                .codec_mask(),
            0x180301U);
  EXPECT_EQ(
      (Offer{
           {{Codec::Av1}, {Codec::Av1, true}, {Codec::Av1, false, true}, {Codec::Av1, true, true}}})
          .codec_mask(),
      0x630001U);
}

TEST(Offer, AFormatIsOfferedAsItIsAndACodecInAnyDepth) {
  const Offer offer{{{media::Codec::H264}, {media::Codec::Hevc, true}}};
  EXPECT_TRUE(offer.has(media::Codec::Hevc));
  EXPECT_FALSE(offer.has(media::VideoFormat{media::Codec::Hevc}));
  EXPECT_TRUE(offer.has(media::VideoFormat{media::Codec::Hevc, true}));
  EXPECT_FALSE(offer.has(media::Codec::Av1));
}

TEST(Offer, HdrNeedsTenBit) {
  EXPECT_FALSE(Offer{}.hdr());
  EXPECT_FALSE((Offer{{{media::Codec::H264}, {media::Codec::Av1}}}).hdr());
  EXPECT_TRUE((Offer{{{media::Codec::H264}, {media::Codec::Av1, true}}}).hdr());
}

// What cannot be coded as fast as the mode wants is not described, in no depth; H.264 always is.
TEST(Offer, LeavesOutCodecsThatDoNotKeepUp) {
  using media::Codec;
  const Offer offer{
      {{Codec::H264}, {Codec::Hevc}, {Codec::Hevc, true}, {Codec::Av1}},
      false,
      {{{Codec::Hevc}, 24'000}, {{Codec::Hevc, true}, 60'000}, {{Codec::Av1}, 9'000}}};
  const auto all = offer.at({1280, 720, {60, 1}});
  EXPECT_TRUE(all.has(Codec::Hevc));
  EXPECT_TRUE(all.has(media::VideoFormat{Codec::Hevc, true})) << "the plain format decides";
  const auto large = offer.at({1920, 1080, {60, 1}});
  EXPECT_FALSE(large.has(Codec::Hevc));
  EXPECT_TRUE(large.has(Codec::Av1));
  EXPECT_EQ(describe(large, {}).find("AAAAAU"), std::string::npos);
  const auto huge = offer.at({3840, 2160, {120, 1}});
  EXPECT_EQ(huge.formats, (std::vector<media::VideoFormat>{{Codec::H264}}));
}

}  // namespace
}  // namespace pf::gamestream
