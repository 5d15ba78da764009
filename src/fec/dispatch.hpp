// Which instruction set does the Galois field arithmetic: chosen once at run time.
#pragma once

#include <cstdint>
#include <vector>

namespace pf::fec {

struct KernelTable;

// From slowest to fastest.
enum class Kernel : std::uint8_t { Scalar = 1, Ssse3, Avx2, Avx2Gfni, Avx512Gfni };

const char* kernel_name(Kernel kernel);
// The kernels that this processor and operating system can run, slowest first. Scalar is always
// there.
std::vector<Kernel> available_kernels();
// The fastest one; found out once per process, afterwards a load. Any thread.
Kernel best_kernel() noexcept;

// For the rest of this room. `kernel` must be available; falls back to a narrower kernel for shards
// that are shorter than its vectors.
const KernelTable& kernel_for(Kernel kernel, std::size_t shard_bytes) noexcept;

}  // namespace pf::fec
