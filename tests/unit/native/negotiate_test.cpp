#include "native/negotiate.hpp"

#include <gtest/gtest.h>

namespace pf::native {
namespace {

using pf::media::Codec;

wire::ClientHello hello(std::uint8_t codecs, std::uint8_t preferred = 0) {
  wire::ClientHello h;
  h.mode = {1920, 1080, 60};
  h.codecs = codecs;
  h.preferred_codec = preferred;
  return h;
}

TEST(Negotiate, TakesThePreferredCodecElseHevcAv1H264) {
  HostAbilities all;
  all.codecs = {Codec::H264, Codec::Hevc, Codec::Av1};
  using namespace wire::codec_bit;
  EXPECT_EQ(negotiate(hello(kH264 | kHevc | kAv1), all, {})->codec, Codec::Hevc);
  EXPECT_EQ(negotiate(hello(kH264 | kAv1), all, {})->codec, Codec::Av1);
  EXPECT_EQ(negotiate(hello(kH264 | kHevc | kAv1, kH264), all, {})->codec, Codec::H264);
  EXPECT_EQ(negotiate(hello(kH264 | kHevc, kAv1), all, {})->codec, Codec::Hevc)
      << "preferred, but not offered";
  EXPECT_EQ(negotiate(hello(kH264 | kHevc | kAv1, kAv1 | kHevc), all, {})->codec, Codec::Hevc)
      << "the lowest of several";
}

TEST(Negotiate, CostlyCodecsOnlyWhenNothingElseIsInCommon) {
  HostAbilities host;
  host.last_resort = {Codec::Hevc};
  using namespace wire::codec_bit;
  EXPECT_EQ(negotiate(hello(kH264 | kHevc, kHevc), host, {})->codec, Codec::H264);
  EXPECT_EQ(negotiate(hello(kHevc), host, {})->codec, Codec::Hevc)
      << "the oldest clients name no codec, which means HEVC";
  const auto none = negotiate(hello(kAv1), host, {});
  ASSERT_FALSE(none);
  EXPECT_TRUE(none.error().is(Errc::NoCodec));
  EXPECT_FALSE(none.error().context.empty()) << "the user reads it";
}

TEST(Negotiate, ModesAreMadePossibleOrRefusedInWords) {
  EXPECT_EQ(to_mode({1919, 1079, 60})->width, 1918U);
  EXPECT_EQ(to_mode({1919, 1079, 60})->height, 1078U);
  EXPECT_EQ(to_mode({1280, 720, 9000})->rate.num, 480U);
  for (const wire::WireMode bad : {wire::WireMode{0, 0, 60}, wire::WireMode{1920, 1080, 0},
                                   wire::WireMode{100'000, 1080, 60}, wire::WireMode{32, 32, 60}}) {
    const auto mode = to_mode(bad);
    ASSERT_FALSE(mode);
    EXPECT_TRUE(mode.error().is(Errc::BadMode));
    EXPECT_FALSE(mode.error().context.empty());
  }
}

TEST(Negotiate, ShardsFitTheCarrierAndTheClient) {
  auto h = hello(wire::codec_bit::kH264);
  const Carrier v4{wire::Generation::V2, false}, v6{wire::Generation::V2, true};
  EXPECT_EQ(negotiate(h, {}, v4)->shard_payload, 1408);
  EXPECT_EQ(negotiate(h, {}, v6)->shard_payload, 1388);
  h.max_shard_payload = 9152;
  EXPECT_EQ(negotiate(h, {}, v4)->shard_payload, 1408);
  h.max_shard_payload = 1201;
  EXPECT_EQ(negotiate(h, {}, v4)->shard_payload, 1200) << "even";
  h.max_shard_payload = 100;
  EXPECT_EQ(negotiate(h, {}, v4)->shard_payload, 512) << "the least there is";
}

TEST(Negotiate, BitratesAreBoundedAndAutomaticOnesAreOurs) {
  auto h = hello(wire::codec_bit::kH264);
  EXPECT_EQ(negotiate(h, {}, {})->budget_kbps, 20'000U);
  EXPECT_TRUE(negotiate(h, {}, {})->automatic_bitrate);
  h.bitrate_kbps = 1;
  EXPECT_EQ(negotiate(h, {}, {})->budget_kbps, kMinBitrateKbps);
  h.bitrate_kbps = 0xFFFFFFFF;
  EXPECT_EQ(negotiate(h, {}, {})->budget_kbps, kMaxBitrateKbps);
  EXPECT_FALSE(negotiate(h, {}, {})->automatic_bitrate);
}

TEST(Negotiate, SuitesAsEachGenerationAsksForThem) {
  auto h = hello(wire::codec_bit::kH264);
  const Carrier v1{wire::Generation::V1, false}, v2{wire::Generation::V2, false};
  EXPECT_EQ(negotiate(h, {}, v1)->suite, wire::Suite::Aes128Gcm);
  h.suites = {9, 1, 0};
  EXPECT_EQ(negotiate(h, {}, v2)->suite, wire::Suite::ChaCha20Poly1305) << "unknown ids skipped";
  EXPECT_EQ(negotiate(h, {}, v1)->suite, wire::Suite::Aes128Gcm) << "a list is generation 2's";
  h.video_caps = wire::video_cap::kChaCha20;
  EXPECT_EQ(negotiate(h, {}, v1)->suite, wire::Suite::ChaCha20Poly1305);
}

TEST(Negotiate, UncompressedSoundComesInPacketsThatFit) {
  auto h = hello(wire::codec_bit::kH264);
  EXPECT_EQ(negotiate(h, {}, {})->audio_format.kind, audio::Format::Kind::Opus);
  h.client_caps = wire::client_cap::kAudioHires | wire::client_cap::kAudioRed;
  const auto stereo = negotiate(h, {}, {});
  EXPECT_EQ(stereo->audio_format.kind, audio::Format::Kind::Pcm16);
  EXPECT_EQ(stereo->audio_packet.count(), 5000);
  EXPECT_FALSE(stereo->redundant_audio);
  h.audio_bits = 24;
  EXPECT_EQ(negotiate(h, {}, {})->audio_packet.count(), 3000);
  h.audio_channels = 8;
  const auto surround = negotiate(h, {}, {});
  EXPECT_EQ(surround->audio_format.kind, audio::Format::Kind::Opus)
      << "a millisecond of it does not fit";
  h.audio_bits = 16;
  const auto reply = answer(h, *negotiate(h, {}, {}), {});
  EXPECT_EQ(reply.audio_codec, wire::AudioCodec::Pcm);
  EXPECT_EQ(reply.audio_frame_us, 1000);
  EXPECT_EQ(reply.audio_bits, 16);
  EXPECT_NE(reply.host_caps & wire::host_cap::kAudioHires, 0);
}

TEST(Negotiate, AnAbilityIsEchoedOnlyToWhoHasItsCounterpart) {
  auto h = hello(wire::codec_bit::kH264);
  const Carrier v1{wire::Generation::V1, false}, v2{wire::Generation::V2, false};
  auto reply = answer(h, *negotiate(h, {}, v1), {});
  EXPECT_EQ(reply.host_caps & wire::host_cap::kAudioRed, 0);
  EXPECT_EQ(reply.host_caps2 & wire::host_cap2::kExt, 0);
  EXPECT_NE(reply.host_caps2 & wire::host_cap2::kInputEdges, 0) << "both generations have them";
  EXPECT_EQ(reply.features, 0U);
  h.client_caps = wire::client_cap::kAudioRed | wire::client_cap::kExt;
  h.features = wire::feature::kStreamConfig | wire::feature::kPadWrites;
  reply = answer(h, *negotiate(h, {}, v2), {});
  EXPECT_NE(reply.host_caps & wire::host_cap::kAudioRed, 0);
  EXPECT_NE(reply.host_caps2 & wire::host_cap2::kExt, 0);
  EXPECT_NE(reply.host_caps2 & wire::host_cap2::kInputEdges, 0);
  EXPECT_EQ(reply.features, wire::feature::kStreamConfig) << "only what both do";
  EXPECT_EQ(reply.host_caps & wire::host_cap::kCursor, 0);
  HostAbilities desktop;
  desktop.cursor = true;
  EXPECT_FALSE(negotiate(h, desktop, v2)->cursor) << "the client did not ask";
  h.client_caps |= wire::client_cap::kCursor;
  EXPECT_FALSE(negotiate(h, {}, v2)->cursor) << "this host cannot";
  EXPECT_NE(answer(h, *negotiate(h, desktop, v2), desktop).host_caps & wire::host_cap::kCursor, 0);
  EXPECT_EQ(reply.mode.width, 1920U);
  EXPECT_EQ(reply.max_data_per_block, 4096);
  EXPECT_EQ(reply.codec, wire::codec_bit::kH264);
}

TEST(Negotiate, DepthAndChromaForWhoAsksWhereTheyAreWorthIt) {
  using namespace wire::codec_bit;
  using namespace wire::video_cap;
  HostAbilities host;
  host.codecs = {Codec::H264, Codec::Hevc};
  host.formats = {{Codec::H264}, {Codec::H264, false, true}, {Codec::Hevc}, {Codec::Hevc, true}};
  auto h = hello(kH264 | kHevc);
  const auto colour_of = [&] { return negotiate(h, host, {})->colour; };
  EXPECT_EQ(colour_of(), pf::media::Colour{}) << "who does not ask gets SDR in 8 bit";
  EXPECT_EQ(answer(h, *negotiate(h, host, {}), host).bit_depth, 8);
  h.video_caps = k10Bit;
  EXPECT_TRUE(colour_of().ten_bit);
  EXPECT_FALSE(colour_of().hdr);
  EXPECT_EQ(answer(h, *negotiate(h, host, {}), host).colour, (wire::Cicp{1, 1, 1, 0}));
  h.video_caps = k10Bit | kHdr | k444;
  EXPECT_TRUE(colour_of().hdr);
  EXPECT_FALSE(colour_of().yuv444) << "there is no 10 bit 4:4:4 here, and HDR goes first";
  const auto reply = answer(h, *negotiate(h, host, {}), host);
  EXPECT_EQ(reply.bit_depth, 10);
  EXPECT_EQ(reply.chroma_format, 1);
  EXPECT_EQ(reply.colour, (wire::Cicp{9, 16, 9, 0}));
  h.video_caps = kHdr;
  EXPECT_EQ(colour_of(), pf::media::Colour{}) << "HDR needs 10 bit";
  h.codecs = kH264;
  h.video_caps = k10Bit | kHdr | k444;
  EXPECT_TRUE(colour_of().yuv444);
  EXPECT_FALSE(colour_of().ten_bit);
  EXPECT_EQ(answer(h, *negotiate(h, host, {}), host).chroma_format, 3);
}

TEST(Negotiate, WhatDoesNotKeepUpIsNotChosenUnlessNothingElseIs) {
  using namespace wire::codec_bit;
  HostAbilities host;
  host.codecs = {Codec::H264, Codec::Hevc};
  host.formats = {{Codec::H264}, {Codec::Hevc}, {Codec::Hevc, true}};
  host.costs = {{{Codec::Hevc}, 20'000}, {{Codec::Hevc, true}, 60'000}};
  auto h = hello(kH264 | kHevc);  // 1920x1080 at 60
  EXPECT_EQ(negotiate(h, host, {})->codec, Codec::H264);
  h.codecs = kHevc;
  EXPECT_EQ(negotiate(h, host, {})->codec, Codec::Hevc);
  h.codecs = kH264 | kHevc;
  h.mode = {1280, 720, 30};
  h.video_caps = wire::video_cap::k10Bit;
  EXPECT_EQ(negotiate(h, host, {})->codec, Codec::Hevc);
  EXPECT_FALSE(negotiate(h, host, {})->colour.ten_bit) << "too slow for it";
}

}  // namespace
}  // namespace pf::native
