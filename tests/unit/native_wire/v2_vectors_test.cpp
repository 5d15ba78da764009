// The frames of punktfunk2.md 4 and 5, both ways.
#include <numeric>

#include "unit/native_wire/wire_test_support.hpp"

namespace pf::native::wire {
namespace {
using namespace test;

template <class M>
void frame(std::string_view text, const M& message) {
  SCOPED_TRACE(text);
  expect_vector(Generation::V2, hex(text), message);
}

ClientHello golden() {
  ClientHello hello;
  hello.resume.emplace();
  hello.resume->fill(3);
  hello.suites = {1, 0};
  hello.mode = {1920, 1080, 60};
  hello.name = "Deck";
  hello.video_caps = video_cap::kChaCha20;
  hello.client_caps = client_cap::kExt;
  hello.features = feature::kStreamConfig;
  hello.max_shard_payload = 1408;
  hello.details.label = "android 0.43";
  hello.details.abr_features = 1;
  hello.details.preset = {"p1", "Couch"};
  hello.details.link = {LinkKind::Ethernet, 2500};
  hello.details.probe_only = true;
  hello.details.pyrowave_bpp_x100 = 120;
  return hello;
}
constexpr const char* kGolden =
    "01408301100303030303030303030303030303030302020100030c80070000380400003c000000040100"
    "05010006040000000007044465636b090540400000010a01020b01020c01000e0280050f0480bb000010"
    "0110110100120100130c616e64726f696420302e3433140101150902703105436f756368160501c40900"
    "0018010119027800";

TEST(V2ClientHello, Golden) {
  frame(kGolden, golden());
}

TEST(V2ClientHello, Release043) {
  ClientHello hello;
  hello.suites = {0};
  hello.mode = {2560, 1440, 120};
  hello.gamepad = GamepadKind::DualSense;
  hello.bitrate_kbps = 30'000;
  hello.name = "Deck";
  hello.video_caps = 0x38;
  hello.client_caps = 0x44;
  hello.codecs = 3;
  hello.preferred_codec = 2;
  hello.max_shard_payload = 9152;
  hello.details.abr_features = 1;
  frame(
      "014046020100030c000a0000a00500007800000004010005010206043075000007044465636b090238440a0102"
      "0b01030c01020e02c0230f0480bb0000100110110100120100140101",
      hello);
}

TEST(V2ClientHello, Newest) {
  ClientHello hello;
  hello.suites = {0};
  hello.mode = {1920, 1080, 60};
  hello.gamepad = GamepadKind::DualSense;
  hello.name = "Deck";
  hello.video_caps = 0x38;
  hello.client_caps = 0x44;
  hello.features = feature::kStreamConfig | feature::kPadWrites | feature::kProfiles;
  hello.codecs = 7;
  hello.preferred_codec = 4;
  hello.max_shard_payload = 9170;
  hello.details.label = "linux 0.44";
  hello.details.abr_features = 1;
  hello.details.link = {LinkKind::Ethernet, 1000};
  frame(
      "01405c020100030c80070000380400003c00000004010005010206040000000007044465636b0905384400000"
      "70a01020b01070c01040e02d2230f0480bb0000100110110100120100130a6c696e757820302e343414010116"
      "0501e8030000",
      hello);
}

TEST(V2ClientHello, AccessOnly) {
  const auto bytes = hex(
      "014050020100030c00050000d00200003c00000004010005010006040000000007044465636b09000a01020b01"
      "000c01000e02d2230f0400000000100100110100120100130a6c696e757820302e34341a0101");
  ClientHello hello;
  hello.suites = {0};
  hello.mode = {1280, 720, 60};
  hello.name = "Deck";
  hello.codecs = 0;
  hello.max_shard_payload = 9170;
  hello.audio_rate_hz = 0;
  hello.audio_bits = 0;
  hello.details.label = "linux 0.44";
  hello.access_only = true;
  EXPECT_EQ(to_hex(encode_one(Generation::V2, hello)), to_hex(bytes));
  hello.codecs = codec_bit::kHevc;  // zeros mean the defaults
  hello.audio_rate_hz = 48'000;
  hello.audio_bits = 16;
  EXPECT_EQ(get<ClientHello>(decode_one(Generation::V2, bytes)), hello);
}

TEST(V2ClientHello, TagTwentyTwoHasTwoMeanings) {
  const auto decode = [](std::string_view text) {
    return get<ClientHello>(decode_one(Generation::V2, hex(text))).details;
  };
  EXPECT_EQ(decode("0104 16020102").delivery, (DeliveryAsk{1, 2}));
  EXPECT_EQ(decode("0107 16050302000000").link, (LinkFacts{LinkKind::Other, 2}));
  EXPECT_EQ(decode("0105 1603010203"), ClientDetails{});
}

TEST(V2ClientHello, BadTextsReadAsNone) {
  Bytes body = hex("07 4041");
  body.resize(body.size() + 65, 'n');
  Bytes all;
  ByteWriter(all).u8(1).u8(0x40).u8(static_cast<std::uint8_t>(body.size())).bytes(body);
  EXPECT_TRUE(get<ClientHello>(decode_one(Generation::V2, all)).name.empty());
  EXPECT_TRUE(get<ClientHello>(decode_one(Generation::V2, hex("0104 0702c080"))).name.empty());
  EXPECT_TRUE(get<ClientHello>(decode_one(Generation::V2, hex("0103 080100"))).launch.empty());
}

ServerHello full() {
  ServerHello hello;
  std::iota(hello.session_id.begin(), hello.session_id.end(), std::uint8_t{0xA0});
  hello.clock_origin_ns = 1'700'000'000'000'000'000;
  hello.mode = {1920, 1080, 60};
  hello.fec_percent = 10;
  hello.max_data_per_block = 4096;
  hello.shard_payload = 1408;
  hello.gamepad = GamepadKind::Xbox360;
  hello.bitrate_kbps = 20'000;
  hello.host_caps = host_cap::kGamepadState;
  hello.host_caps2 = host_cap2::kInputEdges;
  hello.grants = 0xFF;
  return hello;
}
constexpr const char* kServerHello =
    "0240880110a0a1a2a3a4a5a6a7a8a9aaabacadaeaf020800002a36fe9c9717030100040400000140050c80070000"
    "380400003c00000006010107010a08020010090280050a04000000000b01000c01010d04204e00000e01080f0401"
    "010100100101110102120102130200001404ff000000150400000000160100170480bb0000180110190200001a01"
    "00";

TEST(V2ServerHello, Full) {
  expect_vector(Generation::V2, hex(kServerHello), full(), End::Client);
}

TEST(V2ServerHello, Minimal) {
  auto hello = full();
  hello.fec_percent = 0;
  hello.bitrate_kbps = 0;
  hello.host_caps2 = 0;
  hello.grants.reset();
  EXPECT_EQ(get<ServerHello>(decode_one(
                Generation::V2,
                hex("0240460110a0a1a2a3a4a5a6a7a8a9aaabacadaeaf020800002a36fe9c971703010004030000"
                    "01050c80070000380400003c00000006010107010008020010090280050c0101120102"))),
            hello);
}

TEST(V2ServerHello, SessionIdIsRequiredAndSuiteKnown) {
  EXPECT_TRUE(decode_one(Generation::V2, hex("0200")).error().is(Errc::MissingField));
  const std::string id = "0110a0a1a2a3a4a5a6a7a8a9aaabacadaeaf";
  const auto unsealed = get<ServerHello>(decode_one(Generation::V2, hex("0212" + id)));
  EXPECT_FALSE(unsealed.suite);
  EXPECT_FALSE(unsealed.grants);
  EXPECT_TRUE(decode_one(Generation::V2, hex("0215" + id + "030102")).error().is(Errc::BadValue));
  EXPECT_FALSE(decode_one(Generation::V2, hex("0211 010fa0a1a2a3a4a5a6a7a8a9aaabacadae")));
}

TEST(V2Frames, Vectors) {
  frame("0300", Ready{});
  frame("0400", Pending{});
  frame("051301000202322603026162040102050006000700", Redirect{"", 9778, "ab", 2, "", "", ""});
  frame("24 06 01 04 80380100", SetBitrate{80'000});
  frame("25 09 01 04 01000000 02 01 02", BitrateChanged{1, BitrateReason::Cadence});
  frame("20 0e 01 0c 80070000 38040000 78000000", Reconfigure{{1920, 1080, 120}});
  frame("21 11 01 01 01 02 0c 80070000 38040000 78000000", Reconfigured{true, {1920, 1080, 120}});
  frame("22 20 010100 020c80070000380400003c000000 030102 040108 050401010100 060101",
        StreamConfig{0, {1920, 1080, 60}, codec_bit::kHevc, 8, {1, 1, 1, 0}, 1});
  frame("26 06 0104 fa000000", PipelineGap{250});
  frame("2b 1c 0104a0860100 0204f4010000 03020000 040400000000 050400000000",
        ProbeRequest{100'000, 500, 0, 0, 0});
  frame("2c 22 01080000000000000000 020400000000 030400000000 040400000000 050400000000",
        ProbeResult{});
  frame("2e 06 0104b0040000", LossReport{1200});
  frame("2f 0a 0108 6300000000000000", DeliveryReport{99});
  frame("32 0c 01041f000000 0204100e0000", AccessUpdate{0x1F, 3600});
  frame("33 03 010101", AudioState{true});
  frame("35 04 01020500", PadSlots{5});
  frame("34 09 010104 0204676f6e65", LaunchOutcome{LaunchKind::Failed, "gone"});
  frame("36 0c 01040a000000 02040c000000", RfiRequest{10, 12});
  frame("37 00", RequestKeyframe{});
  frame("38 04 0102b004", ShardPayloadChanged{1200});
  frame("39 04 0102b004", ShardPayloadAck{1200});
  frame("3a 0a 0108 0807060504030201", ClockProbe{0x0102030405060708});
  frame("3b 1e 01080100000000000000 02080200000000000000 03080300000000000000", ClockEcho{1, 2, 3});
  frame("40 41 09 010100 020100 030101", ClipState{false, 0, ClipReason::NoBackend});
  frame("40 42 1a 010407000000 0212 746578742f706c61696e 0500000000000000",
        ClipOffer{7, {{"text/plain", 5}}});
  frame("40 40 06 010101 020101", ClipControl{true, 1});
  InputEdge edge;
  const auto event = hex("c8 00 41000000 00000000 00000000 00000000");
  std::copy(event.begin(), event.end(), edge.event.begin());
  frame("40 50 12 c8 00 41000000 00000000 00000000 00000000", edge);
}

TEST(V2Pairing, Vectors) {
  PairChallenge challenge{hex("42c4f8e04547940d7ba15eaeee706249cf211ff9bcc0a274ac1a25a4ad3ac96ab9"),
                          {}};
  const auto host = hex("fd1fb8353ef6deb52b07b0b33af11c94869907fee4a6d12c12c49c007d4e9897");
  std::copy(host.begin(), host.end(), challenge.confirm.begin());
  PairProof proof;
  const auto client = hex("897a86073b3f85551ff3aa80100bf3562d2b4fb7286d4cf23f4fcb4e4471d8bc");
  std::copy(client.begin(), client.end(), proof.confirm.begin());
  frame("102901025456022141d3f14f6e4c186d3d4e24f72af75167edb5a55be5d382612280f24cd5e9fa7c6a0300",
        PairRequest{
            "TV", hex("41d3f14f6e4c186d3d4e24f72af75167edb5a55be5d382612280f24cd5e9fa7c6a"), {}});
  frame(
      "114045012142c4f8e04547940d7ba15eaeee706249cf211ff9bcc0a274ac1a25a4ad3ac96ab90220fd1fb8353ef"
      "6deb52b07b0b33af11c94869907fee4a6d12c12c49c007d4e9897",
      challenge);
  frame("12220120897a86073b3f85551ff3aa80100bf3562d2b4fb7286d4cf23f4fcb4e4471d8bc", proof);
  frame("1303010101", PairResult{true});
}

}  // namespace
}  // namespace pf::native::wire
