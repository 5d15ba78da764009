// The variable-length integer of RFC 9000 section 16: big-endian, 1, 2, 4 or 8 bytes, the size in
// the top two bits.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace pf::native::wire {

// Bytes of the varint that starts with `first`.
constexpr std::size_t varint_size(std::uint8_t first) noexcept {
  return std::size_t{1} << (first >> 6);
}
// Bytes of the shortest form of `value`, which must be below 2^62.
constexpr std::size_t varint_length(std::uint64_t value) noexcept {
  return value < 0x40 ? 1 : value < 0x4000 ? 2 : value < 0x4000'0000 ? 4 : 8;
}

// Takes one varint of any length from the front. Nothing, and `bytes` as before, when it is cut.
inline std::optional<std::uint64_t> take_varint(ByteSpan& bytes) noexcept {
  if (bytes.empty()) return std::nullopt;
  const auto size = varint_size(bytes[0]);
  if (bytes.size() < size) return std::nullopt;
  std::uint64_t value = bytes[0] & 0x3FU;
  for (std::size_t i = 1; i < size; ++i) value = (value << 8) | bytes[i];
  bytes = bytes.subspan(size);
  return value;
}

inline void put_varint(Bytes& out, std::uint64_t value) {
  const auto size = varint_length(value);
  const auto at = out.size();
  for (std::size_t i = size; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  constexpr std::uint8_t kMark[] = {0, 0x00, 0x40, 0, 0x80, 0, 0, 0, 0xC0};
  out[at] = static_cast<std::uint8_t>(out[at] | kMark[size]);
}

}  // namespace pf::native::wire
