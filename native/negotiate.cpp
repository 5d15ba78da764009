#include "native/negotiate.hpp"

#include <algorithm>
#include <array>

namespace pf::native {
namespace {

// What encoders and virtual displays take; a client that asks for more is told so.
constexpr std::uint32_t kMinSide = 64, kMaxSide = 8192, kMaxRefresh = 480;

bool contains(const std::vector<pf::media::Codec>& codecs, pf::media::Codec codec) {
  return std::find(codecs.begin(), codecs.end(), codec) != codecs.end();
}

// punktfunk1.md 3.7: the client's wish if we can, then HEVC, AV1, H.264. What does not keep up with
// the mode is not among them.
std::optional<pf::media::Codec> choose(const wire::ClientHello& hello,
                                       const std::vector<pf::media::Codec>& ours,
                                       const HostAbilities& abilities,
                                       const pf::media::Mode& mode) {
  const auto possible = [&](pf::media::Codec codec) {
    return (hello.codecs & codec_bit(codec)) != 0 && contains(ours, codec) &&
           pf::media::keeps_up(abilities.costs, {codec}, mode);
  };
  for (const auto codec : {pf::media::Codec::H264, pf::media::Codec::Hevc, pf::media::Codec::Av1})
    if ((hello.preferred_codec & codec_bit(codec)) != 0 && possible(codec)) return codec;
  for (const auto codec : {pf::media::Codec::Hevc, pf::media::Codec::Av1, pf::media::Codec::H264})
    if (possible(codec)) return codec;
  return std::nullopt;
}

// The richest picture that the client asks for and that is worth its price here. An HDR client gets
// the desktop mapped into PQ.
pf::media::Colour colour_for(const wire::ClientHello& hello, const HostAbilities& abilities,
                             pf::media::Codec codec, const pf::media::Mode& mode) {
  const bool deep = (hello.video_caps & wire::video_cap::k10Bit) != 0;
  const bool full = (hello.video_caps & wire::video_cap::k444) != 0;
  pf::media::Colour colour;
  const auto take = [&](bool ten_bit, bool yuv444) {
    const pf::media::VideoFormat format{codec, ten_bit, yuv444};
    const auto& ours = abilities.formats;
    if ((ten_bit && !deep) || (yuv444 && !full) ||
        std::find(ours.begin(), ours.end(), format) == ours.end() ||
        !pf::media::keeps_up(abilities.costs, format, mode))
      return false;
    colour.ten_bit = ten_bit;
    colour.yuv444 = yuv444;
    return true;
  };
  if (!take(true, true) && !take(true, false)) take(false, true);
  if (colour.ten_bit && (hello.video_caps & wire::video_cap::kHdr) != 0) {
    colour.hdr = true;
    colour.matrix = pf::media::Matrix::Bt2020;
  }
  return colour;
}

wire::Suite suite_for(const wire::ClientHello& hello, wire::Generation generation) {
  if (generation == wire::Generation::V1)
    return (hello.video_caps & wire::video_cap::kChaCha20) != 0 ? wire::Suite::ChaCha20Poly1305
                                                                : wire::Suite::Aes128Gcm;
  for (const auto id : hello.suites) {
    if (id == static_cast<std::uint8_t>(wire::Suite::Aes128Gcm)) return wire::Suite::Aes128Gcm;
    if (id == static_cast<std::uint8_t>(wire::Suite::ChaCha20Poly1305))
      return wire::Suite::ChaCha20Poly1305;
  }
  return wire::Suite::Aes128Gcm;
}

std::uint16_t shard_payload_for(const wire::ClientHello& hello, const Carrier& carrier) {
  const auto usual = carrier.ipv6 ? kShardPayloadV6 : kShardPayloadV4;
  if (hello.max_shard_payload == 0) return usual;
  // Even, as both codes want it; a client that cannot take 512 bytes takes nothing at all.
  const auto most = static_cast<std::uint16_t>(hello.max_shard_payload & ~1U);
  return std::clamp<std::uint16_t>(most, 512, usual);
}

audio::Layout layout_for(const wire::ClientHello& hello) {
  audio::Layout layout;
  layout.high_quality = true;
  if (hello.audio_channels == 6) layout.speakers = audio::Speakers::Surround51;
  if (hello.audio_channels == 8) layout.speakers = audio::Speakers::Surround71;
  return layout;
}

// What surely fits one QUIC datagram before the path is known any better (punktfunk1.md 7.12).
constexpr std::size_t kSafeDatagram = 1150, kAudioHeader = 14;

// Uncompressed sound for clients that take it: the longest packet of the ladder that fits
// (punktfunk1.md 7.1). What does not even fit in the shortest stays Opus.
void choose_pcm(const wire::ClientHello& hello, Agreement& agreement) {
  if ((hello.client_caps & wire::client_cap::kAudioHires) == 0) return;
  const bool wide = hello.audio_bits == 24;
  const std::size_t sample = agreement.audio.channels() * (wide ? 3U : 2U);
  for (const int us : {5000, 4000, 3000, 2500, 2000, 1500, 1000}) {
    if (sample * 48 * static_cast<std::size_t>(us) / 1000 + kAudioHeader > kSafeDatagram) continue;
    agreement.audio_format.kind = wide ? audio::Format::Kind::Pcm24 : audio::Format::Kind::Pcm16;
    agreement.audio_packet = std::chrono::microseconds(us);
    agreement.redundant_audio = false;
    return;
  }
}

}  // namespace

std::uint8_t codec_bit(pf::media::Codec codec) {
  switch (codec) {
    case pf::media::Codec::H264:
      return wire::codec_bit::kH264;
    case pf::media::Codec::Hevc:
      return wire::codec_bit::kHevc;
    case pf::media::Codec::Av1:
      return wire::codec_bit::kAv1;
  }
  return 0;
}

Result<pf::media::Mode> to_mode(const wire::WireMode& wanted) {
  if (wanted.width < kMinSide || wanted.height < kMinSide || wanted.width > kMaxSide ||
      wanted.height > kMaxSide || wanted.refresh_hz == 0)
    return fail(Errc::BadMode, "This host makes pictures from 64x64 to 8192x8192, not " +
                                   std::to_string(wanted.width) + "x" +
                                   std::to_string(wanted.height) + " at " +
                                   std::to_string(wanted.refresh_hz) + " Hz.");
  return pf::media::Mode{
      wanted.width & ~1U, wanted.height & ~1U, {std::min(wanted.refresh_hz, kMaxRefresh), 1}};
}

wire::WireMode to_wire(const pf::media::Mode& mode) {
  return {mode.width, mode.height, (mode.rate.num + mode.rate.den / 2) / mode.rate.den};
}

Result<Agreement> negotiate(const wire::ClientHello& hello, const HostAbilities& abilities,
                            const Carrier& carrier) {
  Agreement agreement;
  auto mode = to_mode(hello.mode);
  if (!mode) return pass(mode);
  agreement.mode = *mode;
  auto codec = choose(hello, abilities.codecs, abilities, agreement.mode);
  if (!codec) codec = choose(hello, abilities.last_resort, {}, agreement.mode);
  if (!codec) codec = choose(hello, abilities.codecs, {}, agreement.mode);
  if (!codec)
    return fail(Errc::NoCodec,
                "This host encodes none of the video formats that the device plays.");
  agreement.codec = *codec;
  agreement.colour = colour_for(hello, abilities, *codec, agreement.mode);
  agreement.automatic_bitrate = hello.bitrate_kbps == 0;
  agreement.budget_kbps =
      std::clamp(agreement.automatic_bitrate ? abilities.automatic_kbps : hello.bitrate_kbps,
                 kMinBitrateKbps, kMaxBitrateKbps);
  agreement.shard_payload = shard_payload_for(hello, carrier);
  agreement.fec_percent = std::min<std::uint8_t>(abilities.fec_percent, 90);
  agreement.fec_scheme = abilities.fec_scheme;
  agreement.suite = suite_for(hello, carrier.generation);
  agreement.audio = layout_for(hello);
  agreement.redundant_audio = (hello.client_caps & wire::client_cap::kAudioRed) != 0;
  agreement.audio_format.constant_rate = false;
  choose_pcm(hello, agreement);
  agreement.host_timing = (hello.video_caps & wire::video_cap::kHostTiming) != 0;
  agreement.stream_config = carrier.generation == wire::Generation::V2 &&
                            (hello.features & wire::feature::kStreamConfig) != 0;
  agreement.reads_bitrate_reason =
      (hello.details.abr_features & wire::abr_feature::kReadsReason) != 0;
  agreement.cursor = abilities.cursor && (hello.client_caps & wire::client_cap::kCursor) != 0;
  agreement.probes = (hello.video_caps & wire::video_cap::kProbeSeq) != 0;
  return agreement;
}

wire::ServerHello answer(const wire::ClientHello& hello, const Agreement& agreement,
                         const HostAbilities& abilities) {
  wire::ServerHello reply;
  reply.suite = agreement.suite;
  reply.mode = to_wire(agreement.mode);
  reply.fec_scheme = agreement.fec_scheme;
  reply.fec_percent = agreement.fec_percent;
  reply.max_data_per_block = data_per_block(agreement.fec_scheme);
  reply.shard_payload = agreement.shard_payload;
  if (abilities.wlroots) reply.compositor = wire::Compositor::Wlroots;
  reply.gamepad =
      hello.gamepad == wire::GamepadKind::Automatic ? wire::GamepadKind::Xbox360 : hello.gamepad;
  reply.bitrate_kbps = agreement.budget_kbps;
  reply.audio_channels = static_cast<std::uint8_t>(agreement.audio.channels());
  reply.audio_layout = 0;
  if (agreement.audio_format.kind != audio::Format::Kind::Opus) {
    reply.audio_codec = wire::AudioCodec::Pcm;
    reply.audio_bits = agreement.audio_format.kind == audio::Format::Kind::Pcm24 ? 24 : 16;
    reply.audio_frame_us = static_cast<std::uint16_t>(agreement.audio_packet.count());
    reply.host_caps |= wire::host_cap::kAudioHires;
  }
  reply.codec = codec_bit(agreement.codec);
  const auto& colour = agreement.colour;
  reply.bit_depth = colour.ten_bit ? 10 : 8;
  reply.chroma_format = colour.yuv444 ? 3 : 1;
  if (colour.hdr) reply.colour = {9, 16, 9, 0};  // BT.2020, PQ, limited range
  reply.host_caps |= wire::host_cap::kGamepadState | wire::host_cap::kTextInput;
  if (abilities.clipboard) reply.host_caps |= wire::host_cap::kClipboard;
  if (agreement.cursor) reply.host_caps |= wire::host_cap::kCursor;
  if (agreement.redundant_audio) reply.host_caps |= wire::host_cap::kAudioRed;
  reply.host_caps2 =
      wire::host_cap2::kRepeatMark | wire::host_cap2::kScroll | wire::host_cap2::kInputEdges;
  if ((hello.client_caps & wire::client_cap::kExt) != 0) reply.host_caps2 |= wire::host_cap2::kExt;
  if (agreement.stream_config) reply.features |= wire::feature::kStreamConfig;
  reply.management_port = abilities.management_port;
  return reply;
}

}  // namespace pf::native
