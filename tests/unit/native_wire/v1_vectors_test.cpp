// The vectors of punktfunk1.md 3.2 to 3.5, 3.8 and 5.5, both ways.
#include <numeric>

#include "unit/native_wire/wire_test_support.hpp"

namespace pf::native::wire {
namespace {
using namespace test;

template <class M>
void typed(std::string_view text, const M& message) {
  SCOPED_TRACE(text);
  expect_vector(Generation::V1, v1_typed(text), message);
}
Bytes magic_hello(std::string_view text) {
  return v1_frame(hex(text));
}

TEST(V1Hello, ModeOnly) {
  ClientHello hello;
  hello.mode = {1920, 1080, 60};
  expect_vector(Generation::V1, magic_hello("504b4631 02000000 80070000 38040000 3c000000"), hello);
}

ClientHello deck() {
  ClientHello hello;
  hello.mode = {2560, 1440, 120};
  hello.gamepad = GamepadKind::DualSense;
  hello.bitrate_kbps = 30'000;
  hello.name = "Deck";
  hello.video_caps = 0x38;
  hello.codecs = codec_bit::kH264 | codec_bit::kHevc;
  hello.preferred_codec = codec_bit::kHevc;
  hello.client_caps = client_cap::kAudioRed;
  hello.max_shard_payload = 9152;
  return hello;
}

TEST(V1Hello, NoHdrBlock) {
  expect_vector(Generation::V1,
                magic_hello("504b463102000000000a0000a005000078000000000230750000044465636b003802"
                            "030204c023"),
                deck());
}

ClientHello everything() {
  ClientHello hello;
  hello.mode = {3840, 2160, 120};
  hello.gamepad = GamepadKind::DualSenseEdge;
  hello.name = "Deck";
  hello.launch = "steam:570";
  hello.video_caps = 0xBB;
  hello.audio_channels = 6;
  hello.codecs = 7;
  hello.preferred_codec = codec_bit::kAv1;
  hello.hdr = p3_like();
  hello.client_caps = 0x54;
  hello.max_shard_payload = 9152;
  hello.audio_rate_hz = 96'000;
  hello.audio_bits = 24;
  hello.audio_layout = 1;
  hello.video_fit = 1;
  return hello;
}
constexpr const char* kEverything =
    "504b463102000000000f00007008000078000000000700000000044465636b09737465616d3a353730bb060704"
    "3421aa9b9619fc08488a0839133d42408096980001000000e803900154c02300770100180101";

TEST(V1Hello, EveryField) {
  expect_vector(Generation::V1, magic_hello(kEverything), everything());
}

TEST(V1Hello, EndsAnywhereFromItsMinimum) {
  const auto payload = hex(kEverything);
  ASSERT_EQ(payload.size(), 83U);
  const auto full = everything();
  for (std::size_t size = 0; size <= payload.size(); ++size) {
    SCOPED_TRACE(size);
    const auto hello = v1::decode_hello(ByteSpan(payload).first(size));
    if (size < 20) {
      ASSERT_FALSE(hello);
      EXPECT_TRUE(hello.error().is(size < 4 ? Errc::BadMagic : Errc::Truncated));
      continue;
    }
    ASSERT_TRUE(hello);
    EXPECT_EQ(hello->mode, full.mode);
    EXPECT_EQ(hello->gamepad, size >= 22 ? full.gamepad : GamepadKind::Automatic);
    EXPECT_EQ(hello->name, size >= 31 ? "Deck" : "");
    EXPECT_EQ(hello->launch, size >= 41 ? "steam:570" : "");
    EXPECT_EQ(hello->video_caps, size >= 42 ? 0xBB : 0);
    EXPECT_EQ(hello->audio_channels, size >= 43 ? 6 : 2);
    EXPECT_EQ(hello->codecs, size >= 44 ? 7 : codec_bit::kHevc);
    EXPECT_EQ(hello->hdr.has_value(), size >= 73);
    // Cut inside the HDR block, its bytes are read as what follows it: the length decides.
    if (size >= 73) {
      EXPECT_EQ(hello->client_caps, size >= 74 ? 0x54 : 0);
      EXPECT_EQ(hello->max_shard_payload, size >= 76 ? 9152 : 0);
      EXPECT_EQ(hello->audio_rate_hz, size >= 80 ? 96'000U : 48'000U);
      EXPECT_EQ(hello->audio_bits, size >= 81 ? 24 : 16);
    }
    EXPECT_EQ(hello->video_fit, size >= 83 ? 1 : hello->video_fit);
  }
}

TEST(V1Hello, LaterFieldsAreIgnored) {
  auto payload = hex(kEverything);
  payload.insert(payload.end(), {1, 2, 3});
  EXPECT_EQ(get<ClientHello>(decode_one(Generation::V1, v1_frame(payload))), everything());
}

TEST(V1Hello, OddValuesBecomeDefaults) {
  auto payload = hex(kEverything);
  payload[20] = 99;  // compositor
  payload[21] = 99;  // gamepad
  payload[42] = 3;   // channels
  payload[43] = 0;   // codecs
  payload[80] = 32;  // bits
  const auto hello = get<ClientHello>(decode_one(Generation::V1, v1_frame(payload)));
  EXPECT_EQ(hello.compositor, Compositor::Automatic);
  EXPECT_EQ(hello.gamepad, GamepadKind::Automatic);
  EXPECT_EQ(hello.audio_channels, 2);
  EXPECT_EQ(hello.codecs, codec_bit::kHevc);
  EXPECT_EQ(hello.audio_bits, 16);
}

TEST(V1Hello, RefusedTextsStillPositionWhatFollows) {
  for (const bool too_long : {true, false}) {
    auto payload = hex("504b4631 02000000 80070000 38040000 3c000000 00 02 00000000");
    const std::string name(70, 'n'), launch = too_long ? std::string(200, 'x') : "\xC0\x80";
    ByteWriter(payload).u8(static_cast<std::uint8_t>(name.size())).bytes(as_bytes(name));
    ByteWriter(payload).u8(static_cast<std::uint8_t>(launch.size())).bytes(as_bytes(launch));
    ByteWriter(payload).u8(0x38).u8(8);
    const auto hello = get<ClientHello>(decode_one(Generation::V1, v1_frame(payload)));
    EXPECT_TRUE(hello.name.empty());
    EXPECT_TRUE(hello.launch.empty());
    EXPECT_EQ(hello.video_caps, 0x38);
    EXPECT_EQ(hello.audio_channels, 8);
  }
}

TEST(V1Hello, WireVersions) {
  auto payload = hex("504b4631 02000000 80070000 38040000 3c000000");
  for (std::uint8_t version = 0; version < 6; ++version) {
    payload[4] = version;
    const auto hello = decode_one(Generation::V1, v1_frame(payload));
    if (version == 2 || version == 3) {
      EXPECT_EQ(get<ClientHello>(hello).wire_version, 2U);
    } else {
      ASSERT_FALSE(hello);
      EXPECT_TRUE(hello.error().is(Errc::WireVersion));
    }
  }
}

ServerHello base_welcome() {
  ServerHello welcome;
  welcome.udp_port = 50'000;
  welcome.mode = {1920, 1080, 60};
  welcome.fec_percent = 10;
  welcome.max_data_per_block = 4096;
  welcome.shard_payload = 1408;
  std::iota(welcome.key.begin(), welcome.key.end(), std::uint8_t{0});
  welcome.salt = {'p', 'k', 'f', '1'};
  welcome.bitrate_kbps = 20'000;
  welcome.host_caps = host_cap::kGamepadState;
  return welcome;
}
constexpr const char* kWelcome =
    "504b46310200000050c380070000380400003c000000010a0010800501000102030405060708090a0b0c0d0e0f"
    "706b6631000000000000204e0000080101010001020201";
ServerHello long_welcome() {
  auto welcome = base_welcome();
  welcome.management_port = 47'990;
  welcome.grants = 0x7F;
  welcome.expires_in_s = 3600;
  welcome.host_caps2 = 0x0C;
  return welcome;
}
constexpr const char* kWelcomeTail = "00 76bb 7f000000 100e0000 00 80bb0000 10 0000 0c 00";

TEST(V1Welcome, Base) {
  expect_vector(Generation::V1, v1_frame(hex(kWelcome)), base_welcome(), End::Client);
}
TEST(V1Welcome, WholeTail) {
  const auto payload = concat({hex(kWelcome), hex(kWelcomeTail)});
  ASSERT_EQ(payload.size(), 89U);
  expect_vector(Generation::V1, v1_frame(payload), long_welcome(), End::Client);
}
TEST(V1Welcome, ChaCha) {
  auto welcome = base_welcome();
  welcome.suite = Suite::ChaCha20Poly1305;
  std::iota(welcome.chacha_key.begin(), welcome.chacha_key.end(), std::uint8_t{0x40});
  const auto payload = concat(
      {hex(kWelcome), hex("01 404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f")});
  ASSERT_EQ(payload.size(), 101U);
  expect_vector(Generation::V1, v1_frame(payload), welcome, End::Client);
}

TEST(V1Welcome, EndsAnywhereFromItsMinimum) {
  const auto payload = concat({hex(kWelcome), hex(kWelcomeTail)});
  const auto full = long_welcome();
  for (std::size_t size = 0; size <= payload.size(); ++size) {
    SCOPED_TRACE(size);
    const auto welcome = v1::decode_welcome(ByteSpan(payload).first(size), false);
    ASSERT_EQ(welcome.has_value(), size >= 53);
    if (!welcome) continue;
    EXPECT_EQ(welcome->key, full.key);
    EXPECT_EQ(welcome->bitrate_kbps, size >= 59 ? 20'000U : 0U);
    EXPECT_EQ(welcome->bit_depth, 8);
    EXPECT_EQ(welcome->chroma_format, 1);
    EXPECT_EQ(welcome->codec, codec_bit::kHevc);
    EXPECT_EQ(welcome->host_caps, size >= 68 ? 1 : 0);
    EXPECT_EQ(welcome->suite, Suite::Aes128Gcm);
    EXPECT_EQ(welcome->management_port, size >= 71 ? 47'990 : 0);
    EXPECT_EQ(welcome->grants.has_value(), size >= 75);
    EXPECT_EQ(welcome->expires_in_s, size >= 79 ? 3600U : 0U);
    EXPECT_EQ(welcome->audio_rate_hz, 48'000U);
    EXPECT_EQ(welcome->host_caps2, size >= 88 ? 0x0C : 0);
  }
}

TEST(V1Welcome, CipherMustBeKnownAndComplete) {
  auto payload = concat({hex(kWelcome), hex("02")});
  EXPECT_TRUE(v1::decode_welcome(payload, false).error().is(Errc::BadValue));
  payload[68] = 1;
  payload.resize(69 + 31);
  EXPECT_TRUE(v1::decode_welcome(payload, false).error().is(Errc::Truncated));
}

Ready labelled() {
  Ready ready;
  ready.client_udp_port = 49'152;
  ready.details.label = "linux 0.40";
  ready.details.abr_features = 1;
  return ready;
}
constexpr const char* kStart = "504b463100c0 1300 0200 0a00 6c696e757820302e3430 0300 0100 01";

TEST(V1Start, Vectors) {
  Ready plain;
  plain.client_udp_port = 49'152;
  EXPECT_EQ(encode_one(Generation::V1, plain), v1_frame(hex("504b463100c0")));
  EXPECT_EQ(encode_one(Generation::V1, labelled()), v1_frame(hex(kStart)));
  ControlReader reader(Generation::V1, End::Host);
  reader.expect_extensions(true);
  const auto all =
      read_all(reader, concat({magic_hello("504b4631 02000000 80070000 38040000 3c000000"),
                               v1_frame(hex(kStart)), v1_frame(hex(kStart))}));
  ASSERT_EQ(all.size(), 3U);
  EXPECT_TRUE(std::holds_alternative<ClientHello>(*all[0].message));
  EXPECT_EQ(std::get<Ready>(*all[1].message), labelled());
  ASSERT_FALSE(all[2].message);
  EXPECT_TRUE(all[2].message.error().is(Errc::UnknownType));
}

TEST(V1Start, BlockCountsOnlyWhenNegotiated) {
  auto payload = hex(kStart);
  payload[6] = 0xFF;  // longer than what follows
  EXPECT_TRUE(v1::decode_start(payload, false));
  EXPECT_TRUE(v1::decode_start(payload, true).error().is(Errc::BadField));
  for (std::size_t size = 0; size < payload.size(); ++size)
    EXPECT_EQ(v1::decode_start(ByteSpan(hex(kStart)).first(size), true).has_value(), size == 6);
}

TEST(V1Start, MalformedBlocks) {
  const auto decode = [](std::string_view block) {
    return v1::decode_start(concat({hex("504b463100c0"), hex(block)}), true);
  };
  EXPECT_TRUE(decode("0800 0300 0000 0300 0000").error().is(Errc::RepeatedField));
  EXPECT_TRUE(decode("0400 0900 0100").error().is(Errc::BadField));
  EXPECT_TRUE(decode("0300 090000").error().is(Errc::BadField));
  Bytes many = hex("504b463100c0 0401");
  for (std::uint16_t tag = 100; tag < 165; ++tag) ByteWriter(many).le(tag).le(std::uint16_t{0});
  EXPECT_TRUE(v1::decode_start(many, true).error().is(Errc::BadLength));
  Bytes big = hex("504b463100c0");
  ByteWriter(big).le(std::uint16_t{4095}).le(std::uint16_t{9}).le(std::uint16_t{4091});
  big.resize(big.size() + 4091);
  EXPECT_TRUE(v1::decode_start(big, true).error().is(Errc::BadField));
}

TEST(V1Start, EntryValues) {
  const auto decode = [](std::string_view block) {
    auto ready = v1::decode_start(concat({hex("504b463100c0"), hex(block)}), true);
    EXPECT_TRUE(ready);
    return ready ? ready->details : ClientDetails{};
  };
  EXPECT_EQ(decode("0000"), ClientDetails{});
  EXPECT_EQ(decode("0600 6300 0200 aabb ffff"), ClientDetails{});  // unknown, and bytes behind
  EXPECT_EQ(decode("0900 0500 0500 01 c4090000").link, (LinkFacts{LinkKind::Ethernet, 2500}));
  EXPECT_EQ(decode("0500 0500 0100 02").link, (LinkFacts{LinkKind::WiFi, 0}));
  EXPECT_EQ(decode("0600 0500 0200 0102").delivery, (DeliveryAsk{1, 2}));
  EXPECT_TRUE(decode("0500 0600 0100 01").probe_only);
  EXPECT_EQ(decode("0600 0700 0200 7800").pyrowave_bpp_x100, 120);
  EXPECT_EQ(decode("0d00 0400 0900 0270310543 6f756368").preset, (StreamPreset{"p1", "Couch"}));
  EXPECT_FALSE(decode("0600 0400 0200 0501").preset);
}

TEST(V1Typed, Vectors) {
  typed("0180070000 38040000 78000000", Reconfigure{{1920, 1080, 120}});
  typed("0201 80070000 38040000 78000000", Reconfigured{true, {1920, 1080, 120}});
  typed("03", RequestKeyframe{});
  typed("04 04030201", LossReport{0x01020304});
  typed("05 50c30000", SetBitrate{50'000});
  typed("06 50c30000", BitrateChanged{50'000, {}});
  typed("06 50c30000 02", BitrateChanged{50'000, BitrateReason::Cadence});
  typed("07 0a000000 0c000000", RfiRequest{10, 12});
  typed("08 b004", ShardPayloadChanged{1200});
  typed("09 b004", ShardPayloadAck{1200});
  typed("0a fa000000", PipelineGap{250});
  typed("0b 0807060504030201", DeliveryReport{0x0102030405060708});
  typed("0c 0d0c0b0a", LinkReport{0x0A0B0C0D});
  typed("20 a0860100 f4010000", ProbeRequest{100'000, 500, 0, 0, 0});
  typed("21 8877665544332211 01000000 02000000 03000000 04000000",
        ProbeResult{0x1122334455667788, 1, 2, 3, 4});
  typed("30 0807060504030201", ClockProbe{0x0102030405060708});
  typed("31 0100000000000000 0200000000000000 0300000000000000", ClockEcho{1, 2, 3});
  typed("32 0807060504030201 15287f00 10000000 20000000 8403",
        PhaseReport{0x0102030405060708, 0x7F2815, 16, 32, 900});
  typed("40 01 01", ClipControl{true, 1});
  typed("41 01 03 04", ClipState{true, 3, ClipReason::NoFiles});
  typed("42 07000000 01 0a746578742f706c61696e 0500000000000000",
        ClipOffer{7, {{"text/plain", 5}}});
  typed("43 07000000 ffffffff 0a746578742f706c61696e", ClipFetch{7, kNoFile, "text/plain"});
  typed("44 00 0500000000000000", ClipFetchHeader{ClipStatus::Ok, 5});
  typed("50 09000000 0100 0100 0000 0000 01020304", CursorShape{9, 1, 1, 0, 0, hex("01020304")});
  typed("51 01", CursorRender{true});
  typed("58 1f000000 100e0000", AccessUpdate{0x1F, 3600});
  typed("59 01", AudioState{true});
  typed("5a 04 04 676f6e65", LaunchOutcome{LaunchKind::Failed, "gone"});
  typed("5b 0500", PadSlots{5});
}

TEST(V1Typed, LengthsOfTheTable) {
  const auto size = [](const ControlMessage& message) {
    return encode_one(Generation::V1, message).size() - 2;
  };
  EXPECT_EQ(size(SetDelivery{}), 6U);
  EXPECT_EQ(size(DeliveryChanged{}), 7U);
  EXPECT_EQ(size(HostFacts{}), 15U);
  EXPECT_EQ(size(ProbeRequest{1, 2, 3, 4, 5}), 23U);
  EXPECT_EQ(size(InputEdge{}), 23U);
  EXPECT_EQ(size(PhaseReport{}), 27U);
}

TEST(V1Typed, OldForms) {
  const auto probe = get<ProbeResult>(
      decode_one(Generation::V1, v1_typed("21 8877665544332211 01000000 02000000")));
  EXPECT_EQ(probe, (ProbeResult{0x1122334455667788, 1, 2, 0, 0}));
  EXPECT_FALSE(
      decode_one(Generation::V1, v1_typed("21 8877665544332211 01000000 02000000 03000000")));
  const auto phase = get<PhaseReport>(
      decode_one(Generation::V1, v1_typed("32 0807060504030201 15287f00 10000000 20000000")));
  EXPECT_EQ(phase.lead_ns, 32U);
}

TEST(V1Pairing, Vectors) {
  const auto spake_a = hex("41d042a6cb55725f7363be59245ab4105fae66eedd4648019988929a05e8f9ed9c");
  const auto spake_b = hex("42e78fac049a202b70d5df08d47a2f9fcccfac78b12afb25454dea1bf60eb2801c");
  const auto host = hex("8c114a4ccc6cfe1c0f1ceb6820657277f74332c57a13eebf902bd0cdf1b81e57");
  const auto client = hex("1f317776dfe2827fc60ab5212a65834030ce9ab8783e0d3f5da82ceeb41f5bd4");
  PairChallenge challenge{spake_b, {}};
  PairProof proof;
  std::copy(host.begin(), host.end(), challenge.confirm.begin());
  std::copy(client.begin(), client.end(), proof.confirm.begin());
  expect_vector(Generation::V1,
                hex("3400504b4663100b5465737420436c69656e74210041d042a6cb55725f7363be59245ab4105f"
                    "ae66eedd4648019988929a05e8f9ed9c"),
                PairRequest{"Test Client", spake_a, {}});
  expect_vector(Generation::V1,
                hex("4800504b466311210042e78fac049a202b70d5df08d47a2f9fcccfac78b12afb25454dea1bf6"
                    "0eb2801c8c114a4ccc6cfe1c0f1ceb6820657277f74332c57a13eebf902bd0cdf1b81e57"),
                challenge);
  expect_vector(
      Generation::V1,
      hex("2500504b4663121f317776dfe2827fc60ab5212a65834030ce9ab8783e0d3f5da82ceeb41f5bd4"), proof);
  expect_vector(Generation::V1, hex("0600504b46631301"), PairResult{true});
  expect_vector(Generation::V1, hex("0600504b46631300"), PairResult{false});
}

TEST(V1Pairing, TailOfARequestIsIgnored) {
  auto payload = hex("504b466310 025456 0200 4142");
  EXPECT_EQ(get<PairRequest>(decode_one(Generation::V1, v1_frame(payload))).spake_a, hex("4142"));
  ByteWriter(payload).le(std::uint16_t{3}).u8(7);  // a tail that claims more than there is
  const auto request = get<PairRequest>(decode_one(Generation::V1, v1_frame(payload)));
  EXPECT_EQ(request.spake_a, hex("4142"));
  EXPECT_TRUE(request.device_key.empty());
}

}  // namespace
}  // namespace pf::native::wire
