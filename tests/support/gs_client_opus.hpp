// Plays Opus packets for their measure only. Test support.
#pragma once

#include <opus/opus_multistream.h>

#include <memory>
#include <vector>

#include "base/bytes.hpp"

namespace pf::test::gs {

class OpusReader {
 public:
  OpusReader(unsigned channels, unsigned streams, unsigned coupled,
             const std::vector<std::uint8_t>& mapping);
  // The loudest sample of a packet that holds exactly `samples` a channel; negative when it does
  // not decode to that. An empty packet is concealed.
  float play(ByteSpan packet, int samples);

 private:
  struct Destroy {
    void operator()(OpusMSDecoder* decoder) const { opus_multistream_decoder_destroy(decoder); }
  };
  std::unique_ptr<OpusMSDecoder, Destroy> decoder_;
  unsigned channels_;
  std::vector<float> pcm_;
};

}  // namespace pf::test::gs
