#include "encode/annexb.hpp"

#include <array>
#include <cstring>

namespace pf::encode {
namespace {

// Offset of the next start code's first byte (three- or four-byte form), or size() at the end.
std::size_t find_start_code(std::span<const std::uint8_t> bytes, std::size_t from,
                            std::size_t& after) {
  for (std::size_t i = from; i + 3 <= bytes.size();) {
    const void* zero = std::memchr(bytes.data() + i, 0, bytes.size() - i - 2);
    if (zero == nullptr) break;
    i = static_cast<std::size_t>(static_cast<const std::uint8_t*>(zero) - bytes.data());
    if (bytes[i + 1] == 0 && bytes[i + 2] == 1) {
      after = i + 3;
      return i > from && bytes[i - 1] == 0 ? i - 1 : i;
    }
    ++i;
  }
  after = bytes.size();
  return bytes.size();
}

std::uint8_t type_of(media::Codec codec, std::uint8_t header) {
  return static_cast<std::uint8_t>(codec == media::Codec::Hevc ? (header >> 1) & 0x3f
                                                               : header & 0x1f);
}

}  // namespace

NalKind kind_of(media::Codec codec, std::uint8_t type) {
  if (codec == media::Codec::Hevc) {  // ITU-T H.265 table 7-1
    if (type == 19 || type == 20) return NalKind::IdrSlice;
    if (type < 32) return NalKind::Slice;
    if (type <= 34) return NalKind::ParameterSet;
    return type == 39 || type == 40 ? NalKind::Sei : NalKind::Other;
  }
  if (type == 5) return NalKind::IdrSlice;  // ITU-T H.264 table 7-1
  if (type >= 1 && type <= 4) return NalKind::Slice;
  if (type == 7 || type == 8 || type == 13 || type == 15) return NalKind::ParameterSet;
  return type == 6 ? NalKind::Sei : NalKind::Other;
}

bool next_nal(std::span<const std::uint8_t> bytes, media::Codec codec, std::size_t from, Nal& out) {
  std::size_t header = 0;
  const auto start = find_start_code(bytes, from, header);
  if (header >= bytes.size()) return false;
  std::size_t unused = 0;
  out = {start, header, find_start_code(bytes, header, unused), type_of(codec, bytes[header])};
  return true;
}

UnitShape shape_of(std::span<const std::uint8_t> bytes, media::Codec codec) {
  UnitShape shape;
  bool first = true;
  std::size_t at = 0, header = 0;
  // Only start codes and headers are read, so that a large slice is never scanned.
  for (;;) {
    const auto start = find_start_code(bytes, at, header);
    if (header >= bytes.size()) return shape;
    const auto kind = kind_of(codec, type_of(codec, bytes[header]));
    if (kind == NalKind::Slice || kind == NalKind::IdrSlice) {
      shape.has_idr_slice = kind == NalKind::IdrSlice;
      shape.first_slice = start;
      return shape;
    }
    if (first && kind == NalKind::ParameterSet) shape.starts_with_parameter_set = true;
    if (kind == NalKind::ParameterSet || kind == NalKind::Sei) first = false;
    at = header;
  }
}

std::span<std::uint8_t> strip_prefix(std::span<std::uint8_t> bytes, media::Codec codec,
                                     bool keep_parameter_sets) noexcept {
  const auto shape = shape_of(bytes, codec);
  std::array<Nal, 8> kept{};
  std::size_t count = 0;
  for (std::size_t at = 0; at < shape.first_slice;) {
    Nal nal{};
    if (!next_nal(bytes.first(shape.first_slice), codec, at, nal)) break;
    if (keep_parameter_sets && kind_of(codec, nal.type) == NalKind::ParameterSet) {
      if (count == kept.size()) return bytes;
      kept[count++] = nal;
    }
    at = nal.end;
  }
  auto to = shape.first_slice;
  while (count > 0) {
    const auto& nal = kept[--count];
    const auto length = nal.end - nal.start;
    to -= length;
    std::memmove(bytes.data() + to, bytes.data() + nal.start, length);
  }
  return bytes.subspan(to);
}

std::span<std::uint8_t> lengthen_start_codes(std::span<std::uint8_t> bytes, std::size_t spare,
                                             media::Codec codec) noexcept {
  const auto first_slice = shape_of(bytes, codec).first_slice;
  auto* const data = bytes.data();
  auto size = bytes.size();
  auto slice = first_slice;
  for (std::size_t at = 0; at <= slice && spare > 0;) {
    std::size_t header = 0;
    const auto start = find_start_code({data, size}, at, header);
    if (header >= size || start > slice) break;
    if (header - start == 3) {
      std::memmove(data + start + 1, data + start, size - start);
      data[start] = 0;
      ++size;
      ++header;
      --spare;
      if (start < slice) ++slice;
    }
    at = header;
  }
  return {data, size};
}

}  // namespace pf::encode
