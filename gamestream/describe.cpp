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

}  // namespace

std::string describe(std::span<const media::Codec> codecs, const EncryptionPolicy& policy) {
  const auto offers = [&](media::Codec codec) {
    return std::find(codecs.begin(), codecs.end(), codec) != codecs.end();
  };
  auto body = fmt::format(
      "a=x-ss-general.featureFlags:{}\n"
      "a=x-ss-general.encryptionSupported:{}\n"
      "a=x-ss-general.encryptionRequested:{}\n",
      kFeatureFlags, policy.supported, policy.requested);
  if (offers(media::Codec::Hevc)) body += "sprop-parameter-sets=AAAAAU\n";
  if (offers(media::Codec::Av1)) body += "a=rtpmap:98 AV1/90000\n";
  for (const auto speakers :
       {audio::Speakers::Stereo, audio::Speakers::Surround51, audio::Speakers::Surround71})
    for (const bool high_quality : {false, true})
      body +=
          fmt::format("a=fmtp:97 surround-params={}\n", surround_params(speakers, high_quality));
  return body;
}

}  // namespace pf::gamestream
