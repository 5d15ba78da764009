// SHA-256, constant-time comparison, random bytes.
#pragma once

#include <array>
#include <initializer_list>

#include "base/bytes.hpp"

namespace pf::crypto {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::initializer_list<ByteSpan> parts);
inline Sha256 sha256(ByteSpan bytes) {
  return sha256({bytes});
}
// Time depends on the sizes only.
bool equal_constant_time(ByteSpan a, ByteSpan b) noexcept;

// From the system's generator; aborts the process when it is unavailable.
void random_bytes(MutableByteSpan out);
template <std::size_t N>
std::array<std::uint8_t, N> random_array() {
  std::array<std::uint8_t, N> bytes;
  random_bytes(bytes);
  return bytes;
}
// Overwrites secret bytes in a way the compiler keeps.
void wipe(MutableByteSpan secret) noexcept;

}  // namespace pf::crypto
