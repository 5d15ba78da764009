// GF(2^16) as punktfunk1.md 6.6 uses it: the field of x^16+x^5+x^3+x^2+1, its elements written as
// coordinates over a Cantor basis (bit i of a number stands for kBasis[i]). Pure functions and one
// table that is made once; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace pf::fec::gf16 {

inline constexpr unsigned kPolynomial = 0x1002D;
inline constexpr std::array<std::uint16_t, 16> kBasis = {
    0x0001, 0xACCA, 0x3C0E, 0x163E, 0xC582, 0xED2E, 0x914C, 0x4012,
    0x6C98, 0x10D8, 0x6A72, 0xB900, 0xFDB8, 0xFB34, 0xFF38, 0x991E};

// The polynomial (bit i = coefficient of x^i) with these coordinates.
constexpr std::uint16_t to_polynomial(unsigned coordinates) {
  unsigned sum = 0;
  for (unsigned i = 0; i < 16; ++i)
    if ((coordinates >> i & 1) != 0) sum ^= kBasis[i];
  return static_cast<std::uint16_t>(sum);
}

// The coordinates of this polynomial: solves for them, so it is slow.
constexpr std::uint16_t from_polynomial(std::uint16_t polynomial) {
  std::array<unsigned, 16> vectors{};
  std::array<unsigned, 16> names{};
  unsigned rest = polynomial;
  unsigned coordinates = 0;
  // Gaussian elimination; vectors[b] is a combination whose highest bit is b.
  for (unsigned i = 0; i < 16; ++i) {
    unsigned vector = kBasis[i];
    unsigned name = 1U << i;
    for (unsigned b = 16; b-- > 0 && vector != 0;) {
      if ((vector >> b & 1) == 0) continue;
      if (vectors[b] == 0) {
        vectors[b] = vector;
        names[b] = name;
        break;
      }
      vector ^= vectors[b];
      name ^= names[b];
    }
  }
  for (unsigned b = 16; b-- > 0;) {
    if ((rest >> b & 1) == 0) continue;
    rest ^= vectors[b];
    coordinates ^= names[b];
  }
  return static_cast<std::uint16_t>(coordinates);
}

// The product of two polynomials.
constexpr std::uint16_t multiply_polynomials(std::uint16_t a, std::uint16_t b) {
  unsigned product = 0;
  unsigned shifted = a;
  for (unsigned bits = b; bits != 0; bits >>= 1) {
    if ((bits & 1) != 0) product ^= shifted;
    shifted <<= 1;
    if ((shifted & 0x10000) != 0) shifted ^= kPolynomial;
  }
  return static_cast<std::uint16_t>(product);
}

// The product of two elements given by coordinates.
constexpr std::uint16_t multiply(std::uint16_t a, std::uint16_t b) {
  return from_polynomial(multiply_polynomials(to_polynomial(a), to_polynomial(b)));
}

inline constexpr std::uint32_t kModulus = 65535;

// The sum of two logarithms, where 0 and 65535 are the same one (punktfunk1.md 6.6).
constexpr std::uint16_t fold(std::uint32_t sum) {
  return static_cast<std::uint16_t>(sum + (sum >> 16));
}

// The tables of punktfunk1.md 6.6 as that section defines them.
struct Tables {
  std::vector<std::uint16_t> log;   // 65536; log[0] = 65535
  std::vector<std::uint16_t> exp;   // 65536; exp[65535] = exp[0]
  std::vector<std::uint16_t> skew;  // 65535 logarithms
};

// Made at the first call, which allocates; afterwards a load.
const Tables& tables();

}  // namespace pf::fec::gf16
