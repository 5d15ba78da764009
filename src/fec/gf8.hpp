// GF(2^8) with the polynomial x^8+x^4+x^3+x^2+1 (0x11D) and generator 2: the field of both
// GameStream erasure codes (gamestream.md 7.5, 8.4). Pure functions, any thread.
#pragma once

#include <array>
#include <cstdint>

namespace pf::fec::gf8 {

inline constexpr unsigned kPolynomial = 0x11D;

// The product; the definition that every table and kernel is derived from.
constexpr std::uint8_t multiply(std::uint8_t a, std::uint8_t b) {
  unsigned product = 0;
  unsigned shifted = a;
  for (unsigned bits = b; bits != 0; bits >>= 1) {
    if ((bits & 1) != 0) product ^= shifted;
    shifted <<= 1;
    if ((shifted & 0x100) != 0) shifted ^= kPolynomial;
  }
  return static_cast<std::uint8_t>(product);
}

// a^254, which is 1/a for every a except 0 (0 gives 0).
constexpr std::uint8_t inverse(std::uint8_t a) {
  std::uint8_t result = 1;
  std::uint8_t power = a;
  for (unsigned exponent = 254; exponent != 0; exponent >>= 1) {
    if ((exponent & 1) != 0) result = multiply(result, power);
    power = multiply(power, power);
  }
  return result;
}

}  // namespace pf::fec::gf8
