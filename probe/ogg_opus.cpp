#include "probe/ogg_opus.hpp"

#include <array>
#include <ostream>

namespace pf::probe {
namespace {

constexpr std::uint8_t kBegin = 0x02, kEnd = 0x04;
constexpr std::size_t kMaxSegments = 255;
constexpr std::size_t kPageBytes = 16 * 1024;
// What the restricted low-delay encoder looks ahead, in samples at 48 kHz.
constexpr std::uint16_t kPreSkip = 120;
// A packet of CELT, full band, 5 ms, one frame without a byte: RFC 6716 3.1 configuration 29.
constexpr std::uint8_t kSilence5ms = 29U << 3U;
constexpr std::uint32_t kGapSamples = 240;

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t r = i << 24U;
    for (int bit = 0; bit < 8; ++bit)
      r = (r & 0x80000000U) != 0 ? (r << 1U) ^ 0x04C11DB7U : r << 1U;
    table[i] = r;
  }
  return table;
}
constexpr auto kCrcTable = make_crc_table();

std::uint32_t crc(ByteSpan bytes) {
  std::uint32_t value = 0;
  for (const auto b : bytes) value = (value << 8U) ^ kCrcTable[((value >> 24U) ^ b) & 0xFFU];
  return value;
}

// Which of the protocol's slots (FL FR FC LFE RL RR SL SR, punktfunk1.md 7.2) stands at each place
// of mapping family 1 (RFC 7845 5.1.1.2).
std::array<std::uint8_t, 8> family1_order(unsigned channels) {
  if (channels == 6) return {0, 2, 1, 4, 5, 3, 0, 0};
  if (channels == 8) return {0, 2, 1, 6, 7, 4, 5, 3};
  return {0, 1, 0, 0, 0, 0, 0, 0};
}

Bytes head(const audio::OpusLayout& layout) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.bytes(as_bytes("OpusHead")).u8(1).u8(layout.channels).le(kPreSkip);
  out.le(std::uint32_t{48'000}).le(std::uint16_t{0});
  if (layout.channels <= 2) {
    out.u8(0);
    return bytes;
  }
  out.u8(1).u8(layout.streams).u8(layout.coupled);
  const auto order = family1_order(layout.channels);
  for (std::size_t i = 0; i < layout.channels; ++i) out.u8(layout.mapping[order[i]]);
  return bytes;
}

Bytes tags() {
  constexpr std::string_view kVendor = "punktfunk-probe";
  Bytes bytes;
  ByteWriter out(bytes);
  out.bytes(as_bytes("OpusTags")).le(static_cast<std::uint32_t>(kVendor.size()));
  out.bytes(as_bytes(kVendor)).le(std::uint32_t{0});
  return bytes;
}

Bytes gap_packet(const audio::OpusLayout& layout) {
  Bytes bytes;
  for (unsigned i = 0; i < layout.streams; ++i) {
    const bool coupled = i < layout.coupled;
    bytes.push_back(static_cast<std::uint8_t>(kSilence5ms | (coupled ? 4U : 0U)));
    // All but the last stream are self-delimited (RFC 6716, appendix B): a length follows.
    if (i + 1U < layout.streams) bytes.push_back(0);
  }
  return bytes;
}

}  // namespace

std::uint32_t opus_samples(ByteSpan packet) {
  if (packet.empty()) return 0;
  const unsigned config = packet[0] >> 3U;
  std::uint32_t frame = 0;
  if (config >= 16)
    frame = 120U << (config & 3U);
  else if (config >= 12)
    frame = 480U << (config & 1U);
  else
    frame = (config & 3U) == 3 ? 2880 : 480U << (config & 3U);
  const unsigned code = packet[0] & 3U;
  if (code == 0) return frame;
  if (code != 3) return 2 * frame;
  if (packet.size() < 2) return 0;
  const std::uint32_t samples = (packet[1] & 0x3FU) * frame;
  return samples > 5760 ? 0 : samples;
}

OggOpusWriter::OggOpusWriter(std::ostream& out, const audio::OpusLayout& layout,
                             std::uint32_t serial)
    : out_(out), serial_(serial), gap_(gap_packet(layout)) {
  put(head(layout), 0);
  flush(kBegin);
  put(tags(), 0);
  flush(0);
}

void OggOpusWriter::packet(ByteSpan opus, std::uint32_t samples) {
  if (opus.empty()) return missing(samples);
  put(opus, samples);
}

void OggOpusWriter::missing(std::uint32_t samples) {
  for (; samples >= kGapSamples; samples -= kGapSamples) put(gap_, kGapSamples);
}

void OggOpusWriter::put(ByteSpan packet, std::uint32_t samples) {
  const std::size_t needed = packet.size() / 255 + 1;
  // A packet never spans pages here, so every page begins with a fresh one.
  if (segments_.size() + needed > kMaxSegments || body_.size() + packet.size() > kPageBytes)
    flush(0);
  for (std::size_t i = 1; i < needed; ++i) segments_.push_back(255);
  segments_.push_back(static_cast<std::uint8_t>(packet.size() % 255));
  body_.insert(body_.end(), packet.begin(), packet.end());
  granule_ += samples;
}

void OggOpusWriter::flush(std::uint8_t flags) {
  if (segments_.empty() && flags == 0) return;
  Bytes page;
  ByteWriter out(page);
  out.bytes(as_bytes("OggS")).u8(0).u8(flags).le(granule_).le(serial_).le(page_++);
  out.le(std::uint32_t{0}).u8(static_cast<std::uint8_t>(segments_.size()));
  out.bytes(segments_).bytes(body_);
  store_le(page.data() + 22, crc(page));
  out_.write(reinterpret_cast<const char*>(page.data()), static_cast<std::streamsize>(page.size()));
  segments_.clear();
  body_.clear();
}

void OggOpusWriter::finish() {
  if (finished_) return;
  finished_ = true;
  flush(kEnd);
}

}  // namespace pf::probe
