// The function table that each instruction set fills for GF(2^16). Private to this room. The rule
// of tables.hpp holds: no templates or inline functions in here.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace pf::fec {

// Scratch is 64-byte aligned rows of this size: room for the elements that the widest kernel treats
// at a time.
constexpr size_t kRs16RowBytes = 128;

// How much of the sums of encoding may be in the first-level cache beside everything else, and how
// much of them there is at most beyond that.
constexpr size_t kRs16NearBytes = 12288;
constexpr size_t kRs16SumBytes = 131072;

struct Rs16EncodeJob {
  const uint8_t* data;
  size_t data_stride;
  size_t k;  // at least 1
  uint8_t* parity;
  size_t parity_stride;
  size_t m;      // at least 1
  size_t bytes;  // even, at least 2
  // With n = min(pow2(k), pow2(m)): n rows, then as many bytes as n rows but at least the smaller
  // of kRs16SumBytes and n rows for each kRs16RowBytes of a shard.
  uint8_t* scratch;
};

// A shard and its place among the points of the code.
struct Rs16Input {
  const uint8_t* shard;
  uint32_t point;
  uint16_t factor;  // what it is multiplied by when read
};
struct Rs16Output {
  uint8_t* shard;
  uint32_t point;
  uint16_t factor;  // what it is multiplied by before it is written
};
// Inverse transform of the inputs over points 0..size-1 (points without input are zero), formal
// derivative, transform, outputs.
struct Rs16DecodeJob {
  const Rs16Input* inputs;  // ascending points
  size_t inputs_count;
  const Rs16Output* outputs;  // ascending points
  size_t outputs_count;
  size_t size;  // a power of two, at least 2
  size_t bytes;
  uint8_t* scratch;  // `size` rows
};

struct Rs16Kernel {
  void (*encode)(const Rs16EncodeJob& job);
  void (*decode)(const Rs16DecodeJob& job);
};

extern const Rs16Kernel kRs16ScalarKernel;
#if defined(__x86_64__)
extern const Rs16Kernel kRs16Ssse3Kernel;
extern const Rs16Kernel kRs16Avx2Kernel;
extern const Rs16Kernel kRs16Avx2GfniKernel;
extern const Rs16Kernel kRs16Avx512GfniKernel;
#endif

}  // namespace pf::fec
