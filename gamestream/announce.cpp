#include "gamestream/announce.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <string>

namespace pf::gamestream {
namespace {

constexpr std::size_t kMaxAttributes = 256;
// Pictures smaller than this are nothing that an encoder opens; larger ones exceed every level.
constexpr std::uint32_t kMinSize = 64, kMaxSize = 8192;
constexpr std::uint32_t kMaxFps = 1000;
// 7.2: the payload S−16 must hold the frame header, and a jumbo frame must hold S+16+32.
constexpr std::uint32_t kMinPacketSize = 256, kMaxPacketSize = 8896;
constexpr std::uint32_t kMinKbps = 100, kMaxKbps = 4'000'000;

using Attributes = std::map<std::string, std::string, std::less<>>;

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// The "a=name:value" lines. A repeated name keeps its last value.
std::optional<Attributes> attributes(std::string_view body) {
  Attributes found;
  while (!body.empty()) {
    const auto end = body.find('\n');
    const auto line = trim(body.substr(0, end));
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
    if (!line.starts_with("a=")) continue;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;  // a flag without a value; none matters here
    if (found.size() == kMaxAttributes) return std::nullopt;
    found[std::string(trim(line.substr(2, colon - 2)))] = trim(line.substr(colon + 1));
  }
  return found;
}

// Reads numbers with their range; remembers the first attribute that failed.
class Fields {
 public:
  explicit Fields(const Attributes& attributes) : attributes_(attributes) {}

  void read(std::string_view name, std::uint32_t low, std::uint32_t high, bool required,
            std::uint32_t& out) {
    const auto found = attributes_.find(name);
    if (found == attributes_.end()) {
      if (required) reject(name);
      return;
    }
    const auto& text = found->second;
    std::uint32_t value = 0;
    const auto* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    if (parsed.ec != std::errc{} || parsed.ptr != end || value < low || value > high)
      return reject(name);
    out = value;
  }
  void required(std::string_view name, std::uint32_t low, std::uint32_t high, std::uint32_t& out) {
    read(name, low, high, true, out);
  }
  void optional(std::string_view name, std::uint32_t low, std::uint32_t high, std::uint32_t& out) {
    read(name, low, high, false, out);
  }
  void flag(std::string_view name, bool& out) {
    std::uint32_t value = out ? 1 : 0;
    read(name, 0, 1, false, value);
    out = value == 1;
  }
  void reject(std::string_view name) {
    if (failed_.empty()) failed_ = name;
  }
  const std::string& failed() const { return failed_; }

 private:
  const Attributes& attributes_;
  std::string failed_;
};

constexpr std::uint32_t kAny = 0xFFFFFFFFU;

void read_video(Fields& fields, Announce& out) {
  fields.required("x-nv-video[0].clientViewportWd", kMinSize, kMaxSize, out.width);
  fields.required("x-nv-video[0].clientViewportHt", kMinSize, kMaxSize, out.height);
  out.width &= ~1U;
  out.height &= ~1U;
  fields.required("x-nv-video[0].maxFPS", 1, kMaxFps, out.max_fps);
  fields.optional("x-nv-video[0].clientRefreshRateX100", 0, kAny, out.refresh_x100);
  fields.required("x-nv-video[0].packetSize", kMinPacketSize, kMaxPacketSize, out.packet_size);
  if (out.packet_size % 16 != 0) fields.reject("x-nv-video[0].packetSize");
  fields.optional("x-ml-video.configuredBitrateKbps", 0, kAny, out.configured_kbps);
  fields.optional("x-nv-vqos[0].bw.maximumBitrateKbps", 0, kAny, out.maximum_kbps);
  if (out.configured_kbps == 0 && out.maximum_kbps == 0)
    fields.reject("x-nv-vqos[0].bw.maximumBitrateKbps");
  fields.optional("x-nv-vqos[0].fec.minRequiredFecPackets", 0, 127, out.min_fec_packets);
  fields.optional("x-nv-video[0].videoEncoderSlicesPerFrame", 0, 32, out.slices);
  out.slices = std::max(out.slices, 1U);
  fields.optional("x-nv-video[0].maxNumReferenceFrames", 0, 16, out.max_references);
  fields.optional("x-nv-video[0].encoderCscMode", 0, 5, out.csc_mode);
  fields.flag("x-nv-video[0].dynamicRangeMode", out.ten_bit);
  fields.flag("x-ss-video[0].chromaSamplingType", out.yuv444);

  std::uint32_t format = 0;
  fields.optional("x-nv-vqos[0].bitStreamFormat", 0, 2, format);
  constexpr media::Codec kCodecs[] = {media::Codec::H264, media::Codec::Hevc, media::Codec::Av1};
  out.codec = kCodecs[format];

  std::uint32_t qos = 0;
  fields.optional("x-nv-vqos[0].qosTrafficType", 0, kAny, qos);
  out.video_qos = qos != 0;
}

void read_audio(Fields& fields, Announce& out) {
  std::uint32_t channels = 2;
  fields.optional("x-nv-audio.surround.numChannels", 2, 8, channels);
  if (channels != 2 && channels != 6 && channels != 8)
    fields.reject("x-nv-audio.surround.numChannels");
  out.speakers = static_cast<audio::Speakers>(channels);
  fields.flag("x-nv-audio.surround.AudioQuality", out.surround_high_quality);

  std::uint32_t duration = 5;
  fields.optional("x-nv-aqos.packetDuration", 5, 20, duration);
  if (duration != 5 && duration != 10 && duration != 20) fields.reject("x-nv-aqos.packetDuration");
  out.audio_duration = std::chrono::milliseconds(duration);

  std::uint32_t qos = 0;
  fields.optional("x-nv-aqos.qosTrafficType", 0, kAny, qos);
  out.audio_qos = qos != 0;
}

}  // namespace

Result<Announce> parse_announce(std::string_view body) {
  const auto found = attributes(body);
  if (!found) return fail(Errc::BadRequest, "too many attributes");
  Fields fields(*found);
  Announce out;
  read_video(fields, out);
  read_audio(fields, out);
  fields.optional("x-nv-general.useReliableUdp", 0, kAny, out.reliable_udp);
  fields.optional("x-nv-general.featureFlags", 0, kAny, out.nv_features);
  fields.optional("x-ml-general.featureFlags", 0, kAny, out.ml_features);
  fields.optional("x-ss-general.encryptionEnabled", 0, encryption::kAll, out.encryption_enabled);
  if (!fields.failed().empty()) return fail(Errc::BadRequest, fields.failed());
  return out;
}

Result<> check_announce(const Announce& announce, const Offer& offer,
                        const EncryptionPolicy& policy) {
  if ((announce.encryption_enabled & policy.required) != policy.required)
    return fail(Errc::Refused);
  if ((announce.encryption_enabled & ~policy.supported) != 0)
    return fail(Errc::Unsupported, "encryption that was not offered");
  // What encrypts the control stream and the plaintext protocol exclude each other.
  if (announce.legacy_control() && (announce.encrypts_control_v2() || announce.encrypts_video()))
    return fail(Errc::BadRequest, "x-nv-general.useReliableUdp");
  const media::VideoFormat format{announce.codec, announce.ten_bit, announce.yuv444};
  if (!offer.has(format))
    return fail(Errc::Unsupported, std::string(media::name(announce.codec)) +
                                       (announce.ten_bit ? ", 10 bit" : "") +
                                       (announce.yuv444 ? ", 4:4:4" : ""));
  return {};
}

media::Rational exact_rate(std::uint32_t max_fps, std::uint32_t refresh_x100) {
  const std::int64_t rate = refresh_x100, nominal = std::int64_t{max_fps} * 100;
  if (rate == 0 || std::abs(rate - nominal) > nominal / 100) return {max_fps, 1};
  // Rates of the NTSC family arrive rounded or cut to two digits: 23.976 as 2397 or 2398.
  const auto whole = static_cast<std::uint32_t>(std::llround(static_cast<double>(rate) * 0.01001));
  const double ntsc_x100 = whole * 100'000.0 / 1001.0;
  if (rate % 100 != 0 && std::abs(static_cast<double>(rate) - ntsc_x100) < 0.7)
    return {whole * 1000, 1001};
  const auto divisor = std::gcd(refresh_x100, 100U);
  return {refresh_x100 / divisor, 100U / divisor};
}

std::uint32_t audio_kbps(const audio::Layout& layout) {
  return static_cast<std::uint32_t>((layout.high_quality ? 256U : 96U) * layout.channels());
}

std::uint32_t encoder_kbps(std::uint32_t configured_kbps, unsigned fec_percent,
                           const audio::Layout& layout) {
  std::uint64_t kbps = std::clamp(configured_kbps, kMinKbps, kMaxKbps);
  if (fec_percent <= 80) kbps = kbps * (100 - fec_percent) / 100;
  kbps -= std::min<std::uint64_t>(audio_kbps(layout), kbps / 5);
  kbps -= std::min<std::uint64_t>(500, kbps / 10);
  return static_cast<std::uint32_t>(kbps);
}

session::StreamConfig stream_config(const Announce& announce, std::string_view host_header,
                                    unsigned fec_percent) {
  session::StreamConfig config;
  config.audio.speakers = announce.speakers;
  config.audio.high_quality = announce.speakers == audio::Speakers::Stereo
                                  ? host_header.find("0.0.0.0") == std::string_view::npos
                                  : announce.surround_high_quality;
  config.audio_duration = announce.audio_duration;

  auto& video = config.video;
  video.codec = announce.codec;
  video.mode = {announce.width, announce.height,
                exact_rate(announce.max_fps, announce.refresh_x100)};
  constexpr media::Matrix kSpaces[] = {media::Matrix::Bt601, media::Matrix::Bt709,
                                       media::Matrix::Bt2020};
  video.colour.matrix = kSpaces[announce.csc_mode >> 1];
  video.colour.full_range = (announce.csc_mode & 1) != 0;
  video.colour.ten_bit = announce.ten_bit;
  video.colour.yuv444 = announce.yuv444;
  // An old client names only the encoder's bitrate, from which it has subtracted the rest already.
  video.bitrate_kbps = announce.configured_kbps != 0
                           ? encoder_kbps(announce.configured_kbps, fec_percent, config.audio)
                           : std::clamp(announce.maximum_kbps, kMinKbps, kMaxKbps);
  video.slices = announce.slices;
  video.max_references = announce.max_references;
  return config;
}

}  // namespace pf::gamestream
