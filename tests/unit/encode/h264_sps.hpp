// Reads an H.264 sequence parameter set far enough to see size and colour (ITU-T H.264 7.3.2.1.1,
// E.1.1).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace pf::encode::testing {

struct Sps {
  unsigned profile = 0, width = 0, height = 0, references = 0;
  bool has_colour = false, full_range = false;
  unsigned primaries = 2, transfer = 2, matrix = 2;
  std::optional<unsigned> reorder_frames;
};

class BitReader {
 public:
  explicit BitReader(std::span<const std::uint8_t> payload) {
    for (std::size_t i = 0; i < payload.size(); ++i)  // emulation prevention bytes
      if (!(i >= 2 && payload[i] == 3 && payload[i - 1] == 0 && payload[i - 2] == 0))
        bytes_.push_back(payload[i]);
  }
  unsigned bits(unsigned count) {
    unsigned value = 0;
    while (count-- > 0) {
      const auto byte = at_ / 8 < bytes_.size() ? bytes_[at_ / 8] : 0U;
      value = value << 1 | ((byte >> (7 - at_ % 8)) & 1U);
      ++at_;
    }
    return value;
  }
  unsigned ue() {
    unsigned zeros = 0;
    while (zeros < 31 && bits(1) == 0) ++zeros;
    return (1U << zeros) - 1 + bits(zeros);
  }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

// `nal`: from the NAL header byte. Streams without scaling lists and picture order types 0 and 2.
inline Sps read_sps(std::span<const std::uint8_t> nal) {
  BitReader r(nal.subspan(1));
  Sps sps;
  sps.profile = r.bits(8);
  r.bits(16);
  r.ue();
  if (sps.profile == 100) {
    r.ue();
    r.ue();
    r.ue();
    r.bits(2);
  }
  r.ue();
  if (r.ue() == 0) r.ue();
  sps.references = r.ue();
  r.bits(1);
  sps.width = (r.ue() + 1) * 16;
  sps.height = (r.ue() + 1) * 16;
  if (r.bits(1) == 0) r.bits(1);
  r.bits(1);
  if (r.bits(1) == 1) {
    sps.width -= 2 * r.ue();
    sps.width -= 2 * r.ue();
    sps.height -= 2 * r.ue();
    sps.height -= 2 * r.ue();
  }
  if (r.bits(1) == 0) return sps;
  if (r.bits(1) == 1 && r.bits(8) == 255) r.bits(32);
  if (r.bits(1) == 1) r.bits(1);
  if (r.bits(1) == 1) {
    r.bits(3);
    sps.full_range = r.bits(1) == 1;
    sps.has_colour = r.bits(1) == 1;
    if (sps.has_colour) {
      sps.primaries = r.bits(8);
      sps.transfer = r.bits(8);
      sps.matrix = r.bits(8);
    }
  }
  if (r.bits(1) == 1) {
    r.ue();
    r.ue();
  }
  if (r.bits(1) == 1) {
    r.bits(32);
    r.bits(32);
    r.bits(1);
  }
  if (r.bits(1) == 1 || r.bits(1) == 1) return sps;
  r.bits(1);
  if (r.bits(1) == 1) {
    r.bits(1);
    r.ue();
    r.ue();
    r.ue();
    r.ue();
    sps.reorder_frames = r.ue();
  }
  return sps;
}

}  // namespace pf::encode::testing
