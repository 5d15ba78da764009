#include "probe/hello_check.hpp"

#include <algorithm>
#include <bit>

namespace pf::probe {

namespace wire = native::wire;

namespace {

constexpr std::uint16_t kSmallestPayload = 512;
constexpr unsigned kMostParity = 90;

bool all_zero(const auto& bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b == 0; });
}

}  // namespace

std::vector<HelloFault> faults_of(wire::Generation generation, const wire::ClientHello& asked,
                                  const wire::ServerHello& answer) {
  std::vector<HelloFault> faults;
  const auto fatal = [&](bool wrong, const char* what) {
    if (wrong) faults.push_back({true, what});
  };
  const auto wrong = [&](bool is_wrong, const char* what) {
    if (is_wrong) faults.push_back({false, what});
  };
  const bool v1 = generation == wire::Generation::V1;
  const std::uint16_t largest =
      asked.max_shard_payload != 0 ? asked.max_shard_payload : std::uint16_t{9152};
  fatal(answer.shard_payload % 2 != 0 || answer.shard_payload < kSmallestPayload ||
            answer.shard_payload > largest,
        "the shard payload is odd, below 512, or more than was offered");
  fatal(answer.max_data_per_block == 0, "no data shards per block");
  const std::uint64_t data = answer.max_data_per_block;
  const std::uint64_t parity = (data * answer.fec_percent + 99) / 100;
  fatal(answer.fec_percent > kMostParity, "more than 90 % parity");
  fatal(data + parity > (answer.fec_scheme == wire::FecScheme::Gf16 ? 65'535U : 255U),
        "data and parity of a block are more than the code can do");
  fatal(!answer.suite, "no media suite");
  if (v1) {
    fatal(!answer.encrypt, "media would not be encrypted");
    fatal(answer.encrypt && all_zero(answer.key), "the key is all zero");
    fatal(answer.udp_port == 0, "no media port");
    wrong(answer.wire_version != wire::kWireVersion, "another wire version");
  } else {
    fatal(all_zero(answer.session_id), "no session id");
    wrong((answer.features & ~asked.features) != 0, "features that were not offered");
    wrong(answer.clock_origin_ns == 0, "no clock origin");
  }
  fatal(answer.suite == wire::Suite::ChaCha20Poly1305 &&
            (v1 ? (asked.video_caps & wire::video_cap::kChaCha20) == 0
                : std::find(asked.suites.begin(), asked.suites.end(), std::uint8_t{1}) ==
                      asked.suites.end()),
        "ChaCha20-Poly1305 was not offered");
  wrong(answer.mode.width == 0 || answer.mode.height == 0 || answer.mode.refresh_hz == 0,
        "no mode");
  const std::uint8_t offered = asked.codecs == 0 ? wire::codec_bit::kHevc : asked.codecs;
  fatal(!std::has_single_bit(answer.codec) || (answer.codec & offered) == 0,
        "a codec that was not offered");
  wrong(answer.bit_depth != 8 && answer.bit_depth != 10, "neither 8 nor 10 bits");
  wrong(answer.bit_depth == 10 && (asked.video_caps & wire::video_cap::k10Bit) == 0,
        "10 bits were not offered");
  wrong(answer.chroma_format == 3 && (asked.video_caps & wire::video_cap::k444) == 0,
        "4:4:4 was not offered");
  wrong(answer.colour.transfer == 16 && (asked.video_caps & wire::video_cap::kHdr) == 0,
        "HDR was not offered");
  wrong(answer.audio_channels > asked.audio_channels, "more sound channels than were offered");
  const auto echoed = [&](std::uint8_t host_bit, std::uint8_t client_bit) {
    return (answer.host_caps & host_bit) != 0 && (asked.client_caps & client_bit) == 0;
  };
  wrong(echoed(wire::host_cap::kAudioRed, wire::client_cap::kAudioRed),
        "redundant sound was not offered");
  wrong(echoed(wire::host_cap::kCursor, wire::client_cap::kCursor),
        "a cursor of the client's was not offered");
  wrong(echoed(wire::host_cap::kPadAudio, wire::client_cap::kPadAudio),
        "pad sound was not offered");
  wrong(echoed(wire::host_cap::kAudioHires, wire::client_cap::kAudioHires) ||
            (answer.audio_codec == wire::AudioCodec::Pcm &&
             (asked.client_caps & wire::client_cap::kAudioHires) == 0),
        "PCM sound was not offered");
  fatal(answer.audio_codec == wire::AudioCodec::Flac, "an unknown sound codec");
  return faults;
}

wire::ClientHello default_hello() {
  wire::ClientHello hello;
  hello.suites = {0};
  hello.mode = {1920, 1080, 60};
  hello.bitrate_kbps = 20'000;
  hello.name = "punktfunk-probe";
  // What core clients always set (punktfunk2.md 4.1).
  hello.video_caps =
      wire::video_cap::kHostTiming | wire::video_cap::kProbeSeq | wire::video_cap::kStreamedAu;
  hello.client_caps = wire::client_cap::kAudioRed | wire::client_cap::kExt;
  hello.features = wire::feature::kStreamConfig | wire::feature::kPadWrites;
  hello.codecs = wire::codec_bit::kH264 | wire::codec_bit::kHevc | wire::codec_bit::kAv1;
  hello.max_shard_payload = 9152;
  hello.details.label = "punktfunk-probe";
  hello.details.abr_features = wire::abr_feature::kReadsReason;
  return hello;
}

}  // namespace pf::probe
