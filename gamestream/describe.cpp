#include "gamestream/describe.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "audio/layout.hpp"

namespace pf::gamestream {
namespace {

// Pen and touch (bit 0), controller touchpad and motion (bit 1).
constexpr unsigned kFeatureFlags = 3;

// 8.3: channels, streams, coupled, then one digit per channel. Clients rotate the first line of
// each channel count (its LFE entry comes last on the wire) and use the second as it is.
std::string surround_params(audio::Speakers speakers, bool high_quality) {
  const auto layout = audio::opus_layout({speakers, high_quality});
  auto text = fmt::format("{}{}{}", layout.channels, layout.streams, layout.coupled);
  constexpr std::size_t kLfe = 3;
  const bool rotated = !high_quality && layout.channels > kLfe;
  for (std::size_t i = 0; i < layout.channels; ++i)
    if (!rotated || i != kLfe) text += std::to_string(layout.mapping[i]);
  if (rotated) text += std::to_string(layout.mapping[kLfe]);
  return text;
}

// 2.3; 0 for what has no bit.
std::uint32_t mode_bit(const media::VideoFormat& format) {
  const auto pick = [&](std::uint32_t plain, std::uint32_t deep, std::uint32_t full,
                        std::uint32_t deep_full) {
    if (format.yuv444) return format.ten_bit ? deep_full : full;
    return format.ten_bit ? deep : plain;
  };
  switch (format.codec) {
    case media::Codec::H264:
      return pick(0x1, 0, 0x40000, 0);
    case media::Codec::Hevc:
      return pick(0x100, 0x200, 0x80000, 0x100000);
    case media::Codec::Av1:
      return pick(0x10000, 0x20000, 0x200000, 0x400000);
  }
  return 0;
}

}  // namespace

EncryptionPolicy policy_of(Encryption choice) {
  switch (choice) {
    case Encryption::Preferred:
      break;
    case Encryption::Required:
      return {encryption::kAll, encryption::kAll, encryption::kAll};
    case Encryption::Off:
      return {encryption::kControl, encryption::kControl, 0};
  }
  return {};
}

bool Offer::has(const media::VideoFormat& format) const {
  return std::find(formats.begin(), formats.end(), format) != formats.end();
}

bool Offer::has(media::Codec codec) const {
  return std::any_of(formats.begin(), formats.end(),
                     [codec](const auto& format) { return format.codec == codec; });
}

std::uint32_t Offer::codec_mask() const {
  std::uint32_t mask = 0;
  for (const auto& format : formats) mask |= mode_bit(format);
  return mask | mode_bit({media::Codec::H264});
}

bool Offer::hdr() const {
  return std::any_of(formats.begin(), formats.end(),
                     [](const auto& format) { return format.ten_bit; });
}

Offer Offer::at(const media::Mode& mode) const {
  auto left = *this;
  std::erase_if(left.formats, [&](const auto& format) {
    return format.codec != media::Codec::H264 && !media::keeps_up(costs, {format.codec}, mode);
  });
  return left;
}

std::string describe(const Offer& offer, const EncryptionPolicy& policy) {
  auto body = fmt::format(
      "a=x-ss-general.featureFlags:{}\n"
      "a=x-ss-general.encryptionSupported:{}\n"
      "a=x-ss-general.encryptionRequested:{}\n",
      kFeatureFlags, policy.supported, policy.requested);
  if (offer.invalidates) body += "a=x-nv-video[0].refPicInvalidation:1\n";
  if (offer.has(media::Codec::Hevc)) body += "sprop-parameter-sets=AAAAAU\n";
  if (offer.has(media::Codec::Av1)) body += "a=rtpmap:98 AV1/90000\n";
  for (const auto speakers :
       {audio::Speakers::Stereo, audio::Speakers::Surround51, audio::Speakers::Surround71})
    for (const bool high_quality : {false, true})
      body +=
          fmt::format("a=fmtp:97 surround-params={}\n", surround_params(speakers, high_quality));
  return body;
}

}  // namespace pf::gamestream
