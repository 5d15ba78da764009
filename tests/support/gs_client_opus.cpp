#include "support/gs_client_opus.hpp"

#include <algorithm>
#include <cmath>

#include "base/result.hpp"

namespace pf::test::gs {

OpusReader::OpusReader(unsigned channels, unsigned streams, unsigned coupled,
                       const std::vector<std::uint8_t>& mapping)
    : channels_(channels), pcm_(std::size_t{5760} * channels) {
  int error = 0;
  PF_ASSERT(mapping.size() == channels);
  decoder_.reset(
      opus_multistream_decoder_create(48000, static_cast<int>(channels), static_cast<int>(streams),
                                      static_cast<int>(coupled), mapping.data(), &error));
  PF_ASSERT(error == OPUS_OK);
}

float OpusReader::play(ByteSpan packet, int samples) {
  const int played = opus_multistream_decode_float(
      decoder_.get(), packet.empty() ? nullptr : packet.data(), static_cast<int>(packet.size()),
      pcm_.data(), packet.empty() ? samples : 5760, 0);
  if (played != samples) return -1;
  float peak = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(played) * channels_; ++i)
    peak = std::max(peak, std::fabs(pcm_[i]));
  return peak;
}

}  // namespace pf::test::gs
