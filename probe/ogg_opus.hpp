// Opus packets of a stream as an Ogg file that players open: RFC 3533 pages, RFC 7845 headers.
// Surround is written with mapping family 1, whose speaker order differs from the protocol's.
#pragma once

#include <cstdint>
#include <iosfwd>

#include "audio/layout.hpp"
#include "base/bytes.hpp"

namespace pf::probe {

// Samples per channel at 48 kHz in one packet, from its first byte and its frame count (RFC 6716
// 3.1, 3.2). 0 when the packet is empty or breaks the rules.
std::uint32_t opus_samples(ByteSpan packet);

// One thread. The stream must outlive the writer; failures show in its state.
class OggOpusWriter {
 public:
  // Writes both headers. `serial` tells logical streams apart; any number.
  OggOpusWriter(std::ostream& out, const audio::OpusLayout& layout, std::uint32_t serial);

  // One packet as received. An empty one is silence of `samples`.
  void packet(ByteSpan opus, std::uint32_t samples);
  // A packet that never came: players conceal it.
  void missing(std::uint32_t samples);
  // The last page. Nothing may follow.
  void finish();

 private:
  void put(ByteSpan packet, std::uint32_t samples);
  void flush(std::uint8_t flags);

  std::ostream& out_;
  std::uint32_t serial_;
  Bytes gap_;  // asks the decoder to conceal
  std::uint32_t page_ = 0;
  std::uint64_t granule_ = 0;  // samples so far
  Bytes segments_, body_;
  bool finished_ = false;
};

}  // namespace pf::probe
