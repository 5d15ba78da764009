#include "probe/picture_check.hpp"

#include "native/wire/constants.hpp"

namespace pf::probe {

namespace codec_bit = native::wire::codec_bit;

namespace {

// Offset of the byte behind the next start code, or nothing.
std::optional<std::size_t> next_unit(ByteSpan bytes, std::size_t from) {
  for (std::size_t i = from; i + 3 < bytes.size(); ++i)
    if (bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 1) return i + 3;
  return std::nullopt;
}

// Stops at the first slice: what stands behind it does not matter here.
std::optional<PictureShape> annex_b(bool hevc, ByteSpan unit) {
  PictureShape shape;
  bool vps = !hevc, sps = false, pps = false;
  auto at = next_unit(unit, 0);
  if (!at) return std::nullopt;
  for (; at; at = next_unit(unit, *at)) {
    const unsigned type = hevc ? (unit[*at] >> 1U) & 0x3FU : unit[*at] & 0x1FU;
    const bool slice = hevc ? type <= 31 : type == 1 || type == 5;
    if (slice) {
      shape.has_picture = true;
      shape.key = hevc ? type >= 16 && type <= 23 : type == 5;
      shape.parameter_sets_first = vps && sps && pps;
      return shape;
    }
    vps = vps || (hevc && type == 32);
    sps = sps || type == (hevc ? 33U : 7U);
    pps = pps || type == (hevc ? 34U : 8U);
  }
  return shape;
}

std::optional<PictureShape> obus(ByteSpan unit) {
  PictureShape shape;
  while (!unit.empty()) {
    const unsigned type = (unit[0] >> 3U) & 0x0FU;
    const bool extended = (unit[0] & 4U) != 0;
    const bool sized = (unit[0] & 2U) != 0;
    std::size_t head = extended ? 2 : 1;
    std::uint64_t size = 0;
    if (!sized) {
      if (unit.size() < head) return std::nullopt;
      size = unit.size() - head;
    } else {
      for (unsigned i = 0;; ++i, ++head) {
        if (i == 8 || head >= unit.size()) return std::nullopt;
        size |= std::uint64_t{unit[head] & 0x7FU} << (7 * i);
        if ((unit[head] & 0x80U) == 0) break;
      }
      ++head;
    }
    if (head > unit.size() || size > unit.size() - head) return std::nullopt;
    if (type == 1) shape.key = shape.parameter_sets_first = true;  // sequence header
    if (type == 3 || type == 6) shape.has_picture = true;          // frame header, frame
    unit = unit.subspan(head + static_cast<std::size_t>(size));
  }
  return shape;
}

}  // namespace

std::optional<PictureShape> shape_of(std::uint8_t codec, ByteSpan unit) {
  switch (codec) {
    case codec_bit::kH264:
      return annex_b(false, unit);
    case codec_bit::kHevc:
      return annex_b(true, unit);
    case codec_bit::kAv1:
      return obus(unit);
    default:
      return std::nullopt;
  }
}

std::string wrong_with(std::uint8_t codec, ByteSpan unit, bool flagged_key) {
  const auto shape = shape_of(codec, unit);
  if (!shape) return "its units cannot be told apart";
  if (!shape->has_picture) return "it holds no picture";
  if (flagged_key && !shape->key) return "marked as a key frame, which it is not";
  if (!flagged_key && shape->key) return "a key frame without the mark";
  if (flagged_key && !shape->parameter_sets_first) return "a key frame without parameter sets";
  return {};
}

}  // namespace pf::probe
