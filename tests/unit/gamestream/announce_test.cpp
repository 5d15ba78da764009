#include "gamestream/announce.hpp"

#include <gtest/gtest.h>

#include <array>

namespace pf::gamestream {
namespace {

// gamestream.md 12.8, as captured; each line ends in a space and CR LF.
std::string captured() {
  constexpr const char* kLines[] = {"v=0",
                                    "o=android 0 14 IN IPv4 127.0.0.1",
                                    "s=NVIDIA Streaming Client",
                                    "a=x-ml-general.featureFlags:3",
                                    "a=x-ss-general.encryptionEnabled:1",
                                    "a=x-ss-video[0].chromaSamplingType:0",
                                    "a=x-nv-video[0].clientViewportWd:1280",
                                    "a=x-nv-video[0].clientViewportHt:720",
                                    "a=x-nv-video[0].maxFPS:60",
                                    "a=x-nv-video[0].packetSize:1392",
                                    "a=x-nv-video[0].rateControlMode:4",
                                    "a=x-nv-video[0].timeoutLengthMs:7000",
                                    "a=x-nv-video[0].framesWithInvalidRefThreshold:0",
                                    "a=x-nv-video[0].initialBitrateKbps:16000",
                                    "a=x-nv-video[0].initialPeakBitrateKbps:16000",
                                    "a=x-nv-vqos[0].bw.minimumBitrateKbps:16000",
                                    "a=x-nv-vqos[0].bw.maximumBitrateKbps:16000",
                                    "a=x-ml-video.configuredBitrateKbps:20000",
                                    "a=x-nv-vqos[0].fec.enable:1",
                                    "a=x-nv-vqos[0].videoQualityScoreUpdateTime:5000",
                                    "a=x-nv-vqos[0].qosTrafficType:5",
                                    "a=x-nv-aqos.qosTrafficType:4",
                                    "a=x-nv-general.featureFlags:135",
                                    "a=x-nv-general.useReliableUdp:13",
                                    "a=x-nv-vqos[0].fec.minRequiredFecPackets:2",
                                    "a=x-nv-vqos[0].bllFec.enable:0",
                                    "a=x-nv-vqos[0].drc.enable:0",
                                    "a=x-nv-general.enableRecoveryMode:0",
                                    "a=x-nv-video[0].videoEncoderSlicesPerFrame:1",
                                    "a=x-nv-clientSupportHevc:0",
                                    "a=x-nv-vqos[0].bitStreamFormat:0",
                                    "a=x-nv-video[0].dynamicRangeMode:0",
                                    "a=x-nv-video[0].maxNumReferenceFrames:0",
                                    "a=x-nv-video[0].clientRefreshRateX100:6000",
                                    "a=x-nv-audio.surround.numChannels:2",
                                    "a=x-nv-audio.surround.channelMask:3",
                                    "a=x-nv-audio.surround.enable:0",
                                    "a=x-nv-audio.surround.AudioQuality:0",
                                    "a=x-nv-aqos.packetDuration:5",
                                    "a=x-nv-video[0].encoderCscMode:2",
                                    "t=0 0",
                                    "m=video 47998 "};
  std::string body;
  for (const auto* line : kLines) body += std::string(line) + " \r\n";
  return body;
}

// The captured body with one attribute changed, added ("name:value") or removed (no value).
std::string with(const std::string& name, const std::string& value) {
  auto body = captured();
  const auto at = body.find("a=" + name + ":");
  if (at != std::string::npos) body.erase(at, body.find('\n', at) + 1 - at);
  if (!value.empty()) body += "a=" + name + ":" + value + " \r\n";
  return body;
}

const Offer kAllCodecs{{{media::Codec::H264}, {media::Codec::Hevc}, {media::Codec::Av1}}};

TEST(Announce, ReadsTheCapturedBody) {
  const auto parsed = parse_announce(captured());
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(parsed->width, 1280U);
  EXPECT_EQ(parsed->height, 720U);
  EXPECT_EQ(parsed->packet_size, 1392U);
  EXPECT_EQ(parsed->min_fec_packets, 2U);
  EXPECT_EQ(parsed->codec, media::Codec::H264);
  EXPECT_TRUE(parsed->encrypts_control_v2());
  EXPECT_FALSE(parsed->encrypts_video());
  EXPECT_FALSE(parsed->encrypts_audio());
  EXPECT_TRUE(parsed->uses_connect_data());
  EXPECT_TRUE(parsed->video_qos);
  EXPECT_TRUE(check_announce(*parsed, kAllCodecs, {}));

  const auto config = stream_config(*parsed, "0.0.0.0", 20);
  EXPECT_EQ(config.video.mode, (media::Mode{1280, 720, {60, 1}}));
  EXPECT_EQ(config.video.bitrate_kbps, 15308U);
  EXPECT_EQ(config.video.colour, (media::Colour{media::Matrix::Bt709, false, false, false}));
  EXPECT_FALSE(config.audio.high_quality);
  EXPECT_EQ(config.audio_duration, std::chrono::milliseconds(5));
}

TEST(Announce, DefaultsOfAbsentAttributes) {
  const auto parsed = parse_announce(
      "a=x-nv-video[0].clientViewportWd:1921 \r\na=x-nv-video[0].clientViewportHt:1081 \r\n"
      "a=x-nv-video[0].maxFPS:30\r\na=x-nv-video[0].packetSize:1024\r\n"
      "a=x-nv-vqos[0].bw.maximumBitrateKbps:8000\r\n");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->width, 1920U);
  EXPECT_EQ(parsed->height, 1080U);
  EXPECT_EQ(parsed->reliable_udp, 1U);
  EXPECT_EQ(parsed->encryption_enabled, 0U);
  EXPECT_EQ(parsed->audio_duration, std::chrono::milliseconds(5));
  const auto config = stream_config(*parsed, "192.168.1.10", 20);
  EXPECT_EQ(config.video.bitrate_kbps, 8000U);
  EXPECT_EQ(config.video.colour.matrix, media::Matrix::Bt601);
  EXPECT_TRUE(config.audio.high_quality);
  EXPECT_EQ(config.video.slices, 1U);
}

TEST(Announce, RefusesMissingAndImpossibleValues) {
  const auto refused = [](const std::string& name, const std::string& value) {
    const auto parsed = parse_announce(with(name, value));
    return !parsed && parsed.error().is(Errc::BadRequest);
  };
  EXPECT_TRUE(refused("x-nv-video[0].clientViewportWd", ""));
  EXPECT_TRUE(refused("x-nv-video[0].clientViewportWd", "0"));
  EXPECT_TRUE(refused("x-nv-video[0].clientViewportHt", "99999"));
  EXPECT_TRUE(refused("x-nv-video[0].maxFPS", "-60"));
  EXPECT_TRUE(refused("x-nv-video[0].maxFPS", "60x"));
  EXPECT_TRUE(refused("x-nv-video[0].packetSize", "1400"));
  EXPECT_TRUE(refused("x-nv-video[0].packetSize", "16"));
  EXPECT_TRUE(refused("x-nv-video[0].packetSize", "65536"));
  EXPECT_TRUE(refused("x-nv-audio.surround.numChannels", "4"));
  EXPECT_TRUE(refused("x-nv-aqos.packetDuration", "7"));
  EXPECT_TRUE(refused("x-nv-vqos[0].bitStreamFormat", "3"));
  EXPECT_TRUE(refused("x-nv-video[0].encoderCscMode", "6"));
  EXPECT_TRUE(refused("x-ss-general.encryptionEnabled", "8"));
  EXPECT_TRUE(refused("x-nv-vqos[0].fec.minRequiredFecPackets", "200"));
  EXPECT_FALSE(parse_announce(""));
  std::string many;
  for (int i = 0; i < 300; ++i) many += "a=n" + std::to_string(i) + ":1\r\n";
  EXPECT_FALSE(parse_announce(many));
}

TEST(Announce, ChecksWhatIsOffered) {
  const auto check = [](const std::string& name, const std::string& value,
                        EncryptionPolicy policy = {}) {
    const auto parsed = parse_announce(with(name, value));
    EXPECT_TRUE(parsed);
    return check_announce(*parsed, Offer{}, policy);
  };
  EXPECT_TRUE(check("x-nv-vqos[0].bitStreamFormat", "1").error().is(Errc::Unsupported));
  EXPECT_TRUE(check("x-nv-video[0].dynamicRangeMode", "1").error().is(Errc::Unsupported));
  EXPECT_TRUE(check("x-ss-video[0].chromaSamplingType", "1").error().is(Errc::Unsupported));
  EXPECT_TRUE(check("x-nv-general.useReliableUdp", "1").error().is(Errc::BadRequest));
  EXPECT_TRUE(
      check("x-ss-general.encryptionEnabled", "7", {.supported = 5}).error().is(Errc::Unsupported));
  EXPECT_TRUE(
      check("x-ss-general.encryptionEnabled", "1", {.required = 7}).error().is(Errc::Refused));
  EXPECT_TRUE(check("x-ss-general.encryptionEnabled", "7", {.required = 7}));
}

TEST(Announce, AudioEncryptionFollowsTheFeatureBit) {
  const auto parsed = parse_announce(with("x-nv-general.featureFlags", "167"));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->encryption_enabled, 1U);
  EXPECT_TRUE(parsed->encrypts_audio());
}

TEST(Announce, SurroundQualityComesFromItsAttribute) {
  auto body =
      with("x-nv-audio.surround.numChannels", "6") + "a=x-nv-audio.surround.AudioQuality:1\r\n";
  const auto parsed = parse_announce(body);
  ASSERT_TRUE(parsed);
  const auto config = stream_config(*parsed, "0.0.0.0", 20);
  EXPECT_EQ(config.audio.speakers, audio::Speakers::Surround51);
  EXPECT_TRUE(config.audio.high_quality);
}

TEST(Announce, ExactRates) {
  EXPECT_EQ(exact_rate(60, 0), (media::Rational{60, 1}));
  EXPECT_EQ(exact_rate(60, 6000), (media::Rational{60, 1}));
  EXPECT_EQ(exact_rate(60, 5994), (media::Rational{60000, 1001}));
  EXPECT_EQ(exact_rate(30, 2997), (media::Rational{30000, 1001}));
  EXPECT_EQ(exact_rate(24, 2397), (media::Rational{24000, 1001}));
  EXPECT_EQ(exact_rate(24, 2398), (media::Rational{24000, 1001}));
  EXPECT_EQ(exact_rate(120, 11988), (media::Rational{120000, 1001}));
  EXPECT_EQ(exact_rate(144, 14386), (media::Rational{144000, 1001}));
  EXPECT_EQ(exact_rate(60, 5995), (media::Rational{1199, 20}));
  EXPECT_EQ(exact_rate(60, 6060), (media::Rational{303, 5}));
  EXPECT_EQ(exact_rate(60, 6061), (media::Rational{60, 1}));
  EXPECT_EQ(exact_rate(60, 12000), (media::Rational{60, 1}));
  EXPECT_EQ(exact_rate(60, 0xFFFFFFFF), (media::Rational{60, 1}));
}

TEST(Announce, BitrateFormula) {
  EXPECT_EQ(encoder_kbps(20'000, 20, {}), 15'308U);
  EXPECT_EQ(encoder_kbps(20'000, 0, {}), 19'308U);
  EXPECT_EQ(encoder_kbps(500, 20, {audio::Speakers::Surround71, true}), 288U);
  EXPECT_EQ(encoder_kbps(0, 20, {}), 58U);
}

}  // namespace
}  // namespace pf::gamestream
