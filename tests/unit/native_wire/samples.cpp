#include <algorithm>

#include "unit/native_wire/wire_test_support.hpp"

namespace pf::native::wire::test {

namespace {
ClientHello full_client_hello() {
  ClientHello hello;
  hello.resume.emplace();
  hello.resume->fill(7);
  hello.suites = {1, 0};
  hello.mode = {3840, 2160, 120};
  hello.compositor = Compositor::Hyprland;
  hello.gamepad = GamepadKind::Switch2GameCube;
  hello.bitrate_kbps = 45'678;
  hello.name = "Küche";
  hello.launch = "steam:570";
  hello.video_caps = 0xBB;
  hello.client_caps = 0x54;
  hello.features = feature::kStreamConfig | feature::kPadWrites | feature::kProfiles;
  hello.audio_channels = 8;
  hello.codecs = 7;
  hello.preferred_codec = 4;
  hello.hdr = p3_like();
  hello.max_shard_payload = 9170;
  hello.audio_rate_hz = 96'000;
  hello.audio_bits = 24;
  hello.audio_layout = 2;
  hello.video_fit = 1;
  hello.details.label = "linux 0.44";
  hello.details.abr_features = 1;
  hello.details.preset = {"p1", "Couch"};
  hello.details.link = {LinkKind::WiFi, 1200};
  hello.details.probe_only = true;
  hello.details.pyrowave_bpp_x100 = 120;
  hello.profile = "guest";
  hello.access_only = true;
  return hello;
}

ServerHello full_server_hello() {
  ServerHello hello;
  hello.udp_port = 50'000;
  hello.key.fill(0x11);
  hello.salt = {1, 2, 3, 4};
  hello.chacha_key.fill(0x22);
  hello.session_id.fill(0xA5);
  hello.clock_origin_ns = 1'700'000'000'123'456'789;
  hello.features = feature::kStreamConfig;
  hello.profile = "guest";
  hello.suite = Suite::ChaCha20Poly1305;
  hello.mode = {2560, 1440, 90};
  hello.fec_scheme = FecScheme::Gf8;
  hello.fec_percent = 15;
  hello.max_data_per_block = 4096;
  hello.shard_payload = 1408;
  hello.frames = 3;
  hello.compositor = Compositor::Mutter;
  hello.gamepad = GamepadKind::DualSense;
  hello.bitrate_kbps = 20'000;
  hello.bit_depth = 10;
  hello.colour = {9, 16, 9, 1};
  hello.chroma_format = 3;
  hello.audio_channels = 6;
  hello.codec = codec_bit::kAv1;
  hello.host_caps = 0xA5;
  hello.host_caps2 = 0x4F;
  hello.management_port = 47'990;
  hello.grants = 0x1F;
  hello.expires_in_s = 3600;
  hello.audio_codec = AudioCodec::Pcm;
  hello.audio_rate_hz = 96'000;
  hello.audio_bits = 24;
  hello.audio_frame_us = 2500;
  hello.audio_layout = 1;
  return hello;
}
}  // namespace

std::vector<ControlMessage> samples() {
  std::array<std::uint8_t, 32> confirm;
  confirm.fill(0x33);
  InputEdge edge;
  std::fill(edge.event.begin(), edge.event.end(), std::uint8_t{9});
  edge.event[0] = 0xC8;
  Ready ready;
  ready.client_udp_port = 49'152;
  ready.details = full_client_hello().details;
  CursorShape shape{9, 2, 3, 1, 2, Bytes(24, 0x5A)};
  return {full_client_hello(),
          full_server_hello(),
          ready,
          Pending{},
          Redirect{"10.0.0.9", 9778, "ab", 2, "left", "Deck", std::string(64, 'a')},
          Refused{0x64, "no"},
          PairRequest{"TV", Bytes(33, 0x41), Bytes(4, 1)},
          PairChallenge{Bytes(33, 0x42), confirm},
          PairProof{confirm},
          PairResult{true},
          Reconfigure{{1920, 1080, 120}},
          Reconfigured{true, {1920, 1080, 120}},
          StreamConfig{3, {1920, 1080, 60}, 4, 10, {9, 16, 9, 0}, 3},
          SetBitrate{50'000},
          BitrateChanged{50'000, BitrateReason::Pinned},
          PipelineGap{250},
          LossReport{1200},
          DeliveryReport{0x0102030405060708},
          LinkReport{0x0A0B0C0D},
          SetDelivery{2},
          DeliveryChanged{2, true},
          HostFacts{LinkKind::Ethernet, 2500, 4096, 1},
          ProbeRequest{100'000, 500, 240, 65'536, 900'000},
          ProbeResult{1, 2, 3, 4, 5},
          PhaseReport{1, 2, 3, 4, 900},
          RfiRequest{10, 12},
          RequestKeyframe{},
          ShardPayloadChanged{1200},
          ShardPayloadAck{1200},
          ClockProbe{1},
          ClockEcho{1, 2, 3},
          shape,
          CursorRender{true},
          AccessUpdate{0x1F, 3600},
          AudioState{true},
          LaunchOutcome{LaunchKind::SignInNeeded, "sign in"},
          PadSlots{5},
          ClipControl{true, 1},
          ClipState{true, 3, ClipReason::NoFiles},
          ClipOffer{7, {{"text/plain", 5}, {"image/png", 1ULL << 40}}},
          ClipFetch{7, 3, "text/plain"},
          ClipFetchHeader{ClipStatus::Stale, 5},
          edge,
          PadIdentity{3, "FXA991", Bytes{1, 2, 1, 3}, 2},
          PadFeature{3, Bytes{0x81, 2, 3}}};
}

}  // namespace pf::native::wire::test
