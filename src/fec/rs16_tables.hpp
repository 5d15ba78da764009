// Constant tables of the vector kernels for GF(2^16); README.md has the mathematics. Plain arrays,
// for the reason given in tables.hpp.
#pragma once

#include <stdint.h>

#include "fec/tables.hpp"

namespace pf::fec {

// GF(2^8), the elements below 256. Products of such elements:
// at[c]: c*x for x = 0..15, then c*(16*x): two shuffle tables.
extern const NibbleTable kSubNibble;
// at[c]: multiplication by c as the 8x8 bit matrix of vgf2p8affineqb.
extern const AffineTable kSubAffine;
// at[c] = c * (element 128), where element 128 = g^2 + g for g = element 256.
extern const ByteTable kSubTimesTail;

// The linear map that turns the high byte of a number into what must be added to the low byte so
// that (low, high) stands for low + high*g with both in GF(2^8). It is its own inverse in use.
extern const ByteTable kLift;
struct LiftTable {
  alignas(64) uint8_t nibble[32];
  uint64_t affine;
};
extern const LiftTable kLiftVector;

}  // namespace pf::fec
