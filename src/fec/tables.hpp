// Constant tables shared by the kernels. Plain arrays and no templates: this header is compiled
// with several instruction sets, and an inline function emitted by one of those translation units
// could otherwise be picked by the linker for a processor that lacks the instructions.
#pragma once

#include <stdint.h>

namespace pf::fec {

struct ByteTable {
  alignas(64) uint8_t at[256];
};
struct ProductTable {
  alignas(64) uint8_t at[256][256];
};
struct NibbleTable {
  alignas(64) uint8_t at[256][32];
};
struct AffineTable {
  alignas(64) uint64_t at[256];
};
struct TransformTable {
  uint8_t twiddle[16][15];
  uint8_t mix[16];
};

extern const ByteTable kInverse;
// at[c][x] = c*x: the scalar kernel.
extern const ProductTable kProduct;
// at[c]: c*x for x = 0..15, then c*(16*x): two shuffle tables.
extern const NibbleTable kNibble;
// at[c]: multiplication by c as the 8x8 bit matrix of vgf2p8affineqb (byte 7-i of the word holds
// the row of output bit i).
extern const AffineTable kAffine;
// The additive transform over the coset 16*c + {0..15}; README.md has the mathematics.
// twiddle[c]: the normalised subspace polynomials at the starts of the butterfly blocks of that
// coset: one for the layer of span 8, then two for span 4, four for span 2, eight for span 1.
// mix[d]: from a data coset to a parity coset whose numbers differ by XOR d (1..15).
extern const TransformTable kTransform;

}  // namespace pf::fec
