// The function table that each instruction set fills. Private to this room. The same rule as in
// tables.hpp holds: no templates or inline functions in here.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace pf::fec {

struct KernelTable {
  // Parity of the Cauchy code of gamestream.md 7.5, straight from the definition. Data shard i is
  // at data + i*stride, parity shard j at parity + j*stride; `bytes` of each are used. Inputs and
  // outputs must not overlap. k, m >= 1, k+m <= 255.
  void (*encode_dense)(const uint8_t* data, uint8_t* parity, size_t stride, unsigned k, unsigned m,
                       size_t bytes);
  // The same bytes in O(n log n).
  void (*encode_transform)(const uint8_t* data, uint8_t* parity, size_t stride, unsigned k,
                           unsigned m, size_t bytes);
  // outputs[r] = sum over i of coefficients[r*inputs_count + i] * inputs[i].
  void (*combine)(const uint8_t* const* inputs, unsigned inputs_count, uint8_t* const* outputs,
                  unsigned outputs_count, const uint8_t* coefficients, size_t bytes);
  // encode_transform is the faster of the two from this m on (256 = never).
  unsigned transform_from;
  // Shortest shard the functions accept.
  size_t min_bytes;
};

extern const KernelTable kScalarKernel;
#if defined(__x86_64__)
extern const KernelTable kSsse3Kernel;
extern const KernelTable kAvx2Kernel;
extern const KernelTable kAvx2GfniKernel;
extern const KernelTable kAvx512GfniKernel;
#endif

}  // namespace pf::fec
